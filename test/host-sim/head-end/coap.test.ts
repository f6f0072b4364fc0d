// CoAP's form as the head-end reads and writes it. @source RFC 7252 section 3, RFC 7959 section 2.2

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  blockOf,
  blockOption,
  decodeBody,
  decodeDatagram,
  encodeBody,
  encodeDatagram,
  numberOf,
  numberOption,
  pathOf,
  pathOptions,
} from "../../../host-sim/head-end/coap";

const none = Buffer.alloc(0);

describe("a datagram", () => {
  it.each([
    ["nothing", ""],
    ["another version", "80010001"],
    ["a reserved token length", "4f010001"],
    ["a token cut short", "4801000101020304"],
    ["an option that runs past the end", "40010001b5616263"],
    ["a reserved option delta", "40010001f0"],
    ["a marker without a payload", "40020001ff"],
    ["an empty message with more in it", "4100000101"],
  ])("that is %s is none", (_name, octets) => {
    expect(decodeDatagram(Buffer.from(octets, "hex"))).toBeUndefined();
  });

  it("of any octets is read, and written the same, or refused", () => {
    const likely = fc
      .tuple(fc.constantFrom(0x40, 0x44, 0x50, 0x60, 0x70), fc.uint8Array({ maxLength: 40 }))
      .map(([first, rest]) => Buffer.from([first, ...rest]));
    fc.assert(
      fc.property(likely, (bytes) => {
        const datagram = decodeDatagram(bytes);
        if (datagram !== undefined) expect(encodeDatagram(datagram)).toEqual(bytes);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe("the inner message (RFC 8613 section 5.3)", () => {
  it("comes back as it was written", () => {
    const body = { code: "0.02", options: pathOptions("a/b"), payload: Buffer.from("c") };
    expect(decodeBody(encodeBody(body))).toMatchObject(body);
    expect(pathOf(body)).toBe("a/b");
  });

  it("of no octets is none", () => {
    expect(decodeBody(none)).toBeUndefined();
  });
});

describe("block options", () => {
  it("come back as they were written", () => {
    const block = fc.record({
      number: fc.nat({ max: 2 ** 20 - 1 }),
      more: fc.boolean(),
      size: fc.constantFrom(16, 32, 64, 128, 256, 512, 1_024),
    });
    fc.assert(
      fc.property(block, (one) => {
        const options = [blockOption("Block1", one)];
        expect(blockOf({ code: "0.02", options, payload: none }, "Block1")).toEqual(one);
      }),
    );
  });

  it.each(["07", "0f", "00000000"])("of octets %s are none", (octets) => {
    const options = [{ name: "Block1", value: Buffer.from(octets, "hex") }];
    expect(blockOf({ code: "0.02", options, payload: none }, "Block1")).toBeUndefined();
  });
});

it("numbers take as few bytes as they need", () => {
  expect(numberOption("Size1", 0).value).toHaveLength(0);
  expect(numberOption("Size1", 4_096).value.toString("hex")).toBe("1000");
  fc.assert(
    fc.property(fc.nat(), (number) => numberOf(numberOption("Size1", number).value) === number),
  );
});
