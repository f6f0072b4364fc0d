// The audit log in flash: sectors with a header, records with a hash chain.

import { copyBytes, equalBytes, readU32, writeU32 } from "../../wire/little-endian";

export const enum LogSector {
  LENGTH = 4096,
  HEADER_LENGTH = 64,
  /** Records behind the header. */
  RECORDS = 63,
}

/** The first 64 bytes of a sector; what is not named is 0xff. */
export const enum LogHeader {
  /** "HLOG" */
  MAGIC = 0,
  /** Counts the sectors ever begun, from 1. u32 */
  NUMBER = 4,
  /** The number of the sector's first record. u32 */
  FIRST_RECORD = 8,
  /** The chain's hash before the first record. */
  ANCHOR = 12,
  /** The first four bytes of the SHA-256 of all before. */
  CHECK = 44,
  LENGTH = 48,
}

export const enum LogRecord {
  /** Counts the records ever written, from 1. u32 */
  NUMBER = 0,
  /** A `Party`. */
  SOURCE = 4,
  /** An `AuditCode`. */
  CODE = 5,
  /** A `TimeQuality`. */
  QUALITY = 6,
  DETAIL = 8,
  /** A device's EUI-64, or zeros. */
  SUBJECT = 12,
  /** Unix seconds, 0 unknown. u32 */
  UTC = 20,
  /** Monotonic milliseconds since the hub's start. u48 */
  UPTIME = 24,
  /** SHA-256 of the hash before and of the record up to here. */
  HASH = 32,
  LENGTH = 64,
}

export const enum LogHash {
  LENGTH = 32,
}

const enum Value {
  /** "HLOG", little-endian. */
  MAGIC = 0x474f_4c48,
  CHECK_LENGTH = 4,
}

/** SHA-256 of `bytes[start .. start + length)`. A `CryptoProvider` has it. */
export interface Digest {
  sha256(bytes: Uint8Array, start: number, length: number, digest: Uint8Array): void;
}

/** Computes and compares the hashes of the log; it keeps the working space, no state. */
export class LogHasher {
  private readonly link = new Uint8Array(LogHash.LENGTH + LogRecord.HASH);
  private readonly digest = new Uint8Array(LogHash.LENGTH);

  constructor(private readonly crypto: Digest) {}

  /** Writes the record's hash behind it. */
  seal(before: Uint8Array, bytes: Uint8Array, at: number): void {
    this.hash(before, bytes, at);
    copyBytes(this.digest, 0, bytes, at + LogRecord.HASH, LogHash.LENGTH);
  }

  /** Whether the record at `at` follows `before` in the chain. */
  follows(before: Uint8Array, bytes: Uint8Array, at: number): boolean {
    this.hash(before, bytes, at);
    return equalBytes(this.digest, 0, bytes, at + LogRecord.HASH, LogHash.LENGTH);
  }

  /** Fills in a header of `LogHeader.LENGTH` bytes. */
  putHeader(header: Uint8Array, number: number, firstRecord: number, anchor: Uint8Array): void {
    writeU32(header, LogHeader.MAGIC, Value.MAGIC);
    writeU32(header, LogHeader.NUMBER, number);
    writeU32(header, LogHeader.FIRST_RECORD, firstRecord);
    copyBytes(anchor, 0, header, LogHeader.ANCHOR, LogHash.LENGTH);
    this.crypto.sha256(header, 0, LogHeader.CHECK, this.digest);
    copyBytes(this.digest, 0, header, LogHeader.CHECK, Value.CHECK_LENGTH);
  }

  /** Whether a whole header lies there. */
  isHeader(bytes: Uint8Array, at: number): boolean {
    if (readU32(bytes, at + LogHeader.MAGIC) !== Value.MAGIC) return false;
    this.crypto.sha256(bytes, at, LogHeader.CHECK, this.digest);
    return equalBytes(this.digest, 0, bytes, at + LogHeader.CHECK, Value.CHECK_LENGTH);
  }

  private hash(before: Uint8Array, bytes: Uint8Array, at: number): void {
    copyBytes(before, 0, this.link, 0, LogHash.LENGTH);
    copyBytes(bytes, at, this.link, LogHash.LENGTH, LogRecord.HASH);
    this.crypto.sha256(this.link, 0, this.link.length, this.digest);
  }
}

/** Written over a record that is not whole; nobody writes to it. */
export const VOID = new Uint8Array(LogRecord.LENGTH);

/** Whether the place of a record was given up: its write did not come to an end. */
export function isVoid(bytes: Uint8Array, at: number): boolean {
  return equalBytes(bytes, at, VOID, 0, LogRecord.LENGTH);
}
