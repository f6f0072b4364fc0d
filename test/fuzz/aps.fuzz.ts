// APS headers, security headers and commands.

import {
  ApsFragment,
  ApsType,
  apsAckBits,
  apsBlock,
  apsCluster,
  apsCounter,
  apsDestinationEndpoint,
  apsFragment,
  apsHeaderEnd,
  apsIsAddressed,
  apsIsSecured,
  apsProfile,
  apsSourceEndpoint,
  apsType,
  checkAps,
} from "../../firmware/wire/aps";
import { apsKeyType, checkApsCommand } from "../../firmware/wire/aps-command";
import {
  apsFrameCounter,
  apsKeyIdentifier,
  apsSecuredPayloadAt,
  apsSecuritySourceAt,
  checkApsSecurity,
  openAps,
} from "../../firmware/wire/aps-security";
import { nwkHeaderEnd, nwkIsSecured } from "../../firmware/wire/nwk";
import { nwkSecuredPayloadAt, openNwk } from "../../firmware/wire/nwk-security";
import { Parsed } from "../../firmware/wire/parsed";
import { nodeCrypto } from "../../hal/node/crypto";
import { apsSamples, HUB_EUI64, LINK_KEY, NETWORK_KEY } from "../wire/sample-frames";
import { examineTwice, field, within } from "./surroundings";

export const name = "aps";
export const seeds = apsSamples().map(({ bytes }) => apsOf(bytes));

const crypto = nodeCrypto();
const nonce = new Uint8Array(13);

export function fuzz(input: Uint8Array): void {
  examineTwice(input, examine);
}

/** The APS frame of a sample. */
export function apsOf(mac: Uint8Array): Uint8Array {
  const bytes = mac.slice(9);
  if (!nwkIsSecured(bytes, 0)) return bytes.slice(nwkHeaderEnd(bytes, 0));
  openNwk(nodeCrypto(), NETWORK_KEY, new Uint8Array(13), bytes, 0, bytes.length);
  return bytes.slice(nwkSecuredPayloadAt(bytes, 0), bytes.length - 4);
}

function examine(bytes: Uint8Array, start: number, length: number): number[] {
  const end = start + length;
  const code = checkAps(bytes, start, length);
  if (code !== Parsed.OK) return [code];
  const found = [apsType(bytes, start), apsCounter(bytes, start)];
  if (apsIsAddressed(bytes, start))
    found.push(
      apsDestinationEndpoint(bytes, start),
      apsCluster(bytes, start),
      apsProfile(bytes, start),
      apsSourceEndpoint(bytes, start),
    );
  if (apsFragment(bytes, start) !== ApsFragment.NONE) {
    found.push(apsBlock(bytes, start));
    if (apsType(bytes, start) === ApsType.ACK) found.push(apsAckBits(bytes, start));
  }
  const at = within(apsHeaderEnd(bytes, start), start, end);
  if (apsIsSecured(bytes, start)) return [...found, ...examineSecurity(bytes, start, length)];
  if (apsType(bytes, start) !== ApsType.COMMAND) return found;
  return [...found, ...examineCommand(bytes, at, end - at)];
}

function examineSecurity(bytes: Uint8Array, start: number, length: number): number[] {
  const end = start + length;
  const code = checkApsSecurity(bytes, start, length);
  if (code !== Parsed.OK) return [code];
  const source = apsSecuritySourceAt(bytes, start);
  const found = [
    apsFrameCounter(bytes, start),
    apsKeyIdentifier(bytes, start),
    source < 0 ? 0 : field(source, 8, start, end),
    within(apsSecuredPayloadAt(bytes, start), start, end - 4),
  ];
  const opened = openAps(crypto, LINK_KEY, nonce, bytes, start, length, HUB_EUI64, 0);
  return [...found, Number(opened)];
}

function examineCommand(bytes: Uint8Array, at: number, length: number): number[] {
  const code = checkApsCommand(bytes, at, length);
  return code === Parsed.OK ? [apsKeyType(bytes, at)] : [code];
}
