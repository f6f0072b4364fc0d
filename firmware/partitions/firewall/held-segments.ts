// Segments that found no room in the receiver's channel.

import { Stream, StreamSegment } from "../../ipc/stream";
import { copyBytes } from "../../wire/little-endian";

export const enum HeldLimit {
  // A receiver gives credit for a segment at a time, so that a full channel is rare; a stream that
  // finds no room here is ended with BUSY.
  SEGMENTS = 2,
  SEGMENT_MAX = 264,
  NONE = -1,
}

export class HeldSegments {
  readonly bytes = new Uint8Array(StreamSegment.DATA + Stream.SEGMENT_MAX);
  private readonly store = new Uint8Array(HeldLimit.SEGMENTS * HeldLimit.SEGMENT_MAX);
  private readonly streams = new Int8Array(HeldLimit.SEGMENTS).fill(HeldLimit.NONE);
  private readonly lengths = new Uint16Array(HeldLimit.SEGMENTS);

  /** False: no room. */
  hold(stream: number, segment: Uint8Array, length: number): boolean {
    const free = this.streams.indexOf(HeldLimit.NONE);
    if (free < 0) return false;
    this.streams[free] = stream;
    this.lengths[free] = length;
    copyBytes(segment, 0, this.store, free * HeldLimit.SEGMENT_MAX, length);
    return true;
  }

  has(stream: number): boolean {
    return this.streams.indexOf(stream) >= 0;
  }

  /** Copies the segment of a stream to `bytes` and answers its length; 0: it has none. */
  look(stream: number): number {
    const at = this.streams.indexOf(stream);
    if (at < 0) return 0;
    const length = this.lengths[at]!;
    copyBytes(this.store, at * HeldLimit.SEGMENT_MAX, this.bytes, 0, length);
    return length;
  }

  drop(stream: number): void {
    const at = this.streams.indexOf(stream);
    if (at >= 0) this.streams[at] = HeldLimit.NONE;
  }
}
