// Numbers in messages: little-endian, as on the radio. Named accessors, off the hot path.

export function readU16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

export function readU24(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
}

export function readU32(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at) + readU16(bytes, at + 2) * 0x10000;
}

/** An unsigned 48-bit number: always a safe integer. */
export function readU48(bytes: Uint8Array, at: number): number {
  return readU32(bytes, at) + readU16(bytes, at + 4) * 0x100000000;
}

export function readI32(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at) | (readU16(bytes, at + 2) << 16);
}

export function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >> 8;
}

export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  writeU16(bytes, at, value);
  writeU16(bytes, at + 2, value >>> 16);
}

export function writeU48(bytes: Uint8Array, at: number, value: number): void {
  writeU32(bytes, at, value % 0x100000000);
  writeU16(bytes, at + 4, Math.floor(value / 0x100000000));
}

export function writeI32(bytes: Uint8Array, at: number, value: number): void {
  writeU32(bytes, at, value);
}

/** Which of `count` bytes, `stride` apart from `at` on, has this value first; -1: none. */
export function findByte(
  bytes: Uint8Array,
  at: number,
  stride: number,
  count: number,
  value: number,
): number {
  for (let i = 0; i < count; i++) if (bytes[at + i * stride] === value) return i;
  return -1;
}

/** Copies `length` bytes; for short fields, where a call of `set` would cost more. */
export function copyBytes(
  from: Uint8Array,
  fromStart: number,
  to: Uint8Array,
  toStart: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) to[toStart + i] = from[fromStart + i]!;
}

/** Not for secrets: it stops at the first difference. */
export function equalBytes(
  a: Uint8Array,
  aStart: number,
  b: Uint8Array,
  bStart: number,
  length: number,
): boolean {
  for (let i = 0; i < length; i++) if (a[aStart + i] !== b[bStart + i]) return false;
  return true;
}
