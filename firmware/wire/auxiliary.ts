// The auxiliary security header of Zigbee's NWK and APS frames, the CCM* nonce made of it, and the
// sealing and opening of a frame in place. On air the security level reads 0; both ends put the
// network's level 5 (encryption and a 32-bit check) back before they compute.
// @source Zigbee 05-3474-22 sections 4.5.1, 4.5.2, 4.3.1.1, 4.3.1.2, annex A

import type { CryptoProvider } from "../../hal/crypto";
import { copyBytes, readU32, writeU32 } from "./little-endian";
import { Parsed } from "./parsed";

/** From the header's start. SOURCE is there when the control says so. */
export const enum Auxiliary {
  CONTROL = 0,
  FRAME_COUNTER = 1,
  SOURCE = 5,
  /** Control and frame counter. */
  LENGTH_MIN = SOURCE,
  /** Of a frame under the network key: with source and key sequence number. */
  NETWORK_LENGTH = 14,
  MIC_LENGTH = 4,
  NONCE_LENGTH = 13,
}

export const enum AuxiliaryControl {
  LEVEL_MASK = 0x07,
  /** ENC-MIC-32: what every Smart Energy network uses. */
  LEVEL = 0x05,
  KEY_MASK = 0x18,
  KEY_SHIFT = 3,
  EXTENDED_NONCE = 0x20,
}

export const enum KeyIdentifier {
  /** A link key as it is. */
  DATA = 0,
  NETWORK = 1,
  /** Derived from a link key; wraps network keys. */
  KEY_TRANSPORT = 2,
  /** Derived from a link key; wraps link keys. */
  KEY_LOAD = 3,
}

/** Looks at a header in `bytes[at .. end)`, with at least a MIC behind it. */
export function checkAuxiliary(bytes: Uint8Array, at: number, end: number): Parsed {
  if (at + Auxiliary.LENGTH_MIN > end) return Parsed.TRUNCATED;
  const length = auxiliaryLength(bytes, at);
  return at + length + Auxiliary.MIC_LENGTH > end ? Parsed.TRUNCATED : Parsed.OK;
}

export function auxiliaryLength(bytes: Uint8Array, at: number): number {
  return (
    Auxiliary.LENGTH_MIN +
    (hasAuxiliarySource(bytes, at) ? 8 : 0) +
    (auxiliaryKey(bytes, at) === KeyIdentifier.NETWORK ? 1 : 0)
  );
}

export function auxiliaryKey(bytes: Uint8Array, at: number): KeyIdentifier {
  return (bytes[at]! & AuxiliaryControl.KEY_MASK) >> AuxiliaryControl.KEY_SHIFT;
}

export function hasAuxiliarySource(bytes: Uint8Array, at: number): boolean {
  return (bytes[at]! & AuxiliaryControl.EXTENDED_NONCE) !== 0;
}

/** An unsigned number of 32 bits; each one is accepted once. */
export function auxiliaryFrameCounter(bytes: Uint8Array, at: number): number {
  return readU32(bytes, at + Auxiliary.FRAME_COUNTER);
}

/** Writes a header with source; for the network key its sequence number follows. */
export function putAuxiliary(
  bytes: Uint8Array,
  at: number,
  key: KeyIdentifier,
  frameCounter: number,
  source: Uint8Array,
  sourceStart: number,
  keySequence: number,
): number {
  bytes[at] = (key << AuxiliaryControl.KEY_SHIFT) | AuxiliaryControl.EXTENDED_NONCE;
  writeU32(bytes, at + Auxiliary.FRAME_COUNTER, frameCounter);
  copyBytes(source, sourceStart, bytes, at + Auxiliary.SOURCE, 8);
  const next = at + Auxiliary.SOURCE + 8;
  if (key !== KeyIdentifier.NETWORK) return next;
  bytes[next] = keySequence;
  return next + 1;
}

/**
 * Encrypts what stands from the auxiliary header's end to `end`, writes the MIC behind it, and
 * returns the new end.
 * @param nonce 13 bytes to work in
 * @param start where the layer's header starts: all from there is authenticated
 * @param at where the auxiliary header starts
 * @param source EUI-64 of the sender, radio order
 */
export function sealFrame(
  crypto: CryptoProvider,
  key: Uint8Array,
  nonce: Uint8Array,
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  source: Uint8Array,
  sourceStart: number,
): number {
  const payload = at + auxiliaryLength(bytes, at);
  bytes[at] = (bytes[at]! & ~AuxiliaryControl.LEVEL_MASK) | AuxiliaryControl.LEVEL;
  putNonce(nonce, bytes, at, source, sourceStart);
  crypto.ccmSeal(
    key,
    nonce,
    bytes,
    start,
    payload - start,
    bytes,
    payload,
    end - payload,
    Auxiliary.MIC_LENGTH,
  );
  bytes[at] = bytes[at]! & ~AuxiliaryControl.LEVEL_MASK;
  return end + Auxiliary.MIC_LENGTH;
}

/**
 * Opens in place after `checkAuxiliary`; the plaintext then ends `MIC_LENGTH` before `end`.
 * False: forged, or another key. The parameters are those of `sealFrame`.
 */
export function openFrame(
  crypto: CryptoProvider,
  key: Uint8Array,
  nonce: Uint8Array,
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  source: Uint8Array,
  sourceStart: number,
): boolean {
  const onAir = bytes[at]!;
  const payload = at + auxiliaryLength(bytes, at);
  bytes[at] = (onAir & ~AuxiliaryControl.LEVEL_MASK) | AuxiliaryControl.LEVEL;
  putNonce(nonce, bytes, at, source, sourceStart);
  const opened = crypto.ccmOpen(
    key,
    nonce,
    bytes,
    start,
    payload - start,
    bytes,
    payload,
    end - Auxiliary.MIC_LENGTH - payload,
    Auxiliary.MIC_LENGTH,
  );
  bytes[at] = onAir;
  return opened;
}

/** Source address, frame counter, security control with its level. */
function putNonce(
  nonce: Uint8Array,
  bytes: Uint8Array,
  at: number,
  source: Uint8Array,
  sourceStart: number,
): void {
  copyBytes(source, sourceStart, nonce, 0, 8);
  copyBytes(bytes, at + Auxiliary.FRAME_COUNTER, nonce, 8, 4);
  nonce[12] = bytes[at]!;
}
