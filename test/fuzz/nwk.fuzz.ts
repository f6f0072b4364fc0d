// NWK headers, security headers and commands; and that no changed frame opens.

import {
  checkNwk,
  NwkType,
  nwkControl,
  nwkDestination,
  nwkExtendedDestinationAt,
  nwkExtendedSourceAt,
  nwkHeaderEnd,
  nwkIsSecured,
  nwkRadius,
  nwkSequence,
  nwkSource,
  nwkSourceRouteAt,
  nwkType,
} from "../../firmware/wire/nwk";
import {
  checkNwkCommand,
  linkStatusAddress,
  linkStatusCount,
  NwkCommand,
  networkStatusDestination,
  nwkCommand,
  rejoinResponseShort,
  routeRecordRelay,
  routeReplyOriginator,
  routeReplyResponder,
  routeRequestDestination,
} from "../../firmware/wire/nwk-command";
import {
  checkNwkSecurity,
  nwkFrameCounter,
  nwkKeySequence,
  nwkSecuredPayloadAt,
  nwkSecuritySourceAt,
  openNwk,
} from "../../firmware/wire/nwk-security";
import { Parsed } from "../../firmware/wire/parsed";
import { nodeCrypto } from "../../hal/node/crypto";
import { NETWORK_KEY } from "../wire/sample-frames";
import { nwkSamples } from "../wire/sample-mac-nwk";
import { examineTwice, field, within } from "./surroundings";

export const name = "nwk";
/** The NWK frames of the samples, and each once more opened, so that its command is reached. */
export const seeds = nwkSamples().flatMap(({ bytes }) => [bytes.slice(9), plain(bytes.slice(9))]);

const crypto = nodeCrypto();
const nonce = new Uint8Array(13);

export function fuzz(input: Uint8Array): void {
  examineTwice(input, examine);
}

function examine(bytes: Uint8Array, start: number, length: number): number[] {
  const end = start + length;
  const code = checkNwk(bytes, start, length);
  if (code !== Parsed.OK) return [code];
  const found = [
    nwkControl(bytes, start),
    nwkDestination(bytes, start),
    nwkSource(bytes, start),
    nwkRadius(bytes, start),
    nwkSequence(bytes, start),
    optional(nwkExtendedDestinationAt(bytes, start), 8, start, end),
    optional(nwkExtendedSourceAt(bytes, start), 8, start, end),
    optional(nwkSourceRouteAt(bytes, start), 2, start, end),
    within(nwkHeaderEnd(bytes, start), start, end),
  ];
  if (nwkIsSecured(bytes, start)) return [...found, ...examineSecurity(bytes, start, length)];
  if (nwkType(bytes, start) !== NwkType.COMMAND) return found;
  const at = nwkHeaderEnd(bytes, start);
  return [...found, ...examineCommand(bytes, at, end - at)];
}

function examineSecurity(bytes: Uint8Array, start: number, length: number): number[] {
  const end = start + length;
  const code = checkNwkSecurity(bytes, start, length);
  if (code !== Parsed.OK) return [code];
  const payload = within(nwkSecuredPayloadAt(bytes, start), start, end - 4);
  const found = [
    nwkFrameCounter(bytes, start),
    nwkKeySequence(bytes, start),
    field(nwkSecuritySourceAt(bytes, start), 8, start, end),
    payload,
  ];
  const opened = openNwk(crypto, NETWORK_KEY, nonce, bytes, start, length);
  if (!opened && bytes.subarray(payload, end - 4).some((byte) => byte !== 0))
    throw new Error("a forged frame left bytes behind");
  return [...found, Number(opened)];
}

function examineCommand(bytes: Uint8Array, at: number, length: number): number[] {
  const code = checkNwkCommand(bytes, at, length);
  if (code !== Parsed.OK) return [code];
  switch (nwkCommand(bytes, at)) {
    case NwkCommand.ROUTE_REQUEST:
      return [routeRequestDestination(bytes, at)];
    case NwkCommand.ROUTE_REPLY:
      return [routeReplyOriginator(bytes, at), routeReplyResponder(bytes, at)];
    case NwkCommand.NETWORK_STATUS:
      return [networkStatusDestination(bytes, at)];
    case NwkCommand.REJOIN_RESPONSE:
      return [rejoinResponseShort(bytes, at)];
    case NwkCommand.ROUTE_RECORD:
      return Array.from({ length: bytes[at + 1]! }, (_, i) => routeRecordRelay(bytes, at, i));
    case NwkCommand.LINK_STATUS:
      return Array.from({ length: linkStatusCount(bytes, at) }, (_, i) =>
        linkStatusAddress(bytes, at, i),
      );
    default:
      return [];
  }
}

function optional(at: number, length: number, start: number, end: number): number {
  return at < 0 ? 0 : field(at, length, start, end);
}

/** The same frame without security. */
function plain(frame: Uint8Array): Uint8Array {
  const bytes = frame.slice();
  openNwk(nodeCrypto(), NETWORK_KEY, new Uint8Array(13), bytes, 0, bytes.length);
  const payload = bytes.slice(nwkSecuredPayloadAt(bytes, 0), bytes.length - 4);
  const header = bytes.slice(0, nwkHeaderEnd(bytes, 0));
  header[1] = header[1]! & ~0x02;
  return Uint8Array.from([...header, ...payload]);
}
