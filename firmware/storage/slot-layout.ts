// The head of a slot in flash: one page, with everything but the message's bytes.

import { readU16, readU32, writeU16, writeU32 } from "../wire/little-endian";
import { Crc32, crc32End, crc32Step } from "./crc32";

export const enum SlotLimit {
  /** Bytes of the owner's header. */
  HEADER_MAX = 64,
  PIECE_MAX = 256,
  /** Bits that the owner may set on a kept message, one after another, without a rewrite. */
  MARKS = 4,
}

export const enum Slot {
  MAGIC = 0,
  /** Grows by one with each message. u32 */
  NUMBER = 4,
  /** Bytes of the message. u16 */
  LENGTH = 8,
  /** Of the owner's header. */
  HEADER_LENGTH = 10,
  /** Over all before it, and the owner's header. */
  CRC = 12,
  /** CRC-32 of the message, then its complement: a write of its own, which commits it. */
  COMMIT = 16,
  /** A word each; zeros: set. */
  MARKS = 24,
  HEADER = 40,
  DATA = 256,
}

/** Lengths and values of those fields. */
export const enum SlotPart {
  MARK_LENGTH = 4,
  COMMIT_LENGTH = 8,
  /** Once so much is overwritten with zeros, the slot is free. */
  KILL_LENGTH = 16,
  HEAD_MAX = 104,
  /** "SL01", little-endian. */
  MAGIC_VALUE = 0x31304c53,
  NUMBER_MAX = 0x7fffffff,
}

/** Writes a head whose owner's header lies in place; commitment and marks stay erased. */
export function putSlotHead(
  bytes: Uint8Array,
  at: number,
  number: number,
  headerLength: number,
  length: number,
): void {
  bytes.fill(0xff, at + Slot.COMMIT, at + Slot.HEADER);
  writeU32(bytes, at + Slot.MAGIC, SlotPart.MAGIC_VALUE);
  writeU32(bytes, at + Slot.NUMBER, number);
  writeU16(bytes, at + Slot.LENGTH, length);
  writeU16(bytes, at + Slot.HEADER_LENGTH, headerLength);
  writeU32(bytes, at + Slot.CRC, headCrc(bytes, at, headerLength));
}

/** A whole head of a committed message; `capacity` is what a slot holds. */
export function checkSlotHead(bytes: Uint8Array, at: number, capacity: number): boolean {
  if (readU32(bytes, at + Slot.MAGIC) !== SlotPart.MAGIC_VALUE) return false;
  if (readU32(bytes, at + Slot.NUMBER) > SlotPart.NUMBER_MAX) return false;
  const headerLength = readU16(bytes, at + Slot.HEADER_LENGTH);
  const length = readU16(bytes, at + Slot.LENGTH);
  if (headerLength > SlotLimit.HEADER_MAX || length > capacity) return false;
  if (headCrc(bytes, at, headerLength) !== readU32(bytes, at + Slot.CRC)) return false;
  const sum = readU32(bytes, at + Slot.COMMIT);
  return sum + readU32(bytes, at + Slot.COMMIT + 4) === 0xffffffff;
}

export function putCommit(bytes: Uint8Array, at: number, crc: number): void {
  writeU32(bytes, at, crc);
  writeU32(bytes, at + 4, 0xffffffff - crc);
}

/** The marks of a head, bit 0 for the first. */
export function slotMarks(bytes: Uint8Array, at: number): number {
  let marks = 0;
  for (let mark = 0; mark < SlotLimit.MARKS; mark++) {
    if (readU32(bytes, at + Slot.MARKS + mark * SlotPart.MARK_LENGTH) === 0) marks |= 1 << mark;
  }
  return marks;
}

function headCrc(bytes: Uint8Array, at: number, headerLength: number): number {
  const head = crc32Step(Crc32.START, bytes, at, Slot.CRC);
  return crc32End(crc32Step(head, bytes, at + Slot.HEADER, headerLength));
}
