// A fragment of a ring's entry in flash. An entry is one fragment or several, one behind another;
// the last one commits it.

import { readU16, readU32, writeU16, writeU32 } from "../wire/little-endian";
import { Crc32, crc32End, crc32Step } from "./crc32";
import { RecordCheck } from "./journal-layout";

export const enum RingLimit {
  ENTRY_MAX = 4160,
  PIECE_MAX = 256,
}

export const enum Fragment {
  /** `FragmentKind` and its flags. */
  KIND = 0,
  /** Bytes of data, 1 to 240. */
  LENGTH = 1,
  /** In the first fragment the bytes of the whole entry, in others their place, from 1. u16 */
  TOTAL_OR_INDEX = 2,
  /** The entry's. u32 */
  NUMBER = 4,
  /** Over all before it, and the data. */
  CRC = 8,
  /** A `Mark`, a write of its own; it counts in first fragments. u32 */
  MARK = 12,
  DATA = 16,
  NUMBER_MAX = 0x7fffffff,
}

export const enum FragmentKind {
  PLAIN = 0x40,
  FIRST = 1,
  LAST = 2,
  ERASED = 0xff,
}

export const enum Mark {
  NONE = 0xffffffff,
  /** The entry was given up before it was whole. */
  VOID = 0x0000ffff,
  /** This entry and all before it are consumed. */
  CONSUMED = 0,
}

export function fragmentLength(dataLength: number): number {
  return Fragment.DATA + ((dataLength + 3) & ~3);
}

export function checkFragment(bytes: Uint8Array, at: number, end: number): RecordCheck {
  if (end - at < Fragment.DATA || bytes[at] === FragmentKind.ERASED) return RecordCheck.ERASED;
  const kind = bytes[at + Fragment.KIND]!;
  if ((kind & ~(FragmentKind.FIRST | FragmentKind.LAST)) !== FragmentKind.PLAIN) {
    return RecordCheck.BAD;
  }
  const length = bytes[at + Fragment.LENGTH]!;
  if (length === 0 || at + fragmentLength(length) > end) return RecordCheck.BAD;
  const total = readU16(bytes, at + Fragment.TOTAL_OR_INDEX);
  if (total === 0 || total > RingLimit.ENTRY_MAX) return RecordCheck.BAD;
  if (readU32(bytes, at + Fragment.NUMBER) > Fragment.NUMBER_MAX) return RecordCheck.BAD;
  const sum = fragmentCrc(bytes, at, length);
  return sum === readU32(bytes, at + Fragment.CRC) ? RecordCheck.OK : RecordCheck.BAD;
}

export function isFirst(bytes: Uint8Array, at: number): boolean {
  return (bytes[at]! & FragmentKind.FIRST) !== 0;
}

export function isLast(bytes: Uint8Array, at: number): boolean {
  return (bytes[at]! & FragmentKind.LAST) !== 0;
}

/** Writes the head of a fragment whose data lies in place already. */
export function putFragment(
  bytes: Uint8Array,
  at: number,
  flags: number,
  dataLength: number,
  totalOrIndex: number,
  number: number,
): void {
  bytes[at + Fragment.KIND] = FragmentKind.PLAIN | flags;
  bytes[at + Fragment.LENGTH] = dataLength;
  writeU16(bytes, at + Fragment.TOTAL_OR_INDEX, totalOrIndex);
  writeU32(bytes, at + Fragment.NUMBER, number);
  writeU32(bytes, at + Fragment.CRC, fragmentCrc(bytes, at, dataLength));
  writeU32(bytes, at + Fragment.MARK, Mark.NONE);
}

/** Void or consumed: its owner is not to see this entry. */
export function isDropped(mark: number): boolean {
  return mark >>> 16 === 0;
}

function fragmentCrc(bytes: Uint8Array, at: number, dataLength: number): number {
  const head = crc32Step(Crc32.START, bytes, at, Fragment.CRC);
  return crc32End(crc32Step(head, bytes, at + Fragment.DATA, dataLength));
}
