// ZCL headers, the records of global commands, and the payloads of metering and tunnelling.

import {
  checkConfigureMirror,
  checkGetProfile,
  checkGetProfileResponse,
  checkGetSampledDataResponse,
  checkMirrorReportResponse,
  getProfileEndTime,
  mirrorFlags,
  mirrorReportingInterval,
  profileCount,
  profileInterval,
  sampledData,
} from "../../firmware/wire/clusters/metering-command";
import {
  checkRequestTunnel,
  checkRequestTunnelResponse,
  checkSupported,
  checkTransferError,
  checkTunnelLeft,
  requestTunnelMaximum,
  transferError,
  tunnelLeft,
  tunnelMaximum,
  tunnelStatus,
} from "../../firmware/wire/clusters/tunnelling";
import { readU16 } from "../../firmware/wire/little-endian";
import { Parsed } from "../../firmware/wire/parsed";
import {
  checkZcl,
  zclCommand,
  zclControl,
  zclManufacturer,
  zclPayloadAt,
  zclSequence,
} from "../../firmware/wire/zcl";
import {
  AttributeRecord,
  checkDiscoverResponse,
  checkReadResponse,
  checkRecords,
  checkReporting,
  checkWriteResponse,
  nextReadRecord,
  nextRecord,
  nextReportingRecord,
  recordAttribute,
  zclValueLength,
} from "../../firmware/wire/zcl-attribute";
import { checkDiscoverCommands, checkReadReporting } from "../../firmware/wire/zcl-discover";
import { zclSamples } from "../wire/sample-zdo-zcl";
import { apsOf } from "./aps.fuzz";
import { examineTwice, within } from "./surroundings";

export const name = "zcl";
export const seeds = zclSamples().map(({ bytes }) => apsOf(bytes).slice(8));

export function fuzz(input: Uint8Array): void {
  examineTwice(input, examine);
}

function examine(bytes: Uint8Array, start: number, length: number): number[] {
  const end = start + length;
  const code = checkZcl(bytes, start, length);
  if (code !== Parsed.OK) return [code];
  const at = within(zclPayloadAt(bytes, start), start, end);
  // Whatever the command: a parser must stand any payload.
  return [
    zclControl(bytes, start),
    zclManufacturer(bytes, start),
    zclSequence(bytes, start),
    zclCommand(bytes, start),
    ...examineRecords(bytes, at, end),
    ...examineMetering(bytes, at, end),
    ...examineTunnel(bytes, at, end),
  ];
}

function examineRecords(bytes: Uint8Array, at: number, end: number): number[] {
  const found = [
    checkRecords(bytes, at, end),
    checkReadResponse(bytes, at, end),
    checkReporting(bytes, at, end),
    checkWriteResponse(bytes, at, end),
    checkDiscoverResponse(bytes, at, end),
    checkDiscoverCommands(bytes, at, end),
    checkReadReporting(bytes, at, end),
  ];
  if (found[5] === Parsed.OK) found.push(bytes[within(at + 1, at, end - 1)]!);
  if (found[6] === Parsed.OK)
    for (let next = at; next < end; next += 3)
      found.push(readU16(bytes, within(next + 3, next, end) - 2));
  if (found[0] === Parsed.OK) {
    for (let next = at; next < end; next = within(nextRecord(bytes, next), next + 1, end)) {
      found.push(recordAttribute(bytes, next));
      const value = next + AttributeRecord.VALUE;
      const type = bytes[next + AttributeRecord.TYPE]!;
      found.push(zclValueLength(bytes, value, end, type));
    }
  }
  if (found[1] === Parsed.OK)
    for (let next = at; next < end; next = within(nextReadRecord(bytes, next), next + 1, end))
      found.push(recordAttribute(bytes, next));
  if (found[2] === Parsed.OK)
    for (let next = at; next < end; next = within(nextReportingRecord(bytes, next), next + 1, end))
      found.push(readU16(bytes, next + 1));
  return found;
}

function examineMetering(bytes: Uint8Array, at: number, end: number): number[] {
  const found: number[] = [];
  if (checkGetProfile(bytes, at, end) === Parsed.OK) found.push(getProfileEndTime(bytes, at));
  if (checkGetProfileResponse(bytes, at, end) === Parsed.OK)
    for (let i = 0; i < profileCount(bytes, at); i++) found.push(profileInterval(bytes, at, i));
  if (checkGetSampledDataResponse(bytes, at, end) === Parsed.OK)
    for (let i = 0; i < readU16(bytes, at + 9); i++) found.push(sampledData(bytes, at, i));
  if (checkConfigureMirror(bytes, at, end) === Parsed.OK)
    found.push(mirrorReportingInterval(bytes, at));
  if (checkMirrorReportResponse(bytes, at, end) === Parsed.OK)
    found.push(mirrorFlags(bytes, at, 0));
  return found;
}

function examineTunnel(bytes: Uint8Array, at: number, end: number): number[] {
  const found = [checkSupported(bytes, at, end)];
  if (checkRequestTunnel(bytes, at, end) === Parsed.OK) found.push(requestTunnelMaximum(bytes, at));
  if (checkRequestTunnelResponse(bytes, at, end) === Parsed.OK)
    found.push(tunnelStatus(bytes, at), tunnelMaximum(bytes, at));
  if (checkTransferError(bytes, at, end) === Parsed.OK) found.push(transferError(bytes, at));
  if (checkTunnelLeft(bytes, at, end) === Parsed.OK) found.push(tunnelLeft(bytes, at));
  return found;
}
