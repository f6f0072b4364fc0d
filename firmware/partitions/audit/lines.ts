// Lines that wait for the flash: records without their hashes.

import { copyBytes } from "../../wire/little-endian";
import { LogRecord } from "./record";

// Half a second of flash writes, and more than all partitions together may send at once.
const LINES_MAX = 16;

export class Lines {
  count = 0;
  private head = 0;
  private readonly lines: Uint8Array[] = [];

  constructor() {
    for (let i = 0; i < LINES_MAX; i++) this.lines.push(new Uint8Array(LogRecord.HASH));
  }

  get full(): boolean {
    return this.count === LINES_MAX;
  }

  /** The next free line, to be filled in; only when there is room. Its content is old. */
  add(): Uint8Array {
    const line = this.lines[(this.head + this.count) % LINES_MAX]!;
    this.count++;
    return line;
  }

  /** Copies the oldest line to the start of `record`. */
  copyFirst(record: Uint8Array): void {
    copyBytes(this.lines[this.head]!, 0, record, 0, LogRecord.HASH);
  }

  drop(): void {
    this.head = (this.head + 1) % LINES_MAX;
    this.count--;
  }
}
