// Network layer commands between routers: link status, route request and reply, route record,
// network status; and those between parent and child.
// @source Zigbee specification 05-3474-22 clause 3.4

import { NwkCommand } from "./nwk-frame";
import { MalformedFrame, type OctetReader, OctetWriter } from "./octets";

/** @source table 3-51 */
export const enum NetworkStatus {
  NO_ROUTE = 0x00,
  LINK_FAILURE = 0x02,
  PARENT_LINK_FAILURE = 0x09,
  SOURCE_ROUTE_FAILURE = 0x0b,
  MANY_TO_ONE_FAILURE = 0x0c,
}

/** Many-to-one field of a route request. @source table 3-48 */
export const enum ManyToOne {
  NO = 0,
  /** The concentrator keeps route records. */
  KEEPS_RECORDS = 1,
  /** It needs one with each message. */
  KEEPS_NONE = 2,
}

export interface RouteRequest {
  readonly manyToOne: ManyToOne;
  readonly id: number;
  readonly destination: number;
  readonly cost: number;
  readonly destinationEui64: bigint | undefined;
}

const enum RequestOption {
  MANY_TO_ONE_SHIFT = 3,
  DESTINATION_EUI64 = 0x20,
}

/** @param read behind the command's identifier */
export function decodeRouteRequest(read: OctetReader): RouteRequest {
  const options = read.u8();
  const id = read.u8();
  const destination = read.u16();
  const cost = read.u8();
  const destinationEui64 = options & RequestOption.DESTINATION_EUI64 ? read.u64() : undefined;
  const manyToOne = (options >> RequestOption.MANY_TO_ONE_SHIFT) & 3;
  return { manyToOne, id, destination, cost, destinationEui64 };
}

export function encodeRouteRequest(request: RouteRequest): Buffer {
  const { destinationEui64 } = request;
  const options =
    (request.manyToOne << RequestOption.MANY_TO_ONE_SHIFT) |
    (destinationEui64 === undefined ? 0 : RequestOption.DESTINATION_EUI64);
  const out = new OctetWriter(14)
    .u8(NwkCommand.ROUTE_REQUEST)
    .u8(options)
    .u8(request.id)
    .u16(request.destination)
    .u8(request.cost);
  if (destinationEui64 !== undefined) out.u64(destinationEui64);
  return out.done();
}

export interface RouteReply {
  readonly id: number;
  readonly originator: number;
  readonly responder: number;
  readonly cost: number;
  readonly originatorEui64: bigint | undefined;
  readonly responderEui64: bigint | undefined;
}

const enum ReplyOption {
  ORIGINATOR_EUI64 = 0x10,
  RESPONDER_EUI64 = 0x20,
}

export function decodeRouteReply(read: OctetReader): RouteReply {
  const options = read.u8();
  const id = read.u8();
  const originator = read.u16();
  const responder = read.u16();
  const cost = read.u8();
  const originatorEui64 = options & ReplyOption.ORIGINATOR_EUI64 ? read.u64() : undefined;
  const responderEui64 = options & ReplyOption.RESPONDER_EUI64 ? read.u64() : undefined;
  return { id, originator, responder, cost, originatorEui64, responderEui64 };
}

export function encodeRouteReply(reply: RouteReply): Buffer {
  const { originatorEui64, responderEui64 } = reply;
  const options =
    (originatorEui64 === undefined ? 0 : ReplyOption.ORIGINATOR_EUI64) |
    (responderEui64 === undefined ? 0 : ReplyOption.RESPONDER_EUI64);
  const out = new OctetWriter(24)
    .u8(NwkCommand.ROUTE_REPLY)
    .u8(options)
    .u8(reply.id)
    .u16(reply.originator)
    .u16(reply.responder)
    .u8(reply.cost);
  if (originatorEui64 !== undefined) out.u64(originatorEui64);
  if (responderEui64 !== undefined) out.u64(responderEui64);
  return out.done();
}

export interface LinkEntry {
  readonly short: number;
  /** 1 to 7. */
  readonly incoming: number;
  /** 0: not known. */
  readonly outgoing: number;
}

const enum LinkOption {
  COUNT = 0x1f,
  FIRST = 0x20,
  LAST = 0x40,
}

/** As many as fit, and more than a house has routers. */
export const LINK_ENTRIES_MAX = 22;

export function decodeLinkStatus(read: OctetReader): LinkEntry[] {
  const count = read.u8() & LinkOption.COUNT;
  return Array.from({ length: count }, () => {
    const short = read.u16();
    const costs = read.u8();
    return { short, incoming: costs & 7, outgoing: (costs >> 4) & 7 };
  });
}

export function encodeLinkStatus(entries: readonly LinkEntry[]): Buffer {
  const out = new OctetWriter(2 + entries.length * 3)
    .u8(NwkCommand.LINK_STATUS)
    .u8(entries.length | LinkOption.FIRST | LinkOption.LAST);
  for (const { short, incoming, outgoing } of entries)
    out.u16(short).u8(incoming | (outgoing << 4));
  return out.done();
}

/** Relays in the order in which they were passed. */
export function decodeRouteRecord(read: OctetReader): number[] {
  const count = read.u8();
  return Array.from({ length: count }, () => read.u16());
}

export function encodeRouteRecord(relays: readonly number[]): Buffer {
  const out = new OctetWriter(2 + relays.length * 2).u8(NwkCommand.ROUTE_RECORD).u8(relays.length);
  for (const relay of relays) out.u16(relay);
  return out.done();
}

export function encodeNetworkStatus(status: NetworkStatus, destination: number): Buffer {
  return new OctetWriter(4).u8(NwkCommand.STATUS).u8(status).u16(destination).done();
}

export function encodeRejoinResponse(short: number, status: number): Buffer {
  return new OctetWriter(4).u8(NwkCommand.REJOIN_RESPONSE).u16(short).u8(status).done();
}

/** A parent takes polls and time-out requests as signs of life. @source clause 3.4.12.3.2 */
export function encodeTimeoutResponse(status: number): Buffer {
  const POLLS_AND_REQUESTS = 3;
  return Buffer.from([NwkCommand.END_DEVICE_TIMEOUT_RESPONSE, status, POLLS_AND_REQUESTS]);
}

/** @source clause 3.4.9: another network has this PAN ID */
export function encodeConflictReport(extendedPanId: bigint, panId: number): Buffer {
  const ONE_CONFLICT = 1;
  return new OctetWriter(12)
    .u8(NwkCommand.REPORT)
    .u8(ONE_CONFLICT)
    .u64(extendedPanId)
    .u16(panId)
    .done();
}

export interface NetworkUpdate {
  readonly extendedPanId: bigint;
  readonly updateId: number;
  readonly panId: number;
}

/** @source clause 3.4.10: the only kind there is changes the PAN ID */
export function decodeNetworkUpdate(read: OctetReader): NetworkUpdate {
  const options = read.u8();
  if (options >> 5 !== 0) throw new MalformedFrame("an update of an unknown kind");
  return { extendedPanId: read.u64(), updateId: read.u8(), panId: read.u16() };
}
