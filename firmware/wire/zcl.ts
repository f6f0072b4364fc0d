// ZCL frame header, global commands and status codes.
// @source ZCL 07-5123-06 sections 2.4, 2.5, 2.6.3

import { readU16, writeU16 } from "./little-endian";
import { Parsed } from "./parsed";

export const enum Zcl {
  CONTROL = 0,
  SEQUENCE = 1,
  COMMAND = 2,
  PAYLOAD = 3,
}

/** A manufacturer's code lies behind the control byte; all other fields are two further then. */
const enum Manufacturer {
  CODE = 1,
  LENGTH = 2,
}

export const enum ZclControl {
  TYPE_MASK = 0x03,
  /** A command of its cluster; else a global one. */
  CLUSTER = 0x01,
  MANUFACTURER_SPECIFIC = 0x04,
  FROM_SERVER = 0x08,
  NO_DEFAULT_RESPONSE = 0x10,
}

/** Global commands. */
export const enum ZclCommand {
  READ = 0x00,
  READ_RESPONSE = 0x01,
  WRITE = 0x02,
  WRITE_UNDIVIDED = 0x03,
  WRITE_RESPONSE = 0x04,
  WRITE_NO_RESPONSE = 0x05,
  CONFIGURE_REPORTING = 0x06,
  CONFIGURE_REPORTING_RESPONSE = 0x07,
  READ_REPORTING = 0x08,
  READ_REPORTING_RESPONSE = 0x09,
  REPORT = 0x0a,
  DEFAULT_RESPONSE = 0x0b,
  DISCOVER = 0x0c,
  DISCOVER_RESPONSE = 0x0d,
  READ_STRUCTURED = 0x0e,
  WRITE_STRUCTURED = 0x0f,
  WRITE_STRUCTURED_RESPONSE = 0x10,
  DISCOVER_RECEIVED = 0x11,
  DISCOVER_RECEIVED_RESPONSE = 0x12,
  DISCOVER_GENERATED = 0x13,
  DISCOVER_GENERATED_RESPONSE = 0x14,
  DISCOVER_EXTENDED = 0x15,
  DISCOVER_EXTENDED_RESPONSE = 0x16,
}

export const enum ZclStatus {
  SUCCESS = 0x00,
  FAILURE = 0x01,
  NOT_AUTHORIZED = 0x7e,
  MALFORMED_COMMAND = 0x80,
  UNSUPPORTED_CLUSTER_COMMAND = 0x81,
  UNSUPPORTED_GENERAL_COMMAND = 0x82,
  INVALID_FIELD = 0x85,
  UNSUPPORTED_ATTRIBUTE = 0x86,
  INVALID_VALUE = 0x87,
  READ_ONLY = 0x88,
  INSUFFICIENT_SPACE = 0x89,
  NOT_FOUND = 0x8b,
  UNREPORTABLE_ATTRIBUTE = 0x8c,
  INVALID_DATA_TYPE = 0x8d,
  WRITE_ONLY = 0x8f,
  TIMEOUT = 0x94,
  HARDWARE_FAILURE = 0xc0,
  SOFTWARE_FAILURE = 0xc1,
  UNSUPPORTED_CLUSTER = 0xc3,
}

export const enum Cluster {
  BASIC = 0x0000,
  POWER_CONFIGURATION = 0x0001,
  IDENTIFY = 0x0003,
  TIME = 0x000a,
  OTA_UPGRADE = 0x0019,
  POLL_CONTROL = 0x0020,
  KEEP_ALIVE = 0x0025,
  PRICE = 0x0700,
  LOAD_CONTROL = 0x0701,
  METERING = 0x0702,
  MESSAGING = 0x0703,
  TUNNELLING = 0x0704,
  PREPAYMENT = 0x0705,
  CALENDAR = 0x0707,
  DEVICE_MANAGEMENT = 0x0708,
  EVENTS = 0x0709,
  METER_IDENTIFICATION = 0x0b01,
}

/** Payload of `DEFAULT_RESPONSE`. */
export const enum DefaultResponse {
  COMMAND = 0,
  STATUS = 1,
  LENGTH = 2,
}

/** Looks at one frame's header. */
export function checkZcl(bytes: Uint8Array, start: number, length: number): Parsed {
  if (length < Zcl.PAYLOAD) return Parsed.TRUNCATED;
  const control = bytes[start]!;
  if ((control & ZclControl.TYPE_MASK) > ZclControl.CLUSTER) return Parsed.UNSUPPORTED;
  return length < Zcl.PAYLOAD + shift(control) ? Parsed.TRUNCATED : Parsed.OK;
}

export function zclControl(bytes: Uint8Array, start: number): number {
  return bytes[start]!;
}

/** The manufacturer's code; -1: the frame has none. */
export function zclManufacturer(bytes: Uint8Array, start: number): number {
  return shift(bytes[start]!) === 0 ? -1 : readU16(bytes, start + Manufacturer.CODE);
}

export function zclSequence(bytes: Uint8Array, start: number): number {
  return bytes[start + Zcl.SEQUENCE + shift(bytes[start]!)]!;
}

/** A `ZclCommand`, or a command of the cluster. */
export function zclCommand(bytes: Uint8Array, start: number): number {
  return bytes[start + Zcl.COMMAND + shift(bytes[start]!)]!;
}

export function zclPayloadAt(bytes: Uint8Array, start: number): number {
  return start + Zcl.PAYLOAD + shift(bytes[start]!);
}

/**
 * Writes a header; returns where the payload goes.
 * @param control `ZclControl` bits; no manufacturer's code
 */
export function putZcl(
  bytes: Uint8Array,
  at: number,
  control: number,
  sequence: number,
  command: number,
): number {
  bytes[at] = control;
  bytes[at + Zcl.SEQUENCE] = sequence;
  bytes[at + Zcl.COMMAND] = command;
  return at + Zcl.PAYLOAD;
}

/** The same with a manufacturer's code. */
export function putZclManufacturer(
  bytes: Uint8Array,
  at: number,
  control: number,
  manufacturer: number,
  sequence: number,
  command: number,
): number {
  bytes[at] = control | ZclControl.MANUFACTURER_SPECIFIC;
  writeU16(bytes, at + Manufacturer.CODE, manufacturer);
  bytes[at + Zcl.SEQUENCE + Manufacturer.LENGTH] = sequence;
  bytes[at + Zcl.COMMAND + Manufacturer.LENGTH] = command;
  return at + Zcl.PAYLOAD + Manufacturer.LENGTH;
}

/**
 * Writes a whole Default Response: header and payload. @param fromServer our side of the cluster
 */
export function putDefaultResponse(
  bytes: Uint8Array,
  at: number,
  fromServer: boolean,
  sequence: number,
  command: number,
  status: number,
): number {
  const direction = fromServer ? ZclControl.FROM_SERVER : 0;
  const control = direction | ZclControl.NO_DEFAULT_RESPONSE;
  const next = putZcl(bytes, at, control, sequence, ZclCommand.DEFAULT_RESPONSE);
  bytes[next + DefaultResponse.COMMAND] = command;
  bytes[next + DefaultResponse.STATUS] = status;
  return next + DefaultResponse.LENGTH;
}

function shift(control: number): number {
  return control & ZclControl.MANUFACTURER_SPECIFIC ? Manufacturer.LENGTH : 0;
}
