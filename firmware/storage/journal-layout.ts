// A record of a journal in flash.

import { readU32, writeU16, writeU32 } from "../wire/little-endian";
import { Crc32, crc32End, crc32Step } from "./crc32";

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
  /** A greater number was never written by this code. */
  NUMBER_MAX = 0x7fffffff,
}

export const enum RecordKind {
  VALUE = 0x56,
  REMOVED = 0x52,
  ERASED = 0xff,
}

/** What a look at flash finds. */
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
  if (readU32(bytes, at + JournalRecord.NUMBER) > JournalRecord.NUMBER_MAX) return RecordCheck.BAD;
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

function recordCrc(bytes: Uint8Array, at: number, length: number): number {
  const head = crc32Step(Crc32.START, bytes, at, JournalRecord.CRC);
  return crc32End(crc32Step(head, bytes, at + JournalRecord.VALUE, length));
}
