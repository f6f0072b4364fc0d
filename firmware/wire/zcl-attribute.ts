// Attribute values, and the records of ZCL's global commands: read, write, report, configure
// reporting and discover, with their responses. A payload is checked whole; then its records are
// walked by offset: `for (let at = start; at < end; at = nextRecord(bytes, at))`.
// @source ZCL 07-5123-06 section 2.5

import { readU16, writeU16 } from "./little-endian";
import { Parsed } from "./parsed";
import { ZclStatus } from "./zcl";
import { isAnalog, isInteger, ZclLength, zclTypeLength } from "./zcl-type";

/** A record of a report or a write: identifier, type, value. */
export const enum AttributeRecord {
  ATTRIBUTE = 0,
  TYPE = 2,
  VALUE = 3,
}

/** A record of a read response; type and value only with `SUCCESS`. */
export const enum ReadRecord {
  ATTRIBUTE = 0,
  STATUS = 2,
  TYPE = 3,
  VALUE = 4,
  FAILED_LENGTH = TYPE,
}

/** A record of a write response or a configure reporting response, only for what failed. */
export const enum WriteStatus {
  STATUS = 0,
  ATTRIBUTE = 1,
  LENGTH = 3,
}

/** A record of configure reporting that asks the receiver to report. */
export const enum ReportingRecord {
  /** 0: report to me; 1: expect reports from me, with a timeout. */
  DIRECTION = 0,
  ATTRIBUTE = 1,
  TYPE = 3,
  /** Seconds, u16 each. */
  MINIMUM = 4,
  MAXIMUM = 6,
  /** Of types that measure: a value of that type. */
  CHANGE = 8,
  TIMEOUT_LENGTH = 5,
}

export const enum Discover {
  START = 0,
  MAXIMUM = 2,
  LENGTH = 3,
}

/** Complete flag, then records of identifier and type. */
export const enum DiscoverResponse {
  COMPLETE = 0,
  RECORDS = 1,
  RECORD_LENGTH = 3,
}

const enum Limit {
  /** Numbers of more bytes are not safe integers. */
  NUMBER_BYTES = 6,
}

/**
 * Bytes of the value of `type` that starts at `at`, its length field included; -1: it does not end
 * before `end`, or the type is unknown or a collection (none of our clusters has one).
 */
export function zclValueLength(bytes: Uint8Array, at: number, end: number, type: number): number {
  const fixed = zclTypeLength(type);
  if (fixed >= 0) return at + fixed <= end ? fixed : -1;
  if (fixed === ZclLength.SHORT_STRING) return stringLength(bytes, at, end, 1);
  if (fixed === ZclLength.LONG_STRING) return stringLength(bytes, at, end, 2);
  return -1;
}

/** Looks at the payload of `READ`: identifiers, two bytes each; or of `DISCOVER` received lists. */
export function checkRead(_bytes: Uint8Array, at: number, end: number): Parsed {
  return end > at && (end - at) % 2 === 0 ? Parsed.OK : Parsed.TRUNCATED;
}

/** Looks at the payload of `REPORT` or `WRITE`. */
export function checkRecords(bytes: Uint8Array, at: number, end: number): Parsed {
  if (at === end) return Parsed.TRUNCATED;
  let type = 0;
  let length = 0;
  while (at + AttributeRecord.VALUE <= end) {
    type = bytes[at + AttributeRecord.TYPE]!;
    at += AttributeRecord.VALUE;
    length = zclTypeLength(type);
    if (length < 0) {
      const code = checkValue(bytes, at, end, type);
      if (code !== Parsed.OK) return code;
      length = valueLength(bytes, at, type);
    }
    at += length;
  }
  return at === end ? Parsed.OK : Parsed.TRUNCATED;
}

/** Looks at the payload of `READ_RESPONSE`. */
export function checkReadResponse(bytes: Uint8Array, at: number, end: number): Parsed {
  if (at === end) return Parsed.TRUNCATED;
  while (at < end) {
    if (at + ReadRecord.FAILED_LENGTH > end) return Parsed.TRUNCATED;
    if (bytes[at + ReadRecord.STATUS] === ZclStatus.SUCCESS) {
      if (at + ReadRecord.VALUE > end) return Parsed.TRUNCATED;
      const code = checkValue(bytes, at + ReadRecord.VALUE, end, bytes[at + ReadRecord.TYPE]!);
      if (code !== Parsed.OK) return code;
    }
    at = nextReadRecord(bytes, at);
  }
  return Parsed.OK;
}

/** Looks at the payload of `WRITE_RESPONSE` or `CONFIGURE_REPORTING_RESPONSE`. */
export function checkWriteResponse(bytes: Uint8Array, at: number, end: number): Parsed {
  // One byte `SUCCESS` stands for all.
  if (end - at === 1) return bytes[at] === ZclStatus.SUCCESS ? Parsed.OK : Parsed.TRUNCATED;
  return end > at && (end - at) % WriteStatus.LENGTH === 0 ? Parsed.OK : Parsed.TRUNCATED;
}

/** Looks at the payload of `CONFIGURE_REPORTING`. */
export function checkReporting(bytes: Uint8Array, at: number, end: number): Parsed {
  if (at === end) return Parsed.TRUNCATED;
  while (at < end) {
    const direction = bytes[at]!;
    if (direction > 1) return Parsed.INVALID;
    if (direction === 1) {
      if (at + ReportingRecord.TIMEOUT_LENGTH > end) return Parsed.TRUNCATED;
    } else {
      if (at + ReportingRecord.CHANGE > end) return Parsed.TRUNCATED;
      const type = bytes[at + ReportingRecord.TYPE]!;
      if (zclTypeLength(type) === ZclLength.NONE) return Parsed.UNSUPPORTED;
      const change = isAnalog(type) ? zclTypeLength(type) : 0;
      if (at + ReportingRecord.CHANGE + change > end) return Parsed.TRUNCATED;
    }
    at = nextReportingRecord(bytes, at);
  }
  return Parsed.OK;
}

export function checkDiscover(_bytes: Uint8Array, at: number, end: number): Parsed {
  return end - at < Discover.LENGTH ? Parsed.TRUNCATED : Parsed.OK;
}

export function checkDiscoverResponse(bytes: Uint8Array, at: number, end: number): Parsed {
  if (at >= end) return Parsed.TRUNCATED;
  if (bytes[at]! > 1) return Parsed.INVALID;
  const records = end - at - DiscoverResponse.RECORDS;
  return records % DiscoverResponse.RECORD_LENGTH === 0 ? Parsed.OK : Parsed.TRUNCATED;
}

/** The attribute of a record of `READ`, `REPORT`, `WRITE` or `READ_RESPONSE`. */
export function recordAttribute(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at);
}

/** Where the record behind that of a report or a write starts. */
export function nextRecord(bytes: Uint8Array, at: number): number {
  return isInteger(bytes[at + AttributeRecord.TYPE]!)
    ? at + AttributeRecord.VALUE + (bytes[at + AttributeRecord.TYPE]! & 7) + 1
    : nextOther(bytes, at);
}

function nextOther(bytes: Uint8Array, at: number): number {
  const type = bytes[at + AttributeRecord.TYPE]!;
  const value = at + AttributeRecord.VALUE;
  const length = zclTypeLength(type);
  return length >= 0 ? value + length : value + valueLength(bytes, value, type);
}

/** Where the record behind that of a read response starts. */
export function nextReadRecord(bytes: Uint8Array, at: number): number {
  if (bytes[at + ReadRecord.STATUS] !== ZclStatus.SUCCESS) return at + ReadRecord.FAILED_LENGTH;
  const value = at + ReadRecord.VALUE;
  return value + valueLength(bytes, value, bytes[at + ReadRecord.TYPE]!);
}

/** Where the record behind that of configure reporting starts. */
export function nextReportingRecord(bytes: Uint8Array, at: number): number {
  if (bytes[at] === 1) return at + ReportingRecord.TIMEOUT_LENGTH;
  const type = bytes[at + ReportingRecord.TYPE]!;
  return at + ReportingRecord.CHANGE + (isAnalog(type) ? zclTypeLength(type) : 0);
}

/** An unsigned number of 1 to 6 bytes. */
export function readUnsigned(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = length - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!;
  return value;
}

/** A signed number of 1 to 6 bytes. */
export function readSigned(bytes: Uint8Array, at: number, length: number): number {
  const value = readUnsigned(bytes, at, length);
  return bytes[at + length - 1]! < 0x80 ? value : value - 256 ** length;
}

/** Whether an unsigned number has all bits set: "not known" by ZCL 2.6.2. */
export function isNonValue(bytes: Uint8Array, at: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[at + i] !== 0xff) return false;
  return true;
}

/** Writes a number of 1 to 6 bytes, negative ones in two's complement. */
export function putNumber(bytes: Uint8Array, at: number, value: number, length: number): number {
  let rest = value;
  for (let i = 0; i < length; i++) {
    bytes[at + i] = ((rest % 256) + 256) % 256;
    rest = Math.floor(rest / 256);
  }
  return at + length;
}

/** Writes a record of a report or a write whose value is a number of at most 6 bytes. */
export function putRecord(
  bytes: Uint8Array,
  at: number,
  attribute: number,
  type: number,
  value: number,
): number {
  writeU16(bytes, at, attribute);
  bytes[at + AttributeRecord.TYPE] = type;
  return putNumber(bytes, at + AttributeRecord.VALUE, value, numberLength(type));
}

/** Writes a record of a read response with a number. */
export function putReadRecord(
  bytes: Uint8Array,
  at: number,
  attribute: number,
  type: number,
  value: number,
): number {
  writeU16(bytes, at, attribute);
  bytes[at + ReadRecord.STATUS] = ZclStatus.SUCCESS;
  bytes[at + ReadRecord.TYPE] = type;
  return putNumber(bytes, at + ReadRecord.VALUE, value, numberLength(type));
}

/** Writes a record of a read response with a short string of bytes. */
export function putReadString(
  bytes: Uint8Array,
  at: number,
  attribute: number,
  type: number,
  text: Uint8Array,
  start: number,
  length: number,
): number {
  writeU16(bytes, at, attribute);
  bytes[at + ReadRecord.STATUS] = ZclStatus.SUCCESS;
  bytes[at + ReadRecord.TYPE] = type;
  bytes[at + ReadRecord.VALUE] = length;
  const value = at + ReadRecord.VALUE + 1;
  for (let i = 0; i < length; i++) bytes[value + i] = text[start + i]!;
  return value + length;
}

/** Writes a record of a read response that says why there is no value. */
export function putReadFailure(
  bytes: Uint8Array,
  at: number,
  attribute: number,
  status: ZclStatus,
): number {
  writeU16(bytes, at, attribute);
  bytes[at + ReadRecord.STATUS] = status;
  return at + ReadRecord.FAILED_LENGTH;
}

/** Writes a record of a write response or a configure reporting response. */
export function putWriteStatus(
  bytes: Uint8Array,
  at: number,
  status: ZclStatus,
  attribute: number,
): number {
  bytes[at] = status;
  writeU16(bytes, at + WriteStatus.ATTRIBUTE, attribute);
  return at + WriteStatus.LENGTH;
}

/** Writes a record of configure reporting: seconds, and the change that is worth a report. */
export function putReporting(
  bytes: Uint8Array,
  at: number,
  attribute: number,
  type: number,
  minimum: number,
  maximum: number,
  change: number,
): number {
  bytes[at] = 0;
  writeU16(bytes, at + ReportingRecord.ATTRIBUTE, attribute);
  bytes[at + ReportingRecord.TYPE] = type;
  writeU16(bytes, at + ReportingRecord.MINIMUM, minimum);
  writeU16(bytes, at + ReportingRecord.MAXIMUM, maximum);
  const next = at + ReportingRecord.CHANGE;
  return isAnalog(type) ? putNumber(bytes, next, change, numberLength(type)) : next;
}

function checkValue(bytes: Uint8Array, at: number, end: number, type: number): Parsed {
  const fixed = zclTypeLength(type);
  if (fixed === ZclLength.NONE || fixed === ZclLength.COLLECTION) return Parsed.UNSUPPORTED;
  return zclValueLength(bytes, at, end, type) < 0 ? Parsed.TRUNCATED : Parsed.OK;
}

/** Only after the value was checked. */
function valueLength(bytes: Uint8Array, at: number, type: number): number {
  return zclValueLength(bytes, at, bytes.length, type);
}

/** All ones in the length field: the string is not known, and has no bytes. */
function stringLength(bytes: Uint8Array, at: number, end: number, field: number): number {
  if (at + field > end) return -1;
  if (isNonValue(bytes, at, field)) return field;
  const total = field + readUnsigned(bytes, at, field);
  return at + total <= end ? total : -1;
}

function numberLength(type: number): number {
  const length = zclTypeLength(type);
  return length > 0 && length <= Limit.NUMBER_BYTES ? length : 0;
}
