// Segments that found no room in the receiver's channel.

import { copyBytes, readU16, writeU16 } from "../../wire/little-endian";

const enum Limit {
  // A receiver gives credit for a segment at a time, so that a full channel is rare; a stream that
  // finds no room here is ended with BUSY.
  SEGMENTS = 2,
  NO_STREAM = 0xff,
}

/** Behind the longest segment itself. */
const enum Held {
  STREAM = 264,
  /** u16 */
  LENGTH = 265,
  BYTES = 267,
}

export class HeldSegments {
  private readonly store = new Uint8Array(Limit.SEGMENTS * Held.BYTES).fill(Limit.NO_STREAM);

  /** False: no room. */
  hold(stream: number, segment: Uint8Array, length: number): boolean {
    const at = this.find(Limit.NO_STREAM);
    if (at < 0) return false;
    this.store[at + Held.STREAM] = stream;
    writeU16(this.store, at + Held.LENGTH, length);
    copyBytes(segment, 0, this.store, at, length);
    return true;
  }

  has(stream: number): boolean {
    return this.find(stream) >= 0;
  }

  /** Copies the segment of a stream to `bytes` and answers its length; 0: it has none. */
  look(stream: number, bytes: Uint8Array): number {
    const at = this.find(stream);
    if (at < 0) return 0;
    const length = readU16(this.store, at + Held.LENGTH);
    copyBytes(this.store, at, bytes, 0, length);
    return length;
  }

  drop(stream: number): void {
    const at = this.find(stream);
    if (at >= 0) this.store[at + Held.STREAM] = Limit.NO_STREAM;
  }

  /** Where the segment of a stream lies; -1: it has none. */
  private find(stream: number): number {
    for (let at = 0; at < Limit.SEGMENTS * Held.BYTES; at += Held.BYTES) {
      if (this.store[at + Held.STREAM] === stream) return at;
    }
    return -1;
  }
}
