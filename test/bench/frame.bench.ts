// A full-length frame's way through MAC, NWK (decrypted), APS and ZCL, and the same frame through
// zigbee-on-host's decoder in the same run (as far as APS: it has no ZCL).

import {
  decodeMACFrameControl,
  decodeMACHeader,
  decodeMACPayload,
} from "zigbee-on-host/dist/zigbee/mac.js";
import {
  decodeZigbeeAPSFrameControl,
  decodeZigbeeAPSHeader,
  decodeZigbeeAPSPayload,
} from "zigbee-on-host/dist/zigbee/zigbee-aps.js";
import {
  decodeZigbeeNWKFrameControl,
  decodeZigbeeNWKHeader,
  decodeZigbeeNWKPayload,
} from "zigbee-on-host/dist/zigbee/zigbee-nwk.js";
import {
  ApsType,
  apsCluster,
  apsHeaderEnd,
  apsProfile,
  apsType,
  checkAps,
} from "../../firmware/wire/aps";
import {
  checkMac,
  MacType,
  macDestinationPan,
  macPayloadAt,
  macType,
} from "../../firmware/wire/mac";
import { checkNwk, nwkIsSecured, nwkSource } from "../../firmware/wire/nwk";
import {
  checkNwkSecurity,
  nwkFrameCounter,
  nwkSecuredPayloadAt,
  openNwk,
} from "../../firmware/wire/nwk-security";
import { Parsed } from "../../firmware/wire/parsed";
import {
  checkZcl,
  ZclCommand,
  ZclControl,
  zclCommand,
  zclPayloadAt,
} from "../../firmware/wire/zcl";
import {
  AttributeRecord,
  checkRecords,
  nextRecord,
  putRecord,
  readUnsigned,
  recordAttribute,
} from "../../firmware/wire/zcl-attribute";
import { ZclType, zclTypeLength } from "../../firmware/wire/zcl-type";
import { nodeCrypto } from "../../hal/node/crypto";
import { NETWORK_KEY, PAN, zclFrame } from "../wire/sample-frames";
import { type Figure, microsecondsOf } from "./figure";

export const name = "frame";

const CALLS = 5_000;
const METERING = 0x0702;
/** Seven of nine bytes and one of eight fill the frame up to its 125 bytes. */
const RECORDS = 8;

const crypto = nodeCrypto();
const nonce = new Uint8Array(13);
const key = Buffer.from(NETWORK_KEY);

export function run(): Figure[] {
  const frame = zclFrame(
    false,
    METERING,
    ZclControl.FROM_SERVER,
    ZclCommand.REPORT,
    (bytes, at) => {
      let end = at;
      for (let i = 0; i < RECORDS; i++) {
        const type = i < RECORDS - 1 ? ZclType.UINT48 : ZclType.UINT40;
        end = putRecord(bytes, end, i, type, i * 1e11);
      }
      return end;
    },
  );
  const work = new Uint8Array(frame.length);
  const theirs = Buffer.from([...frame, 0, 0]);
  if (parseOurs(work, frame) !== RECORDS) throw new Error("our parser did not read the frame");
  if (parseTheirs(theirs) !== METERING) throw new Error("their decoder did not read the frame");
  const ours = microsecondsOf(CALLS, () => parseOurs(work, frame));
  const others = microsecondsOf(CALLS, () => parseTheirs(Buffer.from(theirs)));
  return [
    { figure: "frame without check sequence", value: frame.length, unit: "bytes" },
    { figure: "MAC to ZCL, decrypted", value: ours, unit: "us" },
    { figure: "zigbee-on-host, MAC to APS, decrypted", value: others, unit: "us" },
    { figure: "zigbee-on-host / ours", value: others / ours, unit: "times" },
  ];
}

function parseOurs(bytes: Uint8Array, frame: Uint8Array): number {
  bytes.set(frame);
  const length = bytes.length;
  if (!parseHeaders(bytes, length)) return -1;
  const nwk = macPayloadAt(bytes, 0);
  if (!openNwk(crypto, NETWORK_KEY, nonce, bytes, nwk, length - nwk)) return -1;
  const aps = nwkSecuredPayloadAt(bytes, nwk);
  const end = length - 4;
  if (checkAps(bytes, aps, end - aps) !== Parsed.OK) return -1;
  if (apsType(bytes, aps) !== ApsType.DATA || apsCluster(bytes, aps) !== METERING) return -1;
  if (apsProfile(bytes, aps) !== 0x0109) return -1;
  const zcl = apsHeaderEnd(bytes, aps);
  if (checkZcl(bytes, zcl, end - zcl) !== Parsed.OK) return -1;
  if (zclCommand(bytes, zcl) !== ZclCommand.REPORT) return -1;
  const payload = zclPayloadAt(bytes, zcl);
  if (checkRecords(bytes, payload, end) !== Parsed.OK) return -1;
  let records = 0;
  for (let at = payload; at < end; at = nextRecord(bytes, at)) {
    if (recordAttribute(bytes, at) !== records) return -1;
    const length = zclTypeLength(bytes[at + AttributeRecord.TYPE]!);
    if (readUnsigned(bytes, at + AttributeRecord.VALUE, length) !== records * 1e11) return -1;
    records++;
  }
  return records;
}

function parseHeaders(bytes: Uint8Array, length: number): boolean {
  if (checkMac(bytes, 0, length) !== Parsed.OK) return false;
  if (macType(bytes, 0) !== MacType.DATA || macDestinationPan(bytes, 0) !== PAN) return false;
  const nwk = macPayloadAt(bytes, 0);
  if (checkNwk(bytes, nwk, length - nwk) !== Parsed.OK || !nwkIsSecured(bytes, nwk)) return false;
  if (checkNwkSecurity(bytes, nwk, length - nwk) !== Parsed.OK) return false;
  return nwkSource(bytes, nwk) !== 0 && nwkFrameCounter(bytes, nwk) > 0;
}

function parseTheirs(frame: Buffer): number {
  const [macControl, macAt] = decodeMACFrameControl(frame, 0);
  const [mac, macEnd] = decodeMACHeader(frame, macAt, macControl);
  const nsdu = decodeMACPayload(frame, macEnd, macControl, mac);
  const [nwkControl, nwkAt] = decodeZigbeeNWKFrameControl(nsdu, 0);
  const [nwk, nwkEnd] = decodeZigbeeNWKHeader(nsdu, nwkAt, nwkControl);
  const apdu = decodeZigbeeNWKPayload(nsdu, nwkEnd, key, undefined, nwkControl, nwk);
  const [apsControl, apsAt] = decodeZigbeeAPSFrameControl(apdu, 0);
  const [aps, apsEnd] = decodeZigbeeAPSHeader(apdu, apsAt, apsControl);
  decodeZigbeeAPSPayload(apdu, apsEnd, undefined, undefined, apsControl, aps);
  return aps.clusterId ?? -1;
}
