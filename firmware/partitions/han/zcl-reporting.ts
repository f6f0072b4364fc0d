// Answers who asks the hub's servers for reports, or how they report: they do not.
// @source ZCL 07-5123-06 sections 2.5.7 to 2.5.10

import { readU16 } from "../../wire/little-endian";
import { Parsed } from "../../wire/parsed";
import { ZclCommand, ZclStatus } from "../../wire/zcl";
import { checkReporting, nextReportingRecord } from "../../wire/zcl-attribute";
import {
  checkReadReporting,
  putReportingStatus,
  ReadReportingRecord,
} from "../../wire/zcl-discover";
import type { ZclMessage, ZclWriter } from "./zcl-message";
import { findAttribute } from "./zcl-offer";

const enum ReportingLimit {
  /** Of four bytes each a payload holds nineteen; who asks for more asks twice. */
  RECORDS_MAX = 16,
}

/** Configure Reporting, and Read Reporting Configuration: both answer alike. */
export function refuseReporting(now: number, message: ZclMessage, writer: ZclWriter): void {
  const { bytes, start, end, command } = message;
  const isRead = command === ZclCommand.READ_REPORTING;
  const code = isRead ? checkReadReporting(bytes, start, end) : checkReporting(bytes, start, end);
  if (code !== Parsed.OK) {
    writer.status(now, message, ZclStatus.MALFORMED_COMMAND);
    return;
  }
  // Each response has the number behind its command's.
  let at = writer.answer(message, false, command + 1);
  let left: number = ReportingLimit.RECORDS_MAX;
  let from = start;
  while (from < end && left-- > 0) {
    // Direction and attribute begin the records of both.
    const attribute = readU16(bytes, from + ReadReportingRecord.ATTRIBUTE);
    const isKnown = findAttribute(message.cluster, message.fromServer, attribute) >= 0;
    const status = isKnown ? ZclStatus.UNREPORTABLE_ATTRIBUTE : ZclStatus.UNSUPPORTED_ATTRIBUTE;
    at = putReportingStatus(writer.bytes, at, status, bytes[from]!, attribute);
    from = isRead ? from + ReadReportingRecord.LENGTH : nextReportingRecord(bytes, from);
  }
  writer.send(now, at);
}
