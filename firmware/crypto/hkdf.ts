// HKDF with SHA-256 over the board's HMAC. @source RFC 5869 sections 2.2 and 2.3

import type { CryptoProvider } from "../../hal/crypto";
import { check } from "../kernel/partition";

export const enum HkdfLimit {
  /** Our longest: an OSCORE info structure has under 40 bytes. */
  INFO_MAX = 64,
  HASH_LENGTH = 32,
}

/** One derivation at a time; the intermediate secrets are wiped by `clear`. */
export class Hkdf {
  private readonly key = new Uint8Array(HkdfLimit.HASH_LENGTH);
  private readonly block = new Uint8Array(HkdfLimit.HASH_LENGTH);
  private readonly input = new Uint8Array(HkdfLimit.HASH_LENGTH + HkdfLimit.INFO_MAX + 1);

  constructor(private readonly crypto: CryptoProvider) {}

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
    // A shorter HMAC key is padded with zeros, so the empty salt and 32 zeros give the same.
    this.block.fill(0);
    for (let i = 0; i < saltLength; i++) this.block[i] = salt[saltStart + i]!;
    this.crypto.hmacSha256(
      this.block,
      HkdfLimit.HASH_LENGTH,
      secret,
      secretStart,
      secretLength,
      this.key,
    );
  }

  /** Writes `length` bytes of output keying material, 1 to 8,160. */
  expand(
    info: Uint8Array,
    infoLength: number,
    output: Uint8Array,
    outputStart: number,
    length: number,
  ): void {
    check(infoLength <= HkdfLimit.INFO_MAX, "the info fits");
    check(length <= 255 * HkdfLimit.HASH_LENGTH, "HKDF gives at most 255 blocks");
    let done = 0;
    let before = 0;
    for (let counter = 1; done < length; counter++) {
      for (let i = 0; i < before; i++) this.input[i] = this.block[i]!;
      for (let i = 0; i < infoLength; i++) this.input[before + i] = info[i]!;
      this.input[before + infoLength] = counter;
      this.crypto.hmacSha256(
        this.key,
        HkdfLimit.HASH_LENGTH,
        this.input,
        0,
        before + infoLength + 1,
        this.block,
      );
      before = HkdfLimit.HASH_LENGTH;
      for (let i = 0; i < before && done < length; i++) {
        output[outputStart + done++] = this.block[i]!;
      }
    }
  }

  clear(): void {
    this.key.fill(0);
    this.block.fill(0);
    this.input.fill(0);
  }
}
