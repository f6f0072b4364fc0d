// One SHA-256 over everything that happened, with its times: two runs are equal when this is.

import { createHash } from "node:crypto";

export const enum TraceKind {
  AIR = 1,
  WAN = 2,
  KERNEL = 3,
  FLASH = 4,
  FAULT = 5,
  SERIAL = 6,
}

const BUFFER_LENGTH = 65536;
const HEADER_LENGTH = 17;

export class Trace {
  private readonly hash = createHash("sha256");
  private readonly buffer = new Uint8Array(BUFFER_LENGTH);
  private readonly view = new DataView(this.buffer.buffer);
  private used = 0;
  private entries = 0;

  /** Adds one happening: its kind, time in microseconds, two numbers that say who, and bytes. */
  record(
    kind: TraceKind,
    timeUs: number,
    first: number,
    second: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void {
    if (this.used + HEADER_LENGTH + length > BUFFER_LENGTH) this.flush();
    this.entries++;
    const view = this.view;
    const at = this.used;
    view.setUint8(at, kind);
    view.setFloat64(at + 1, timeUs);
    view.setUint32(at + 9, first);
    view.setUint16(at + 13, second);
    view.setUint16(at + 15, length);
    this.used = at + HEADER_LENGTH;
    if (this.used + length > BUFFER_LENGTH) {
      this.flush();
      this.hash.update(bytes.subarray(start, start + length));
      return;
    }
    for (let i = 0; i < length; i++) this.buffer[this.used + i] = bytes[start + i]!;
    this.used += length;
  }

  get count(): number {
    return this.entries;
  }

  /** The digest of everything up to now, in hexadecimal; recording may go on. */
  digest(): string {
    this.flush();
    return this.hash.copy().digest("hex");
  }

  private flush(): void {
    if (this.used > 0) this.hash.update(this.buffer.subarray(0, this.used));
    this.used = 0;
  }
}
