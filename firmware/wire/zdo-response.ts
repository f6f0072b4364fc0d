// Responses of the Zigbee device profile; offsets and numbers are in `zdo.ts`.
// @source Zigbee 05-3474-22 section 2.4.4

import { copyBytes, readU16, writeU16 } from "./little-endian";
import { Parsed } from "./parsed";
import {
  AddressResponse,
  checkLists,
  InterestResponse,
  LqiResponse,
  Neighbour,
  NodeDescriptor,
  putClusters,
  SimpleDescriptor,
  Zdo,
  ZdoCluster,
  ZdoStatus,
} from "./zdo";

/**
 * Looks at a response of `cluster` (with or without its response bit) in `bytes[at .. at +
 * length)`.
 */
export function checkZdoResponse(
  cluster: number,
  bytes: Uint8Array,
  at: number,
  length: number,
): Parsed {
  if (length <= Zdo.STATUS) return Parsed.TRUNCATED;
  // With a failure nothing more need come.
  const failed = bytes[at + Zdo.STATUS] !== ZdoStatus.SUCCESS;
  switch (cluster & ~Zdo.RESPONSE) {
    case ZdoCluster.NWK_ADDRESS:
    case ZdoCluster.IEEE_ADDRESS:
      return failed ? Parsed.OK : atLeast(length, AddressResponse.LENGTH);
    case ZdoCluster.NODE_DESCRIPTOR:
      if (failed) return Parsed.OK;
      return atLeast(length, InterestResponse.BODY + NodeDescriptor.LENGTH);
    case ZdoCluster.SIMPLE_DESCRIPTOR:
      return failed ? Parsed.OK : checkSimpleDescriptor(bytes, at, length);
    case ZdoCluster.ACTIVE_ENDPOINTS:
    case ZdoCluster.MATCH_DESCRIPTOR:
      if (failed) return Parsed.OK;
      if (length <= InterestResponse.BODY) return Parsed.TRUNCATED;
      return atLeast(length, InterestResponse.BODY + 1 + bytes[at + InterestResponse.BODY]!);
    case ZdoCluster.MANAGEMENT_LQI:
      if (failed) return Parsed.OK;
      if (length < LqiResponse.LIST) return Parsed.TRUNCATED;
      return atLeast(
        length,
        LqiResponse.LIST + bytes[at + LqiResponse.COUNT]! * LqiResponse.ENTRY_LENGTH,
      );
    case ZdoCluster.MANAGEMENT_LEAVE:
    case ZdoCluster.MANAGEMENT_PERMIT_JOINING:
      return Parsed.OK;
    default:
      return Parsed.UNSUPPORTED;
  }
}

/** A `ZdoStatus`. */
export function zdoStatus(bytes: Uint8Array, at: number): number {
  return bytes[at + Zdo.STATUS]!;
}

/** Of the descriptor and endpoint responses. */
export function zdoResponseShort(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at + InterestResponse.SHORT);
}

/** Of NWK_addr_rsp and IEEE_addr_rsp. */
export function addressResponseShort(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at + AddressResponse.SHORT);
}

/** Of a simple descriptor response: where the descriptor starts, behind its length. */
export function simpleDescriptorAt(at: number): number {
  return at + InterestResponse.BODY + 1;
}

/** Of an active endpoint or match response: how many endpoints. */
export function endpointCount(bytes: Uint8Array, at: number): number {
  return bytes[at + InterestResponse.BODY]!;
}

export function endpointOf(bytes: Uint8Array, at: number, index: number): number {
  return bytes[at + InterestResponse.BODY + 1 + index]!;
}

/**
 * A response of sequence number and status alone: leave, permit joining, and what we do not have.
 */
export function putZdoStatus(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  status: ZdoStatus,
): number {
  bytes[at] = sequence;
  bytes[at + Zdo.STATUS] = status;
  return at + 2;
}

/** NWK_addr_rsp and IEEE_addr_rsp of a single device. */
export function putAddressResponse(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  status: ZdoStatus,
  eui64: Uint8Array,
  eui64Start: number,
  short: number,
): number {
  putZdoStatus(bytes, at, sequence, status);
  copyBytes(eui64, eui64Start, bytes, at + AddressResponse.EUI64, 8);
  writeU16(bytes, at + AddressResponse.SHORT, short);
  return at + AddressResponse.LENGTH;
}

/** A descriptor or endpoint response that failed: status, address, and for lists a length of 0. */
export function putInterestFailure(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  status: ZdoStatus,
  short: number,
): number {
  putInterest(bytes, at, sequence, status, short);
  bytes[at + InterestResponse.BODY] = 0;
  return at + InterestResponse.BODY + 1;
}

/**
 * Node_Desc_rsp of a 2.4 GHz device of stack revision 22.
 * @param type a `LogicalType` @param capability `MacCapability` bits @param server server mask bits
 */
export function putNodeDescriptor(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  short: number,
  type: number,
  capability: number,
  manufacturer: number,
  transferMax: number,
  server: number,
): number {
  putInterest(bytes, at, sequence, ZdoStatus.SUCCESS, short);
  const body = at + InterestResponse.BODY;
  bytes[body + NodeDescriptor.TYPE] = type;
  bytes[body + NodeDescriptor.BAND] = 0x40;
  bytes[body + NodeDescriptor.CAPABILITY] = capability;
  writeU16(bytes, body + NodeDescriptor.MANUFACTURER, manufacturer);
  // The longest NSDU; 82 is what everybody states.
  bytes[body + NodeDescriptor.BUFFER] = 82;
  writeU16(bytes, body + NodeDescriptor.INCOMING, transferMax);
  writeU16(bytes, body + NodeDescriptor.SERVER, server | (22 << 9));
  writeU16(bytes, body + NodeDescriptor.OUTGOING, transferMax);
  bytes[body + NodeDescriptor.DESCRIPTOR] = 0;
  return body + NodeDescriptor.LENGTH;
}

export function putSimpleDescriptor(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  short: number,
  endpoint: number,
  profile: number,
  device: number,
  inputs: readonly number[],
  outputs: readonly number[],
): number {
  putInterest(bytes, at, sequence, ZdoStatus.SUCCESS, short);
  const body = at + InterestResponse.BODY + 1;
  bytes[body + SimpleDescriptor.ENDPOINT] = endpoint;
  writeU16(bytes, body + SimpleDescriptor.PROFILE, profile);
  writeU16(bytes, body + SimpleDescriptor.DEVICE, device);
  bytes[body + SimpleDescriptor.VERSION] = 0;
  const next = putClusters(bytes, body + SimpleDescriptor.INPUT_COUNT, inputs);
  const end = putClusters(bytes, next, outputs);
  bytes[at + InterestResponse.BODY] = end - body;
  return end;
}

/** Active_EP_rsp and Match_Desc_rsp. */
export function putEndpoints(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  short: number,
  endpoints: readonly number[],
): number {
  putInterest(bytes, at, sequence, ZdoStatus.SUCCESS, short);
  bytes[at + InterestResponse.BODY] = endpoints.length;
  const body = at + InterestResponse.BODY + 1;
  for (let i = 0; i < endpoints.length; i++) bytes[body + i] = endpoints[i]!;
  return body + endpoints.length;
}

/** Writes the head of Mgmt_Lqi_rsp; `putNeighbour` follows `count` times. */
export function putLqiResponse(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  entries: number,
  index: number,
  count: number,
): number {
  putZdoStatus(bytes, at, sequence, ZdoStatus.SUCCESS);
  bytes[at + LqiResponse.ENTRIES] = entries;
  bytes[at + LqiResponse.INDEX] = index;
  bytes[at + LqiResponse.COUNT] = count;
  return at + LqiResponse.LIST;
}

/** @param flags type, rx-on-when-idle and relationship as `Neighbour.FLAGS` has them */
export function putNeighbour(
  bytes: Uint8Array,
  at: number,
  extendedPan: Uint8Array,
  extendedPanStart: number,
  eui64: Uint8Array,
  eui64Start: number,
  short: number,
  flags: number,
  depth: number,
  lqi: number,
): number {
  copyBytes(extendedPan, extendedPanStart, bytes, at + Neighbour.EXTENDED_PAN, 8);
  copyBytes(eui64, eui64Start, bytes, at + Neighbour.EUI64, 8);
  writeU16(bytes, at + Neighbour.SHORT, short);
  bytes[at + Neighbour.FLAGS] = flags;
  // Whether it lets others join: not known.
  bytes[at + Neighbour.PERMIT] = 2;
  bytes[at + Neighbour.DEPTH] = depth;
  bytes[at + Neighbour.LQI] = lqi;
  return at + LqiResponse.ENTRY_LENGTH;
}

function putInterest(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  status: ZdoStatus,
  short: number,
): void {
  putZdoStatus(bytes, at, sequence, status);
  writeU16(bytes, at + InterestResponse.SHORT, short);
}

function checkSimpleDescriptor(bytes: Uint8Array, at: number, length: number): Parsed {
  const body = InterestResponse.BODY + 1;
  if (length < body) return Parsed.TRUNCATED;
  const described = bytes[at + InterestResponse.BODY]!;
  if (described < SimpleDescriptor.LENGTH_MIN) return Parsed.INVALID;
  if (length < body + described) return Parsed.TRUNCATED;
  const lists = at + body + SimpleDescriptor.INPUT_COUNT;
  return checkLists(bytes, lists, at + body + described);
}

function atLeast(length: number, needed: number): Parsed {
  return length < needed ? Parsed.TRUNCATED : Parsed.OK;
}
