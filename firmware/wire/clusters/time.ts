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

const WRITABLE = Access.READ | Access.WRITE;

export const TIME: ClusterTable = {
  id: Cluster.TIME,
  name: "Time",
  attributes: [
    { id: Time.TIME, name: "Time", type: ZclType.UTC_TIME, access: WRITABLE },
    { id: Time.TIME_STATUS, name: "TimeStatus", type: ZclType.BITMAP8, access: WRITABLE },
    { id: Time.TIME_ZONE, name: "TimeZone", type: ZclType.INT32, access: WRITABLE },
    { id: Time.DST_START, name: "DstStart", type: ZclType.UINT32, access: WRITABLE },
    { id: Time.DST_END, name: "DstEnd", type: ZclType.UINT32, access: WRITABLE },
    { id: Time.DST_SHIFT, name: "DstShift", type: ZclType.INT32, access: WRITABLE },
    { id: Time.STANDARD_TIME, name: "StandardTime", type: ZclType.UINT32, access: Access.READ },
    { id: Time.LOCAL_TIME, name: "LocalTime", type: ZclType.UINT32, access: Access.READ },
    { id: Time.LAST_SET_TIME, name: "LastSetTime", type: ZclType.UTC_TIME, access: Access.READ },
    {
      id: Time.VALID_UNTIL_TIME,
      name: "ValidUntilTime",
      type: ZclType.UTC_TIME,
      access: WRITABLE,
    },
  ],
  received: [],
  generated: [],
};
