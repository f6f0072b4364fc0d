// What a meter's report says, in the meter's own numbers, and what it tells of their scale.
// @source Smart Energy 07-5356-22 annex D.3.2.2; ZCL 07-5123-06 section 2.5.11

import { TimeQuality, type UtcClock } from "../../../hal/clock";
import { Metering } from "../../wire/clusters/metering";
import { unixTime } from "../../wire/clusters/time";
import { readU24, readU32, readU48 } from "../../wire/little-endian";
import { ZclStatus } from "../../wire/zcl";
import {
  AttributeRecord,
  nextReadRecord,
  nextRecord,
  ReadRecord,
  readUnsigned,
  recordAttribute,
} from "../../wire/zcl-attribute";
import { ZclType } from "../../wire/zcl-type";
import { type Knowledge, Known } from "./knowledge";
import type { ZclMessage } from "./zcl-message";

/** Attributes of which sets we read: reading information, formatting, historical; these are not. */
function isOfNoUse(set: number): boolean {
  return set > 4 || (set > 0 && set < 3);
}

export class MeterReport {
  hasValue = false;
  value = 0;
  hasDemand = false;
  demand = 0;
  /** Unix seconds of the register; 0: neither the meter nor the hub knows. */
  time = 0;
  /** It told a scale that was not known, or was another. */
  changedScale = false;

  constructor(
    private readonly knowledge: Knowledge,
    private readonly clock: UtcClock,
  ) {}

  /** False: an attribute that we need has another type than the standard gives it. */
  read(message: ZclMessage): boolean {
    const { bytes, start, end } = message;
    this.hasValue = false;
    this.hasDemand = false;
    this.time = 0;
    this.changedScale = false;
    let at = start;
    let set = 0;
    while (at < end) {
      set = bytes[at + 1]!;
      if (!isOfNoUse(set) && !this.readAttribute(message.node, bytes, at)) return false;
      at = nextRecord(bytes, at);
    }
    if (this.time === 0) this.time = this.hubTime();
    return true;
  }

  /** A Read Attributes Response, checked before. */
  readScale(message: ZclMessage): void {
    const { bytes, start, end } = message;
    for (let at = start; at < end; at = nextReadRecord(bytes, at)) {
      if (bytes[at + ReadRecord.STATUS] !== ZclStatus.SUCCESS) continue;
      const type = bytes[at + ReadRecord.TYPE]!;
      this.learn(message.node, recordAttribute(bytes, at), type, bytes, at + ReadRecord.VALUE);
    }
  }

  private readAttribute(node: number, bytes: Uint8Array, record: number): boolean {
    const attribute = recordAttribute(bytes, record);
    const type = bytes[record + AttributeRecord.TYPE]!;
    const at = record + AttributeRecord.VALUE;
    switch (attribute as Metering) {
      case Metering.CURRENT_SUMMATION_DELIVERED:
        if (type !== ZclType.UINT48) return false;
        this.value = readU48(bytes, at);
        this.hasValue = this.value !== 0xffff_ffff_ffff;
        return true;
      case Metering.INSTANTANEOUS_DEMAND:
        if (type !== ZclType.INT24) return false;
        this.demand = (readU24(bytes, at) << 8) >> 8;
        // The most negative number says that there is none.
        this.hasDemand = this.demand !== -0x800000;
        return true;
      case Metering.READING_SNAPSHOT_TIME:
        if (type !== ZclType.UTC_TIME) return false;
        this.time = unixTime(readU32(bytes, at));
        return true;
      default:
        if (this.learn(node, attribute, type, bytes, at)) this.changedScale = true;
        return true;
    }
  }

  /** True: something about the scale that was not known or was otherwise. */
  private learn(
    node: number,
    attribute: number,
    type: number,
    bytes: Uint8Array,
    at: number,
  ): boolean {
    switch (attribute as Metering) {
      case Metering.UNIT_OF_MEASURE:
        return type === ZclType.ENUM8 && this.note(node, Known.UNIT, bytes[at]!, 1);
      case Metering.MULTIPLIER:
        return type === ZclType.UINT24 && this.noteScale(node, Known.MULTIPLIER, bytes, at);
      case Metering.DIVISOR:
        return type === ZclType.UINT24 && this.noteScale(node, Known.DIVISOR, bytes, at);
      case Metering.SUMMATION_FORMATTING:
        return type === ZclType.BITMAP8 && this.note(node, Known.FORMATTING, bytes[at]!, 1);
      case Metering.METERING_DEVICE_TYPE:
        return type === ZclType.BITMAP8 && this.note(node, Known.DEVICE_TYPE, bytes[at]!, 1);
      default:
        return false;
    }
  }

  /** 0 and all ones are no scale. */
  private noteScale(node: number, field: Known, bytes: Uint8Array, at: number): boolean {
    const value = readUnsigned(bytes, at, 3);
    return value !== 0 && value !== 0xffffff && this.note(node, field, value, 3);
  }

  private note(node: number, field: Known, value: number, length: number): boolean {
    if (this.knowledge.number(node, field, length) === value) return false;
    this.knowledge.setNumber(node, field, value, length);
    return true;
  }

  /** A meter without a clock: the time of arrival, when the hub knows it. Else 0. */
  private hubTime(): number {
    if (this.clock.quality() === TimeQuality.UNKNOWN) return 0;
    return Math.floor(this.clock.utcMs() / 1000);
  }
}
