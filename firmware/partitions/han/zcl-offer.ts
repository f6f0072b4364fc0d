// What the hub has of each cluster: attributes with their types and what may be done with them, and
// commands. Less than the clusters' tables have, and the same where it has it: a test compares. It
// lies in bytes, which cost the device a tenth of what lists of numbers do.

import { Basic } from "../../wire/clusters/basic";
import { Identify, IdentifyGenerated, IdentifyReceived } from "../../wire/clusters/identify";
import { KeepAlive } from "../../wire/clusters/keep-alive";
import { Metering, MeteringGenerated, MeteringReceived } from "../../wire/clusters/metering";
import { PollControlGenerated, PollControlReceived } from "../../wire/clusters/poll-control";
import { Access } from "../../wire/clusters/table";
import { Time } from "../../wire/clusters/time";
import { TunnelGenerated, Tunnelling, TunnelReceived } from "../../wire/clusters/tunnelling";
import { readU16 } from "../../wire/little-endian";
import { Cluster } from "../../wire/zcl";
import { ZclType } from "../../wire/zcl-type";

/** A record of `OFFERED`: in ascending order within a cluster and a kind. */
export const enum Offered {
  /** u16 */
  CLUSTER = 0,
  /** A `Kind`. */
  KIND = 2,
  /** Of the attribute, u16, or of the command. */
  NUMBER = 3,
  /** A `ZclType`, of an attribute. */
  TYPE = 5,
  /** `Access` bits, of an attribute. */
  ACCESS = 6,
  LENGTH = 7,
}

export const enum Kind {
  ATTRIBUTE = 0,
  /** A command from client to server that the hub takes, or sends. */
  TAKEN_BY_SERVER = 1,
  SENT_BY_CLIENT = 2,
  /** A command from server to client that the hub takes, or sends. */
  TAKEN_BY_CLIENT = 3,
  SENT_BY_SERVER = 4,
  /** None has it. */
  NONE = 5,
}

const READ = Access.READ;

export const OFFERED: Uint8Array = recordsOf([
  attribute(Cluster.BASIC, Basic.ZCL_VERSION, ZclType.UINT8, READ),
  attribute(Cluster.BASIC, Basic.APPLICATION_VERSION, ZclType.UINT8, READ),
  attribute(Cluster.BASIC, Basic.HARDWARE_VERSION, ZclType.UINT8, READ),
  attribute(Cluster.BASIC, Basic.MANUFACTURER_NAME, ZclType.CHARACTER_STRING, READ),
  attribute(Cluster.BASIC, Basic.MODEL_IDENTIFIER, ZclType.CHARACTER_STRING, READ),
  attribute(Cluster.BASIC, Basic.POWER_SOURCE, ZclType.ENUM8, READ),
  attribute(Cluster.IDENTIFY, Identify.IDENTIFY_TIME, ZclType.UINT16, READ | Access.WRITE),
  // The clock is set by nobody over the air.
  attribute(Cluster.TIME, Time.TIME, ZclType.UTC_TIME, READ),
  attribute(Cluster.TIME, Time.TIME_STATUS, ZclType.BITMAP8, READ),
  attribute(Cluster.TIME, Time.TIME_ZONE, ZclType.INT32, READ),
  attribute(Cluster.TIME, Time.DST_SHIFT, ZclType.INT32, READ),
  attribute(Cluster.TIME, Time.STANDARD_TIME, ZclType.UINT32, READ),
  attribute(Cluster.TIME, Time.LOCAL_TIME, ZclType.UINT32, READ),
  attribute(Cluster.TIME, Time.VALID_UNTIL_TIME, ZclType.UTC_TIME, READ),
  attribute(Cluster.KEEP_ALIVE, KeepAlive.BASE, ZclType.UINT8, READ),
  attribute(Cluster.KEEP_ALIVE, KeepAlive.JITTER, ZclType.UINT16, READ),
  attribute(Cluster.TUNNELLING, Tunnelling.CLOSE_TUNNEL_TIMEOUT, ZclType.UINT16, READ),
  // A mirror's.
  attribute(Cluster.METERING, Metering.CURRENT_SUMMATION_DELIVERED, ZclType.UINT48, READ),
  attribute(Cluster.METERING, Metering.READING_SNAPSHOT_TIME, ZclType.UTC_TIME, READ),
  attribute(Cluster.METERING, Metering.STATUS, ZclType.BITMAP8, READ),
  attribute(Cluster.METERING, Metering.UNIT_OF_MEASURE, ZclType.ENUM8, READ),
  attribute(Cluster.METERING, Metering.MULTIPLIER, ZclType.UINT24, READ),
  attribute(Cluster.METERING, Metering.DIVISOR, ZclType.UINT24, READ),
  attribute(Cluster.METERING, Metering.SUMMATION_FORMATTING, ZclType.BITMAP8, READ),
  attribute(Cluster.METERING, Metering.METERING_DEVICE_TYPE, ZclType.BITMAP8, READ),

  [Cluster.IDENTIFY, Kind.TAKEN_BY_SERVER, IdentifyReceived.IDENTIFY],
  [Cluster.IDENTIFY, Kind.TAKEN_BY_SERVER, IdentifyReceived.IDENTIFY_QUERY],
  [Cluster.IDENTIFY, Kind.SENT_BY_SERVER, IdentifyGenerated.IDENTIFY_QUERY_RESPONSE],
  [Cluster.POLL_CONTROL, Kind.TAKEN_BY_CLIENT, PollControlGenerated.CHECK_IN],
  [Cluster.POLL_CONTROL, Kind.SENT_BY_CLIENT, PollControlReceived.CHECK_IN_RESPONSE],
  [Cluster.METERING, Kind.TAKEN_BY_CLIENT, MeteringGenerated.GET_PROFILE_RESPONSE],
  [Cluster.METERING, Kind.TAKEN_BY_CLIENT, MeteringGenerated.REQUEST_MIRROR],
  [Cluster.METERING, Kind.TAKEN_BY_CLIENT, MeteringGenerated.CONFIGURE_MIRROR],
  [Cluster.METERING, Kind.SENT_BY_CLIENT, MeteringReceived.GET_PROFILE],
  [Cluster.METERING, Kind.SENT_BY_CLIENT, MeteringReceived.REQUEST_MIRROR_RESPONSE],
  [Cluster.METERING, Kind.SENT_BY_CLIENT, MeteringReceived.MIRROR_REPORT_ATTRIBUTE_RESPONSE],
  [Cluster.TUNNELLING, Kind.TAKEN_BY_SERVER, TunnelReceived.REQUEST_TUNNEL],
  [Cluster.TUNNELLING, Kind.TAKEN_BY_SERVER, TunnelReceived.CLOSE_TUNNEL],
  [Cluster.TUNNELLING, Kind.TAKEN_BY_SERVER, TunnelReceived.TRANSFER_DATA],
  [Cluster.TUNNELLING, Kind.TAKEN_BY_SERVER, TunnelReceived.TRANSFER_DATA_ERROR],
  [Cluster.TUNNELLING, Kind.TAKEN_BY_SERVER, TunnelReceived.GET_SUPPORTED_PROTOCOLS],
  [Cluster.TUNNELLING, Kind.SENT_BY_CLIENT, TunnelReceived.REQUEST_TUNNEL],
  [Cluster.TUNNELLING, Kind.SENT_BY_CLIENT, TunnelReceived.CLOSE_TUNNEL],
  [Cluster.TUNNELLING, Kind.SENT_BY_CLIENT, TunnelReceived.TRANSFER_DATA],
  [Cluster.TUNNELLING, Kind.SENT_BY_CLIENT, TunnelReceived.TRANSFER_DATA_ERROR],
  [Cluster.TUNNELLING, Kind.TAKEN_BY_CLIENT, TunnelGenerated.REQUEST_TUNNEL_RESPONSE],
  [Cluster.TUNNELLING, Kind.TAKEN_BY_CLIENT, TunnelGenerated.TRANSFER_DATA],
  [Cluster.TUNNELLING, Kind.TAKEN_BY_CLIENT, TunnelGenerated.TRANSFER_DATA_ERROR],
  [Cluster.TUNNELLING, Kind.TAKEN_BY_CLIENT, TunnelGenerated.TUNNEL_CLOSURE_NOTIFICATION],
  [Cluster.TUNNELLING, Kind.SENT_BY_SERVER, TunnelGenerated.REQUEST_TUNNEL_RESPONSE],
  [Cluster.TUNNELLING, Kind.SENT_BY_SERVER, TunnelGenerated.TRANSFER_DATA],
  [Cluster.TUNNELLING, Kind.SENT_BY_SERVER, TunnelGenerated.TRANSFER_DATA_ERROR],
  [Cluster.TUNNELLING, Kind.SENT_BY_SERVER, TunnelGenerated.SUPPORTED_PROTOCOLS_RESPONSE],
]);

/** Where the record of an attribute of the hub's server of a cluster is; -1: there is none. */
export function findAttribute(cluster: number, fromServer: boolean, number: number): number {
  if (fromServer) return -1;
  for (let at = 0; at < OFFERED.length; at += Offered.LENGTH) {
    if (readU16(OFFERED, at + Offered.NUMBER) !== number) continue;
    if (isOffered(at, cluster, Kind.ATTRIBUTE)) return at;
  }
  return -1;
}

export function isOffered(record: number, cluster: number, kind: Kind): boolean {
  if (OFFERED[record + Offered.KIND] !== kind) return false;
  return readU16(OFFERED, record + Offered.CLUSTER) === cluster;
}

function attribute(cluster: Cluster, number: number, type: ZclType, access: number): number[] {
  return [cluster, Kind.ATTRIBUTE, number, type, access];
}

function recordsOf(rows: readonly number[][]): Uint8Array {
  const bytes = new Uint8Array(rows.length * Offered.LENGTH);
  rows.forEach(([cluster, kind, number, type, access], i) => {
    const record = [cluster! & 0xff, cluster! >> 8, kind!, number! & 0xff, number! >> 8];
    bytes.set([...record, type ?? 0, access ?? 0], i * Offered.LENGTH);
  });
  return bytes;
}
