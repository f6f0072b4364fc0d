// One direction of a serial line: bytes arrive in order, as fast as the baud rate allows.

import type { World } from "../world";

/** Start bit, eight bits, stop bit. */
const BITS_PER_BYTE = 10;

export class SerialLine {
  /** Where the bytes come out; valid until it returns. */
  onBytes: (bytes: Uint8Array, length: number) => void = () => {};
  /** Bytes written while the line is cut are lost. */
  cut = false;
  private freeAt = 0;
  private generation = 0;

  constructor(
    private readonly world: World,
    private readonly baud = 1_000_000,
  ) {}

  /** Bytes that are still on their way. */
  get backlog(): number {
    const us = Math.max(0, this.freeAt - this.world.now);
    return Math.ceil((us * this.baud) / (BITS_PER_BYTE * 1_000_000));
  }

  /** Takes a copy of `length` bytes; the last of them arrives when all have passed. */
  write(bytes: Uint8Array, length: number): void {
    if (this.cut) return;
    const copy = bytes.slice(0, length);
    const durationUs = Math.ceil((length * BITS_PER_BYTE * 1_000_000) / this.baud);
    this.freeAt = Math.max(this.freeAt, this.world.now) + durationUs;
    const generation = this.generation;
    this.world.at(this.freeAt, () => {
      if (generation === this.generation && !this.cut) this.onBytes(copy, length);
    });
  }

  /** Forgets what is under way: an end of the line was reset. */
  clear(): void {
    this.generation++;
    this.freeAt = this.world.now;
  }
}
