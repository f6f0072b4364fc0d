// What is known in memory of each slot: its state, and while it is written how far that has come.

import { Sector } from "./sector-layout";
import { Slot } from "./slot-layout";

export const enum SlotState {
  FREE = 0,
  WRITING = 1,
  KEPT = 2,
}

export class SlotTable {
  readonly count: number;
  /** Bytes that a slot holds. */
  readonly capacity: number;
  readonly bytesPerSlot: number;
  readonly states: Uint8Array;
  readonly numbers: Uint32Array;
  readonly lengths: Uint16Array;
  /** Bytes taken so far, and the running CRC over them. */
  readonly received: Uint16Array;
  readonly crcs: Int32Array;
  nextNumber = 1;
  /** Messages that decayed. */
  lost = 0;
  private last = -1;

  constructor(regionLength: number, sectorsPerSlot: number) {
    this.bytesPerSlot = sectorsPerSlot * Sector.LENGTH;
    this.capacity = this.bytesPerSlot - Slot.DATA;
    this.count = Math.floor(regionLength / this.bytesPerSlot);
    this.states = new Uint8Array(this.count);
    this.numbers = new Uint32Array(this.count);
    this.lengths = new Uint16Array(this.count);
    this.received = new Uint16Array(this.count);
    this.crcs = new Int32Array(this.count);
  }

  free(): number {
    let count = 0;
    for (let slot = 0; slot < this.count; slot++) {
      if (this.states[slot] === SlotState.FREE) count++;
    }
    return count;
  }

  /** The next free slot in a circle, which spreads the wear; -1: none. */
  take(): number {
    for (let step = 1; step <= this.count; step++) {
      const slot = (this.last + step) % this.count;
      if (this.states[slot] !== SlotState.FREE) continue;
      this.last = slot;
      return slot;
    }
    return -1;
  }

  /**
   * The kept slot that follows the one given, in order of numbers; -1: none. Two with one number
   * are not of our making, and still both are listed.
   */
  following(number: number, slot: number): number {
    let best = -1;
    for (let other = 0; other < this.count; other++) {
      if (this.states[other] !== SlotState.KEPT) continue;
      const at = this.numbers[other]!;
      if (at < number || (at === number && other <= slot)) continue;
      if (best < 0 || at < this.numbers[best]!) best = other;
    }
    return best;
  }
}
