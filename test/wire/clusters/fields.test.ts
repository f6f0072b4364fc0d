// Every command of every cluster through the codec: what is written is read again, and what ends
// too early is refused.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CLUSTERS } from "../../../firmware/wire/clusters/catalogue";
import {
  checkPayload,
  fieldAt,
  fieldCount,
  fieldsEnd,
  numberAt,
} from "../../../firmware/wire/clusters/fields";
import { layoutOf } from "../../../firmware/wire/clusters/layout";
import { Parsed } from "../../../firmware/wire/parsed";
import { hex } from "../../hex";
import { decode, drawFrom, drawValues, encode } from "./values";

const COMMANDS = CLUSTERS.flatMap((table) =>
  [...table.received, ...table.generated].map(([, name, text]) => ({
    name: `${table.name} ${name}`,
    text,
  })),
);

describe.each(COMMANDS)("$name", ({ text }) => {
  const layout = layoutOf(text);

  it("is read as it was written, wherever it lies", () => {
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), fc.nat(9), (seed, isWhole, before) => {
        const values = drawValues(layout, drawFrom(seed), isWhole);
        const payload = encode(layout, values);
        const bytes = new Uint8Array(before + payload.length + 9).fill(0xff);
        bytes.set(payload, before);
        const end = before + payload.length;
        expect(checkPayload(layout, bytes, before, end)).toBe(Parsed.OK);
        expect(fieldsEnd(layout, bytes, before, end)).toBe(end);
        expect(decode(layout, bytes, before, end)).toEqual(values);
      }),
      { numRuns: 40 },
    );
  });

  it("is refused when it ends within a field, and never read past its end", () => {
    const payload = encode(layout, drawValues(layout, drawFrom(1), false));
    for (let length = 0; length < payload.length; length++) {
      if (checkPayload(layout, payload, 0, length) !== Parsed.OK) continue;
      const shorter = encode(layout, decode(layout, payload, 0, length));
      expect(Buffer.from(shorter)).toEqual(Buffer.from(payload.subarray(0, length)));
    }
    const needed = /^\w+:[^?*(]+(?: |$)/.test(text);
    if (needed) expect(checkPayload(layout, payload, 0, 0)).toBe(Parsed.TRUNCATED);
  });
});

describe("a payload's check", () => {
  it("leaves bytes behind the last field alone: later versions add fields", () => {
    const layout = layoutOf("one:u8 two:u16");
    expect(checkPayload(layout, hex("010203aabb"), 0, 5)).toBe(Parsed.OK);
    expect(fieldsEnd(layout, hex("010203aabb"), 0, 5)).toBe(3);
  });

  it("refuses a count of more than there is", () => {
    const layout = layoutOf("count:u16 values:u24*count");
    expect(checkPayload(layout, hex("0100aabbcc"), 0, 5)).toBe(Parsed.OK);
    expect(checkPayload(layout, hex("0200aabbcc"), 0, 5)).toBe(Parsed.TRUNCATED);
    expect(checkPayload(layout, hex("ffffaabbcc"), 0, 5)).toBe(Parsed.TRUNCATED);
  });

  it("refuses a string longer than what is left, and takes one that is not known", () => {
    const layout = layoutOf("text:octets");
    expect(checkPayload(layout, hex("024142"), 0, 3)).toBe(Parsed.OK);
    expect(checkPayload(layout, hex("034142"), 0, 3)).toBe(Parsed.TRUNCATED);
    expect(checkPayload(layout, hex("ff"), 0, 1)).toBe(Parsed.OK);
    expect(decode(layout, hex("ff"), 0, 1)).toEqual({ text: new Uint8Array(0) });
  });

  it("refuses half a field that may be missing", () => {
    const layout = layoutOf("one:u8 two:u32?");
    expect(checkPayload(layout, hex("01"), 0, 1)).toBe(Parsed.OK);
    expect(checkPayload(layout, hex("010203"), 0, 3)).toBe(Parsed.TRUNCATED);
  });

  it("refuses an element that stops within a group", () => {
    const layout = layoutOf("pairs:(one:u8 two:u16)*");
    expect(checkPayload(layout, hex("010203040506"), 0, 6)).toBe(Parsed.OK);
    expect(checkPayload(layout, hex("0102030405"), 0, 5)).toBe(Parsed.TRUNCATED);
  });
});

describe("a field", () => {
  const layout = layoutOf("control:map8 one:u16?control&1 two:i16?control&2 list:u8*control&0xf0");

  it("is found behind those that are not there", () => {
    const bytes = hex("22feff0809");
    expect(checkPayload(layout, bytes, 0, 5)).toBe(Parsed.OK);
    expect(fieldAt(layout, 1, bytes, 0, 5)).toBe(-1);
    expect(fieldAt(layout, 2, bytes, 0, 5)).toBe(1);
    expect(numberAt(layout, 2, bytes, 1)).toBe(-2);
    expect(fieldCount(layout, 1, bytes, 0, 5)).toBe(0);
    expect(fieldCount(layout, 3, bytes, 0, 5)).toBe(2);
  });

  it("is not found when there are none of it", () => {
    expect(fieldAt(layout, 3, hex("00"), 0, 1)).toBe(-1);
  });
});

describe("a layout", () => {
  it.each([
    ["an unknown type", "one:u7"],
    ["no type", "one"],
    ["a guard that is not before it", "one:u8?two&1 two:u8"],
    ["a count of a string", "one:octets two:u8*one"],
    ["a count outside its parentheses", "one:u8 two:(three:u8*one)*"],
    ["a parenthesis too many", "one:u8)"],
  ])("with %s is a mistake", (_what, text) => {
    expect(() => layoutOf(text)).toThrow(/^no /);
  });
});
