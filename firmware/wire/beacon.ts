// IEEE 802.15.4 beacon of a network without superframes, with the Zigbee beacon payload.
// @source IEEE 802.15.4-2006 section 7.2.2.1; Zigbee 05-3474-22 section 3.6.7, table 3-73

import { copyBytes, readU16, writeU16 } from "./little-endian";
import { MacControl, MacMode, MacType, macPayloadAt, macSourceMode, putMacControl } from "./mac";
import { Parsed } from "./parsed";

/** From the MAC payload's start, in a beacon without GTS fields and pending addresses. */
export const enum Beacon {
  SUPERFRAME = 0,
  GTS = 2,
  PENDING = 3,
  PAYLOAD = 4,
}

export const enum Superframe {
  /** Beacon order and superframe order 15: no superframes; final CAP slot 15. */
  NONE = 0x0fff,
  PAN_COORDINATOR = 0x4000,
  ASSOCIATION_PERMIT = 0x8000,
}

/** From the beacon payload's start. */
export const enum BeaconPayload {
  PROTOCOL = 0,
  /** u16: profile, version, capacities, depth. */
  NETWORK = 1,
  EXTENDED_PAN = 3,
  TX_OFFSET = 11,
  UPDATE_ID = 14,
  LENGTH = 15,
}

export const enum BeaconNetwork {
  PROFILE_MASK = 0x000f,
  /** Zigbee PRO, protocol version 2. */
  PRO = 0x0022,
  ROUTER_CAPACITY = 0x0400,
  DEPTH_SHIFT = 11,
  DEPTH_MASK = 0x7800,
  END_DEVICE_CAPACITY = 0x8000,
}

/** Looks at a frame that `checkMac` took and whose type is `BEACON`; takes any beacon. */
export function checkBeacon(bytes: Uint8Array, start: number, length: number): Parsed {
  const at = macPayloadAt(bytes, start);
  const end = start + length;
  if (macSourceMode(bytes, start) === MacMode.NONE) return Parsed.INVALID;
  if (at + Beacon.GTS >= end) return Parsed.TRUNCATED;
  const pending = pendingAt(bytes, at);
  if (pending >= end) return Parsed.TRUNCATED;
  return pending + 1 + pendingLength(bytes[pending]!) > end ? Parsed.TRUNCATED : Parsed.OK;
}

export function beaconPermitsJoining(bytes: Uint8Array, start: number): boolean {
  return (superframe(bytes, start) & Superframe.ASSOCIATION_PERMIT) !== 0;
}

/** Where the beacon payload starts. */
export function beaconPayloadAt(bytes: Uint8Array, start: number): number {
  const pending = pendingAt(bytes, macPayloadAt(bytes, start));
  return pending + 1 + pendingLength(bytes[pending]!);
}

/** Whether the beacon payload is Zigbee's; only then the accessors below hold. */
export function isZigbeeBeacon(bytes: Uint8Array, start: number, length: number): boolean {
  const at = beaconPayloadAt(bytes, start);
  return at + BeaconPayload.LENGTH <= start + length && bytes[at] === 0;
}

/** `BeaconNetwork` bits. */
export function beaconNetwork(bytes: Uint8Array, start: number): number {
  return readU16(bytes, beaconPayloadAt(bytes, start) + BeaconPayload.NETWORK);
}

export function beaconExtendedPanAt(bytes: Uint8Array, start: number): number {
  return beaconPayloadAt(bytes, start) + BeaconPayload.EXTENDED_PAN;
}

export function beaconUpdateId(bytes: Uint8Array, start: number): number {
  return bytes[beaconPayloadAt(bytes, start) + BeaconPayload.UPDATE_ID]!;
}

/**
 * Writes the whole beacon of a coordinator, frame header included.
 * @param flags `Superframe.PAN_COORDINATOR`, `ASSOCIATION_PERMIT`
 * @param network `BeaconNetwork.ROUTER_CAPACITY`, `END_DEVICE_CAPACITY`, depth; profile is added
 */
export function putBeacon(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  pan: number,
  source: number,
  flags: number,
  network: number,
  extendedPan: Uint8Array,
  extendedPanStart: number,
  updateId: number,
): number {
  const next = putMacControl(bytes, at, MacType.BEACON | MacControl.SOURCE_SHORT, sequence);
  writeU16(bytes, next, pan);
  writeU16(bytes, next + 2, source);
  const payload = next + 4;
  writeU16(bytes, payload + Beacon.SUPERFRAME, Superframe.NONE | flags);
  bytes[payload + Beacon.GTS] = 0;
  bytes[payload + Beacon.PENDING] = 0;
  const zigbee = payload + Beacon.PAYLOAD;
  bytes[zigbee + BeaconPayload.PROTOCOL] = 0;
  writeU16(bytes, zigbee + BeaconPayload.NETWORK, BeaconNetwork.PRO | network);
  copyBytes(extendedPan, extendedPanStart, bytes, zigbee + BeaconPayload.EXTENDED_PAN, 8);
  // Beacons are sent when asked for: the time since the parent's beacon says nothing.
  for (let i = 0; i < 3; i++) bytes[zigbee + BeaconPayload.TX_OFFSET + i] = 0xff;
  bytes[zigbee + BeaconPayload.UPDATE_ID] = updateId;
  return zigbee + BeaconPayload.LENGTH;
}

function superframe(bytes: Uint8Array, start: number): number {
  return readU16(bytes, macPayloadAt(bytes, start) + Beacon.SUPERFRAME);
}

/** GTS: a count in three bits; with descriptors come a direction byte and three bytes each. */
function pendingAt(bytes: Uint8Array, at: number): number {
  const count = bytes[at + Beacon.GTS]! & 7;
  return at + Beacon.GTS + 1 + (count === 0 ? 0 : 1 + 3 * count);
}

function pendingLength(specification: number): number {
  return (specification & 7) * 2 + ((specification >> 4) & 7) * 8;
}
