// A secure element for `vault`: private keys that never come out.

export interface SecureElement {
  /**
   * Signs a 32-byte digest with the key in `slot`; writes r and s, 64 bytes. False: no such key.
   */
  sign(slot: number, digest: Uint8Array, signature: Uint8Array): boolean;
}
