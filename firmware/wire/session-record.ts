// An OSCORE security context as it is provisioned: the value of journal record 1 of a session's
// region. Five fields, each a length byte and its bytes; the lengths are the only structure.

import { writeU32, writeU48 } from "./little-endian";
import { Oscore } from "./oscore-option";

/** Keys of the records in a session's journal. */
export const enum SessionKey {
  /** Written at manufacture, of the layout of this file. */
  CONTEXT = 1,
  /** Written by the session: numbers taken ahead, and how often it has started. */
  RESERVED = 2,
}

export const enum SessionRecord {
  /** Length of an absent ID context. */
  NO_CONTEXT = 0xff,
  SECRET_MIN = 16,
  /** Of the secret, and of the salt. */
  SECRET_MAX = 32,
  /** Five length bytes, IDs 7 + 7, ID context 8, salt 32, secret 32. */
  LENGTH_MAX = 91,
}

/** Record `SessionKey.RESERVED`. */
export const enum Reserved {
  /** The first number that is not taken. u48 */
  LIMIT = 0,
  /** How often the session has started. u32 */
  STARTS = 6,
  LENGTH = 10,
}

/** Writes a reservation at the start of `bytes`; answers its length. */
export function putReserved(bytes: Uint8Array, limit: number, starts: number): number {
  writeU48(bytes, Reserved.LIMIT, limit);
  writeU32(bytes, Reserved.STARTS, starts);
  return Reserved.LENGTH;
}

/** Where the fields of a good record are; it belongs to its user. */
export class SessionRecordReader {
  senderId = 0;
  senderIdLength = 0;
  recipientId = 0;
  recipientIdLength = 0;
  idContext = 0;
  /** Negative: there is no ID context. */
  idContextLength = -1;
  salt = 0;
  saltLength = 0;
  secret = 0;
  secretLength = 0;

  /** False: it is no such record, or its two IDs are the same. @source RFC 8613 section 3.3 */
  read(bytes: Uint8Array, start: number, length: number): boolean {
    const end = start + length;
    this.senderId = start + 1;
    this.senderIdLength = fieldLength(bytes, start, end, Oscore.ID_MAX);
    if (this.senderIdLength < 0) return false;
    this.recipientId = this.senderId + this.senderIdLength + 1;
    this.recipientIdLength = fieldLength(bytes, this.recipientId - 1, end, Oscore.ID_MAX);
    if (this.recipientIdLength < 0) return false;
    this.idContext = this.recipientId + this.recipientIdLength + 1;
    const absent = bytes[this.idContext - 1] === SessionRecord.NO_CONTEXT;
    this.idContextLength = absent
      ? -1
      : fieldLength(bytes, this.idContext - 1, end, Oscore.CONTEXT_MAX);
    if (!absent && this.idContextLength < 0) return false;
    this.salt = this.idContext + Math.max(0, this.idContextLength) + 1;
    this.saltLength = fieldLength(bytes, this.salt - 1, end, SessionRecord.SECRET_MAX);
    if (this.saltLength < 0) return false;
    this.secret = this.salt + this.saltLength + 1;
    this.secretLength = fieldLength(bytes, this.secret - 1, end, SessionRecord.SECRET_MAX);
    if (this.secretLength < SessionRecord.SECRET_MIN) return false;
    return this.secret + this.secretLength === end && this.idsDiffer(bytes);
  }

  private idsDiffer(bytes: Uint8Array): boolean {
    if (this.senderIdLength !== this.recipientIdLength) return true;
    for (let i = 0; i < this.senderIdLength; i++) {
      if (bytes[this.senderId + i] !== bytes[this.recipientId + i]) return true;
    }
    return false;
  }
}

/**
 * Writes a record, as manufacture does. Answers its length.
 * @param idContext null: none
 */
export function putSessionRecord(
  bytes: Uint8Array,
  start: number,
  senderId: Uint8Array,
  recipientId: Uint8Array,
  idContext: Uint8Array | null,
  salt: Uint8Array,
  secret: Uint8Array,
): number {
  let at = putField(bytes, start, senderId);
  at = putField(bytes, at, recipientId);
  if (idContext === null) bytes[at++] = SessionRecord.NO_CONTEXT;
  else at = putField(bytes, at, idContext);
  at = putField(bytes, at, salt);
  return putField(bytes, at, secret) - start;
}

function fieldLength(bytes: Uint8Array, at: number, end: number, longest: number): number {
  if (at >= end) return -1;
  const length = bytes[at]!;
  return length > longest || at + 1 + length > end ? -1 : length;
}

function putField(bytes: Uint8Array, at: number, field: Uint8Array): number {
  bytes[at] = field.length;
  for (let i = 0; i < field.length; i++) bytes[at + 1 + i] = field[i]!;
  return at + 1 + field.length;
}
