// Frames on their way to the co-processor. One is in flight, since a co-processor has one
// transmitter; the urgent ones (answers that a node listens for right now) go first.

import { copyBytes } from "../../wire/little-endian";
import { StreamRaw } from "../../wire/spinel-stream";
import type { Memory } from "./memory";

export const enum QueueLimit {
  /** Answers for a burst of neighbours, and the upper half's next two frames. */
  FRAMES = 6,
  NONE = -1,
}

const enum Slot {
  LENGTH = 0,
  URGENT = 1,
  FRAME = 2,
  SIZE = 128,
}

export class TransmitQueue {
  readonly bytes: Uint8Array;
  private readonly start: number;
  private readonly numbers: Float64Array;
  private readonly tags: number;
  /** Order of arrival; a number each. */
  private readonly order: number;
  private arrivals = 0;

  constructor(memory: Memory) {
    this.bytes = memory.bytes;
    this.start = memory.take(QueueLimit.FRAMES * Slot.SIZE);
    this.numbers = memory.numbers;
    this.tags = memory.takeNumbers(QueueLimit.FRAMES, 0);
    this.order = memory.takeNumbers(QueueLimit.FRAMES, 0);
  }

  /** False: full, nothing was taken. */
  put(frame: Uint8Array, length: number, tag: number, urgent: boolean): boolean {
    if (length > StreamRaw.FRAME_MAX) return false;
    for (let i = 0; i < QueueLimit.FRAMES; i++) {
      const at = this.start + i * Slot.SIZE;
      if (this.bytes[at + Slot.LENGTH] !== 0) continue;
      this.bytes[at + Slot.LENGTH] = length;
      this.bytes[at + Slot.URGENT] = urgent ? 1 : 0;
      copyBytes(frame, 0, this.bytes, at + Slot.FRAME, length);
      this.numbers[this.tags + i] = tag;
      this.numbers[this.order + i] = this.arrivals++;
      return true;
    }
    return false;
  }

  /** The slot to send next: the oldest urgent one, else the oldest; `NONE`. */
  next(): number {
    let best: number = QueueLimit.NONE;
    for (let i = 0; i < QueueLimit.FRAMES; i++) {
      if (this.bytes[this.start + i * Slot.SIZE + Slot.LENGTH] === 0) continue;
      if (best === QueueLimit.NONE || this.isBefore(i, best)) best = i;
    }
    return best;
  }

  frameAt(slot: number): number {
    return this.start + slot * Slot.SIZE + Slot.FRAME;
  }

  frameLength(slot: number): number {
    return this.bytes[this.start + slot * Slot.SIZE + Slot.LENGTH]!;
  }

  tag(slot: number): number {
    return this.numbers[this.tags + slot]!;
  }

  free(slot: number): void {
    this.bytes[this.start + slot * Slot.SIZE + Slot.LENGTH] = 0;
  }

  private isBefore(a: number, b: number): boolean {
    const urgentA = this.bytes[this.start + a * Slot.SIZE + Slot.URGENT]!;
    const urgentB = this.bytes[this.start + b * Slot.SIZE + Slot.URGENT]!;
    return urgentA !== urgentB
      ? urgentA > urgentB
      : this.numbers[this.order + a]! < this.numbers[this.order + b]!;
  }
}
