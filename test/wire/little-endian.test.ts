// Numbers in messages, and looking for one byte among records.

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  findByte,
  readI32,
  readU16,
  readU32,
  readU48,
  writeI32,
  writeU16,
  writeU32,
  writeU48,
} from "../../firmware/wire/little-endian";

test("a number that was written is read again, and nothing beside it is touched", () => {
  const cases = [
    { length: 2, write: writeU16, read: readU16, most: 0xffff },
    { length: 4, write: writeU32, read: readU32, most: 0xffff_ffff },
    { length: 6, write: writeU48, read: readU48, most: 0xffff_ffff_ffff },
  ];
  for (const { length, write, read, most } of cases) {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: most }), (value) => {
        const bytes = new Uint8Array(length + 2).fill(0x55);
        write(bytes, 1, value);
        expect(read(bytes, 1)).toBe(value);
        expect([bytes[0], bytes[length + 1]]).toEqual([0x55, 0x55]);
      }),
    );
  }
});

test("a signed number is written in two's complement", () => {
  fc.assert(
    fc.property(fc.integer(), (value) => {
      const bytes = new Uint8Array(4);
      writeI32(bytes, 0, value);
      expect(readI32(bytes, 0)).toBe(value);
      expect(new DataView(bytes.buffer).getInt32(0, true)).toBe(value);
    }),
  );
});

test("a byte is found in the first record that has it, in a field of all of them", () => {
  const records = new Uint8Array([9, 1, 0, 9, 2, 0, 9, 3, 0, 9, 2, 0]);
  expect(findByte(records, 1, 3, 4, 2)).toBe(1);
  expect(findByte(records, 7, 3, 2, 2)).toBe(1);
  expect(findByte(records, 0, 3, 4, 9)).toBe(0);
});

test("a byte that only other fields or later records have is not found", () => {
  const records = new Uint8Array([9, 1, 0, 9, 2, 0, 9, 3, 0, 9, 4, 0]);
  expect(findByte(records, 1, 3, 4, 9)).toBe(-1);
  expect(findByte(records, 1, 3, 3, 4)).toBe(-1);
  expect(findByte(records, 1, 3, 0, 1)).toBe(-1);
  expect(findByte(records, 1, 3, 4, 256 + 1)).toBe(-1);
});
