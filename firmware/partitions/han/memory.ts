// The memory of `han` that lasts: one buffer of bytes and one of numbers for all its tables, and
// the buffers in which frames and messages are put together. In an XS machine each typed array
// costs seven slots besides its content, which for a small table is more than the table.

import { check } from "../../kernel/partition";

export const enum MemorySize {
  /** What all tables take together; a test holds them to it. */
  BYTES = 8_878,
  NUMBERS = 221,
}

/** Where in `Memory.scratch` what is put together; messages and APS frames stand at its begin. */
export const enum Scratch {
  ADDRESS = 144,
  /** A NWK frame, while the MAC frame that carries it is put together at the begin. */
  NWK = 160,
  /** A record for the journal: one is stored in the middle of sending, when counters run low. */
  RECORD = 288,
  SIZE = 312,
}

export class Memory {
  readonly bytes = new Uint8Array(MemorySize.BYTES);
  /** Times, orders and what else outgrows 32 bits. */
  readonly numbers = new Float64Array(MemorySize.NUMBERS);
  /**
   * For what is put together and given away at once: a frame, a message, a draw of chance. The one
   * to whom it is given takes a copy before it puts anything together itself, and after the call
   * nothing of it is read any more.
   */
  readonly scratch = new Uint8Array(Scratch.SIZE);
  private takenBytes = 0;
  private takenNumbers = 0;

  /** Room for a table in `bytes`, zeros; returns where it begins. Constructors only. */
  take(length: number): number {
    const at = this.takenBytes;
    this.takenBytes = at + length;
    check(this.takenBytes <= this.bytes.length, "the tables fit in the memory");
    return at;
  }

  /** Room in `numbers`, each set to `value`; returns the first index. Constructors only. */
  takeNumbers(count: number, value: number): number {
    const at = this.takenNumbers;
    this.takenNumbers = at + count;
    check(this.takenNumbers <= this.numbers.length, "the numbers fit in the memory");
    this.numbers.fill(value, at, this.takenNumbers);
    return at;
  }

  /** Bytes and numbers that no table has taken. */
  left(): readonly [number, number] {
    return [this.bytes.length - this.takenBytes, this.numbers.length - this.takenNumbers];
  }
}
