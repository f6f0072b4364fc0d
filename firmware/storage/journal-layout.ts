// How a journal lies in flash. A sector starts with a header; records follow and never cross a page
// of 256 bytes, so that after a torn one the next page is a sure place to look for more.

import { readU16, readU32, writeU16, writeU32 } from "../wire/little-endian";
import { Crc32, crc32, crc32End, crc32Step } from "./crc32";

export const enum Page {
  LENGTH = 256,
  PER_SECTOR = 16,
}

export const enum Sector {
  LENGTH = 4096,
  NONE = 0xffff,
}

export const enum SectorHeader {
  MAGIC = 0,
  /** Grows by one with each sector that is started. u32 */
  SEQUENCE = 4,
  /** The sector whose live records were copied to here, or `NONE`. u16 */
  REPLACES = 8,
  /** Zero. u16 */
  RESERVED = 10,
  /** The sequence of that sector: it may have been used anew since. u32 */
  REPLACED_SEQUENCE = 12,
  /** Over all before it. */
  CRC = 16,
  /** Zeros: the copy is whole, and the sector it replaces is dead. u32 */
  COMMITTED = 20,
  LENGTH = 24,
}

export const enum JournalMagic {
  /** "HJ01", little-endian. */
  VALUE = 0x31304a48,
  /** A header that claims more was never written by this code: 2^31 erases outlast any chip. */
  SEQUENCE_MAX = 0x7fffffff,
}

export const enum JournalRecord {
  /** A `RecordKind`. */
  KIND = 0,
  /** Bytes of the value. */
  LENGTH = 1,
  KEY = 2,
  /** Grows by one with each record that is written; a copy keeps it. u32 */
  NUMBER = 4,
  /** Over the header before it, and the value. */
  CRC = 8,
  VALUE = 12,
  VALUE_MAX = 224,
}

export const enum RecordKind {
  VALUE = 0x56,
  REMOVED = 0x52,
  ERASED = 0xff,
}

export const enum RecordCheck {
  OK = 0,
  /** Nothing was written here. */
  ERASED = 1,
  /** Torn or decayed: nothing more on this page can be trusted. */
  BAD = 2,
}

/** Bytes of a record in flash; a multiple of 4, as many chips program words. */
export function recordLength(valueLength: number): number {
  return JournalRecord.VALUE + ((valueLength + 3) & ~3);
}

export function checkRecord(bytes: Uint8Array, at: number, end: number): RecordCheck {
  if (end - at < JournalRecord.VALUE || bytes[at] === RecordKind.ERASED) return RecordCheck.ERASED;
  const kind = bytes[at + JournalRecord.KIND];
  if (kind !== RecordKind.VALUE && kind !== RecordKind.REMOVED) return RecordCheck.BAD;
  const length = bytes[at + JournalRecord.LENGTH]!;
  if (length > JournalRecord.VALUE_MAX || at + recordLength(length) > end) return RecordCheck.BAD;
  if (readU32(bytes, at + JournalRecord.NUMBER) > JournalMagic.SEQUENCE_MAX) return RecordCheck.BAD;
  const sum = recordCrc(bytes, at, length);
  return sum === readU32(bytes, at + JournalRecord.CRC) ? RecordCheck.OK : RecordCheck.BAD;
}

/** Completes a record whose value lies in place already: `valueLength` bytes at `VALUE`. */
export function putRecord(
  bytes: Uint8Array,
  at: number,
  kind: RecordKind,
  key: number,
  valueLength: number,
): void {
  bytes[at + JournalRecord.KIND] = kind;
  bytes[at + JournalRecord.LENGTH] = valueLength;
  writeU16(bytes, at + JournalRecord.KEY, key);
  const end = at + recordLength(valueLength);
  for (let i = at + JournalRecord.VALUE + valueLength; i < end; i++) bytes[i] = 0;
}

/** Numbers a complete record and adds its check. */
export function sealRecord(bytes: Uint8Array, at: number, number: number): void {
  writeU32(bytes, at + JournalRecord.NUMBER, number);
  const length = bytes[at + JournalRecord.LENGTH]!;
  writeU32(bytes, at + JournalRecord.CRC, recordCrc(bytes, at, length));
}

/** A blank or broken header is none; a header that was overwritten with zeros is broken. */
export function checkSectorHeader(bytes: Uint8Array, at: number): boolean {
  if (readU32(bytes, at + SectorHeader.MAGIC) !== JournalMagic.VALUE) return false;
  if (readU32(bytes, at + SectorHeader.SEQUENCE) > JournalMagic.SEQUENCE_MAX) return false;
  return crc32(bytes, at, SectorHeader.CRC) === readU32(bytes, at + SectorHeader.CRC);
}

/** Everything but `COMMITTED`, which is a write of its own. */
export function putSectorHeader(
  bytes: Uint8Array,
  sequence: number,
  replaces: number,
  replacedSequence: number,
): void {
  writeU32(bytes, SectorHeader.MAGIC, JournalMagic.VALUE);
  writeU32(bytes, SectorHeader.SEQUENCE, sequence);
  writeU16(bytes, SectorHeader.REPLACES, replaces);
  writeU16(bytes, SectorHeader.RESERVED, 0);
  writeU32(bytes, SectorHeader.REPLACED_SEQUENCE, replacedSequence);
  writeU32(bytes, SectorHeader.CRC, crc32(bytes, 0, SectorHeader.CRC));
}

/** A sector that replaces none needs no commitment. */
export function isCommitted(bytes: Uint8Array, at: number): boolean {
  const replaces = readU16(bytes, at + SectorHeader.REPLACES);
  return replaces === Sector.NONE || readU32(bytes, at + SectorHeader.COMMITTED) === 0;
}

function recordCrc(bytes: Uint8Array, at: number, length: number): number {
  const head = crc32Step(Crc32.START, bytes, at, JournalRecord.CRC);
  return crc32End(crc32Step(head, bytes, at + JournalRecord.VALUE, length));
}
