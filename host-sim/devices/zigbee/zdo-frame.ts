// Zigbee device profile: descriptors, and the requests and responses that carry them.
// @source Zigbee specification 05-3474-22 clauses 2.3.2, 2.4.3, 2.4.4

import { type OctetReader, OctetWriter } from "./octets";

export const ZDO_PROFILE = 0x0000;

export const enum ZdoCluster {
  NWK_ADDRESS = 0x0000,
  IEEE_ADDRESS = 0x0001,
  NODE_DESCRIPTOR = 0x0002,
  POWER_DESCRIPTOR = 0x0003,
  SIMPLE_DESCRIPTOR = 0x0004,
  ACTIVE_ENDPOINTS = 0x0005,
  MATCH_DESCRIPTOR = 0x0006,
  DEVICE_ANNOUNCE = 0x0013,
  PARENT_ANNOUNCE = 0x001f,
  BIND = 0x0021,
  UNBIND = 0x0022,
  MANAGEMENT_LQI = 0x0031,
  MANAGEMENT_ROUTING = 0x0032,
  MANAGEMENT_LEAVE = 0x0034,
  MANAGEMENT_PERMIT_JOINING = 0x0036,
  MANAGEMENT_NETWORK_UPDATE = 0x0038,
  /** Set in the cluster identifier of every response. */
  RESPONSE = 0x8000,
}

/** @source table 2-138 */
export const enum ZdoStatus {
  SUCCESS = 0x00,
  INVALID_REQUEST_TYPE = 0x80,
  DEVICE_NOT_FOUND = 0x81,
  INVALID_ENDPOINT = 0x82,
  NOT_ACTIVE = 0x83,
  NOT_SUPPORTED = 0x84,
  NO_MATCH = 0x86,
  NO_ENTRY = 0x88,
}

export interface SimpleDescriptor {
  readonly endpoint: number;
  readonly profile: number;
  readonly device: number;
  readonly version: number;
  /** Clusters it serves. */
  readonly inputs: readonly number[];
  /** Clusters it is a client of. */
  readonly outputs: readonly number[];
}

/** 2.4 GHz, as the frequency band bits of the second octet. */
const BAND_2400 = 0x40;
/** R22, bits 9 to 15 of the server mask. */
const STACK_REVISION = 22 << 9;

/** @param capability the MAC capability octet of the association request */
export function nodeDescriptor(
  capability: number,
  manufacturer: number,
  incomingMax: number,
): Buffer {
  const ROUTER = 1;
  const END_DEVICE = 2;
  const FULL_FUNCTION = 0x02;
  return new OctetWriter(13)
    .u8(capability & FULL_FUNCTION ? ROUTER : END_DEVICE)
    .u8(BAND_2400)
    .u8(capability)
    .u16(manufacturer)
    .u8(82)
    .u16(incomingMax)
    .u16(STACK_REVISION)
    .u16(incomingMax)
    .u8(0)
    .done();
}

export function encodeSimple(descriptor: SimpleDescriptor): Buffer {
  const out = new OctetWriter(8 + 2 * (descriptor.inputs.length + descriptor.outputs.length))
    .u8(descriptor.endpoint)
    .u16(descriptor.profile)
    .u16(descriptor.device)
    .u8(descriptor.version)
    .u8(descriptor.inputs.length);
  for (const cluster of descriptor.inputs) out.u16(cluster);
  out.u8(descriptor.outputs.length);
  for (const cluster of descriptor.outputs) out.u16(cluster);
  return out.done();
}

export function decodeSimple(read: OctetReader): SimpleDescriptor {
  const endpoint = read.u8();
  const profile = read.u16();
  const device = read.u16();
  const version = read.u8() & 0x0f;
  return { endpoint, profile, device, version, inputs: clusters(read), outputs: clusters(read) };
}

export function deviceAnnounce(short: number, eui64: bigint, capability: number): Buffer {
  return new OctetWriter(11).u16(short).u64(eui64).u8(capability).done();
}

export interface MatchRequest {
  readonly address: number;
  readonly profile: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

export function encodeMatch(request: MatchRequest): Buffer {
  const out = new OctetWriter(6 + 2 * (request.inputs.length + request.outputs.length))
    .u16(request.address)
    .u16(request.profile)
    .u8(request.inputs.length);
  for (const cluster of request.inputs) out.u16(cluster);
  out.u8(request.outputs.length);
  for (const cluster of request.outputs) out.u16(cluster);
  return out.done();
}

export function decodeMatch(read: OctetReader): MatchRequest {
  const address = read.u16();
  return { address, profile: read.u16(), inputs: clusters(read), outputs: clusters(read) };
}

/** A binding to one endpoint of one device; group bindings are not taken. */
export interface BindRequest {
  readonly source: bigint;
  readonly sourceEndpoint: number;
  readonly cluster: number;
  readonly destination: bigint | undefined;
  readonly destinationEndpoint: number;
}

export function decodeBind(read: OctetReader): BindRequest {
  const source = read.u64();
  const sourceEndpoint = read.u8();
  const cluster = read.u16();
  if (read.u8() !== 3) {
    return { source, sourceEndpoint, cluster, destination: undefined, destinationEndpoint: 0 };
  }
  const destination = read.u64();
  return { source, sourceEndpoint, cluster, destination, destinationEndpoint: read.u8() };
}

function clusters(read: OctetReader): number[] {
  const list: number[] = [];
  for (let left = read.u8(); left > 0; left--) list.push(read.u16());
  return list;
}
