// The hub's own attributes on its endpoint: Basic, Time and the Tunnelling server, to be read by
// every node and written by none.
// @source ZCL 07-5123-06 sections 2.5.1 to 2.5.4, 2.5.13, 3.2, 3.12

import { TimeQuality, type UtcClock } from "../../../hal/clock";
import { Basic, PowerSource } from "../../wire/clusters/basic";
import { Time, TimeStatus, zclTime } from "../../wire/clusters/time";
import { Tunnelling } from "../../wire/clusters/tunnelling";
import { readU16 } from "../../wire/little-endian";
import { Parsed } from "../../wire/parsed";
import { Cluster, ZclCommand, ZclStatus } from "../../wire/zcl";
import {
  checkDiscover,
  checkRead,
  checkRecords,
  checkReporting,
  Discover,
  DiscoverResponse,
  nextRecord,
  nextReportingRecord,
  putReadFailure,
  putReadRecord,
  putReadString,
  putWriteStatus,
  ReportingRecord,
  recordAttribute,
} from "../../wire/zcl-attribute";
import { ZclType } from "../../wire/zcl-type";
import type { ZclMessage, ZclWriter } from "./zcl-message";

export const enum ServerLimit {
  /** A payload of 82 bytes holds eleven numbers of a read response, and more failures. */
  RECORDS_MAX = 16,
  /** Up to here another record of a number fits. */
  ROOM = 60,
  DAY_SECONDS = 86_400,
}

/** Attribute and type, in turn, in ascending order. */
const BASIC_ATTRIBUTES: readonly number[] = [
  Basic.ZCL_VERSION,
  ZclType.UINT8,
  Basic.APPLICATION_VERSION,
  ZclType.UINT8,
  Basic.HARDWARE_VERSION,
  ZclType.UINT8,
  Basic.MANUFACTURER_NAME,
  ZclType.CHARACTER_STRING,
  Basic.MODEL_IDENTIFIER,
  ZclType.CHARACTER_STRING,
  Basic.POWER_SOURCE,
  ZclType.ENUM8,
];

const TIME_ATTRIBUTES: readonly number[] = [
  Time.TIME,
  ZclType.UTC_TIME,
  Time.TIME_STATUS,
  ZclType.BITMAP8,
  Time.TIME_ZONE,
  ZclType.INT32,
  Time.DST_SHIFT,
  ZclType.INT32,
  Time.STANDARD_TIME,
  ZclType.UINT32,
  Time.LOCAL_TIME,
  ZclType.UINT32,
  Time.VALID_UNTIL_TIME,
  ZclType.UTC_TIME,
];

const TUNNELLING_ATTRIBUTES: readonly number[] = [Tunnelling.CLOSE_TUNNEL_TIMEOUT, ZclType.UINT16];

const NO_ATTRIBUTES: readonly number[] = [];

/** "Heddle", "hub". */
const NAMES = new Uint8Array([0x48, 0x65, 0x64, 0x64, 0x6c, 0x65, 0x68, 0x75, 0x62]);

export class ZclServer {
  private readonly values: Attributes;

  constructor(
    private readonly writer: ZclWriter,
    clock: UtcClock,
  ) {
    this.values = new Attributes(clock);
  }

  /** A global command to a server cluster of the hub's endpoint. */
  global(now: number, message: ZclMessage): void {
    switch (message.command as ZclCommand) {
      case ZclCommand.READ:
        this.read(now, message);
        break;
      case ZclCommand.WRITE:
      case ZclCommand.WRITE_UNDIVIDED:
      case ZclCommand.WRITE_NO_RESPONSE:
        this.write(now, message);
        break;
      case ZclCommand.CONFIGURE_REPORTING:
        this.configure(now, message);
        break;
      case ZclCommand.DISCOVER:
        discover(now, message, this.writer, this.values.list(message));
        break;
      default:
        this.writer.status(now, message, ZclStatus.UNSUPPORTED_GENERAL_COMMAND);
    }
  }

  private read(now: number, message: ZclMessage): void {
    const { bytes, start, end } = message;
    if (checkRead(bytes, start, end) !== Parsed.OK) {
      this.writer.status(now, message, ZclStatus.MALFORMED_COMMAND);
      return;
    }
    const out = this.writer.answer(message, false, ZclCommand.READ_RESPONSE);
    let at = out;
    const last = Math.min(end, start + 2 * ServerLimit.RECORDS_MAX);
    for (let from = start; from < last && at < out + ServerLimit.ROOM; from += 2) {
      at = this.values.put(this.writer.bytes, at, message, readU16(bytes, from));
    }
    this.writer.send(now, at);
  }

  /** Nothing of the hub can be written over the air; the clock least of all. */
  private write(now: number, message: ZclMessage): void {
    const { bytes, start, end } = message;
    if (checkRecords(bytes, start, end) !== Parsed.OK) {
      this.writer.status(now, message, ZclStatus.MALFORMED_COMMAND);
      return;
    }
    if (message.command === ZclCommand.WRITE_NO_RESPONSE) return;
    let at = this.writer.answer(message, false, ZclCommand.WRITE_RESPONSE);
    let count = 0;
    for (let from = start; from < end; from = nextRecord(bytes, from)) {
      if (++count > ServerLimit.RECORDS_MAX) break;
      const attribute = recordAttribute(bytes, from);
      const known = this.values.has(message, attribute);
      const status = known ? ZclStatus.READ_ONLY : ZclStatus.UNSUPPORTED_ATTRIBUTE;
      at = putWriteStatus(this.writer.bytes, at, status, attribute);
    }
    this.writer.send(now, at);
  }

  private configure(now: number, message: ZclMessage): void {
    const { bytes, start, end } = message;
    if (checkReporting(bytes, start, end) !== Parsed.OK) {
      this.writer.status(now, message, ZclStatus.MALFORMED_COMMAND);
      return;
    }
    let at = this.writer.answer(message, false, ZclCommand.CONFIGURE_REPORTING_RESPONSE);
    let count = 0;
    for (let from = start; from < end; from = nextReportingRecord(bytes, from)) {
      if (++count > ServerLimit.RECORDS_MAX) break;
      this.writer.bytes[at] = ZclStatus.UNREPORTABLE_ATTRIBUTE;
      this.writer.bytes[at + 1] = bytes[from]!;
      const attribute = readU16(bytes, from + ReportingRecord.ATTRIBUTE);
      this.writer.bytes[at + 2] = attribute;
      this.writer.bytes[at + 3] = attribute >> 8;
      at += 4;
    }
    this.writer.send(now, at);
  }
}

/** Answers Discover Attributes from a list of attribute and type in turn. */
export function discover(
  now: number,
  message: ZclMessage,
  writer: ZclWriter,
  list: readonly number[],
): void {
  const { bytes, start, end } = message;
  if (checkDiscover(bytes, start, end) !== Parsed.OK) {
    writer.status(now, message, ZclStatus.MALFORMED_COMMAND);
    return;
  }
  const from = readU16(bytes, start + Discover.START);
  const most = Math.min(bytes[start + Discover.MAXIMUM]!, ServerLimit.RECORDS_MAX);
  const out = writer.answer(message, false, ZclCommand.DISCOVER_RESPONSE);
  let at = out + DiscoverResponse.RECORDS;
  let count = 0;
  let complete = 1;
  for (let i = 0; i < list.length; i += 2) {
    if (list[i]! < from) continue;
    if (count === most) {
      complete = 0;
      break;
    }
    writer.bytes[at] = list[i]!;
    writer.bytes[at + 1] = list[i]! >> 8;
    writer.bytes[at + 2] = list[i + 1]!;
    at += DiscoverResponse.RECORD_LENGTH;
    count++;
  }
  writer.bytes[out + DiscoverResponse.COMPLETE] = complete;
  writer.send(now, at);
}

class Attributes {
  constructor(private readonly clock: UtcClock) {}

  /** The attributes of the side that the message is for; of our client sides there are none. */
  list(message: ZclMessage): readonly number[] {
    if (message.fromServer) return NO_ATTRIBUTES;
    switch (message.cluster as Cluster) {
      case Cluster.BASIC:
        return BASIC_ATTRIBUTES;
      case Cluster.TIME:
        return TIME_ATTRIBUTES;
      case Cluster.TUNNELLING:
        return TUNNELLING_ATTRIBUTES;
      default:
        return NO_ATTRIBUTES;
    }
  }

  has(message: ZclMessage, attribute: number): boolean {
    const list = this.list(message);
    for (let i = 0; i < list.length; i += 2) if (list[i] === attribute) return true;
    return false;
  }

  /** Writes a record of a read response. */
  put(bytes: Uint8Array, at: number, message: ZclMessage, attribute: number): number {
    if (!this.has(message, attribute)) {
      return putReadFailure(bytes, at, attribute, ZclStatus.UNSUPPORTED_ATTRIBUTE);
    }
    if (message.cluster === Cluster.BASIC) return this.putBasic(bytes, at, attribute);
    if (message.cluster === Cluster.TIME) return this.putTime(bytes, at, attribute);
    const timeout = Tunnelling.CLOSE_TUNNEL_TIMEOUT_DEFAULT;
    return putReadRecord(bytes, at, attribute, ZclType.UINT16, timeout);
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
        const until = trusted ? time + ServerLimit.DAY_SECONDS : Time.INVALID;
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
