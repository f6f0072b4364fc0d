// SenML as the head-end reads it. @source RFC 8428 sections 4 and 6

import { Encoder, Tag } from "cbor-x";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSenml, shiftDecimal } from "../../../host-sim/head-end/senml";

const encoder = new Encoder({ mapsAsObjects: false, useRecords: false });
const pack = (...records: [number, unknown][][]): Uint8Array =>
  encoder.encode(records.map((entries) => new Map(entries)));
const BASE = { name: -2, time: -3, unit: -4 };

describe("a pack", () => {
  it("gives its records, base fields resolved and carried on", () => {
    const bytes = pack(
      [
        [BASE.name, "a_"],
        [BASE.time, 1_000],
        [BASE.unit, "Wh"],
        [0, "x"],
        [2, 1],
        [6, 5],
      ],
      [
        [0, "y"],
        [1, "W"],
        [2, -2.5],
      ],
      [
        [BASE.name, "b_"],
        [2, 3n],
      ],
    );
    expect(decodeSenml(bytes)).toEqual([
      { name: "a_x", unit: "Wh", value: 1, time: 1_005 },
      { name: "a_y", unit: "W", value: -2.5, time: 1_000 },
      { name: "b_", unit: "Wh", value: 3, time: 1_000 },
    ]);
  });

  it("passes over a record that has base fields alone", () => {
    expect(decodeSenml(pack([[BASE.name, "a"]]))).toEqual([]);
  });

  it.each([
    ["no octets", ""],
    ["a map", "a0"],
    ["a list of something else", "8101"],
    ["a pack cut short", "81a10218"],
    ["an octet too many", "81a1020100"],
    ["a decimal fraction of one number", "81a102c48101"],
    ["a decimal fraction that is a number", "81a102c401"],
    ["a decimal fraction of nothing", "81a102c4f6"],
  ])("that is %s is none, or has no value", (_name, octets) => {
    expect(decodeSenml(Buffer.from(octets, "hex")) ?? []).toEqual([]);
  });

  it("has no value that is no number", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, "1", null, true]) {
      expect(decodeSenml(pack([[2, value]]))).toEqual([]);
    }
  });
});

describe("decimal fractions (RFC 8949 section 3.4.4)", () => {
  it("of thousandths come back exact as whole numbers", () => {
    const litres = fc.integer({ min: 0, max: 2 ** 48 - 1 });
    fc.assert(
      fc.property(litres, (value) => {
        const [record] = decodeSenml(pack([[2, new Tag([-3, value], 4)]]))!;
        expect(shiftDecimal(record!.value, 3)).toBe(value);
      }),
      { numRuns: 2_000 },
    );
  });

  it("may be large, small and negative", () => {
    const value = (exponent: number, mantissa: number) =>
      decodeSenml(pack([[2, new Tag([exponent, mantissa], 4)]]))![0]!.value;
    expect(value(2, 5)).toBe(500);
    expect(value(-9, 1)).toBe(1e-9);
    expect(value(-1, -15)).toBe(-1.5);
    expect(shiftDecimal(1e-9, 3)).toBe(1e-6);
    expect(shiftDecimal(1e21, 3)).toBe(1e24);
  });
});

describe("any octets", () => {
  it("never make it throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void decodeSenml(bytes)),
      {
        numRuns: 5_000,
      },
    );
  });
});
