// CRC-32 of what lies in flash: reflected polynomial 0xedb88320, start and complement 0xffffffff.
// It finds torn and decayed records; it keeps nobody out.
// @source IEEE 802.3 clause 3.2.9

// Four bits at a time: sixteen numbers instead of a kilobyte of them.
const NIBBLES = [
  0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
  0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
];

export const enum Crc32 {
  START = 0xffffffff,
}

/** Takes `bytes[start .. start + length)` into a running `crc`, which began with `Crc32.START`. */
export function crc32Step(crc: number, bytes: Uint8Array, start: number, length: number): number {
  let rest = crc;
  const end = start + length;
  for (let at = start; at < end; at++) {
    rest ^= bytes[at]!;
    rest = (rest >>> 4) ^ NIBBLES[rest & 15]!;
    rest = (rest >>> 4) ^ NIBBLES[rest & 15]!;
  }
  return rest;
}

/** Completes a running value: 0 to 2^32 - 1. */
export function crc32End(crc: number): number {
  return ~crc >>> 0;
}

export function crc32(bytes: Uint8Array, start: number, length: number): number {
  return crc32End(crc32Step(Crc32.START, bytes, start, length));
}
