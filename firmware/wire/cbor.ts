// Deterministic CBOR, the writing side: shortest heads, definite lengths; whoever writes a map
// gives its keys in the bytewise order of their encodings. Integers up to 2^53 - 1.
// @source RFC 8949 sections 3 and 4.2.1

export const enum Major {
  UNSIGNED = 0,
  NEGATIVE = 1,
  BYTES = 2,
  TEXT = 3,
  ARRAY = 4,
  MAP = 5,
  TAG = 6,
  SIMPLE = 7,
}

export const enum Cbor {
  FALSE = 0xf4,
  TRUE = 0xf5,
  NULL = 0xf6,
  /** Arguments in the head itself are less than this. */
  IN_HEAD = 24,
  /** [exponent, mantissa] to the base 10. @source RFC 8949 section 3.4.4 */
  TAG_DECIMAL_FRACTION = 4,
  /** The longest head. */
  HEAD_MAX = 9,
}

/** Writes a head with the shortest argument. Answers its end. */
export function putHead(bytes: Uint8Array, start: number, major: Major, argument: number): number {
  const top = major << 5;
  if (argument < 24) {
    bytes[start] = top | argument;
    return start + 1;
  }
  const length = argument < 0x100 ? 1 : argument < 0x10000 ? 2 : argument < 0x100000000 ? 4 : 8;
  bytes[start] = top | (length === 1 ? 24 : length === 2 ? 25 : length === 4 ? 26 : 27);
  let rest = argument;
  for (let i = length; i > 0; i--) {
    bytes[start + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return start + 1 + length;
}

/** Bytes that `putHead` takes. */
export function headLength(argument: number): number {
  if (argument < 24) return 1;
  return argument < 0x100 ? 2 : argument < 0x10000 ? 3 : argument < 0x100000000 ? 5 : 9;
}

export function putInteger(bytes: Uint8Array, at: number, value: number): number {
  return value < 0
    ? putHead(bytes, at, Major.NEGATIVE, -1 - value)
    : putHead(bytes, at, Major.UNSIGNED, value);
}

export function putByteString(
  bytes: Uint8Array,
  at: number,
  from: Uint8Array,
  fromStart: number,
  length: number,
): number {
  const start = putHead(bytes, at, Major.BYTES, length);
  for (let i = 0; i < length; i++) bytes[start + i] = from[fromStart + i]!;
  return start + length;
}

/** @param text ASCII */
export function putText(bytes: Uint8Array, at: number, text: string): number {
  const start = putHead(bytes, at, Major.TEXT, text.length);
  for (let i = 0; i < text.length; i++) bytes[start + i] = text.charCodeAt(i);
  return start + text.length;
}
