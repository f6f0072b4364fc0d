// Which APS frames were heard already: a sender repeats a frame whose acknowledgement was lost.
// @source Zigbee 05-3474-22 section 2.2.8.4.2 (apsDuplicateTable)

import { findByte } from "../../wire/little-endian";
import type { Memory } from "./memory";

export const enum DuplicateLimit {
  /** A few for each node that can talk within the time below. */
  ENTRIES = 24,
  /** A sender gives up after four waits of 1.6 s; a counter does not come round before. */
  KEPT_MS = 8_000,
}

export class ApsDuplicates {
  private readonly bytes: Uint8Array;
  /** Node and counter of each. */
  private readonly keys: number;
  private readonly numbers: Float64Array;
  private readonly until: number;
  private next = 0;

  constructor(memory: Memory) {
    this.bytes = memory.bytes;
    this.keys = memory.take(DuplicateLimit.ENTRIES * 2);
    this.numbers = memory.numbers;
    this.until = memory.takeNumbers(DuplicateLimit.ENTRIES, 0);
  }

  isKnown(now: number, node: number, counter: number): boolean {
    const { bytes, keys } = this;
    for (let i = 0; i < DuplicateLimit.ENTRIES; i++) {
      const left = DuplicateLimit.ENTRIES - i;
      const found = findByte(bytes, keys + 2 * i + 1, 2, left, counter);
      if (found < 0) return false;
      i += found;
      if (bytes[keys + 2 * i] === node && now < this.numbers[this.until + i]!) return true;
    }
    return false;
  }

  add(now: number, node: number, counter: number): void {
    this.bytes[this.keys + 2 * this.next] = node;
    this.bytes[this.keys + 2 * this.next + 1] = counter;
    this.numbers[this.until + this.next] = now + DuplicateLimit.KEPT_MS;
    this.next = (this.next + 1) % DuplicateLimit.ENTRIES;
  }

  /** The index is another node's from now on. */
  forget(node: number): void {
    for (let i = 0; i < DuplicateLimit.ENTRIES; i++) {
      if (this.bytes[this.keys + 2 * i] === node) this.numbers[this.until + i] = 0;
    }
  }
}
