// The OSCORE option, and the replay window behind it. @source RFC 8613 sections 6.1 and 7.4

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeOption, encodeOption, OscoreContext } from "../../../host-sim/head-end/oscore";
import { keysOf } from "./scripted-hub";

const bytes = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

describe("the option", () => {
  it("comes back as it was written", () => {
    const options = fc.record({
      partialIv: maybe(bytes(1, 5)),
      kid: maybe(bytes(0, 7)),
      idContext: maybe(bytes(0, 8)),
    });
    fc.assert(
      fc.property(options, (option) => {
        expect(decodeOption(encodeOption(option))).toEqual(option);
      }),
      { numRuns: 2_000 },
    );
  });

  it("of any octets is read or refused, and what is read is written the same", () => {
    fc.assert(
      fc.property(bytes(0, 20), (value) => {
        const option = decodeOption(value);
        if (option !== undefined) expect(encodeOption(option)).toEqual(value);
      }),
      { numRuns: 10_000 },
    );
  });

  it.each([
    ["without any flag, but not empty", "00"],
    ["with a Partial IV of 6 bytes", "0e000000000001"],
    ["with a Partial IV of 7 bytes", "0f00000000000001"],
    ["whose Partial IV is cut short", "0201"],
    ["with a reserved flag", "2901ff"],
    ["with another reserved flag", "890101"],
    ["whose kid context is missing", "1901"],
    ["whose kid context is cut short", "19010237"],
    ["with octets after a Partial IV and no kid", "01010203"],
  ])("%s is malformed", (_name, octets) => {
    expect(decodeOption(Buffer.from(octets, "hex"))).toBeUndefined();
  });
});

describe("the replay window", () => {
  it("takes every number once, however they are shuffled within 32", () => {
    const shuffled = fc
      .array(fc.nat({ max: 31 }), { minLength: 1, maxLength: 64 })
      .map((offsets) => offsets.map((offset, index) => index + offset));
    fc.assert(
      fc.property(shuffled, (numbers) => {
        const server = new OscoreContext(keysOf(1), () => 0);
        const taken = numbers.filter((number) => {
          const hub = hubWith(() => number);
          const body = { code: "0.01", options: [], payload: Buffer.alloc(0) };
          return typeof server.openRequest(hub.protectRequest(body).outer) !== "string";
        });
        expect(new Set(taken).size).toBe(taken.length);
        let newest = -1;
        const expected = new Set<number>();
        for (const number of numbers) {
          if (number > newest - 32) expected.add(number);
          newest = Math.max(newest, number);
        }
        expect(new Set(taken)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it("ends the context when its numbers are used up, instead of using one twice", () => {
    const body = { code: "0.01", options: [], payload: Buffer.alloc(0) };
    hubWith(() => 2 ** 40 - 1).protectRequest(body);
    expect(() => hubWith(() => 2 ** 40).protectRequest(body)).toThrow(/ran out/);
  });
});

function hubWith(takeSequence: () => number): OscoreContext {
  const { senderId, recipientId, ...keys } = keysOf(1);
  return new OscoreContext({ ...keys, senderId: recipientId, recipientId: senderId }, takeSequence);
}
