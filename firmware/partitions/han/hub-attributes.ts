// The values of the hub's own attributes: Basic, Identify, Time, Keep-Alive, Tunnelling.
// @source ZCL 07-5123-06 sections 3.2, 3.5, 3.12; Smart Energy 17-05019-001 (Keep-Alive)

import { TimeQuality, type UtcClock } from "../../../hal/clock";
import { Basic, PowerSource } from "../../wire/clusters/basic";
import { KeepAlive } from "../../wire/clusters/keep-alive";
import { Time, TimeStatus, zclTime } from "../../wire/clusters/time";
import { Tunnelling } from "../../wire/clusters/tunnelling";
import { readU16 } from "../../wire/little-endian";
import { Cluster } from "../../wire/zcl";
import { putReadRecord, putReadString } from "../../wire/zcl-attribute";
import { ZclType } from "../../wire/zcl-type";
import type { IdentifyServer } from "./identify-server";

const enum HubValue {
  DAY_SECONDS = 86_400,
  /** Minutes between two looks of a device at its trust centre; the standard's own. */
  KEEP_ALIVE_BASE = 10,
  /** Seconds at random that are added to that; the standard's own. */
  KEEP_ALIVE_JITTER = 300,
}

/** "Heddle", "hub". */
const NAMES = new Uint8Array([0x48, 0x65, 0x64, 0x64, 0x6c, 0x65, 0x68, 0x75, 0x62]);

export class HubAttributes {
  constructor(
    private readonly clock: UtcClock,
    private readonly identify: IdentifyServer,
  ) {}

  /** Writes a record of a read response, of an attribute that is offered. */
  put(now: number, bytes: Uint8Array, at: number, cluster: number, attribute: number): number {
    switch (cluster as Cluster) {
      case Cluster.BASIC:
        return this.putBasic(bytes, at, attribute);
      case Cluster.IDENTIFY:
        return putReadRecord(bytes, at, attribute, ZclType.UINT16, this.identify.secondsLeft(now));
      case Cluster.TIME:
        return this.putTime(bytes, at, attribute);
      case Cluster.KEEP_ALIVE:
        return attribute === KeepAlive.BASE
          ? putReadRecord(bytes, at, attribute, ZclType.UINT8, HubValue.KEEP_ALIVE_BASE)
          : putReadRecord(bytes, at, attribute, ZclType.UINT16, HubValue.KEEP_ALIVE_JITTER);
      default: {
        const timeout = Tunnelling.CLOSE_TUNNEL_TIMEOUT_DEFAULT;
        return putReadRecord(bytes, at, attribute, ZclType.UINT16, timeout);
      }
    }
  }

  /** Takes the value of the one attribute that can be written: the time to identify. */
  write(now: number, bytes: Uint8Array, at: number): void {
    this.identify.identify(now, readU16(bytes, at));
  }

  private putBasic(bytes: Uint8Array, at: number, attribute: number): number {
    const text = ZclType.CHARACTER_STRING;
    switch (attribute as Basic) {
      case Basic.MANUFACTURER_NAME:
        return putReadString(bytes, at, attribute, text, NAMES, 0, 6);
      case Basic.MODEL_IDENTIFIER:
        return putReadString(bytes, at, attribute, text, NAMES, 6, 3);
      case Basic.POWER_SOURCE:
        return putReadRecord(bytes, at, attribute, ZclType.ENUM8, PowerSource.MAINS_SINGLE_PHASE);
      case Basic.ZCL_VERSION:
        return putReadRecord(bytes, at, attribute, ZclType.UINT8, 3);
      default:
        return putReadRecord(bytes, at, attribute, ZclType.UINT8, 1);
    }
  }

  private putTime(bytes: Uint8Array, at: number, attribute: number): number {
    const quality = this.clock.quality();
    const known = quality !== TimeQuality.UNKNOWN;
    const time = known ? zclTime(Math.floor(this.clock.utcMs() / 1000)) : Time.INVALID;
    switch (attribute as Time) {
      case Time.TIME:
        return putReadRecord(bytes, at, attribute, ZclType.UTC_TIME, time);
      case Time.TIME_STATUS:
        return putReadRecord(bytes, at, attribute, ZclType.BITMAP8, statusOf(quality));
      case Time.TIME_ZONE:
      case Time.DST_SHIFT:
        return putReadRecord(bytes, at, attribute, ZclType.INT32, 0);
      case Time.VALID_UNTIL_TIME: {
        const trusted = quality === TimeQuality.SYNCHRONISED;
        const until = trusted ? time + HubValue.DAY_SECONDS : Time.INVALID;
        return putReadRecord(bytes, at, attribute, ZclType.UTC_TIME, until);
      }
      default:
        // Zone and daylight saving are 0: standard and local time are UTC.
        return putReadRecord(bytes, at, attribute, ZclType.UINT32, time);
    }
  }
}

/** While the time is unknown nobody is to follow this clock. */
function statusOf(quality: TimeQuality): number {
  if (quality === TimeQuality.UNKNOWN) return 0;
  const kept = TimeStatus.MASTER | TimeStatus.MASTER_ZONE_DST | TimeStatus.SUPERSEDING;
  return quality === TimeQuality.SYNCHRONISED ? kept | TimeStatus.SYNCHRONISED : kept;
}
