// Numbers in messages against what the platform's own view of the bytes says.

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  readI32,
  readU16,
  readU32,
  readU48,
  writeI32,
  writeU16,
  writeU32,
  writeU48,
} from "../../firmware/wire/little-endian";

const bytes = new Uint8Array(16);
const view = new DataView(bytes.buffer);
const at = fc.integer({ min: 0, max: 8 });

test("16 and 32 bits lie as a little-endian view has them, at any place", () => {
  fc.assert(
    fc.property(fc.nat(0xffff), fc.nat(0xffff_ffff), at, (short, long, place) => {
      writeU16(bytes, place, short);
      expect(view.getUint16(place, true)).toBe(short);
      expect(readU16(bytes, place)).toBe(short);
      writeU32(bytes, place, long);
      expect(view.getUint32(place, true)).toBe(long);
      expect(readU32(bytes, place)).toBe(long);
      writeI32(bytes, place, long | 0);
      expect(view.getInt32(place, true)).toBe(long | 0);
      expect(readI32(bytes, place)).toBe(long | 0);
    }),
  );
});

test("48 bits go through, and what is longer than its field loses its upper bits", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), at, (number, place) => {
      writeU48(bytes, place, number % 2 ** 48);
      expect(readU48(bytes, place)).toBe(number % 2 ** 48);
      writeU32(bytes, place, number);
      expect(readU32(bytes, place)).toBe(number % 2 ** 32);
    }),
  );
});
