// Install codes: what is printed on a device, and the link key that comes of it.
// @source Zigbee Base Device Behavior 10.1.1; Smart Energy 1.4 section 5.4.8.1

import type { CryptoProvider } from "../../hal/crypto";
import { Crc16, crc16 } from "../wire/crc16";
import { readU16 } from "../wire/little-endian";
import { Parsed } from "../wire/parsed";
import { aesMmo } from "./aes-mmo";

export const enum InstallCode {
  /** With its CRC: 6, 8, 12 or 16 bytes and two. */
  LENGTH_MAX = 18,
  LINK_KEY_LENGTH = 16,
}

/**
 * Looks at a code `bytes[start .. start + length)` that ends with its CRC, low byte first.
 * `INVALID`: no such length. `DAMAGED`: mistyped.
 */
export function checkInstallCode(bytes: Uint8Array, start: number, length: number): Parsed {
  const plain = length - Crc16.LENGTH;
  if (plain !== 6 && plain !== 8 && plain !== 12 && plain !== 16) return Parsed.INVALID;
  return crc16(bytes, start, plain) === readU16(bytes, start + plain) ? Parsed.OK : Parsed.DAMAGED;
}

/**
 * Writes the link key, 16 bytes, of a code that `checkInstallCode` took: the hash over code and
 * CRC.
 */
export function installCodeLinkKey(
  crypto: CryptoProvider,
  bytes: Uint8Array,
  start: number,
  length: number,
  linkKey: Uint8Array,
): void {
  aesMmo(crypto, bytes, start, length, linkKey);
}
