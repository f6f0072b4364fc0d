// The Time cluster. UTC counts seconds from 2000-01-01; everywhere else we count from 1970.
// @source ZCL 07-5123-06 section 3.12

import { Cluster } from "../zcl";
import { ZclType } from "../zcl-type";
import { Access, type ClusterTable } from "./table";

export const enum Time {
  TIME = 0x0000,
  TIME_STATUS = 0x0001,
  TIME_ZONE = 0x0002,
  DST_START = 0x0003,
  DST_END = 0x0004,
  DST_SHIFT = 0x0005,
  STANDARD_TIME = 0x0006,
  LOCAL_TIME = 0x0007,
  LAST_SET_TIME = 0x0008,
  VALID_UNTIL_TIME = 0x0009,

  /** Seconds from 1970-01-01 to 2000-01-01. */
  EPOCH_UNIX_SECONDS = 946684800,
  /** A time that is not known. */
  INVALID = 0xffffffff,
}

/** Bits of TIME_STATUS. */
export const enum TimeStatus {
  /** The clock of this network that all others follow. */
  MASTER = 0x01,
  SYNCHRONISED = 0x02,
  MASTER_ZONE_DST = 0x04,
  SUPERSEDING = 0x08,
}

/** ZCL seconds of Unix seconds; `Time.INVALID` when they lie outside its range. */
export function zclTime(unixSeconds: number): number {
  const seconds = unixSeconds - Time.EPOCH_UNIX_SECONDS;
  return seconds >= 0 && seconds < Time.INVALID ? seconds : Time.INVALID;
}

/** Unix seconds of ZCL seconds; 0 of `Time.INVALID`. */
export function unixTime(zclSeconds: number): number {
  return zclSeconds === Time.INVALID ? 0 : zclSeconds + Time.EPOCH_UNIX_SECONDS;
}

const READ = Access.READ;
const WRITABLE = Access.READ | Access.WRITE;

export const TIME: ClusterTable = {
  id: Cluster.TIME,
  name: "Time",
  source: "ZCL 07-5123-06 section 3.12",
  attributes: [
    [Time.TIME, "Time", ZclType.UTC_TIME, WRITABLE],
    [Time.TIME_STATUS, "TimeStatus", ZclType.BITMAP8, WRITABLE],
    [Time.TIME_ZONE, "TimeZone", ZclType.INT32, WRITABLE],
    [Time.DST_START, "DstStart", ZclType.UINT32, WRITABLE],
    [Time.DST_END, "DstEnd", ZclType.UINT32, WRITABLE],
    [Time.DST_SHIFT, "DstShift", ZclType.INT32, WRITABLE],
    [Time.STANDARD_TIME, "StandardTime", ZclType.UINT32, READ],
    [Time.LOCAL_TIME, "LocalTime", ZclType.UINT32, READ],
    [Time.LAST_SET_TIME, "LastSetTime", ZclType.UTC_TIME, READ],
    [Time.VALID_UNTIL_TIME, "ValidUntilTime", ZclType.UTC_TIME, WRITABLE],
  ],
  clientAttributes: [],
  received: [],
  generated: [],
};
