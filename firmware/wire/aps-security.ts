// Security of APS frames, in place, under a link key or a key derived from it.
// The derived keys themselves come from `crypto/derived-key.ts`.
// @source Zigbee 05-3474-22 sections 4.4.1, 4.5.1

import type { CryptoProvider } from "../../hal/crypto";
import { apsHeaderEnd } from "./aps";
import {
  Auxiliary,
  auxiliaryFrameCounter,
  auxiliaryKey,
  auxiliaryLength,
  checkAuxiliary,
  hasAuxiliarySource,
  type KeyIdentifier,
  openFrame,
  putAuxiliary,
  sealFrame,
} from "./auxiliary";
import type { Parsed } from "./parsed";

/** Looks at a frame that `checkAps` took and that is secured. */
export function checkApsSecurity(bytes: Uint8Array, start: number, length: number): Parsed {
  return checkAuxiliary(bytes, apsHeaderEnd(bytes, start), start + length);
}

/** Which key opens it. */
export function apsKeyIdentifier(bytes: Uint8Array, start: number): KeyIdentifier {
  return auxiliaryKey(bytes, apsHeaderEnd(bytes, start));
}

export function apsFrameCounter(bytes: Uint8Array, start: number): number {
  return auxiliaryFrameCounter(bytes, apsHeaderEnd(bytes, start));
}

/** Where the sender's EUI-64 lies; -1: the frame leaves it out, it is the NWK frame's source. */
export function apsSecuritySourceAt(bytes: Uint8Array, start: number): number {
  const at = apsHeaderEnd(bytes, start);
  return hasAuxiliarySource(bytes, at) ? at + Auxiliary.SOURCE : -1;
}

/** Where the payload of a secured frame starts. */
export function apsSecuredPayloadAt(bytes: Uint8Array, start: number): number {
  const at = apsHeaderEnd(bytes, start);
  return at + auxiliaryLength(bytes, at);
}

/** Writes the auxiliary header behind an APS header; returns where the payload goes. */
export function putApsSecurity(
  bytes: Uint8Array,
  at: number,
  key: KeyIdentifier,
  frameCounter: number,
  source: Uint8Array,
  sourceStart: number,
): number {
  return putAuxiliary(bytes, at, key, frameCounter, source, sourceStart, 0);
}

/**
 * Seals the frame `bytes[start .. end)`, whose headers are written (by `putApsSecurity`, with
 * source) and whose payload is plain; returns the new end, four bytes on.
 * @param nonce 13 bytes to work in
 */
export function sealAps(
  crypto: CryptoProvider,
  key: Uint8Array,
  nonce: Uint8Array,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const at = apsHeaderEnd(bytes, start);
  return sealFrame(crypto, key, nonce, bytes, start, at, end, bytes, at + Auxiliary.SOURCE);
}

/**
 * Opens the frame `bytes[start .. start + length)` in place after `checkApsSecurity`. True: the
 * payload stands from `apsSecuredPayloadAt` to `start + length - Auxiliary.MIC_LENGTH`.
 * @param source EUI-64 of the sender: the frame's own when it has one, else the NWK source's
 */
export function openAps(
  crypto: CryptoProvider,
  key: Uint8Array,
  nonce: Uint8Array,
  bytes: Uint8Array,
  start: number,
  length: number,
  source: Uint8Array,
  sourceStart: number,
): boolean {
  const at = apsHeaderEnd(bytes, start);
  return openFrame(crypto, key, nonce, bytes, start, at, start + length, source, sourceStart);
}
