// IEEE 802.15.4 MAC commands: association, disassociation, data request, orphan and beacon request,
// coordinator realignment. Each `put` writes a whole frame, header and all.
// @source IEEE 802.15.4-2006 section 7.3

import { copyBytes, readU16, writeU16 } from "./little-endian";
import {
  Mac,
  MacControl,
  MacMode,
  MacType,
  macDestinationMode,
  macPayloadAt,
  macSourceMode,
  putMacControl,
  putMacExtended,
} from "./mac";
import { Parsed } from "./parsed";

export const enum MacCommand {
  ASSOCIATION_REQUEST = 1,
  ASSOCIATION_RESPONSE = 2,
  DISASSOCIATION = 3,
  DATA_REQUEST = 4,
  PAN_ID_CONFLICT = 5,
  ORPHAN = 6,
  BEACON_REQUEST = 7,
  COORDINATOR_REALIGNMENT = 8,
}

/** From the command's identifier, which is the first byte of the payload. */
export const enum AssociationRequest {
  /** `MacCapability` bits. */
  CAPABILITY = 1,
  LENGTH = 2,
}

export const enum AssociationResponse {
  /** The new short address. u16 */
  SHORT = 1,
  /** A `MacAssociation`. */
  STATUS = 3,
  LENGTH = 4,
}

export const enum Disassociation {
  /** A `MacDisassociation`. */
  REASON = 1,
  LENGTH = 2,
}

export const enum Realignment {
  PAN = 1,
  COORDINATOR = 3,
  CHANNEL = 5,
  SHORT = 6,
  LENGTH = 8,
}

export const enum MacCapability {
  ALTERNATE_COORDINATOR = 0x01,
  /** A full-function device: a router. */
  FULL_FUNCTION = 0x02,
  MAINS_POWERED = 0x04,
  RX_ON_WHEN_IDLE = 0x08,
  SECURITY = 0x40,
  ALLOCATE_ADDRESS = 0x80,
}

export const enum MacAssociation {
  SUCCESS = 0x00,
  PAN_AT_CAPACITY = 0x01,
  PAN_ACCESS_DENIED = 0x02,
}

export const enum MacDisassociation {
  COORDINATOR_WISHES = 1,
  DEVICE_WISHES = 2,
}

/** Looks at a frame that `checkMac` took and whose type is `COMMAND`. */
export function checkMacCommand(bytes: Uint8Array, start: number, length: number): Parsed {
  const at = macPayloadAt(bytes, start);
  const left = start + length - at;
  if (left < 1) return Parsed.TRUNCATED;
  const needed = payloadLength(bytes[at]!);
  if (needed === 0) return Parsed.UNSUPPORTED;
  if (left < needed) return Parsed.TRUNCATED;
  return hasFittingAddresses(bytes, start, bytes[at]!) ? Parsed.OK : Parsed.INVALID;
}

/** A `MacCommand`. */
export function macCommand(bytes: Uint8Array, start: number): MacCommand {
  return bytes[macPayloadAt(bytes, start)]!;
}

/** Of an association request. */
export function associationCapability(bytes: Uint8Array, start: number): number {
  return bytes[macPayloadAt(bytes, start) + AssociationRequest.CAPABILITY]!;
}

/** Of an association response: the address given, `0xffff` with a refusal. */
export function associationShort(bytes: Uint8Array, start: number): number {
  return readU16(bytes, macPayloadAt(bytes, start) + AssociationResponse.SHORT);
}

/** Of an association response: a `MacAssociation`. */
export function associationStatus(bytes: Uint8Array, start: number): number {
  return bytes[macPayloadAt(bytes, start) + AssociationResponse.STATUS]!;
}

/** Of a disassociation: a `MacDisassociation`. */
export function disassociationReason(bytes: Uint8Array, start: number): number {
  return bytes[macPayloadAt(bytes, start) + Disassociation.REASON]!;
}

/** To everyone on the channel: send your beacons. */
export function putBeaconRequest(bytes: Uint8Array, at: number, sequence: number): number {
  const control = MacType.COMMAND | MacControl.DESTINATION_SHORT;
  const next = putMacControl(bytes, at, control, sequence);
  writeU16(bytes, next, Mac.BROADCAST_PAN);
  writeU16(bytes, next + 2, Mac.BROADCAST);
  bytes[next + 4] = MacCommand.BEACON_REQUEST;
  return next + 5;
}

/** @param capability `MacCapability` bits */
export function putAssociationRequest(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  pan: number,
  coordinator: number,
  source: Uint8Array,
  sourceStart: number,
  capability: number,
): number {
  const addressing = MacControl.DESTINATION_SHORT | MacControl.SOURCE_EXTENDED;
  const control = MacType.COMMAND | MacControl.ACK_REQUEST | addressing;
  const next = putMacControl(bytes, at, control, sequence);
  writeU16(bytes, next, pan);
  writeU16(bytes, next + 2, coordinator);
  writeU16(bytes, next + 4, Mac.BROADCAST_PAN);
  copyBytes(source, sourceStart, bytes, next + 6, 8);
  bytes[next + 14] = MacCommand.ASSOCIATION_REQUEST;
  bytes[next + 15] = capability;
  return next + 16;
}

/** @param short the address given, `Mac.BROADCAST` with a refusal */
export function putAssociationResponse(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  pan: number,
  destination: Uint8Array,
  destinationStart: number,
  source: Uint8Array,
  sourceStart: number,
  short: number,
  status: MacAssociation,
): number {
  const next = putMacExtended(
    bytes,
    at,
    MacType.COMMAND | MacControl.ACK_REQUEST,
    sequence,
    pan,
    destination,
    destinationStart,
    source,
    sourceStart,
  );
  bytes[next] = MacCommand.ASSOCIATION_RESPONSE;
  writeU16(bytes, next + AssociationResponse.SHORT, short);
  bytes[next + AssociationResponse.STATUS] = status;
  return next + 4;
}

export function putDisassociation(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  pan: number,
  destination: Uint8Array,
  destinationStart: number,
  source: Uint8Array,
  sourceStart: number,
  reason: MacDisassociation,
): number {
  const next = putMacExtended(
    bytes,
    at,
    MacType.COMMAND | MacControl.ACK_REQUEST,
    sequence,
    pan,
    destination,
    destinationStart,
    source,
    sourceStart,
  );
  bytes[next] = MacCommand.DISASSOCIATION;
  bytes[next + Disassociation.REASON] = reason;
  return next + 2;
}

/** A sleeping node's question for frames that wait for it, under its short address. */
export function putDataRequest(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  pan: number,
  parent: number,
  source: number,
): number {
  const shorts = MacControl.DESTINATION_SHORT | MacControl.SOURCE_SHORT;
  const control = MacType.COMMAND | MacControl.ACK_REQUEST | MacControl.PAN_ID_COMPRESSION | shorts;
  const next = putMacControl(bytes, at, control, sequence);
  writeU16(bytes, next, pan);
  writeU16(bytes, next + 2, parent);
  writeU16(bytes, next + 4, source);
  bytes[next + 6] = MacCommand.DATA_REQUEST;
  return next + 7;
}

/** The same under the node's EUI-64: before it has a short address. */
export function putDataRequestExtended(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  pan: number,
  parent: number,
  source: Uint8Array,
  sourceStart: number,
): number {
  const addressing = MacControl.DESTINATION_SHORT | MacControl.SOURCE_EXTENDED;
  const flags = MacControl.ACK_REQUEST | MacControl.PAN_ID_COMPRESSION;
  const next = putMacControl(bytes, at, MacType.COMMAND | flags | addressing, sequence);
  writeU16(bytes, next, pan);
  writeU16(bytes, next + 2, parent);
  copyBytes(source, sourceStart, bytes, next + 4, 8);
  bytes[next + 12] = MacCommand.DATA_REQUEST;
  return next + 13;
}

export function putOrphan(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  source: Uint8Array,
  sourceStart: number,
): number {
  const addressing = MacControl.DESTINATION_SHORT | MacControl.SOURCE_EXTENDED;
  const control = MacType.COMMAND | MacControl.PAN_ID_COMPRESSION | addressing;
  const next = putMacControl(bytes, at, control, sequence);
  writeU16(bytes, next, Mac.BROADCAST_PAN);
  writeU16(bytes, next + 2, Mac.BROADCAST);
  copyBytes(source, sourceStart, bytes, next + 4, 8);
  bytes[next + 12] = MacCommand.ORPHAN;
  return next + 13;
}

/** The coordinator's answer to an orphan of its own. @source section 7.3.8 */
export function putRealignment(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  pan: number,
  destination: Uint8Array,
  destinationStart: number,
  source: Uint8Array,
  sourceStart: number,
  coordinator: number,
  channel: number,
  short: number,
): number {
  const addressing = MacControl.DESTINATION_EXTENDED | MacControl.SOURCE_EXTENDED;
  const control = MacType.COMMAND | MacControl.ACK_REQUEST | addressing;
  const next = putMacControl(bytes, at, control, sequence);
  // The orphan may have forgotten its PAN: it is addressed in every PAN.
  writeU16(bytes, next, Mac.BROADCAST_PAN);
  copyBytes(destination, destinationStart, bytes, next + 2, 8);
  writeU16(bytes, next + 10, pan);
  copyBytes(source, sourceStart, bytes, next + 12, 8);
  const command = next + 20;
  bytes[command] = MacCommand.COORDINATOR_REALIGNMENT;
  writeU16(bytes, command + Realignment.PAN, pan);
  writeU16(bytes, command + Realignment.COORDINATOR, coordinator);
  bytes[command + Realignment.CHANNEL] = channel;
  writeU16(bytes, command + Realignment.SHORT, short);
  return command + Realignment.LENGTH;
}

/** Bytes of a command's payload with its identifier; 0: not one of ours. */
function payloadLength(command: number): number {
  switch (command) {
    case MacCommand.ASSOCIATION_REQUEST:
    case MacCommand.DISASSOCIATION:
      return 2;
    case MacCommand.ASSOCIATION_RESPONSE:
      return 4;
    case MacCommand.DATA_REQUEST:
    case MacCommand.PAN_ID_CONFLICT:
    case MacCommand.ORPHAN:
    case MacCommand.BEACON_REQUEST:
      return 1;
    case MacCommand.COORDINATOR_REALIGNMENT:
      return 8;
    default:
      return 0;
  }
}

/** Those whose answer needs an address must carry it. */
function hasFittingAddresses(bytes: Uint8Array, start: number, command: number): boolean {
  const source = macSourceMode(bytes, start);
  switch (command) {
    case MacCommand.ASSOCIATION_REQUEST:
    case MacCommand.ORPHAN:
    case MacCommand.DISASSOCIATION:
    case MacCommand.COORDINATOR_REALIGNMENT:
      return source === MacMode.EXTENDED;
    case MacCommand.ASSOCIATION_RESPONSE:
      return source === MacMode.EXTENDED && macDestinationMode(bytes, start) === MacMode.EXTENDED;
    case MacCommand.DATA_REQUEST:
      return source !== MacMode.NONE;
    default:
      return true;
  }
}
