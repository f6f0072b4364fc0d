// Zigbee security by node:crypto: nonces, the Matyas-Meyer-Oseas hash, keyed hash, install codes.
// @source Zigbee specification 05-3474-22 clauses 4.3.1, 4.5.3, B.1.3, B.1.4, B.6;
//   Base Device Behavior 16-02828-012 clause 10.1 (install codes)

import { createCipheriv } from "node:crypto";
import { Ccm } from "./ccm";
import { OctetWriter } from "./octets";

/** Every frame here carries a 32-bit integrity code: security level 5, ENC-MIC-32. */
const LEVEL_ENC_MIC_32 = 5;

/** Key identifier of the auxiliary header. @source clause 4.5.1.1.2, table 4-31 */
export const enum KeyIdentifier {
  DATA = 0,
  NETWORK = 1,
  KEY_TRANSPORT = 2,
  KEY_LOAD = 3,
}

export const enum SecurityControl {
  LEVEL_MASK = 0x07,
  KEY_SHIFT = 3,
  EXTENDED_NONCE = 0x20,
}

/** The security control octet as it is calculated with: the level is 0 on air. */
export function securityControl(key: KeyIdentifier, extendedNonce: boolean): number {
  return (
    LEVEL_ENC_MIC_32 |
    (key << SecurityControl.KEY_SHIFT) |
    (extendedNonce ? SecurityControl.EXTENDED_NONCE : 0)
  );
}

/** @source clause 4.5.2.2: source address, frame counter, security control */
export function nonce(source: bigint, frameCounter: number, control: number): Buffer {
  return new OctetWriter(13).u64(source).u32(frameCounter).u8(control).done();
}

/** Encrypts `plain`; what comes back is the ciphertext and the integrity code behind it. */
export function ccmSeal(key: Buffer, nonce13: Buffer, header: Buffer, plain: Buffer): Buffer {
  return ccmOf(key).seal(nonce13, header, plain);
}

/** The plain text, or undefined where the integrity code is wrong. */
export function ccmOpen(
  key: Buffer,
  nonce13: Buffer,
  header: Buffer,
  sealed: Buffer,
): Buffer | undefined {
  return ccmOf(key).open(nonce13, header, sealed);
}

/** Keys are few and their frames many: each keeps its ciphers. */
const CIPHERS = new WeakMap<Buffer, Ccm>();

function ccmOf(key: Buffer): Ccm {
  let ccm = CIPHERS.get(key);
  if (ccm === undefined) {
    ccm = new Ccm(key);
    CIPHERS.set(key, ccm);
  }
  return ccm;
}

/** @source clause B.6, AES-MMO with the padding of messages under 2^16 bits */
export function mmoHash(message: Buffer): Buffer {
  const blocks = Math.floor((message.length + 2) / 16) + 1;
  const padded = Buffer.alloc(blocks * 16);
  message.copy(padded);
  padded[message.length] = 0x80;
  padded.writeUInt16BE(message.length * 8, padded.length - 2);
  let hash = Buffer.alloc(16);
  for (let block = 0; block < blocks; block++) {
    const input = padded.subarray(block * 16, block * 16 + 16);
    const cipher = createCipheriv("aes-128-ecb", hash, null).setAutoPadding(false);
    const output = cipher.update(input);
    for (let i = 0; i < 16; i++) output[i] = output[i]! ^ input[i]!;
    hash = output;
  }
  return hash;
}

/** HMAC over AES-MMO. @source clause B.1.4 */
export function keyedHash(key: Buffer, message: Buffer): Buffer {
  const inner = key.map((octet) => octet ^ 0x36);
  const outer = key.map((octet) => octet ^ 0x5c);
  return mmoHash(Buffer.concat([outer, mmoHash(Buffer.concat([inner, message]))]));
}

/** The key under which a trust centre sends the network key. @source clause 4.5.3 */
export function keyTransportKey(linkKey: Buffer): Buffer {
  return keyedHash(linkKey, Buffer.from([0x00]));
}

/** The key under which a trust centre sends link keys. @source clause 4.5.3 */
export function keyLoadKey(linkKey: Buffer): Buffer {
  return keyedHash(linkKey, Buffer.from([0x02]));
}

/** CRC-16/X-25, as install codes carry it, least significant octet first. */
export function installCodeCrc(code: Buffer): number {
  let crc = 0xffff;
  for (const octet of code) {
    crc ^= octet;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x8408 : crc >>> 1;
  }
  return crc ^ 0xffff;
}

/** @param code 6, 8, 12 or 16 octets without CRC; gives the code as it is printed, with CRC */
export function withCrc(code: Buffer): Buffer {
  return Buffer.concat([code, new OctetWriter(2).u16(installCodeCrc(code)).done()]);
}

/** The link key of an install code with its CRC; throws on a code whose length or CRC is wrong. */
export function linkKeyOf(installCode: Buffer): Buffer {
  const length = installCode.length - 2;
  if (![6, 8, 12, 16].includes(length)) throw new Error("install code: wrong length");
  if (installCodeCrc(installCode.subarray(0, length)) !== installCode.readUInt16LE(length)) {
    throw new Error("install code: wrong CRC");
  }
  return mmoHash(installCode);
}
