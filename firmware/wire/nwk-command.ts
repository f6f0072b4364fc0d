// Zigbee NWK commands. All functions take the command's start (its identifier), which lies behind
// the NWK header and, in a secured frame, behind the auxiliary header.
// @source Zigbee 05-3474-22 section 3.4

import { copyBytes, readU16, writeU16 } from "./little-endian";
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
  END_DEVICE_TIMEOUT_REQUEST = 0x0b,
  END_DEVICE_TIMEOUT_RESPONSE = 0x0c,
}

export const enum RouteRequest {
  OPTIONS = 1,
  IDENTIFIER = 2,
  DESTINATION = 3,
  COST = 5,
  LENGTH = 6,
  /** Behind it, when the options say so. */
  DESTINATION_EUI64 = LENGTH,
  EXTENDED_LENGTH = 14,
}

export const enum RouteRequestOptions {
  /** Everybody keeps a route to the originator: two bits. */
  MANY_TO_ONE_MASK = 0x18,
  /** The originator keeps source routes. */
  MANY_TO_ONE_RECORD = 0x08,
  MANY_TO_ONE = 0x10,
  DESTINATION_EUI64 = 0x20,
  MULTICAST = 0x40,
}

export const enum RouteReply {
  OPTIONS = 1,
  IDENTIFIER = 2,
  ORIGINATOR = 3,
  RESPONDER = 5,
  COST = 7,
  LENGTH = 8,
}

export const enum RouteReplyOptions {
  ORIGINATOR_EUI64 = 0x10,
  RESPONDER_EUI64 = 0x20,
  MULTICAST = 0x40,
}

export const enum NetworkStatus {
  /** A `NetworkStatusCode`. */
  CODE = 1,
  DESTINATION = 2,
  LENGTH = 4,
}

export const enum NetworkStatusCode {
  NO_ROUTE = 0x00,
  TREE_LINK_FAILURE = 0x01,
  LINK_FAILURE = 0x02,
  /** An indirect frame was not fetched in time. */
  INDIRECT_EXPIRED = 0x06,
  PARENT_LINK_FAILURE = 0x09,
  SOURCE_ROUTE_FAILURE = 0x0b,
  MANY_TO_ONE_FAILURE = 0x0c,
  ADDRESS_CONFLICT = 0x0d,
  PAN_ID_UPDATE = 0x0f,
  ADDRESS_UPDATE = 0x10,
  BAD_FRAME_COUNTER = 0x11,
  BAD_KEY_SEQUENCE = 0x12,
  UNKNOWN_COMMAND = 0x13,
}

export const enum Leave {
  OPTIONS = 1,
  LENGTH = 2,
}

export const enum LeaveOptions {
  REJOIN = 0x20,
  /** Another device is told to leave; else the sender says that it leaves. */
  REQUEST = 0x40,
  REMOVE_CHILDREN = 0x80,
}

/** Relays of two bytes each follow; the first is the one next to the sender of the record. */
export const enum RouteRecord {
  COUNT = 1,
  RELAYS = 2,
}

export const enum RejoinRequest {
  /** `MacCapability` bits. */
  CAPABILITY = 1,
  LENGTH = 2,
}

export const enum RejoinResponse {
  SHORT = 1,
  /** A `MacAssociation`. */
  STATUS = 3,
  LENGTH = 4,
}

/** Entries of three bytes: address, costs (incoming in bits 0 to 2, outgoing in bits 4 to 6). */
export const enum LinkStatus {
  OPTIONS = 1,
  ENTRIES = 2,
  ENTRY_LENGTH = 3,
  COUNT_MASK = 0x1f,
  FIRST = 0x20,
  LAST = 0x40,
}

/** Network report and network update: the same head. */
export const enum NetworkReport {
  /** Number of records in bits 0 to 4, which command in bits 5 to 7 (0: PAN identifier). */
  OPTIONS = 1,
  EXTENDED_PAN = 2,
  RECORDS = 10,
  COUNT_MASK = 0x1f,
  /** Of an update: its number, then the new PAN identifier. */
  UPDATE_ID = RECORDS,
  NEW_PAN = 11,
  UPDATE_LENGTH = 13,
}

export const enum EndDeviceTimeoutRequest {
  /** 0: ten seconds; n: 2 to the power of n minutes, up to 14. */
  TIMEOUT = 1,
  CONFIGURATION = 2,
  LENGTH = 3,
  TIMEOUT_MAX = 14,
}

export const enum EndDeviceTimeoutResponse {
  /** An `EndDeviceTimeoutStatus`. */
  STATUS = 1,
  PARENT = 2,
  LENGTH = 3,
}

export const enum EndDeviceTimeoutStatus {
  SUCCESS = 0,
  INCORRECT_VALUE = 1,
}

export const enum ParentInformation {
  /** A data request keeps the child alive. */
  DATA_POLL = 0x01,
  TIMEOUT_REQUEST = 0x02,
}

/** Looks at a command `bytes[at .. at + length)`, from its identifier on. */
export function checkNwkCommand(bytes: Uint8Array, at: number, length: number): Parsed {
  if (length < 2) return Parsed.TRUNCATED;
  const options = bytes[at + 1]!;
  switch (bytes[at]!) {
    case NwkCommand.ROUTE_REQUEST:
      if (!(options & RouteRequestOptions.DESTINATION_EUI64))
        return atLeast(length, RouteRequest.LENGTH);
      return atLeast(length, RouteRequest.EXTENDED_LENGTH);
    case NwkCommand.ROUTE_REPLY:
      return atLeast(length, RouteReply.LENGTH + routeReplyExtension(options));
    case NwkCommand.NETWORK_STATUS:
      return atLeast(length, NetworkStatus.LENGTH);
    case NwkCommand.LEAVE:
      return atLeast(length, Leave.LENGTH);
    case NwkCommand.ROUTE_RECORD:
      return atLeast(length, RouteRecord.RELAYS + 2 * options);
    case NwkCommand.REJOIN_REQUEST:
      return atLeast(length, RejoinRequest.LENGTH);
    case NwkCommand.REJOIN_RESPONSE:
      return atLeast(length, RejoinResponse.LENGTH);
    case NwkCommand.LINK_STATUS:
      return atLeast(length, LinkStatus.ENTRIES + LinkStatus.ENTRY_LENGTH * linkCount(options));
    case NwkCommand.NETWORK_REPORT:
      return atLeast(length, NetworkReport.RECORDS + 2 * (options & NetworkReport.COUNT_MASK));
    case NwkCommand.NETWORK_UPDATE:
      return atLeast(length, NetworkReport.UPDATE_LENGTH);
    case NwkCommand.END_DEVICE_TIMEOUT_REQUEST:
      return atLeast(length, EndDeviceTimeoutRequest.LENGTH);
    case NwkCommand.END_DEVICE_TIMEOUT_RESPONSE:
      return atLeast(length, EndDeviceTimeoutResponse.LENGTH);
    default:
      return Parsed.UNSUPPORTED;
  }
}

/** A `NwkCommand`. */
export function nwkCommand(bytes: Uint8Array, at: number): NwkCommand {
  return bytes[at]!;
}

export function routeRequestDestination(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at + RouteRequest.DESTINATION);
}

export function networkStatusDestination(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at + NetworkStatus.DESTINATION);
}

export function routeReplyOriginator(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at + RouteReply.ORIGINATOR);
}

export function routeReplyResponder(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at + RouteReply.RESPONDER);
}

export function routeRecordRelay(bytes: Uint8Array, at: number, index: number): number {
  return readU16(bytes, at + RouteRecord.RELAYS + 2 * index);
}

export function linkStatusCount(bytes: Uint8Array, at: number): number {
  return linkCount(bytes[at + LinkStatus.OPTIONS]!);
}

export function linkStatusAddress(bytes: Uint8Array, at: number, index: number): number {
  return readU16(bytes, at + LinkStatus.ENTRIES + LinkStatus.ENTRY_LENGTH * index);
}

export function rejoinResponseShort(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at + RejoinResponse.SHORT);
}

/** @param options `RouteRequestOptions`: 0 asks for a route to `destination` alone */
export function putRouteRequest(
  bytes: Uint8Array,
  at: number,
  options: number,
  identifier: number,
  destination: number,
): number {
  bytes[at] = NwkCommand.ROUTE_REQUEST;
  bytes[at + RouteRequest.OPTIONS] = options;
  bytes[at + RouteRequest.IDENTIFIER] = identifier;
  writeU16(bytes, at + RouteRequest.DESTINATION, destination);
  bytes[at + RouteRequest.COST] = 0;
  return at + RouteRequest.LENGTH;
}

export function putRouteReply(
  bytes: Uint8Array,
  at: number,
  identifier: number,
  originator: number,
  responder: number,
  cost: number,
): number {
  bytes[at] = NwkCommand.ROUTE_REPLY;
  bytes[at + RouteReply.OPTIONS] = 0;
  bytes[at + RouteReply.IDENTIFIER] = identifier;
  writeU16(bytes, at + RouteReply.ORIGINATOR, originator);
  writeU16(bytes, at + RouteReply.RESPONDER, responder);
  bytes[at + RouteReply.COST] = cost;
  return at + RouteReply.LENGTH;
}

export function putNetworkStatus(
  bytes: Uint8Array,
  at: number,
  code: NetworkStatusCode,
  destination: number,
): number {
  bytes[at] = NwkCommand.NETWORK_STATUS;
  bytes[at + NetworkStatus.CODE] = code;
  writeU16(bytes, at + NetworkStatus.DESTINATION, destination);
  return at + NetworkStatus.LENGTH;
}

/** @param options `LeaveOptions` bits */
export function putLeave(bytes: Uint8Array, at: number, options: number): number {
  bytes[at] = NwkCommand.LEAVE;
  bytes[at + Leave.OPTIONS] = options;
  return at + Leave.LENGTH;
}

/** @param capability `MacCapability` bits */
export function putRejoinRequest(bytes: Uint8Array, at: number, capability: number): number {
  bytes[at] = NwkCommand.REJOIN_REQUEST;
  bytes[at + RejoinRequest.CAPABILITY] = capability;
  return at + RejoinRequest.LENGTH;
}

/** @param status a `MacAssociation` */
export function putRejoinResponse(
  bytes: Uint8Array,
  at: number,
  short: number,
  status: number,
): number {
  bytes[at] = NwkCommand.REJOIN_RESPONSE;
  writeU16(bytes, at + RejoinResponse.SHORT, short);
  bytes[at + RejoinResponse.STATUS] = status;
  return at + RejoinResponse.LENGTH;
}

/** Writes the head of a link status that is first and last at once; entries follow. */
export function putLinkStatus(bytes: Uint8Array, at: number, count: number): number {
  bytes[at] = NwkCommand.LINK_STATUS;
  bytes[at + LinkStatus.OPTIONS] = count | LinkStatus.FIRST | LinkStatus.LAST;
  return at + LinkStatus.ENTRIES;
}

/** @param incoming 1 good to 7 bad, 0 unknown; `outgoing` likewise */
export function putLinkStatusEntry(
  bytes: Uint8Array,
  at: number,
  short: number,
  incoming: number,
  outgoing: number,
): number {
  writeU16(bytes, at, short);
  bytes[at + 2] = incoming | (outgoing << 4);
  return at + LinkStatus.ENTRY_LENGTH;
}

/** Tells the network its new PAN identifier. */
export function putNetworkUpdate(
  bytes: Uint8Array,
  at: number,
  extendedPan: Uint8Array,
  extendedPanStart: number,
  updateId: number,
  pan: number,
): number {
  bytes[at] = NwkCommand.NETWORK_UPDATE;
  bytes[at + NetworkReport.OPTIONS] = 1;
  copyBytes(extendedPan, extendedPanStart, bytes, at + NetworkReport.EXTENDED_PAN, 8);
  bytes[at + NetworkReport.UPDATE_ID] = updateId;
  writeU16(bytes, at + NetworkReport.NEW_PAN, pan);
  return at + NetworkReport.UPDATE_LENGTH;
}

export function putEndDeviceTimeoutRequest(bytes: Uint8Array, at: number, timeout: number): number {
  bytes[at] = NwkCommand.END_DEVICE_TIMEOUT_REQUEST;
  bytes[at + EndDeviceTimeoutRequest.TIMEOUT] = timeout;
  bytes[at + EndDeviceTimeoutRequest.CONFIGURATION] = 0;
  return at + EndDeviceTimeoutRequest.LENGTH;
}

/** @param parent `ParentInformation` bits */
export function putEndDeviceTimeoutResponse(
  bytes: Uint8Array,
  at: number,
  status: EndDeviceTimeoutStatus,
  parent: number,
): number {
  bytes[at] = NwkCommand.END_DEVICE_TIMEOUT_RESPONSE;
  bytes[at + EndDeviceTimeoutResponse.STATUS] = status;
  bytes[at + EndDeviceTimeoutResponse.PARENT] = parent;
  return at + EndDeviceTimeoutResponse.LENGTH;
}

function routeReplyExtension(options: number): number {
  const originator = options & RouteReplyOptions.ORIGINATOR_EUI64 ? 8 : 0;
  return originator + (options & RouteReplyOptions.RESPONDER_EUI64 ? 8 : 0);
}

function linkCount(options: number): number {
  return options & LinkStatus.COUNT_MASK;
}

function atLeast(length: number, needed: number): Parsed {
  return length < needed ? Parsed.TRUNCATED : Parsed.OK;
}
