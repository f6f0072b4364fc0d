// CCM with a 13-byte nonce over any AES-128 key schedule: CBC-MAC and counter mode, in place.
// @source RFC 3610 sections 2.2 to 2.6; NIST SP 800-38C

import type { KeySchedule } from "./aes-keys";

const enum Layout {
  NONCE_LENGTH = 13,
  /** The length field has two bytes. */
  LENGTH_MAX = 0xffff,
  /** From here on the length of the authenticated data would be written in another way. */
  AAD_MAX = 0xfeff,
  HAS_AAD = 0x40,
}

/**
 * One message at a time: `begin`, then `authenticate`, then `absorb` and `cipher` in either order.
 */
export class Ccm {
  private schedule!: KeySchedule;
  private readonly mac = new Uint8Array(16);
  private readonly counter = new Uint8Array(16);
  private readonly stream = new Uint8Array(16);

  begin(
    schedule: KeySchedule,
    nonce: Uint8Array,
    hasAad: boolean,
    length: number,
    tagLength: number,
  ): void {
    if (nonce.length !== Layout.NONCE_LENGTH) throw new RangeError("the nonce has 13 bytes");
    if (length > Layout.LENGTH_MAX) throw new RangeError("at most 65,535 bytes");
    if (tagLength !== 4 && tagLength !== 8 && tagLength !== 16)
      throw new RangeError("the tag has 4, 8 or 16 bytes");
    this.schedule = schedule;
    this.mac[0] = (hasAad ? Layout.HAS_AAD : 0) | (((tagLength - 2) / 2) << 3) | 1;
    this.counter[0] = 1;
    for (let i = 0; i < Layout.NONCE_LENGTH; i++) {
      this.mac[1 + i] = nonce[i]!;
      this.counter[1 + i] = nonce[i]!;
    }
    this.mac[14] = length >> 8;
    this.mac[15] = length;
    schedule.encrypt(this.mac);
  }

  authenticate(aad: Uint8Array, start: number, length: number): void {
    if (length === 0) return;
    if (length > Layout.AAD_MAX) throw new RangeError("at most 65,279 authenticated bytes");
    this.mac[0] = this.mac[0]! ^ (length >> 8);
    this.mac[1] = this.mac[1]! ^ (length & 0xff);
    this.chain(aad, start, length, 2);
  }

  /** Takes the plaintext into the MAC. */
  absorb(bytes: Uint8Array, start: number, length: number): void {
    if (length > 0) this.chain(bytes, start, length, 0);
  }

  /** Encrypts, or decrypts, in place. */
  cipher(bytes: Uint8Array, start: number, length: number): void {
    let block = 0;
    for (let done = 0; done < length; done += 16) {
      this.makeStream(++block);
      const part = Math.min(16, length - done);
      const at = start + done;
      for (let i = 0; i < part; i++) bytes[at + i] = bytes[at + i]! ^ this.stream[i]!;
    }
  }

  putTag(bytes: Uint8Array, at: number, tagLength: number): void {
    this.makeStream(0);
    for (let i = 0; i < tagLength; i++) bytes[at + i] = this.mac[i]! ^ this.stream[i]!;
  }

  /** Compares all bytes, wherever the first difference is. */
  isTag(bytes: Uint8Array, at: number, tagLength: number): boolean {
    this.makeStream(0);
    let difference = 0;
    for (let i = 0; i < tagLength; i++)
      difference |= bytes[at + i]! ^ this.mac[i]! ^ this.stream[i]!;
    return difference === 0;
  }

  /** CBC-MAC; the first block has `filled` bytes already, the last one is padded with zeros. */
  private chain(bytes: Uint8Array, start: number, length: number, filled: number): void {
    let at = filled;
    for (let i = 0; i < length; i++) {
      this.mac[at] = this.mac[at]! ^ bytes[start + i]!;
      if (++at === 16) {
        this.schedule.encrypt(this.mac);
        at = 0;
      }
    }
    if (at > 0) this.schedule.encrypt(this.mac);
  }

  private makeStream(block: number): void {
    this.counter[14] = block >> 8;
    this.counter[15] = block;
    this.stream.set(this.counter);
    this.schedule.encrypt(this.stream);
  }
}
