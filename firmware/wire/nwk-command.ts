// Zigbee network layer commands, from their identifier on: what stands behind the NWK header and,
// in a secured frame, behind the auxiliary header.
// @source Zigbee 05-3474-22 section 3.4

import { readU16, writeU16 } from "./little-endian";
import { Parsed } from "./parsed";

export const enum NwkCommand {
  ROUTE_REQUEST = 0x01,
  ROUTE_REPLY = 0x02,
  NETWORK_STATUS = 0x03,
  LEAVE = 0x04,
  ROUTE_RECORD = 0x05,
  REJOIN_REQUEST = 0x06,
  REJOIN_RESPONSE = 0x07,
  LINK_STATUS = 0x08,
  NETWORK_REPORT = 0x09,
  NETWORK_UPDATE = 0x0a,
  TIMEOUT_REQUEST = 0x0b,
  TIMEOUT_RESPONSE = 0x0c,
}

export const enum NwkCommandField {
  IDENTIFIER = 0,
  /** Leave: `NwkLeave` bits. */
  OPTIONS = 1,
  /** Rejoin request: the 802.15.4 capability byte. */
  CAPABILITY = 1,
  /** Rejoin response: the address, u16, and a status as in an association response. */
  SHORT = 1,
  STATUS = 3,
  /** End device time-out request: an index 0 to 14 (10 s, then 2 to 16,384 minutes). */
  TIMEOUT = 1,
  CONFIGURATION = 2,
  /** End device time-out response: a `TimeoutStatus` and `ParentInformation` bits. */
  TIMEOUT_STATUS = 1,
  PARENT = 2,
}

export const enum NwkLeave {
  REJOIN = 0x20,
  /** The receiver is to leave; without it, the sender says that it leaves. */
  REQUEST = 0x40,
  REMOVE_CHILDREN = 0x80,
}

export const enum TimeoutStatus {
  SUCCESS = 0x00,
  INCORRECT_VALUE = 0x01,
  TIMEOUT_MAX = 14,
}

export const enum ParentInformation {
  /** A child keeps its place by its data requests. */
  POLL_KEEPS_ALIVE = 0x01,
  REQUEST_KEEPS_ALIVE = 0x02,
}

/** Looks at a command `bytes[at .. at + length)`; takes any, and the fields of those above. */
export function checkNwkCommand(bytes: Uint8Array, at: number, length: number): Parsed {
  if (length < 1) return Parsed.TRUNCATED;
  return length < commandLength(bytes[at]!) ? Parsed.TRUNCATED : Parsed.OK;
}

/** An `NwkCommand`, or a number that is none of ours. */
export function nwkCommand(bytes: Uint8Array, at: number): number {
  return bytes[at]!;
}

/** Of a rejoin response. */
export function rejoinShort(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at + NwkCommandField.SHORT);
}

export function putLeave(bytes: Uint8Array, at: number, options: number): number {
  bytes[at] = NwkCommand.LEAVE;
  bytes[at + NwkCommandField.OPTIONS] = options;
  return at + 2;
}

export function putRejoinRequest(bytes: Uint8Array, at: number, capability: number): number {
  bytes[at] = NwkCommand.REJOIN_REQUEST;
  bytes[at + NwkCommandField.CAPABILITY] = capability;
  return at + 2;
}

export function putRejoinResponse(
  bytes: Uint8Array,
  at: number,
  short: number,
  status: number,
): number {
  bytes[at] = NwkCommand.REJOIN_RESPONSE;
  writeU16(bytes, at + NwkCommandField.SHORT, short);
  bytes[at + NwkCommandField.STATUS] = status;
  return at + 4;
}

export function putTimeoutResponse(
  bytes: Uint8Array,
  at: number,
  status: TimeoutStatus,
  parent: number,
): number {
  bytes[at] = NwkCommand.TIMEOUT_RESPONSE;
  bytes[at + NwkCommandField.TIMEOUT_STATUS] = status;
  bytes[at + NwkCommandField.PARENT] = parent;
  return at + 3;
}

/** Bytes with the identifier; 1 for those whose fields nobody reads. */
function commandLength(command: number): number {
  switch (command) {
    case NwkCommand.LEAVE:
    case NwkCommand.REJOIN_REQUEST:
      return 2;
    case NwkCommand.REJOIN_RESPONSE:
      return 4;
    case NwkCommand.TIMEOUT_REQUEST:
    case NwkCommand.TIMEOUT_RESPONSE:
      return 3;
    default:
      return 1;
  }
}
