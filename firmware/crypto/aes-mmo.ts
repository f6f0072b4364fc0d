// The Matyas-Meyer-Oseas hash with AES-128: Zigbee's hash of 16 bytes.
// @source Zigbee 05-3474-22 annex B.6

import type { CryptoProvider } from "../../hal/crypto";

export const enum Mmo {
  LENGTH = 16,
  /**
   * From here on the length takes more than 16 bits and is padded otherwise; nothing here is so
   * long.
   */
  MESSAGE_MAX = 0x1fff,
}

/**
 * Hash of `bytes[start .. start + length)` into `digest`, 16 bytes; at most `Mmo.MESSAGE_MAX` long.
 */
export function aesMmo(
  crypto: CryptoProvider,
  bytes: Uint8Array,
  start: number,
  length: number,
  digest: Uint8Array,
): void {
  const state = new MmoState(crypto, digest);
  for (let i = 0; i < length; i++) state.push(bytes[start + i]!);
  state.finish();
}

/** The hash taken in piece by piece. Hashing is for joins alone, so it may allocate. */
export class MmoState {
  private readonly block = new Uint8Array(Mmo.LENGTH);
  private readonly out = new Uint8Array(Mmo.LENGTH);
  private filled = 0;
  private total = 0;

  /** @param digest 16 bytes: the running hash, and in the end the result */
  constructor(
    private readonly crypto: CryptoProvider,
    private readonly digest: Uint8Array,
  ) {
    digest.fill(0, 0, Mmo.LENGTH);
  }

  push(byte: number): void {
    this.block[this.filled++] = byte;
    this.total++;
    if (this.filled === Mmo.LENGTH) this.compress();
  }

  /** A one bit, zeros, and the length in bits, big-endian, at the end of the last block. */
  finish(): void {
    const bits = this.total * 8;
    this.block[this.filled++] = 0x80;
    this.block.fill(0, this.filled);
    if (this.filled > Mmo.LENGTH - 2) {
      this.compress();
      this.block.fill(0);
    }
    this.block[14] = bits >> 8;
    this.block[15] = bits;
    this.compress();
    this.block.fill(0);
    this.out.fill(0);
  }

  private compress(): void {
    this.crypto.aesEncrypt(this.digest, this.block, 0, this.out, 0);
    for (let i = 0; i < Mmo.LENGTH; i++) this.digest[i] = this.out[i]! ^ this.block[i]!;
    this.filled = 0;
  }
}
