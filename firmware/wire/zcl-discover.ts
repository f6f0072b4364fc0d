// Payloads of the global commands that discover commands and access, and that read how reporting is
// configured. Offsets count from the payload's start.
// @source ZCL 07-5123-06 sections 2.5.9, 2.5.10, 2.5.18 to 2.5.23

import { writeU16 } from "./little-endian";
import { Parsed } from "./parsed";
import type { ZclStatus } from "./zcl";

/** Of Discover Commands Received and Generated. */
export const enum DiscoverCommands {
  START = 0,
  MAXIMUM = 1,
  LENGTH = 2,
}

/** A record of Read Reporting Configuration. */
export const enum ReadReportingRecord {
  /** 0: how you report; 1: what reports you expect. */
  DIRECTION = 0,
  ATTRIBUTE = 1,
  LENGTH = 3,
}

export function checkDiscoverCommands(_bytes: Uint8Array, at: number, end: number): Parsed {
  return end - at < DiscoverCommands.LENGTH ? Parsed.TRUNCATED : Parsed.OK;
}

export function checkReadReporting(bytes: Uint8Array, at: number, end: number): Parsed {
  if (end === at || (end - at) % ReadReportingRecord.LENGTH !== 0) return Parsed.TRUNCATED;
  for (let next = at; next < end; next += ReadReportingRecord.LENGTH) {
    if (bytes[next]! > 1) return Parsed.INVALID;
  }
  return Parsed.OK;
}

/**
 * Writes a record with a failure: of Configure Reporting Response, and of Read Reporting
 * Configuration Response.
 */
export function putReportingStatus(
  bytes: Uint8Array,
  at: number,
  status: ZclStatus,
  direction: number,
  attribute: number,
): number {
  bytes[at] = status;
  bytes[at + 1] = direction;
  writeU16(bytes, at + 2, attribute);
  return at + 4;
}
