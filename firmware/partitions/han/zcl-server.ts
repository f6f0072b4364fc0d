// The hub's own attributes on its endpoint, to be read by every node; what can be written is how
// long it identifies itself. No attribute is a collection: reading and writing within one is
// answered as a command that we do not have.
// @source ZCL 07-5123-06 sections 2.5.1 to 2.5.6

import type { UtcClock } from "../../../hal/clock";
import { Access } from "../../wire/clusters/table";
import { readU16 } from "../../wire/little-endian";
import { Parsed } from "../../wire/parsed";
import { ZclCommand, ZclStatus } from "../../wire/zcl";
import {
  AttributeRecord,
  checkRead,
  checkRecords,
  nextRecord,
  putReadFailure,
  putWriteStatus,
  recordAttribute,
} from "../../wire/zcl-attribute";
import { mayConsumerRead } from "./consumer-set";
import { HubAttributes } from "./hub-attributes";
import type { IdentifyServer } from "./identify-server";
import { discover } from "./zcl-discovery";
import type { ZclMessage, ZclWriter } from "./zcl-message";
import { findAttribute, OFFERED, Offered } from "./zcl-offer";
import { refuseReporting } from "./zcl-reporting";

const enum ServerLimit {
  /** A payload of 82 bytes holds eleven numbers of a read response, and more failures. */
  RECORDS_MAX = 16,
  /** Up to here another record of a number fits. */
  ROOM = 60,
}

export class ZclServer {
  private readonly values: HubAttributes;

  constructor(
    private readonly writer: ZclWriter,
    clock: UtcClock,
    identify: IdentifyServer,
  ) {
    this.values = new HubAttributes(clock, identify);
  }

  /** A global command to a cluster of the hub's endpoint. */
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
      case ZclCommand.READ_REPORTING:
        refuseReporting(now, message, this.writer);
        break;
      default:
        if (discover(now, message, this.writer)) return;
        this.writer.status(now, message, ZclStatus.UNSUPPORTED_GENERAL_COMMAND);
    }
  }

  private read(now: number, message: ZclMessage): void {
    const { bytes, start, end, cluster, fromServer } = message;
    if (checkRead(bytes, start, end) !== Parsed.OK) {
      this.writer.status(now, message, ZclStatus.MALFORMED_COMMAND);
      return;
    }
    const out = this.writer.answer(message, false, ZclCommand.READ_RESPONSE);
    let at = out;
    const last = Math.min(end, start + 2 * ServerLimit.RECORDS_MAX);
    for (let from = start; from < last && at < out + ServerLimit.ROOM; from += 2) {
      const attribute = readU16(bytes, from);
      if (message.isConsumers && !mayConsumerRead(cluster, attribute)) {
        at = putReadFailure(this.writer.bytes, at, attribute, ZclStatus.NOT_AUTHORIZED);
        continue;
      }
      at =
        findAttribute(cluster, fromServer, attribute) < 0
          ? putReadFailure(this.writer.bytes, at, attribute, ZclStatus.UNSUPPORTED_ATTRIBUTE)
          : this.values.put(now, this.writer.bytes, at, cluster, attribute);
    }
    this.writer.send(now, at);
  }

  /**
   * Undivided, nothing is written when anything cannot be. A record's status is no longer than the
   * record, so that the response has room where the command had it.
   */
  private write(now: number, message: ZclMessage): void {
    const { bytes, start, end, command } = message;
    if (checkRecords(bytes, start, end) !== Parsed.OK) {
      this.writer.status(now, message, ZclStatus.MALFORMED_COMMAND);
      return;
    }
    const isSilent = command === ZclCommand.WRITE_NO_RESPONSE;
    const isIdle = command === ZclCommand.WRITE_UNDIVIDED && failsSomewhere(message);
    const out = isSilent ? 0 : this.writer.answer(message, false, ZclCommand.WRITE_RESPONSE);
    let at = out;
    for (let from = start; from < end; from = nextRecord(bytes, from)) {
      const status = writeStatus(message, from);
      if (status === ZclStatus.SUCCESS) {
        if (!isIdle) this.values.write(now, bytes, from + AttributeRecord.VALUE);
      } else if (!isSilent) {
        at = putWriteStatus(this.writer.bytes, at, status, recordAttribute(bytes, from));
      }
    }
    if (isSilent) return;
    // One status alone says that nothing failed.
    if (at === out) this.writer.bytes[at++] = ZclStatus.SUCCESS;
    this.writer.send(now, at);
  }
}

function failsSomewhere(message: ZclMessage): boolean {
  const { bytes, start, end } = message;
  for (let from = start; from < end; from = nextRecord(bytes, from)) {
    if (writeStatus(message, from) !== ZclStatus.SUCCESS) return true;
  }
  return false;
}

function writeStatus({ bytes, cluster, fromServer }: ZclMessage, record: number): ZclStatus {
  const at = findAttribute(cluster, fromServer, recordAttribute(bytes, record));
  if (at < 0) return ZclStatus.UNSUPPORTED_ATTRIBUTE;
  if ((OFFERED[at + Offered.ACCESS]! & Access.WRITE) === 0) return ZclStatus.READ_ONLY;
  const isType = OFFERED[at + Offered.TYPE] === bytes[record + AttributeRecord.TYPE];
  return isType ? ZclStatus.SUCCESS : ZclStatus.INVALID_DATA_TYPE;
}
