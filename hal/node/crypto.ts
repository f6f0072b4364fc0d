// The cryptographic primitives of a host: noble's AES and SHA-256, and CCM built over the AES.

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { CryptoProvider } from "../crypto";
import { AesKeys } from "./aes-keys";
import { Ccm } from "./ccm";

/**
 * One provider serves any number of partitions: nothing of a call outlives it but key schedules.
 */
export function nodeCrypto(): CryptoProvider {
  return new NodeCrypto();
}

class NodeCrypto implements CryptoProvider {
  private readonly keys = new AesKeys();
  private readonly ccm = new Ccm();
  private readonly block = new Uint8Array(16);

  aesEncrypt(
    key: Uint8Array,
    input: Uint8Array,
    inputStart: number,
    output: Uint8Array,
    outputStart: number,
  ): void {
    for (let i = 0; i < 16; i++) this.block[i] = input[inputStart + i]!;
    this.keys.schedule(key).encrypt(this.block);
    for (let i = 0; i < 16; i++) output[outputStart + i] = this.block[i]!;
    this.block.fill(0);
  }

  ccmSeal(
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    aadStart: number,
    aadLength: number,
    bytes: Uint8Array,
    start: number,
    length: number,
    tagLength: number,
  ): void {
    this.ccm.begin(this.keys.schedule(key), nonce, aadLength > 0, length, tagLength);
    this.ccm.authenticate(aad, aadStart, aadLength);
    this.ccm.absorb(bytes, start, length);
    this.ccm.cipher(bytes, start, length);
    this.ccm.putTag(bytes, start + length, tagLength);
  }

  ccmOpen(
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    aadStart: number,
    aadLength: number,
    bytes: Uint8Array,
    start: number,
    length: number,
    tagLength: number,
  ): boolean {
    this.ccm.begin(this.keys.schedule(key), nonce, aadLength > 0, length, tagLength);
    this.ccm.authenticate(aad, aadStart, aadLength);
    this.ccm.cipher(bytes, start, length);
    this.ccm.absorb(bytes, start, length);
    if (this.ccm.isTag(bytes, start + length, tagLength)) return true;
    bytes.fill(0, start, start + length);
    return false;
  }

  sha256(bytes: Uint8Array, start: number, length: number, digest: Uint8Array): void {
    digest.set(sha256(bytes.subarray(start, start + length)));
  }

  hmacSha256(
    key: Uint8Array,
    keyLength: number,
    bytes: Uint8Array,
    start: number,
    length: number,
    mac: Uint8Array,
  ): void {
    mac.set(hmac(sha256, key.subarray(0, keyLength), bytes.subarray(start, start + length)));
  }
}
