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

const enum Work {
  /** What of the message fills a block. */
  BLOCK = 0,
  OUT = 16,
  /** The hash of what came before the last `again`. */
  LAST = 32,
  LENGTH = 48,
}

/** The hash taken in piece by piece. Hashing is for joins alone, so it may allocate. */
export class MmoState {
  private readonly work = new Uint8Array(Work.LENGTH);
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
    this.work[this.filled++] = byte;
    this.total++;
    if (this.filled === Mmo.LENGTH) this.compress();
  }

  /** A one bit, zeros, and the length in bits, big-endian, at the end of the last block. */
  finish(): void {
    const bits = this.total * 8;
    this.work[this.filled++] = 0x80;
    this.work.fill(0, this.filled, Mmo.LENGTH);
    if (this.filled > Mmo.LENGTH - 2) {
      this.compress();
      this.work.fill(0, 0, Mmo.LENGTH);
    }
    this.work[14] = bits >> 8;
    this.work[15] = bits;
    this.compress();
    this.work.fill(0);
  }

  /** Keeps the result for `pushLast`, and begins another hash in its place. */
  again(): void {
    for (let i = 0; i < Mmo.LENGTH; i++) this.work[Work.LAST + i] = this.digest[i]!;
    this.digest.fill(0, 0, Mmo.LENGTH);
    this.total = 0;
  }

  pushLast(): void {
    for (let i = 0; i < Mmo.LENGTH; i++) this.push(this.work[Work.LAST + i]!);
  }

  private compress(): void {
    const { work, digest } = this;
    this.crypto.aesEncrypt(digest, work, Work.BLOCK, work, Work.OUT);
    for (let i = 0; i < Mmo.LENGTH; i++) digest[i] = work[Work.OUT + i]! ^ work[i]!;
    this.filled = 0;
  }
}
