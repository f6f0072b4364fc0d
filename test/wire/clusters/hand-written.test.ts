// The payloads that the hub sends and takes every day have accessors of their own, with fixed
// offsets. Here they are held to the clusters' tables: both write the same bytes and read the same.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CLUSTERS } from "../../../firmware/wire/clusters/catalogue";
import { checkPayload } from "../../../firmware/wire/clusters/fields";
import { type Layout, layoutOf } from "../../../firmware/wire/clusters/layout";
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
  profileEndTime,
  profileInterval,
  profilePeriod,
  profileStatus,
  putConfigureMirror,
  putGetProfile,
  putGetProfileResponse,
  putGetSampledData,
  putMirrorReportResponse,
  putProfileInterval,
  putRequestMirrorResponse,
  sampledData,
} from "../../../firmware/wire/clusters/metering-command";
import {
  checkRequestTunnel,
  checkRequestTunnelResponse,
  checkSupported,
  checkTransferError,
  checkTunnelLeft,
  putRequestTunnel,
  putRequestTunnelResponse,
  putSupported,
  putTransferError,
  putTunnelId,
  putTunnelLeft,
  requestTunnelMaximum,
  transferError,
  tunnelLeft,
  tunnelMaximum,
  tunnelOf,
  tunnelStatus,
} from "../../../firmware/wire/clusters/tunnelling";
import { Parsed } from "../../../firmware/wire/parsed";
import { decode, drawFrom, drawValues, encode, type Values } from "./values";

type Check = (bytes: Uint8Array, at: number, end: number) => number;

function layoutNamed(cluster: string, name: string, fromServer: boolean): Layout {
  const table = CLUSTERS.find((one) => one.name === cluster)!;
  const rows = fromServer ? table.generated : table.received;
  return layoutOf(rows.find((row) => row[1] === name)![2]);
}

/** What `put` writes, read by the table. */
function read(
  table: string,
  name: string,
  fromServer: boolean,
  put: (bytes: Uint8Array) => number,
): Values {
  const bytes = new Uint8Array(256);
  return decode(layoutNamed(table, name, fromServer), bytes, 0, put(bytes));
}

describe("what accessors write, the table reads", () => {
  it.each<[string, string, boolean, (bytes: Uint8Array) => number, Values]>([
    [
      "Metering",
      "GetProfile",
      false,
      (bytes) => putGetProfile(bytes, 0, 1, 0x01020304, 5),
      { intervalChannel: 1, endTime: 0x01020304, numberOfPeriods: 5 },
    ],
    [
      "Metering",
      "GetProfileResponse",
      true,
      (bytes) => putProfileInterval(bytes, putGetProfileResponse(bytes, 0, 7, 4, 2, 1), 0xabcdef),
      {
        endTime: 7,
        status: 4,
        profileIntervalPeriod: 2,
        numberOfPeriodsDelivered: 1,
        intervals: [0xabcdef],
      },
    ],
    [
      "Metering",
      "RequestMirrorResponse",
      false,
      (bytes) => putRequestMirrorResponse(bytes, 0, 0x0a0b),
      { endpointId: 0x0a0b },
    ],
    [
      "Metering",
      "ConfigureMirror",
      true,
      (bytes) => putConfigureMirror(bytes, 0, 9, 0x010203, true, 2),
      {
        issuerEventId: 9,
        reportingInterval: 0x010203,
        mirrorNotificationReporting: 1,
        notificationScheme: 2,
      },
    ],
    [
      "Metering",
      "MirrorReportAttributeResponse",
      false,
      (bytes) => putMirrorReportResponse(bytes, 0, 1, 0x00200000),
      { notificationScheme: 1, notificationFlags: [0x00200000] },
    ],
    [
      "Metering",
      "GetSampledData",
      false,
      (bytes) => putGetSampledData(bytes, 0, 0x0102, 0x03040506, 7, 0x0809),
      { sampleId: 0x0102, earliestSampleTime: 0x03040506, sampleType: 7, numberOfSamples: 0x0809 },
    ],
    [
      "Tunneling",
      "RequestTunnel",
      false,
      (bytes) => putRequestTunnel(bytes, 0, 6, 4097),
      {
        protocolId: 6,
        manufacturerCode: 0xffff,
        flowControlSupport: 0,
        maximumIncomingTransferSize: 4097,
      },
    ],
    [
      "Tunneling",
      "RequestTunnelResponse",
      true,
      (bytes) => putRequestTunnelResponse(bytes, 0, 0x0102, 3, 0x0405),
      { tunnelId: 0x0102, tunnelStatus: 3, maximumIncomingTransferSize: 0x0405 },
    ],
    ["Tunneling", "CloseTunnel", false, (bytes) => putTunnelId(bytes, 0, 7), { tunnelId: 7 }],
    [
      "Tunneling",
      "TransferDataError",
      true,
      (bytes) => putTransferError(bytes, 0, 7, 2),
      { tunnelId: 7, transferDataStatus: 2 },
    ],
    [
      "Tunneling",
      "AckTransferData",
      false,
      (bytes) => putTunnelLeft(bytes, 0, 7, 512),
      { tunnelId: 7, numberOfBytesLeft: 512 },
    ],
    [
      "Tunneling",
      "SupportedTunnelProtocolsResponse",
      true,
      (bytes) => putSupported(bytes, 0, 6),
      {
        protocolListComplete: 1,
        protocolCount: 1,
        protocolList: [{ manufacturerCode: 0xffff, protocolId: 6 }],
      },
    ],
  ])("%s %s", (table, name, fromServer, put, expected) => {
    expect(read(table, name, fromServer, put)).toEqual(expected);
  });
});

/** The fields of one payload by accessors, under the names of the table. */
type Accessors = (bytes: Uint8Array) => Values;

describe("what the table writes, accessors read", () => {
  it.each<[string, string, boolean, Check, Accessors]>([
    [
      "Metering",
      "GetProfile",
      false,
      checkGetProfile,
      (b) => ({ endTime: getProfileEndTime(b, 0) }),
    ],
    [
      "Metering",
      "GetProfileResponse",
      true,
      checkGetProfileResponse,
      (b) => ({
        endTime: profileEndTime(b, 0),
        status: profileStatus(b, 0),
        profileIntervalPeriod: profilePeriod(b, 0),
        intervals: Array.from({ length: profileCount(b, 0) }, (_, i) => profileInterval(b, 0, i)),
      }),
    ],
    [
      "Metering",
      "ConfigureMirror",
      true,
      checkConfigureMirror,
      (b) => ({ reportingInterval: mirrorReportingInterval(b, 0) }),
    ],
    [
      "Metering",
      "MirrorReportAttributeResponse",
      false,
      checkMirrorReportResponse,
      (b) => ({
        notificationFlags: Array.from({ length: (b.length - 1) / 4 }, (_, i) =>
          mirrorFlags(b, 0, i),
        ),
      }),
    ],
    [
      "Metering",
      "GetSampledDataResponse",
      true,
      checkGetSampledDataResponse,
      (b) => ({
        samples: Array.from({ length: (b.length - 11) / 3 }, (_, i) => sampledData(b, 0, i)),
      }),
    ],
    [
      "Tunneling",
      "RequestTunnel",
      false,
      checkRequestTunnel,
      (b) => ({ maximumIncomingTransferSize: requestTunnelMaximum(b, 0) }),
    ],
    [
      "Tunneling",
      "RequestTunnelResponse",
      true,
      checkRequestTunnelResponse,
      (b) => ({
        tunnelId: tunnelOf(b, 0),
        tunnelStatus: tunnelStatus(b, 0),
        maximumIncomingTransferSize: tunnelMaximum(b, 0),
      }),
    ],
    [
      "Tunneling",
      "TransferDataError",
      false,
      checkTransferError,
      (b) => ({ tunnelId: tunnelOf(b, 0), transferDataStatus: transferError(b, 0) }),
    ],
    [
      "Tunneling",
      "ReadyData",
      true,
      checkTunnelLeft,
      (b) => ({ tunnelId: tunnelOf(b, 0), numberOfOctetsLeft: tunnelLeft(b, 0) }),
    ],
    ["Tunneling", "SupportedTunnelProtocolsResponse", true, checkSupported, () => ({})],
  ])("%s %s", (table, name, fromServer, check, accessors) => {
    const layout = layoutNamed(table, name, fromServer);
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const values = drawValues(layout, drawFrom(seed), true);
        const bytes = encode(layout, values);
        // Accessors may ask for more: one set of flags at least.
        for (let length = 0; length < bytes.length; length++)
          if (check(bytes, 0, length) === Parsed.OK)
            expect(checkPayload(layout, bytes, 0, length)).toBe(Parsed.OK);
        expect(check(bytes, 0, 0)).toBe(Parsed.TRUNCATED);
        expect(check(bytes, 0, bytes.length)).toBe(Parsed.OK);
        expect(values).toMatchObject(accessors(bytes));
      }),
    );
  });
});
