// The primitives a board provides: noble on the host, mbed TLS in C on a device.
// Modes, key schedules and protocols above them live in `firmware/crypto`.

/** All lengths in bytes. Nothing here keeps a reference to its arguments after it returns. */
export interface CryptoProvider {
  /** AES-128 of one 16-byte block; input and output may overlap. @source FIPS 197 */
  aesEncrypt(
    key: Uint8Array,
    input: Uint8Array,
    inputStart: number,
    output: Uint8Array,
    outputStart: number,
  ): void;

  /**
   * AES-128-CCM in place: encrypts `bytes[start .. start + length)` and writes the tag behind it.
   * The nonce has 13 bytes (L = 2); the tag 4, 8 or 16. `aad` may be `bytes` itself.
   * @source RFC 3610; IEEE 802.15.4 annex B (CCM* with a tag)
   */
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
  ): void;

  /**
   * Opens what `ccmSeal` wrote: `length` counts the plaintext, the tag follows it. The tag is
   * compared in constant time. False: forged; the bytes at `start` are then zeros.
   */
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
  ): boolean;

  /** SHA-256 of `bytes[start .. start + length)` into `digest`, 32 bytes. @source FIPS 180-4 */
  sha256(bytes: Uint8Array, start: number, length: number, digest: Uint8Array): void;

  /** HMAC-SHA-256 into the first 32 bytes of `mac`, which may be `key`. @source RFC 2104 */
  hmacSha256(
    key: Uint8Array,
    keyLength: number,
    bytes: Uint8Array,
    start: number,
    length: number,
    mac: Uint8Array,
  ): void;
}
