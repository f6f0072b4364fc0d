// APS commands: Transport-Key, Update-Device, Remove-Device, Request-Key, Switch-Key, Tunnel,
// Verify-Key and Confirm-Key. All functions take the command's start (its identifier), which lies
// behind the APS header and, in a secured frame, behind the auxiliary header.
// @source Zigbee 05-3474-22 section 4.4.10

import { copyBytes, writeU16 } from "./little-endian";
import { Parsed } from "./parsed";

export const enum ApsCommand {
  TRANSPORT_KEY = 0x05,
  UPDATE_DEVICE = 0x06,
  REMOVE_DEVICE = 0x07,
  REQUEST_KEY = 0x08,
  SWITCH_KEY = 0x09,
  TUNNEL = 0x0e,
  VERIFY_KEY = 0x0f,
  CONFIRM_KEY = 0x10,
}

export const enum KeyType {
  STANDARD_NETWORK = 0x01,
  APPLICATION_LINK = 0x03,
  TRUST_CENTRE_LINK = 0x04,
}

/** Transport-Key with a standard network key. */
export const enum TransportNetworkKey {
  KEY_TYPE = 1,
  KEY = 2,
  SEQUENCE = 18,
  DESTINATION = 19,
  SOURCE = 27,
  LENGTH = 35,
}

/** Transport-Key with a trust centre link key. */
export const enum TransportLinkKey {
  KEY_TYPE = 1,
  KEY = 2,
  DESTINATION = 18,
  SOURCE = 26,
  LENGTH = 34,
}

/** Transport-Key with an application link key. */
export const enum TransportApplicationKey {
  KEY_TYPE = 1,
  KEY = 2,
  PARTNER = 18,
  /** 1: the receiver asked for it. */
  INITIATOR = 26,
  LENGTH = 27,
}

export const enum UpdateDevice {
  EUI64 = 1,
  SHORT = 9,
  /** An `UpdateDeviceStatus`. */
  STATUS = 11,
  LENGTH = 12,
}

export const enum UpdateDeviceStatus {
  SECURED_REJOIN = 0,
  UNSECURED_JOIN = 1,
  LEFT = 2,
  TRUST_CENTRE_REJOIN = 3,
}

export const enum RemoveDevice {
  EUI64 = 1,
  LENGTH = 9,
}

export const enum RequestKey {
  /** A `RequestKeyType`. */
  KEY_TYPE = 1,
  LENGTH = 2,
  /** For an application link key: with whom. */
  PARTNER = LENGTH,
  APPLICATION_LENGTH = 10,
}

export const enum RequestKeyType {
  APPLICATION_LINK = 0x02,
  TRUST_CENTRE_LINK = 0x04,
}

export const enum SwitchKey {
  SEQUENCE = 1,
  LENGTH = 2,
}

/** The APS frame within starts at FRAME: a Transport-Key that its receiver's parent unwraps. */
export const enum Tunnel {
  DESTINATION = 1,
  FRAME = 9,
}

export const enum VerifyKey {
  KEY_TYPE = 1,
  SOURCE = 2,
  /** Keyed hash of the link key over 0x03. */
  HASH = 10,
  LENGTH = 26,
}

export const enum ConfirmKey {
  STATUS = 1,
  KEY_TYPE = 2,
  DESTINATION = 3,
  LENGTH = 11,
}

export const enum ApsStatus {
  SUCCESS = 0x00,
  ILLEGAL_REQUEST = 0xa3,
  SECURITY_FAIL = 0xad,
}

/** Looks at a command `bytes[at .. at + length)`, from its identifier on. */
export function checkApsCommand(bytes: Uint8Array, at: number, length: number): Parsed {
  if (length < 1) return Parsed.TRUNCATED;
  switch (bytes[at]!) {
    case ApsCommand.TRANSPORT_KEY:
      return length < 2 ? Parsed.TRUNCATED : checkKey(bytes[at + 1]!, length);
    case ApsCommand.UPDATE_DEVICE:
      return atLeast(length, UpdateDevice.LENGTH);
    case ApsCommand.REMOVE_DEVICE:
      return atLeast(length, RemoveDevice.LENGTH);
    case ApsCommand.REQUEST_KEY:
      if (length < RequestKey.LENGTH) return Parsed.TRUNCATED;
      if (bytes[at + RequestKey.KEY_TYPE] !== RequestKeyType.APPLICATION_LINK) return Parsed.OK;
      return atLeast(length, RequestKey.APPLICATION_LENGTH);
    case ApsCommand.SWITCH_KEY:
      return atLeast(length, SwitchKey.LENGTH);
    case ApsCommand.TUNNEL:
      return atLeast(length, Tunnel.FRAME + 2);
    case ApsCommand.VERIFY_KEY:
      return atLeast(length, VerifyKey.LENGTH);
    case ApsCommand.CONFIRM_KEY:
      return atLeast(length, ConfirmKey.LENGTH);
    default:
      return Parsed.UNSUPPORTED;
  }
}

/** Of Transport-Key, Verify-Key and Request-Key. */
export function apsKeyType(bytes: Uint8Array, at: number): number {
  return bytes[at + TransportNetworkKey.KEY_TYPE]!;
}

/**
 * @param key 16 bytes at `keyStart` @param destination EUI-64 of the node, source that of the trust
 * centre
 */
export function putTransportNetworkKey(
  bytes: Uint8Array,
  at: number,
  key: Uint8Array,
  keyStart: number,
  sequence: number,
  destination: Uint8Array,
  destinationStart: number,
  source: Uint8Array,
  sourceStart: number,
): number {
  bytes[at] = ApsCommand.TRANSPORT_KEY;
  bytes[at + TransportNetworkKey.KEY_TYPE] = KeyType.STANDARD_NETWORK;
  copyBytes(key, keyStart, bytes, at + TransportNetworkKey.KEY, 16);
  bytes[at + TransportNetworkKey.SEQUENCE] = sequence;
  copyBytes(destination, destinationStart, bytes, at + TransportNetworkKey.DESTINATION, 8);
  copyBytes(source, sourceStart, bytes, at + TransportNetworkKey.SOURCE, 8);
  return at + TransportNetworkKey.LENGTH;
}

export function putTransportLinkKey(
  bytes: Uint8Array,
  at: number,
  key: Uint8Array,
  keyStart: number,
  destination: Uint8Array,
  destinationStart: number,
  source: Uint8Array,
  sourceStart: number,
): number {
  bytes[at] = ApsCommand.TRANSPORT_KEY;
  bytes[at + TransportLinkKey.KEY_TYPE] = KeyType.TRUST_CENTRE_LINK;
  copyBytes(key, keyStart, bytes, at + TransportLinkKey.KEY, 16);
  copyBytes(destination, destinationStart, bytes, at + TransportLinkKey.DESTINATION, 8);
  copyBytes(source, sourceStart, bytes, at + TransportLinkKey.SOURCE, 8);
  return at + TransportLinkKey.LENGTH;
}

export function putUpdateDevice(
  bytes: Uint8Array,
  at: number,
  eui64: Uint8Array,
  eui64Start: number,
  short: number,
  status: UpdateDeviceStatus,
): number {
  bytes[at] = ApsCommand.UPDATE_DEVICE;
  copyBytes(eui64, eui64Start, bytes, at + UpdateDevice.EUI64, 8);
  writeU16(bytes, at + UpdateDevice.SHORT, short);
  bytes[at + UpdateDevice.STATUS] = status;
  return at + UpdateDevice.LENGTH;
}

export function putRemoveDevice(
  bytes: Uint8Array,
  at: number,
  eui64: Uint8Array,
  eui64Start: number,
): number {
  bytes[at] = ApsCommand.REMOVE_DEVICE;
  copyBytes(eui64, eui64Start, bytes, at + RemoveDevice.EUI64, 8);
  return at + RemoveDevice.LENGTH;
}

/** Asks the trust centre for a link key of the node's own. */
export function putRequestKey(bytes: Uint8Array, at: number): number {
  bytes[at] = ApsCommand.REQUEST_KEY;
  bytes[at + RequestKey.KEY_TYPE] = RequestKeyType.TRUST_CENTRE_LINK;
  return at + RequestKey.LENGTH;
}

export function putSwitchKey(bytes: Uint8Array, at: number, sequence: number): number {
  bytes[at] = ApsCommand.SWITCH_KEY;
  bytes[at + SwitchKey.SEQUENCE] = sequence;
  return at + SwitchKey.LENGTH;
}

/** Writes what stands before the tunnelled APS frame; returns where that one goes. */
export function putTunnel(
  bytes: Uint8Array,
  at: number,
  destination: Uint8Array,
  destinationStart: number,
): number {
  bytes[at] = ApsCommand.TUNNEL;
  copyBytes(destination, destinationStart, bytes, at + Tunnel.DESTINATION, 8);
  return at + Tunnel.FRAME;
}

/** @param hash 16 bytes: `crypto/derived-key.ts`, VERIFY */
export function putVerifyKey(
  bytes: Uint8Array,
  at: number,
  source: Uint8Array,
  sourceStart: number,
  hash: Uint8Array,
): number {
  bytes[at] = ApsCommand.VERIFY_KEY;
  bytes[at + VerifyKey.KEY_TYPE] = KeyType.TRUST_CENTRE_LINK;
  copyBytes(source, sourceStart, bytes, at + VerifyKey.SOURCE, 8);
  copyBytes(hash, 0, bytes, at + VerifyKey.HASH, 16);
  return at + VerifyKey.LENGTH;
}

export function putConfirmKey(
  bytes: Uint8Array,
  at: number,
  status: ApsStatus,
  destination: Uint8Array,
  destinationStart: number,
): number {
  bytes[at] = ApsCommand.CONFIRM_KEY;
  bytes[at + ConfirmKey.STATUS] = status;
  bytes[at + ConfirmKey.KEY_TYPE] = KeyType.TRUST_CENTRE_LINK;
  copyBytes(destination, destinationStart, bytes, at + ConfirmKey.DESTINATION, 8);
  return at + ConfirmKey.LENGTH;
}

function checkKey(type: number, length: number): Parsed {
  switch (type) {
    case KeyType.STANDARD_NETWORK:
      return atLeast(length, TransportNetworkKey.LENGTH);
    case KeyType.TRUST_CENTRE_LINK:
      return atLeast(length, TransportLinkKey.LENGTH);
    case KeyType.APPLICATION_LINK:
      return atLeast(length, TransportApplicationKey.LENGTH);
    default:
      return Parsed.UNSUPPORTED;
  }
}

function atLeast(length: number, needed: number): Parsed {
  return length < needed ? Parsed.TRUNCATED : Parsed.OK;
}
