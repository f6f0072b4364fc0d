// Zigbee device profile: discovery and management. The device profile is APS data between endpoints
// 0 under profile 0; the APS cluster names the command, a response has bit 15 set. All functions
// take the payload's start: the transaction sequence number, which a response has from its request.
// @source Zigbee 05-3474-22 sections 2.4.3, 2.4.4

import { copyBytes, readU16, writeU16 } from "./little-endian";
import { Parsed } from "./parsed";

export const enum Zdo {
  SEQUENCE = 0,
  /** Of responses, behind the sequence number: a `ZdoStatus`. */
  STATUS = 1,
  RESPONSE = 0x8000,
}

export const enum ZdoCluster {
  NWK_ADDRESS = 0x0000,
  IEEE_ADDRESS = 0x0001,
  NODE_DESCRIPTOR = 0x0002,
  POWER_DESCRIPTOR = 0x0003,
  SIMPLE_DESCRIPTOR = 0x0004,
  ACTIVE_ENDPOINTS = 0x0005,
  MATCH_DESCRIPTOR = 0x0006,
  DEVICE_ANNOUNCE = 0x0013,
  MANAGEMENT_LQI = 0x0031,
  MANAGEMENT_LEAVE = 0x0034,
  MANAGEMENT_PERMIT_JOINING = 0x0036,
}

export const enum ZdoStatus {
  SUCCESS = 0x00,
  INVALID_REQUEST = 0x80,
  DEVICE_NOT_FOUND = 0x81,
  INVALID_ENDPOINT = 0x82,
  NOT_ACTIVE = 0x83,
  NOT_SUPPORTED = 0x84,
  TIMEOUT = 0x85,
  NO_MATCH = 0x86,
  NO_ENTRY = 0x88,
  NO_DESCRIPTOR = 0x89,
  INSUFFICIENT_SPACE = 0x8a,
  NOT_PERMITTED = 0x8b,
  TABLE_FULL = 0x8c,
  NOT_AUTHORIZED = 0x8d,
}

/** NWK_addr_req: whose short address. */
export const enum NwkAddressRequest {
  EUI64 = 1,
  /** 0: a single device; 1: with its children. */
  KIND = 9,
  INDEX = 10,
  LENGTH = 11,
}

/** IEEE_addr_req. */
export const enum IeeeAddressRequest {
  SHORT = 1,
  KIND = 3,
  INDEX = 4,
  LENGTH = 5,
}

/** NWK_addr_rsp and IEEE_addr_rsp. */
export const enum AddressResponse {
  EUI64 = 2,
  SHORT = 10,
  LENGTH = 12,
}

/** Node_Desc_req, Power_Desc_req, Active_EP_req; Simple_Desc_req has an endpoint behind it. */
export const enum InterestRequest {
  SHORT = 1,
  LENGTH = 3,
  ENDPOINT = LENGTH,
  SIMPLE_LENGTH = 4,
}

/** What descriptor responses begin with. */
export const enum InterestResponse {
  SHORT = 2,
  BODY = 4,
}

/** Node descriptor, from its own start. */
export const enum NodeDescriptor {
  /** Bits 0 to 2: a `LogicalType`. */
  TYPE = 0,
  /** Bit 3 to 7: bands; 0x40 is 2.4 GHz. */
  BAND = 1,
  /** `MacCapability` bits. */
  CAPABILITY = 2,
  MANUFACTURER = 3,
  BUFFER = 5,
  INCOMING = 6,
  /** Bits 9 to 15: the stack's revision. */
  SERVER = 8,
  OUTGOING = 10,
  DESCRIPTOR = 12,
  LENGTH = 13,
}

export const enum LogicalType {
  COORDINATOR = 0,
  ROUTER = 1,
  END_DEVICE = 2,
}

/** Simple descriptor, from its own start. */
export const enum SimpleDescriptor {
  ENDPOINT = 0,
  PROFILE = 1,
  DEVICE = 3,
  /** Bits 0 to 3. */
  VERSION = 5,
  INPUT_COUNT = 6,
  /** Input clusters, then a count and the output clusters. */
  CLUSTERS = 7,
  LENGTH_MIN = 8,
}

/** Device identifiers of Smart Energy. */
export const enum SmartEnergyDevice {
  ENERGY_SERVICE_INTERFACE = 0x0500,
  METERING_DEVICE = 0x0501,
  IN_HOME_DISPLAY = 0x0502,
}

/** Match_Desc_req. */
export const enum MatchRequest {
  SHORT = 1,
  PROFILE = 3,
  INPUT_COUNT = 5,
  CLUSTERS = 6,
  LENGTH_MIN = 7,
}

export const enum DeviceAnnounce {
  SHORT = 1,
  EUI64 = 3,
  /** `MacCapability` bits. */
  CAPABILITY = 11,
  LENGTH = 12,
}

/** Mgmt_Lqi_req: where in the table to begin. */
export const enum LqiRequest {
  INDEX = 1,
  LENGTH = 2,
}

export const enum LqiResponse {
  ENTRIES = 2,
  INDEX = 3,
  COUNT = 4,
  LIST = 5,
  ENTRY_LENGTH = 22,
}

/** One neighbour, from its own start. */
export const enum Neighbour {
  EXTENDED_PAN = 0,
  EUI64 = 8,
  SHORT = 16,
  /** Bits 0 to 1 type, 2 to 3 rx-on-when-idle, 4 to 6 relationship (1: child). */
  FLAGS = 18,
  PERMIT = 19,
  DEPTH = 20,
  LQI = 21,
}

export const enum LeaveRequest {
  /** Whom; zeros: the receiver itself. */
  EUI64 = 1,
  FLAGS = 9,
  LENGTH = 10,
  REMOVE_CHILDREN = 0x40,
  REJOIN = 0x80,
}

export const enum PermitJoiningRequest {
  /** Seconds; 0 closes, 255 is for ever (and refused by us). */
  SECONDS = 1,
  TRUST_CENTRE = 2,
  LENGTH = 3,
}

/** Looks at a request of `cluster` in `bytes[at .. at + length)`. */
export function checkZdoRequest(
  cluster: number,
  bytes: Uint8Array,
  at: number,
  length: number,
): Parsed {
  switch (cluster) {
    case ZdoCluster.NWK_ADDRESS:
      return atLeast(length, NwkAddressRequest.LENGTH);
    case ZdoCluster.IEEE_ADDRESS:
      return atLeast(length, IeeeAddressRequest.LENGTH);
    case ZdoCluster.NODE_DESCRIPTOR:
    case ZdoCluster.POWER_DESCRIPTOR:
    case ZdoCluster.ACTIVE_ENDPOINTS:
      return atLeast(length, InterestRequest.LENGTH);
    case ZdoCluster.SIMPLE_DESCRIPTOR:
      return atLeast(length, InterestRequest.SIMPLE_LENGTH);
    case ZdoCluster.MATCH_DESCRIPTOR:
      if (length < MatchRequest.LENGTH_MIN) return Parsed.TRUNCATED;
      return checkLists(bytes, at + MatchRequest.INPUT_COUNT, at + length);
    case ZdoCluster.DEVICE_ANNOUNCE:
      return atLeast(length, DeviceAnnounce.LENGTH);
    case ZdoCluster.MANAGEMENT_LQI:
      return atLeast(length, LqiRequest.LENGTH);
    case ZdoCluster.MANAGEMENT_LEAVE:
      return atLeast(length, LeaveRequest.LENGTH);
    case ZdoCluster.MANAGEMENT_PERMIT_JOINING:
      return atLeast(length, PermitJoiningRequest.LENGTH);
    default:
      return length < 1 ? Parsed.TRUNCATED : Parsed.UNSUPPORTED;
  }
}

export function zdoShort(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at + InterestRequest.SHORT);
}

export function announcedShort(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at + DeviceAnnounce.SHORT);
}

export function announcedCapability(bytes: Uint8Array, at: number): number {
  return bytes[at + DeviceAnnounce.CAPABILITY]!;
}

/** Of a match request: the profile asked for. */
export function matchProfile(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at + MatchRequest.PROFILE);
}

/** Whether a match request asks for `cluster` as an input (server) cluster. */
export function matchAsksInput(bytes: Uint8Array, at: number, cluster: number): boolean {
  return hasCluster(bytes, at + MatchRequest.INPUT_COUNT, cluster);
}

/** Whether a match request asks for `cluster` as an output (client) cluster. */
export function matchAsksOutput(bytes: Uint8Array, at: number, cluster: number): boolean {
  const inputs = at + MatchRequest.INPUT_COUNT;
  return hasCluster(bytes, inputs + 1 + 2 * bytes[inputs]!, cluster);
}

export function putNwkAddressRequest(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  eui64: Uint8Array,
  eui64Start: number,
): number {
  bytes[at] = sequence;
  copyBytes(eui64, eui64Start, bytes, at + NwkAddressRequest.EUI64, 8);
  bytes[at + NwkAddressRequest.KIND] = 0;
  bytes[at + NwkAddressRequest.INDEX] = 0;
  return at + NwkAddressRequest.LENGTH;
}

export function putIeeeAddressRequest(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  short: number,
): number {
  bytes[at] = sequence;
  writeU16(bytes, at + IeeeAddressRequest.SHORT, short);
  bytes[at + IeeeAddressRequest.KIND] = 0;
  bytes[at + IeeeAddressRequest.INDEX] = 0;
  return at + IeeeAddressRequest.LENGTH;
}

/** Node_Desc_req, Power_Desc_req and Active_EP_req. */
export function putInterestRequest(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  short: number,
): number {
  bytes[at] = sequence;
  writeU16(bytes, at + InterestRequest.SHORT, short);
  return at + InterestRequest.LENGTH;
}

export function putSimpleDescriptorRequest(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  short: number,
  endpoint: number,
): number {
  putInterestRequest(bytes, at, sequence, short);
  bytes[at + InterestRequest.ENDPOINT] = endpoint;
  return at + InterestRequest.SIMPLE_LENGTH;
}

export function putDeviceAnnounce(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  short: number,
  eui64: Uint8Array,
  eui64Start: number,
  capability: number,
): number {
  bytes[at] = sequence;
  writeU16(bytes, at + DeviceAnnounce.SHORT, short);
  copyBytes(eui64, eui64Start, bytes, at + DeviceAnnounce.EUI64, 8);
  bytes[at + DeviceAnnounce.CAPABILITY] = capability;
  return at + DeviceAnnounce.LENGTH;
}

/** Writes the head of a match request; `putClusters` follows twice: inputs, outputs. */
export function putMatchRequest(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  short: number,
  profile: number,
): number {
  bytes[at] = sequence;
  writeU16(bytes, at + MatchRequest.SHORT, short);
  writeU16(bytes, at + MatchRequest.PROFILE, profile);
  return at + MatchRequest.INPUT_COUNT;
}

/** Writes a count and the clusters. */
export function putClusters(bytes: Uint8Array, at: number, clusters: readonly number[]): number {
  bytes[at] = clusters.length;
  for (let i = 0; i < clusters.length; i++) writeU16(bytes, at + 1 + 2 * i, clusters[i]!);
  return at + 1 + 2 * clusters.length;
}

export function putLqiRequest(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  index: number,
): number {
  bytes[at] = sequence;
  bytes[at + LqiRequest.INDEX] = index;
  return at + LqiRequest.LENGTH;
}

/** @param flags `LeaveRequest.REMOVE_CHILDREN`, `REJOIN`, or 0 */
export function putLeaveRequest(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  eui64: Uint8Array,
  eui64Start: number,
  flags: number,
): number {
  bytes[at] = sequence;
  copyBytes(eui64, eui64Start, bytes, at + LeaveRequest.EUI64, 8);
  bytes[at + LeaveRequest.FLAGS] = flags;
  return at + LeaveRequest.LENGTH;
}

export function putPermitJoiningRequest(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  seconds: number,
): number {
  bytes[at] = sequence;
  bytes[at + PermitJoiningRequest.SECONDS] = seconds;
  bytes[at + PermitJoiningRequest.TRUST_CENTRE] = 1;
  return at + PermitJoiningRequest.LENGTH;
}

/** Looks at two lists of clusters, each a count and two bytes for each, from `at` on. */
export function checkLists(bytes: Uint8Array, at: number, end: number): Parsed {
  if (at >= end) return Parsed.TRUNCATED;
  const second = at + 1 + 2 * bytes[at]!;
  if (second >= end) return Parsed.TRUNCATED;
  return second + 1 + 2 * bytes[second]! > end ? Parsed.TRUNCATED : Parsed.OK;
}

/** Whether the list at `at` (count, clusters) has `cluster`. */
export function hasCluster(bytes: Uint8Array, at: number, cluster: number): boolean {
  const count = bytes[at]!;
  for (let i = 0; i < count; i++) if (readU16(bytes, at + 1 + 2 * i) === cluster) return true;
  return false;
}

function atLeast(length: number, needed: number): Parsed {
  return length < needed ? Parsed.TRUNCATED : Parsed.OK;
}
