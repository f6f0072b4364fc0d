// AES-128 key schedules, kept because a network key serves every frame and expanding it costs more
// than using it. A kept schedule is used only after all 16 bytes of its key were compared.

import { unsafe } from "@noble/ciphers/aes.js";

const enum Slots {
  /** A house has a few dozen keys; a second key in the same slot takes it over. */
  COUNT = 256,
}

/** One expanded key. */
export class KeySchedule {
  readonly key = new Uint8Array(16);
  private words = new Uint32Array(44);

  set(key: Uint8Array): void {
    for (let i = 0; i < 16; i++) this.key[i] = key[i]!;
    this.words = unsafe.expandKeyLE(this.key);
  }

  /** In time that does not depend on where a difference is. */
  isOf(key: Uint8Array): boolean {
    let difference = 0;
    for (let i = 0; i < 16; i++) difference |= this.key[i]! ^ key[i]!;
    return difference === 0;
  }

  /** Encrypts the 16 bytes of `block` in place. */
  encrypt(block: Uint8Array): void {
    const out = unsafe.encrypt(
      this.words,
      word(block, 0),
      word(block, 4),
      word(block, 8),
      word(block, 12),
    );
    putWord(block, 0, out.s0);
    putWord(block, 4, out.s1);
    putWord(block, 8, out.s2);
    putWord(block, 12, out.s3);
  }
}

export class AesKeys {
  private readonly slots: (KeySchedule | undefined)[] = new Array(Slots.COUNT);

  /** The schedule of `key`'s 16 bytes as they are now; good until the next call. */
  schedule(key: Uint8Array): KeySchedule {
    if (key.length !== 16) throw new RangeError("an AES-128 key has 16 bytes");
    // Two far bytes, so that keys that count up do not all fall together.
    const slot = (key[0]! ^ (key[15]! * 29) ^ (key[7]! * 7)) & (Slots.COUNT - 1);
    let schedule = this.slots[slot];
    if (schedule?.isOf(key)) return schedule;
    schedule ??= new KeySchedule();
    schedule.set(key);
    this.slots[slot] = schedule;
    return schedule;
  }
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

function putWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >> 8;
  bytes[at + 2] = value >> 16;
  bytes[at + 3] = value >> 24;
}
