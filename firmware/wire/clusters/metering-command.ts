// Payloads of the Metering cluster's commands that a hub sends or takes: the profile, the mirror
// and its notifications. Offsets count from the ZCL payload's start.
// @source Smart Energy 07-5356-22 annexes D.3.2.3, D.3.3.3, D.3.4.4

import { readU16, readU32, writeU16, writeU32 } from "../little-endian";
import { Parsed } from "../parsed";
import { putNumber, readUnsigned } from "../zcl-attribute";

export const enum GetProfile {
  /** An `IntervalChannel`. */
  CHANNEL = 0,
  /** UTC seconds; 0: the newest there are. u32 */
  END_TIME = 1,
  COUNT = 5,
  LENGTH = 6,
}

export const enum IntervalChannel {
  DELIVERED = 0,
  RECEIVED = 1,
}

export const enum GetProfileResponse {
  /** Of the newest interval. u32 */
  END_TIME = 0,
  /** A `ProfileStatus`. */
  STATUS = 4,
  /** An `IntervalPeriod`. */
  PERIOD = 5,
  COUNT = 6,
  /** Newest first, three bytes each; all ones: not known. */
  INTERVALS = 7,
  INTERVAL_LENGTH = 3,
  INVALID_INTERVAL = 0xffffff,
}

export const enum ProfileStatus {
  SUCCESS = 0,
  UNDEFINED_CHANNEL = 1,
  CHANNEL_NOT_SUPPORTED = 2,
  INVALID_END_TIME = 3,
  MORE_THAN_CAN_BE_RETURNED = 4,
  NO_INTERVALS = 5,
}

export const enum RequestMirrorResponse {
  /** Where the mirror is, u16; `NONE`: none to be had. */
  ENDPOINT = 0,
  LENGTH = 2,
  NONE = 0xffff,
}

export const enum ConfigureMirror {
  ISSUER_EVENT = 0,
  /** Seconds between reports. u24 */
  REPORTING_INTERVAL = 4,
  /** 1: answer each report with the notification flags. */
  NOTIFICATION_REPORTING = 7,
  /** 0: none, 1: predefined scheme A, 2: scheme B. */
  NOTIFICATION_SCHEME = 8,
  LENGTH = 9,
}

/** The flags that answer a report: scheme, then 32 bits each of functional flags and others. */
export const enum MirrorReportResponse {
  SCHEME = 0,
  FLAGS = 1,
  FLAGS_LENGTH = 4,
  /** Scheme B: functional flags and four more sets. */
  SETS_MAX = 5,
}

export const enum GetSampledData {
  SAMPLE = 0,
  EARLIEST = 2,
  TYPE = 6,
  COUNT = 7,
  LENGTH = 9,
}

export const enum GetSampledDataResponse {
  SAMPLE = 0,
  START_TIME = 2,
  TYPE = 6,
  INTERVAL = 7,
  COUNT = 9,
  SAMPLES = 11,
  SAMPLE_LENGTH = 3,
}

export function checkGetProfile(_bytes: Uint8Array, at: number, end: number): Parsed {
  return atLeast(end - at, GetProfile.LENGTH);
}

export function getProfileEndTime(bytes: Uint8Array, at: number): number {
  return readU32(bytes, at + GetProfile.END_TIME);
}

export function putGetProfile(
  bytes: Uint8Array,
  at: number,
  channel: IntervalChannel,
  endTime: number,
  count: number,
): number {
  bytes[at + GetProfile.CHANNEL] = channel;
  writeU32(bytes, at + GetProfile.END_TIME, endTime);
  bytes[at + GetProfile.COUNT] = count;
  return at + GetProfile.LENGTH;
}

export function checkGetProfileResponse(bytes: Uint8Array, at: number, end: number): Parsed {
  if (end - at < GetProfileResponse.INTERVALS) return Parsed.TRUNCATED;
  const intervals = bytes[at + GetProfileResponse.COUNT]! * GetProfileResponse.INTERVAL_LENGTH;
  return atLeast(end - at, GetProfileResponse.INTERVALS + intervals);
}

export function profileEndTime(bytes: Uint8Array, at: number): number {
  return readU32(bytes, at + GetProfileResponse.END_TIME);
}

/** A `ProfileStatus`. */
export function profileStatus(bytes: Uint8Array, at: number): number {
  return bytes[at + GetProfileResponse.STATUS]!;
}

/** An `IntervalPeriod`. */
export function profilePeriod(bytes: Uint8Array, at: number): number {
  return bytes[at + GetProfileResponse.PERIOD]!;
}

export function profileCount(bytes: Uint8Array, at: number): number {
  return bytes[at + GetProfileResponse.COUNT]!;
}

/** @param index 0 is the newest */
export function profileInterval(bytes: Uint8Array, at: number, index: number): number {
  const interval = GetProfileResponse.INTERVALS + GetProfileResponse.INTERVAL_LENGTH * index;
  return readUnsigned(bytes, at + interval, GetProfileResponse.INTERVAL_LENGTH);
}

/** Writes the head; `putProfileInterval` follows `count` times, newest first. */
export function putGetProfileResponse(
  bytes: Uint8Array,
  at: number,
  endTime: number,
  status: ProfileStatus,
  period: number,
  count: number,
): number {
  writeU32(bytes, at + GetProfileResponse.END_TIME, endTime);
  bytes[at + GetProfileResponse.STATUS] = status;
  bytes[at + GetProfileResponse.PERIOD] = period;
  bytes[at + GetProfileResponse.COUNT] = count;
  return at + GetProfileResponse.INTERVALS;
}

export function putProfileInterval(bytes: Uint8Array, at: number, value: number): number {
  return putNumber(bytes, at, value, GetProfileResponse.INTERVAL_LENGTH);
}

/** Also the payload of `MIRROR_REMOVED`. @param endpoint `RequestMirrorResponse.NONE`: none */
export function putRequestMirrorResponse(bytes: Uint8Array, at: number, endpoint: number): number {
  writeU16(bytes, at, endpoint);
  return at + RequestMirrorResponse.LENGTH;
}

export function checkConfigureMirror(_bytes: Uint8Array, at: number, end: number): Parsed {
  return atLeast(end - at, ConfigureMirror.LENGTH);
}

/** Seconds between a sleeping meter's reports. */
export function mirrorReportingInterval(bytes: Uint8Array, at: number): number {
  return readUnsigned(bytes, at + ConfigureMirror.REPORTING_INTERVAL, 3);
}

export function putConfigureMirror(
  bytes: Uint8Array,
  at: number,
  issuerEvent: number,
  reportingInterval: number,
  notificationReporting: boolean,
  scheme: number,
): number {
  writeU32(bytes, at + ConfigureMirror.ISSUER_EVENT, issuerEvent);
  putNumber(bytes, at + ConfigureMirror.REPORTING_INTERVAL, reportingInterval, 3);
  bytes[at + ConfigureMirror.NOTIFICATION_REPORTING] = notificationReporting ? 1 : 0;
  bytes[at + ConfigureMirror.NOTIFICATION_SCHEME] = scheme;
  return at + ConfigureMirror.LENGTH;
}

export function checkMirrorReportResponse(_bytes: Uint8Array, at: number, end: number): Parsed {
  const flags = end - at - MirrorReportResponse.FLAGS;
  if (flags < MirrorReportResponse.FLAGS_LENGTH) return Parsed.TRUNCATED;
  return flags % MirrorReportResponse.FLAGS_LENGTH === 0 ? Parsed.OK : Parsed.TRUNCATED;
}

/** @param set 0: the functional flags */
export function mirrorFlags(bytes: Uint8Array, at: number, set: number): number {
  const flags = MirrorReportResponse.FLAGS + MirrorReportResponse.FLAGS_LENGTH * set;
  return readU32(bytes, at + flags);
}

/** Writes the answer with the functional flags alone (scheme A). */
export function putMirrorReportResponse(
  bytes: Uint8Array,
  at: number,
  scheme: number,
  functionalFlags: number,
): number {
  bytes[at + MirrorReportResponse.SCHEME] = scheme;
  writeU32(bytes, at + MirrorReportResponse.FLAGS, functionalFlags);
  return at + MirrorReportResponse.FLAGS + MirrorReportResponse.FLAGS_LENGTH;
}

export function putGetSampledData(
  bytes: Uint8Array,
  at: number,
  sample: number,
  earliest: number,
  type: number,
  count: number,
): number {
  writeU16(bytes, at + GetSampledData.SAMPLE, sample);
  writeU32(bytes, at + GetSampledData.EARLIEST, earliest);
  bytes[at + GetSampledData.TYPE] = type;
  writeU16(bytes, at + GetSampledData.COUNT, count);
  return at + GetSampledData.LENGTH;
}

export function checkGetSampledDataResponse(bytes: Uint8Array, at: number, end: number): Parsed {
  if (end - at < GetSampledDataResponse.SAMPLES) return Parsed.TRUNCATED;
  const count = readU16(bytes, at + GetSampledDataResponse.COUNT);
  const samples = count * GetSampledDataResponse.SAMPLE_LENGTH;
  return atLeast(end - at, GetSampledDataResponse.SAMPLES + samples);
}

/** @param index 0 is the earliest */
export function sampledData(bytes: Uint8Array, at: number, index: number): number {
  const sample = GetSampledDataResponse.SAMPLES + GetSampledDataResponse.SAMPLE_LENGTH * index;
  return readUnsigned(bytes, at + sample, GetSampledDataResponse.SAMPLE_LENGTH);
}

function atLeast(length: number, needed: number): Parsed {
  return length < needed ? Parsed.TRUNCATED : Parsed.OK;
}
