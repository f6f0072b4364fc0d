// Frames on their way to the co-processor. One is in flight, since a co-processor has one
// transmitter; the urgent ones (answers that a node listens for right now) go first.

import { copyBytes } from "../../wire/little-endian";
import { StreamRaw } from "../../wire/spinel-stream";

export const enum QueueLimit {
  /** Answers for a burst of neighbours, and the upper half's next two frames. */
  FRAMES = 8,
  NONE = -1,
}

const enum Slot {
  LENGTH = 0,
  URGENT = 1,
  FRAME = 2,
  SIZE = 128,
}

export class TransmitQueue {
  private readonly slots = new Uint8Array(QueueLimit.FRAMES * Slot.SIZE);
  private readonly tags = new Float64Array(QueueLimit.FRAMES);
  /** Order of arrival; a number each. */
  private readonly order = new Float64Array(QueueLimit.FRAMES);
  private arrivals = 0;

  /** False: full, nothing was taken. */
  put(frame: Uint8Array, length: number, tag: number, urgent: boolean): boolean {
    if (length > StreamRaw.FRAME_MAX) return false;
    for (let i = 0; i < QueueLimit.FRAMES; i++) {
      const at = i * Slot.SIZE;
      if (this.slots[at + Slot.LENGTH] !== 0) continue;
      this.slots[at + Slot.LENGTH] = length;
      this.slots[at + Slot.URGENT] = urgent ? 1 : 0;
      copyBytes(frame, 0, this.slots, at + Slot.FRAME, length);
      this.tags[i] = tag;
      this.order[i] = this.arrivals++;
      return true;
    }
    return false;
  }

  /** The slot to send next: the oldest urgent one, else the oldest; `NONE`. */
  next(): number {
    let best: number = QueueLimit.NONE;
    for (let i = 0; i < QueueLimit.FRAMES; i++) {
      if (this.slots[i * Slot.SIZE + Slot.LENGTH] === 0) continue;
      if (best === QueueLimit.NONE || this.isBefore(i, best)) best = i;
    }
    return best;
  }

  get bytes(): Uint8Array {
    return this.slots;
  }

  frameAt(slot: number): number {
    return slot * Slot.SIZE + Slot.FRAME;
  }

  frameLength(slot: number): number {
    return this.slots[slot * Slot.SIZE + Slot.LENGTH]!;
  }

  tag(slot: number): number {
    return this.tags[slot]!;
  }

  free(slot: number): void {
    this.slots[slot * Slot.SIZE + Slot.LENGTH] = 0;
  }

  private isBefore(a: number, b: number): boolean {
    const urgentA = this.slots[a * Slot.SIZE + Slot.URGENT]!;
    const urgentB = this.slots[b * Slot.SIZE + Slot.URGENT]!;
    return urgentA !== urgentB ? urgentA > urgentB : this.order[a]! < this.order[b]!;
  }
}
