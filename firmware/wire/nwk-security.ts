// Security of Zigbee network frames: the network key, in place, with a network-wide header.
// @source Zigbee 05-3474-22 section 4.3.1

import type { CryptoProvider } from "../../hal/crypto";
import {
  Auxiliary,
  AuxiliaryControl,
  auxiliaryFrameCounter,
  checkAuxiliary,
  KeyIdentifier,
  openFrame,
  putAuxiliary,
  sealFrame,
} from "./auxiliary";
import { nwkHeaderEnd } from "./nwk";
import { Parsed } from "./parsed";

/** Looks at a frame that `checkNwk` took and that is secured. */
export function checkNwkSecurity(bytes: Uint8Array, start: number, length: number): Parsed {
  const at = nwkHeaderEnd(bytes, start);
  const end = start + length;
  if (at < end && (bytes[at]! & HEADER_MASK) === HEADER) {
    const least = at + Auxiliary.NETWORK_LENGTH + Auxiliary.MIC_LENGTH;
    return least > end ? Parsed.TRUNCATED : Parsed.OK;
  }
  // Another key, or no address, without which no receiver could find the sender's counter.
  const code = checkAuxiliary(bytes, at, end);
  return code !== Parsed.OK ? code : Parsed.INVALID;
}

/** What the control byte of a network frame says of key and source. */
const HEADER_MASK = AuxiliaryControl.KEY_MASK | AuxiliaryControl.EXTENDED_NONCE;
const HEADER =
  (KeyIdentifier.NETWORK << AuxiliaryControl.KEY_SHIFT) | AuxiliaryControl.EXTENDED_NONCE;

export function nwkFrameCounter(bytes: Uint8Array, start: number): number {
  return auxiliaryFrameCounter(bytes, nwkHeaderEnd(bytes, start));
}

/** Where the EUI-64 of the node that secured this frame lies: the last hop's, not the source's. */
export function nwkSecuritySourceAt(bytes: Uint8Array, start: number): number {
  return nwkHeaderEnd(bytes, start) + Auxiliary.SOURCE;
}

export function nwkKeySequence(bytes: Uint8Array, start: number): number {
  return bytes[nwkHeaderEnd(bytes, start) + Auxiliary.NETWORK_LENGTH - 1]!;
}

/** Where the payload of a secured frame starts, after `checkNwkSecurity`. */
export function nwkSecuredPayloadAt(bytes: Uint8Array, start: number): number {
  return nwkHeaderEnd(bytes, start) + Auxiliary.NETWORK_LENGTH;
}

/** Writes the auxiliary header behind a network header; returns where the payload goes. */
export function putNwkSecurity(
  bytes: Uint8Array,
  at: number,
  frameCounter: number,
  source: Uint8Array,
  sourceStart: number,
  keySequence: number,
): number {
  return putAuxiliary(
    bytes,
    at,
    KeyIdentifier.NETWORK,
    frameCounter,
    source,
    sourceStart,
    keySequence,
  );
}

/**
 * Seals the frame `bytes[start .. end)`, whose headers are written and whose payload is plain;
 * returns the new end, four bytes on.
 * @param nonce 13 bytes to work in
 */
export function sealNwk(
  crypto: CryptoProvider,
  key: Uint8Array,
  nonce: Uint8Array,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const at = nwkHeaderEnd(bytes, start);
  return sealFrame(crypto, key, nonce, bytes, start, at, end, bytes, at + Auxiliary.SOURCE);
}

/**
 * Opens the frame `bytes[start .. start + length)` in place after `checkNwkSecurity`. True: the
 * payload stands from `nwkSecuredPayloadAt` to `start + length - Auxiliary.MIC_LENGTH`. False:
 * forged.
 */
export function openNwk(
  crypto: CryptoProvider,
  key: Uint8Array,
  nonce: Uint8Array,
  bytes: Uint8Array,
  start: number,
  length: number,
): boolean {
  const at = nwkHeaderEnd(bytes, start);
  const end = start + length;
  return openFrame(crypto, key, nonce, bytes, start, at, end, bytes, at + Auxiliary.SOURCE);
}
