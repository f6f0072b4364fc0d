// The strict look at a stranger's CBOR: one whole item, deterministically encoded, of the kinds
// that our protocols use (integers, strings, arrays, maps, tags, false, true, null; no floats).
// @source RFC 8949 sections 4.2.1, 5.3 and appendix C

import { isUtf8 } from "./utf8";

export const enum CborCheck {
  OK = 0,
  /** It ends too early, or something follows it. */
  BAD_LENGTH = 1,
  /** A head that is not the shortest, an indefinite length, keys out of order or twice. */
  NOT_DETERMINISTIC = 2,
  /** A float, an unassigned simple value, a reserved head. */
  UNSUPPORTED = 3,
  /** An integer over 2^53 - 1. */
  TOO_LARGE = 4,
  /** Arrays, maps and tags inside one another deeper than `DEPTH_MAX`. */
  TOO_DEEP = 5,
  BAD_TEXT = 6,
}

/** Our structures need four; a stranger's cost stack. */
const DEPTH_MAX = 8;

/** After `OK`, a walk over the heads of the same bytes cannot fail. */
export function checkCbor(bytes: Uint8Array, start: number, length: number): CborCheck {
  const end = checkItem(bytes, start, start + length, 0);
  if (end < 0) return -end;
  return end === start + length ? CborCheck.OK : CborCheck.BAD_LENGTH;
}

/** The item's end, or the negative of a `CborCheck`. */
function checkItem(bytes: Uint8Array, start: number, end: number, depth: number): number {
  if (depth > DEPTH_MAX) return -CborCheck.TOO_DEEP;
  if (start >= end) return -CborCheck.BAD_LENGTH;
  const major = bytes[start]! >> 5;
  const short = bytes[start]! & 31;
  if (major === 7) return short >= 20 && short <= 22 ? start + 1 : -CborCheck.UNSUPPORTED;
  const after = checkHead(bytes, start, end, short);
  if (after < 0) return after;
  const argument = headArgument(bytes, start);
  if (major < 2) return after;
  if (major < 4) {
    if (argument > end - after) return -CborCheck.BAD_LENGTH;
    if (major === 3 && !isUtf8(bytes, after, after + argument)) return -CborCheck.BAD_TEXT;
    return after + argument;
  }
  if (major === 6) return checkItem(bytes, after, end, depth + 1);
  // Each element has a byte at least, which bounds the loops below by the message's length.
  if (argument > end - after) return -CborCheck.BAD_LENGTH;
  return major === 4
    ? checkArray(bytes, after, end, depth, argument)
    : checkMap(bytes, after, end, depth, argument);
}

function checkHead(bytes: Uint8Array, start: number, end: number, short: number): number {
  if (short < 24) return start + 1;
  if (short === 31) return -CborCheck.NOT_DETERMINISTIC;
  if (short > 27) return -CborCheck.UNSUPPORTED;
  const length = 1 << (short - 24);
  if (start + 1 + length > end) return -CborCheck.BAD_LENGTH;
  // Doubles are exact below 2^53, and the high half shows what is above.
  if (length === 8 && ((bytes[start + 1]! << 8) | bytes[start + 2]!) > 0x1f) {
    return -CborCheck.TOO_LARGE;
  }
  const argument = headArgument(bytes, start);
  const least = short === 24 ? 24 : short === 25 ? 0x100 : short === 26 ? 0x10000 : 0x100000000;
  if (argument < least) return -CborCheck.NOT_DETERMINISTIC;
  // -1 - argument must be a safe integer too.
  if (argument === Number.MAX_SAFE_INTEGER) return -CborCheck.TOO_LARGE;
  return start + 1 + length;
}

function checkArray(
  bytes: Uint8Array,
  start: number,
  end: number,
  depth: number,
  count: number,
): number {
  let at = start;
  for (let i = 0; i < count && at >= 0; i++) at = checkItem(bytes, at, end, depth + 1);
  return at;
}

function checkMap(
  bytes: Uint8Array,
  start: number,
  end: number,
  depth: number,
  count: number,
): number {
  let at = start;
  let keyBefore = -1;
  let keyBeforeEnd = -1;
  for (let i = 0; i < count; i++) {
    const key = at;
    at = checkItem(bytes, key, end, depth + 1);
    if (at < 0) return at;
    if (keyBefore >= 0 && !isAfter(bytes, keyBefore, keyBeforeEnd, key, at)) {
      return -CborCheck.NOT_DETERMINISTIC;
    }
    keyBefore = key;
    keyBeforeEnd = at;
    at = checkItem(bytes, at, end, depth + 1);
    if (at < 0) return at;
  }
  return at;
}

/** Bytewise lexicographic order. No encoded item is the beginning of another. */
function isAfter(
  bytes: Uint8Array,
  first: number,
  firstEnd: number,
  second: number,
  secondEnd: number,
): boolean {
  for (let i = 0; first + i < firstEnd && second + i < secondEnd; i++) {
    const difference = bytes[second + i]! - bytes[first + i]!;
    if (difference !== 0) return difference > 0;
  }
  return false;
}

/** The argument of a head that is whole. */
export function headArgument(bytes: Uint8Array, start: number): number {
  const short = bytes[start]! & 31;
  if (short < 24) return short;
  let value = 0;
  const length = 1 << (short - 24);
  for (let i = 1; i <= length; i++) value = value * 256 + bytes[start + i]!;
  return value;
}
