// Sensor Measurement Lists in CBOR: the records that carry meter readings.
// One pack is an array; base name and base time hold until another record changes them.
// @source RFC 8428 sections 4 and 6

import { Cbor, headLength, Major, putHead, putInteger, putText } from "./cbor";

/** CBOR labels. @source RFC 8428 table 4 */
export const enum SenmlLabel {
  BASE_NAME = -2,
  BASE_TIME = -3,
  NAME = 0,
  UNIT = 1,
  VALUE = 2,
  TIME = 6,
}

export const enum SenmlKind {
  ELECTRICITY = 0,
  DEMAND = 1,
  GAS = 2,
  ELECTRICITY_INTERVAL = 3,
  GAS_INTERVAL = 4,
}

const NAMES = ["electricity", "demand", "gas", "electricity-interval", "gas-interval"];
const UNITS = ["Wh", "W", "m3", "Wh", "m3"];

/** `urn:dev:mac:`, 16 hexadecimal digits and an underline. @source RFC 9039 section 4.1 */
const BASE_PREFIX = "urn:dev:mac:";
const BASE_NAME_LENGTH = BASE_PREFIX.length + 17;
/** From the base name's label to its digits: the label, a head of two bytes, the prefix. */
const BASE_DIGITS = 3 + BASE_PREFIX.length;
/** The array's head has one byte; a block holds far fewer. */
const RECORDS_MAX = 23;

/** Writes one pack into a bounded place. It belongs to its user. */
export class SenmlWriter {
  /** Where the next byte goes: the pack's end. */
  at = 0;
  records = 0;
  private start = 0;
  private limit = 0;
  private baseTime = 0;
  /** Where the digits of the device in force lie, in its base name. */
  private digits = 0;

  open(start: number, limit: number): void {
    this.start = start;
    this.at = start + 1;
    this.limit = limit;
    this.records = 0;
  }

  /**
   * Adds a record. False: no room; nothing was written.
   * @param eui64 of the meter, least significant byte first
   * @param time Unix seconds
   * @param value Wh, W, or cubic decimetres
   */
  put(
    bytes: Uint8Array,
    eui64: Uint8Array,
    eui64Start: number,
    kind: SenmlKind,
    time: number,
    value: number,
  ): boolean {
    const isSame = this.records > 0 && this.isDevice(bytes, eui64, eui64Start);
    const offset = isSame ? time - this.baseTime : 0;
    if (this.records === RECORDS_MAX) return false;
    if (this.at + recordLength(kind, time, value, isSame, offset) > this.limit) return false;
    this.at = putFields(bytes, this.at, kind, value, isSame ? (offset === 0 ? 0 : 1) : 2);
    if (offset !== 0) {
      this.at = putInteger(bytes, putInteger(bytes, this.at, SenmlLabel.TIME), offset);
    }
    if (!isSame) {
      this.baseTime = time;
      this.digits = this.at + BASE_DIGITS;
      this.at = putBase(bytes, this.at, eui64, eui64Start, time);
    }
    this.records++;
    return true;
  }

  /** Takes back what was put after `at` and `records` had these values. */
  rewind(at: number, records: number): void {
    this.at = at;
    this.records = records;
  }

  /** Ends the pack; answers its length. */
  close(bytes: Uint8Array): number {
    bytes[this.start] = (Major.ARRAY << 5) | this.records;
    return this.at - this.start;
  }

  private isDevice(bytes: Uint8Array, eui64: Uint8Array, start: number): boolean {
    for (let i = 0; i < 8; i++) {
      const at = this.digits + 2 * (7 - i);
      const byte = eui64[start + i]!;
      if (bytes[at] !== hexDigit(byte >> 4) || bytes[at + 1] !== hexDigit(byte & 15)) return false;
    }
    return true;
  }
}

/** Writes a pack of one record at `start`; answers its end. For the rest, `SenmlWriter.put`. */
export function putSenmlPack(
  bytes: Uint8Array,
  start: number,
  eui64: Uint8Array,
  eui64Start: number,
  kind: SenmlKind,
  time: number,
  value: number,
): number {
  bytes[start] = (Major.ARRAY << 5) | 1;
  return putBase(bytes, putFields(bytes, start + 1, kind, value, 2), eui64, eui64Start, time);
}

/** A record up to its value. @param more fields that follow */
function putFields(
  bytes: Uint8Array,
  start: number,
  kind: SenmlKind,
  value: number,
  more: number,
): number {
  let at = putHead(bytes, start, Major.MAP, 3 + more);
  at = putText(bytes, putInteger(bytes, at, SenmlLabel.NAME), NAMES[kind]!);
  at = putText(bytes, putInteger(bytes, at, SenmlLabel.UNIT), UNITS[kind]!);
  return putValue(bytes, putInteger(bytes, at, SenmlLabel.VALUE), kind, value);
}

/** Base name and base time. */
function putBase(
  bytes: Uint8Array,
  start: number,
  eui64: Uint8Array,
  eui64Start: number,
  time: number,
): number {
  let at = putInteger(bytes, start, SenmlLabel.BASE_NAME);
  at = putHead(bytes, at, Major.TEXT, BASE_NAME_LENGTH);
  for (let i = 0; i < BASE_PREFIX.length; i++) bytes[at++] = BASE_PREFIX.charCodeAt(i);
  for (let i = 7; i >= 0; i--) {
    bytes[at++] = hexDigit(eui64[eui64Start + i]! >> 4);
    bytes[at++] = hexDigit(eui64[eui64Start + i]! & 15);
  }
  bytes[at++] = 0x5f;
  return putInteger(bytes, putInteger(bytes, at, SenmlLabel.BASE_TIME), time);
}

/** Gas in cubic metres is a decimal fraction, exact as the meter counts. */
function putValue(bytes: Uint8Array, start: number, kind: SenmlKind, value: number): number {
  if (UNITS[kind] !== "m3") return putInteger(bytes, start, value);
  const array = putHead(bytes, start, Major.TAG, Cbor.TAG_DECIMAL_FRACTION);
  const exponent = putHead(bytes, array, Major.ARRAY, 2);
  return putInteger(bytes, putInteger(bytes, exponent, -3), value);
}

function recordLength(
  kind: SenmlKind,
  time: number,
  value: number,
  isSame: boolean,
  offset: number,
): number {
  const fraction = UNITS[kind] === "m3" ? 3 : 0;
  const fields = 3 + textLength(NAMES[kind]!.length) + textLength(UNITS[kind]!.length);
  const own = 1 + fields + fraction + integerLength(value);
  if (!isSame) return own + 2 + textLength(BASE_NAME_LENGTH) + integerLength(time);
  return offset === 0 ? own : own + 1 + integerLength(offset);
}

function integerLength(value: number): number {
  return headLength(value < 0 ? -1 - value : value);
}

function textLength(length: number): number {
  return headLength(length) + length;
}

function hexDigit(value: number): number {
  return value < 10 ? 0x30 + value : 0x57 + value;
}
