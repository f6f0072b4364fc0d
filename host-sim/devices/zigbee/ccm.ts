// CCM* with a 32-bit integrity code under one key, from AES in its two plain modes. Ciphers of
// node:crypto are dear to make and cheap to use: both live as long as the key.
// @source Zigbee specification 05-3474-22 annex A; NIST SP 800-38C

import { type Cipher, createCipheriv } from "node:crypto";

const BLOCK = 16;
const MIC_LENGTH = 4;
/** Associated data follows, M' = (4 - 2) / 2, L' = 2 - 1. */
const FLAGS_FIRST = 0x40 | (1 << 3) | 1;
const FLAGS_COUNTER = 1;
const NONCE_LENGTH = 13;
/** More than any frame with its header. */
const ROOM = 512;

export class Ccm {
  private readonly counters: Cipher;
  private readonly chain: Cipher;
  /** The chain goes on from message to message: what it ended with is taken out again. */
  private readonly last = Buffer.alloc(BLOCK);
  private readonly input = Buffer.alloc(ROOM);

  constructor(key: Buffer) {
    this.counters = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
    this.chain = createCipheriv("aes-128-cbc", key, Buffer.alloc(BLOCK)).setAutoPadding(false);
  }

  /** The ciphertext and the integrity code behind it. */
  seal(nonce: Buffer, header: Buffer, plain: Buffer): Buffer {
    const sealed = Buffer.allocUnsafe(plain.length + MIC_LENGTH);
    const stream = this.keyStream(nonce, plain.length);
    for (let i = 0; i < plain.length; i++) sealed[i] = plain[i]! ^ stream[BLOCK + i]!;
    const code = this.code(nonce, header, plain);
    for (let i = 0; i < MIC_LENGTH; i++) sealed[plain.length + i] = code[i]! ^ stream[i]!;
    return sealed;
  }

  /** The plain text; undefined where the integrity code is wrong. */
  open(nonce: Buffer, header: Buffer, sealed: Buffer): Buffer | undefined {
    const length = sealed.length - MIC_LENGTH;
    if (length < 0) return undefined;
    const plain = Buffer.allocUnsafe(length);
    const stream = this.keyStream(nonce, length);
    for (let i = 0; i < length; i++) plain[i] = sealed[i]! ^ stream[BLOCK + i]!;
    const code = this.code(nonce, header, plain);
    let wrong = 0;
    for (let i = 0; i < MIC_LENGTH; i++) wrong |= sealed[length + i]! ^ code[i]! ^ stream[i]!;
    return wrong === 0 ? plain : undefined;
  }

  /** The block for the integrity code, then those for the text. */
  private keyStream(nonce: Buffer, length: number): Buffer {
    const blocks = 1 + Math.ceil(length / BLOCK);
    const { input } = this;
    for (let block = 0; block < blocks; block++) {
      const at = block * BLOCK;
      input[at] = FLAGS_COUNTER;
      nonce.copy(input, at + 1);
      input.writeUInt16BE(block, at + 1 + NONCE_LENGTH);
    }
    return this.counters.update(input.subarray(0, blocks * BLOCK));
  }

  private code(nonce: Buffer, header: Buffer, plain: Buffer): Buffer {
    const { input, last } = this;
    input[0] = FLAGS_FIRST;
    nonce.copy(input, 1);
    input.writeUInt16BE(plain.length, 1 + NONCE_LENGTH);
    input.writeUInt16BE(header.length, BLOCK);
    let end = BLOCK + 2 + header.copy(input, BLOCK + 2);
    end = padded(input, end);
    end = padded(input, end + plain.copy(input, end));
    for (let i = 0; i < BLOCK; i++) input[i] = input[i]! ^ last[i]!;
    const out = this.chain.update(input.subarray(0, end));
    out.copy(last, 0, end - BLOCK);
    return last;
  }
}

/** Zeros up to a whole block. */
function padded(input: Buffer, end: number): number {
  const whole = Math.ceil(end / BLOCK) * BLOCK;
  input.fill(0, end, whole);
  return whole;
}
