// Lines that wait for the flash: records without their hashes.

import { copyBytes } from "../../wire/little-endian";
import { LogRecord } from "./record";

// Half a second of flash writes, and more than all partitions together may send at once.
const LINES_MAX = 16;

export class Lines {
  count = 0;
  private head = 0;
  readonly bytes = new Uint8Array(LINES_MAX * LogRecord.HASH);

  get full(): boolean {
    return this.count === LINES_MAX;
  }

  /** Where in `bytes` the next line is to be filled in, all zeros; only when there is room. */
  add(): number {
    const at = ((this.head + this.count) % LINES_MAX) * LogRecord.HASH;
    this.count++;
    this.bytes.fill(0, at, at + LogRecord.HASH);
    return at;
  }

  /** Copies the oldest line to the start of `record`. */
  copyFirst(record: Uint8Array): void {
    copyBytes(this.bytes, this.head * LogRecord.HASH, record, 0, LogRecord.HASH);
  }

  drop(): void {
    this.head = (this.head + 1) % LINES_MAX;
    this.count--;
  }
}
