// The Metering cluster as a meter serves it: its register, its formatting, its half-hours.
// @source Smart Energy profile 07-5356-21 annex D.3.2

import {
  ClusterId,
  IntervalPeriod,
  MeteringAttribute,
  MeteringClientCommand,
  type MeteringDeviceType,
  MeteringServerCommand,
  ProfileStatus,
  type UnitOfMeasure,
} from "./clusters";
import { ZCL_EPOCH_S } from "./meter-clock";
import { OctetReader, OctetWriter } from "./zigbee/octets";
import type { Attribute, Cluster, CommandResult, Peer } from "./zigbee/zcl";
import { type ZclFrame, ZclStatus, ZclType } from "./zigbee/zcl-frame";

export interface Register {
  /** Unix seconds by the meter's clock. */
  readonly time: number;
  /** Watt-hours or litres. */
  readonly value: number;
  /** Watts; undefined for gas. */
  readonly demand: number | undefined;
}

/** Half-hours a meter keeps: 13 months, as British meters do. */
const HALF_HOURS_MAX = 19_056;
/** As many as one response brings. */
const PERIODS_MAX = 24;
const HALF_HOUR_S = 1800;
/** Three digits behind the point, six before it, no leading zeros. */
const SUMMATION_FORMATTING = 3 | (6 << 3) | 0x80;
/** Three digits behind the point, three before it, no leading zeros. */
const DEMAND_FORMATTING = 3 | (3 << 3) | 0x80;
/** Registers count thousandths of the unit. */
const DIVISOR = 1000;

export interface MeteringOptions {
  readonly unit: UnitOfMeasure;
  readonly type: MeteringDeviceType;
  /** Somebody configured reports of this attribute; the seconds are the interval's limits. */
  readonly configured?: (
    from: Peer,
    attribute: number,
    minimumS: number,
    maximumS: number,
  ) => ZclStatus;
  /** Sends a response to a command, under its sequence number. */
  readonly respond: (to: Peer, command: number, payload: Buffer, sequence: number) => void;
}

export class MeteringServer implements Cluster {
  readonly id = ClusterId.METERING;
  readonly server = true;
  readonly attributes: ReadonlyMap<number, Attribute>;
  /** What the attributes say: the last snapshot. */
  snapshot: Register = { time: 0, value: 0, demand: 0 };
  profilesAnswered = 0;
  private readonly halfHours = new Map<number, number>();

  constructor(private readonly options: MeteringOptions) {
    this.attributes = this.attributeMap();
  }

  /** Keeps one half-hour that ended at `end`, Unix seconds. */
  addHalfHour(end: number, value: number): void {
    this.halfHours.set(end, value);
    if (this.halfHours.size > HALF_HOURS_MAX) {
      for (const oldest of this.halfHours.keys()) {
        this.halfHours.delete(oldest);
        break;
      }
    }
  }

  configure(from: Peer, attribute: number, minimumS: number, maximumS: number): ZclStatus {
    return (
      this.options.configured?.(from, attribute, minimumS, maximumS) ??
      ZclStatus.UNREPORTABLE_ATTRIBUTE
    );
  }

  command(from: Peer, frame: ZclFrame): CommandResult {
    if (frame.command !== MeteringClientCommand.GET_PROFILE) {
      return ZclStatus.UNSUPPORTED_CLUSTER_COMMAND;
    }
    const read = new OctetReader(frame.payload);
    const payload = this.profile(read.u8(), read.u32(), read.u8());
    this.profilesAnswered++;
    this.options.respond(from, MeteringServerCommand.GET_PROFILE_RESPONSE, payload, frame.sequence);
    return "answered";
  }

  /** @source annex D.3.2.3.1.1: the newest interval first, back in time */
  private profile(channel: number, zclEnd: number, periods: number): Buffer {
    const DELIVERED = 0;
    const RECEIVED = 1;
    if (channel !== DELIVERED) {
      return profileResponse(
        zclEnd,
        channel === RECEIVED
          ? ProfileStatus.CHANNEL_NOT_SUPPORTED
          : ProfileStatus.UNDEFINED_CHANNEL,
        [],
      );
    }
    if (periods > PERIODS_MAX) {
      return profileResponse(zclEnd, ProfileStatus.TOO_MANY_PERIODS, []);
    }
    const newest = this.newestUpTo(zclEnd === 0 ? Number.POSITIVE_INFINITY : zclEnd + ZCL_EPOCH_S);
    if (newest === undefined) return profileResponse(zclEnd, ProfileStatus.NO_INTERVALS, []);
    const values: number[] = [];
    for (let end = newest; values.length < periods; end -= HALF_HOUR_S) {
      const value = this.halfHours.get(end);
      if (value === undefined) break;
      values.push(value);
    }
    return profileResponse(newest - ZCL_EPOCH_S, ProfileStatus.SUCCESS, values);
  }

  private newestUpTo(end: number): number | undefined {
    const aligned = Math.floor(end / HALF_HOUR_S) * HALF_HOUR_S;
    if (this.halfHours.has(aligned)) return aligned;
    let newest: number | undefined;
    for (const one of this.halfHours.keys()) {
      if (one <= end && (newest === undefined || one > newest)) newest = one;
    }
    return newest;
  }

  private attributeMap(): Map<number, Attribute> {
    const fixed = (type: ZclType, value: number): Attribute => ({ type, read: () => value });
    const attributes = new Map<number, Attribute>([
      [
        MeteringAttribute.CURRENT_SUMMATION_DELIVERED,
        { type: ZclType.U48, read: () => this.snapshot.value, reportable: true },
      ],
      [
        MeteringAttribute.READING_SNAPSHOT_TIME,
        {
          type: ZclType.UTC_TIME,
          read: () => Math.max(0, this.snapshot.time - ZCL_EPOCH_S),
          reportable: true,
        },
      ],
      [
        MeteringAttribute.PROFILE_INTERVAL_PERIOD,
        fixed(ZclType.ENUM8, IntervalPeriod.THIRTY_MINUTES),
      ],
      [MeteringAttribute.STATUS, { ...fixed(ZclType.BITMAP8, 0), reportable: true }],
      [MeteringAttribute.UNIT_OF_MEASURE, fixed(ZclType.ENUM8, this.options.unit)],
      [MeteringAttribute.MULTIPLIER, fixed(ZclType.U24, 1)],
      [MeteringAttribute.DIVISOR, fixed(ZclType.U24, DIVISOR)],
      [MeteringAttribute.SUMMATION_FORMATTING, fixed(ZclType.BITMAP8, SUMMATION_FORMATTING)],
      [MeteringAttribute.DEMAND_FORMATTING, fixed(ZclType.BITMAP8, DEMAND_FORMATTING)],
      [MeteringAttribute.METERING_DEVICE_TYPE, fixed(ZclType.BITMAP8, this.options.type)],
    ]);
    if (this.snapshot.demand !== undefined && this.options.type === 0) {
      attributes.set(MeteringAttribute.INSTANTANEOUS_DEMAND, {
        type: ZclType.I24,
        read: () => this.snapshot.demand ?? 0,
        reportable: true,
      });
    }
    return attributes;
  }
}

function profileResponse(zclEnd: number, status: ProfileStatus, values: readonly number[]): Buffer {
  const out = new OctetWriter(7 + values.length * 3)
    .u32(zclEnd)
    .u8(status)
    .u8(IntervalPeriod.THIRTY_MINUTES)
    .u8(values.length);
  for (const value of values) out.u24(value);
  return out.done();
}
