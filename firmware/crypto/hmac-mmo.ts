// HMAC over the Matyas-Meyer-Oseas hash: Zigbee's keyed hash.
// @source Zigbee 05-3474-22 annex B.1.4; FIPS 198

import type { CryptoProvider } from "../../hal/crypto";
import { Mmo, MmoState } from "./aes-mmo";

const enum Pad {
  INNER = 0x36,
  OUTER = 0x5c,
}

/** Keyed hash of `bytes[start .. start + length)` under a 16-byte key into `mac`, 16 bytes. */
export function hmacMmo(
  crypto: CryptoProvider,
  key: Uint8Array,
  bytes: Uint8Array,
  start: number,
  length: number,
  mac: Uint8Array,
): void {
  const inner = new Uint8Array(Mmo.LENGTH);
  const first = new MmoState(crypto, inner);
  for (let i = 0; i < Mmo.LENGTH; i++) first.push(key[i]! ^ Pad.INNER);
  for (let i = 0; i < length; i++) first.push(bytes[start + i]!);
  first.finish();
  const second = new MmoState(crypto, mac);
  for (let i = 0; i < Mmo.LENGTH; i++) second.push(key[i]! ^ Pad.OUTER);
  for (let i = 0; i < Mmo.LENGTH; i++) second.push(inner[i]!);
  second.finish();
  inner.fill(0);
}
