// HKDF with SHA-256 over the board's HMAC. @source RFC 5869 sections 2.2 and 2.3

import type { CryptoProvider } from "../../hal/crypto";
import { check } from "../kernel/partition";

export const enum HkdfLimit {
  /** Our longest: an OSCORE info structure has under 40 bytes. */
  INFO_MAX = 64,
  HASH_LENGTH = 32,
  /** Bytes of the scratch memory that a derivation takes. */
  SCRATCH_LENGTH = 161,
}

const enum Scratch {
  /** A key for HMAC, and over it what HMAC makes of it: it reads a key from an array's start. */
  HASH = 0,
  /** The pseudorandom key that `extract` made. */
  KEY = 32,
  /** Of HMAC: the block before, the info, the counter. */
  INPUT = 64,
}

/** One derivation at a time, in the first bytes of `scratch`; `clear` wipes the secrets there. */
export class Hkdf {
  constructor(
    private readonly crypto: CryptoProvider,
    private readonly scratch: Uint8Array,
  ) {}

  /**
   * Turns input keying material into the pseudorandom key that `expand` uses.
   * @param saltLength at most 32; 0 stands for a salt of zeros, which HMAC makes of an empty key
   */
  extract(
    salt: Uint8Array,
    saltStart: number,
    saltLength: number,
    secret: Uint8Array,
    secretStart: number,
    secretLength: number,
  ): void {
    check(saltLength <= HkdfLimit.HASH_LENGTH, "the salt fits");
    const { scratch } = this;
    // A shorter HMAC key is padded with zeros, so the empty salt and 32 zeros give the same.
    scratch.fill(0, Scratch.HASH, Scratch.HASH + HkdfLimit.HASH_LENGTH);
    for (let i = 0; i < saltLength; i++) scratch[Scratch.HASH + i] = salt[saltStart + i]!;
    this.hmac(secret, secretStart, secretLength);
    scratch.copyWithin(Scratch.KEY, Scratch.HASH, Scratch.HASH + HkdfLimit.HASH_LENGTH);
  }

  /** Writes `length` bytes of output keying material, 1 to 8,160. */
  expand(
    info: Uint8Array,
    infoStart: number,
    infoLength: number,
    output: Uint8Array,
    outputStart: number,
    length: number,
  ): void {
    check(infoLength <= HkdfLimit.INFO_MAX, "the info fits");
    check(length <= 255 * HkdfLimit.HASH_LENGTH, "HKDF gives at most 255 blocks");
    const { scratch } = this;
    let done = 0;
    let end = Scratch.INPUT as number;
    for (let counter = 1; done < length; counter++) {
      for (let i = 0; i < infoLength; i++) scratch[end++] = info[infoStart + i]!;
      scratch[end++] = counter;
      scratch.copyWithin(Scratch.HASH, Scratch.KEY, Scratch.KEY + HkdfLimit.HASH_LENGTH);
      this.hmac(scratch, Scratch.INPUT, end - Scratch.INPUT);
      scratch.copyWithin(Scratch.INPUT, Scratch.HASH, Scratch.HASH + HkdfLimit.HASH_LENGTH);
      end = Scratch.INPUT + HkdfLimit.HASH_LENGTH;
      for (let i = 0; i < HkdfLimit.HASH_LENGTH && done < length; i++) {
        output[outputStart + done++] = scratch[Scratch.HASH + i]!;
      }
    }
  }

  clear(): void {
    this.scratch.fill(0, 0, HkdfLimit.SCRATCH_LENGTH);
  }

  private hmac(bytes: Uint8Array, start: number, length: number): void {
    const { scratch } = this;
    this.crypto.hmacSha256(scratch, HkdfLimit.HASH_LENGTH, bytes, start, length, scratch);
  }
}
