// Keys that are derived from a link key: one to wrap network keys, one to wrap link keys, and the
// hash by which a node shows that it has the key.
// @source Zigbee 05-3474-22 sections 4.5.3, 4.4.10.7.4

import type { CryptoProvider } from "../../hal/crypto";
import { HmacMmo } from "./hmac-mmo";

/** What the link key is hashed over. */
export const enum DerivedKey {
  KEY_TRANSPORT = 0x00,
  KEY_LOAD = 0x02,
  VERIFY = 0x03,
}

/** Writes the 16 bytes of the derived key. */
export function deriveKey(
  crypto: CryptoProvider,
  linkKey: Uint8Array,
  which: DerivedKey,
  derived: Uint8Array,
): void {
  const hash = new HmacMmo(crypto, linkKey, derived);
  hash.push(which);
  hash.finish();
}
