// Frames for nodes whose receivers are off: kept until the node asks for them, or until they are
// too old. Whole MAC frames, so that a second sending has the same sequence number and the node
// recognises it.
// @source IEEE 802.15.4-2006 sections 7.5.6.3 and 7.4.2, macTransactionPersistenceTime

import { check, earliest } from "../../kernel/partition";
import { copyBytes, equalBytes } from "../../wire/little-endian";
import { Mac, MacControl } from "../../wire/mac";
import type { Memory } from "./memory";

export const enum IndirectLimit {
  /** Two a node for five sleepers; the upper half paces itself by what `send` answers. */
  FRAMES = 10,
  /** One node cannot fill the queue. */
  FRAMES_PER_NODE = 4,
  /** 0x01f4 unit periods of 15.36 ms. */
  PERSISTENCE_MS = 7680,
  NONE = -1,
}

const enum Entry {
  LENGTH = 0,
  /** 2: short, 8: EUI-64. */
  ADDRESS_LENGTH = 1,
  /** 1: with the radio now. */
  IN_FLIGHT = 2,
  ADDRESS = 4,
  FRAME = 12,
  SIZE = 140,
}

export class IndirectQueue {
  readonly bytes: Uint8Array;
  private readonly start: number;
  private readonly numbers: Float64Array;
  private readonly tags: number;
  private readonly expires: number;
  /** When each expires, unless it is with the radio now. */
  private readonly dues: number;

  constructor(memory: Memory) {
    this.bytes = memory.bytes;
    this.start = memory.take(IndirectLimit.FRAMES * Entry.SIZE);
    this.numbers = memory.numbers;
    this.tags = memory.takeNumbers(IndirectLimit.FRAMES, 0);
    this.expires = memory.takeNumbers(IndirectLimit.FRAMES, Infinity);
    this.dues = memory.takeDues(IndirectLimit.FRAMES);
  }

  /** Takes a whole MAC frame. False: full, for this node or for all. */
  put(
    now: number,
    address: Uint8Array,
    start: number,
    addressLength: number,
    frame: Uint8Array,
    length: number,
    tag: number,
  ): boolean {
    check(length > 0 && length <= Mac.FRAME_MAX, "indirect frame length");
    if (this.count(address, start, addressLength) >= IndirectLimit.FRAMES_PER_NODE) return false;
    for (let entry = 0; entry < IndirectLimit.FRAMES; entry++) {
      const at = this.start + entry * Entry.SIZE;
      if (this.bytes[at + Entry.LENGTH] !== 0) continue;
      this.bytes[at + Entry.LENGTH] = length;
      this.bytes[at + Entry.ADDRESS_LENGTH] = addressLength;
      this.bytes[at + Entry.IN_FLIGHT] = 0;
      copyBytes(address, start, this.bytes, at + Entry.ADDRESS, addressLength);
      copyBytes(frame, 0, this.bytes, at + Entry.FRAME, length);
      this.numbers[this.tags + entry] = tag;
      this.numbers[this.expires + entry] = now + IndirectLimit.PERSISTENCE_MS;
      this.numbers[this.dues + entry] = now + IndirectLimit.PERSISTENCE_MS;
      return true;
    }
    return false;
  }

  /** How many frames wait for an address. */
  count(address: Uint8Array, start: number, addressLength: number): number {
    let count = 0;
    for (let entry = 0; entry < IndirectLimit.FRAMES; entry++) {
      if (this.isFor(entry, address, start, addressLength)) count++;
    }
    return count;
  }

  /** The oldest frame for an address; `NONE`: none, or it is being sent already. */
  oldest(address: Uint8Array, start: number, addressLength: number): number {
    let oldest: number = IndirectLimit.NONE;
    for (let entry = 0; entry < IndirectLimit.FRAMES; entry++) {
      if (!this.isFor(entry, address, start, addressLength)) continue;
      if (this.bytes[this.start + entry * Entry.SIZE + Entry.IN_FLIGHT] === 1)
        return IndirectLimit.NONE;
      if (
        oldest === IndirectLimit.NONE ||
        this.numbers[this.expires + entry]! < this.numbers[this.expires + oldest]!
      ) {
        oldest = entry;
      }
    }
    return oldest;
  }

  /** Copies the frame out, marked with whether more wait behind it; returns its length. */
  copyFrame(entry: number, more: boolean, frame: Uint8Array): number {
    const at = this.start + entry * Entry.SIZE;
    const length = this.bytes[at + Entry.LENGTH]!;
    copyBytes(this.bytes, at + Entry.FRAME, frame, 0, length);
    if (more) frame[0] = frame[0]! | MacControl.FRAME_PENDING;
    return length;
  }

  setInFlight(entry: number, inFlight: boolean): void {
    this.bytes[this.start + entry * Entry.SIZE + Entry.IN_FLIGHT] = inFlight ? 1 : 0;
    this.numbers[this.dues + entry] = inFlight ? Infinity : this.numbers[this.expires + entry]!;
  }

  isUsed(entry: number): boolean {
    return this.bytes[this.start + entry * Entry.SIZE + Entry.LENGTH] !== 0;
  }

  tag(entry: number): number {
    return this.numbers[this.tags + entry]!;
  }

  addressAt(entry: number): number {
    return this.start + entry * Entry.SIZE + Entry.ADDRESS;
  }

  addressLength(entry: number): number {
    return this.bytes[this.start + entry * Entry.SIZE + Entry.ADDRESS_LENGTH]!;
  }

  free(entry: number): void {
    this.bytes[this.start + entry * Entry.SIZE + Entry.LENGTH] = 0;
    this.numbers[this.expires + entry] = Infinity;
    this.numbers[this.dues + entry] = Infinity;
  }

  /** The next frame that is too old and not with the radio; `NONE`. */
  nextExpired(now: number): number {
    if (now < earliest(this.numbers, this.dues, IndirectLimit.FRAMES)) return IndirectLimit.NONE;
    for (let entry = 0; entry < IndirectLimit.FRAMES; entry++) {
      if (now >= this.numbers[this.dues + entry]!) return entry;
    }
    return IndirectLimit.NONE;
  }

  private isFor(entry: number, address: Uint8Array, start: number, length: number): boolean {
    const at = this.start + entry * Entry.SIZE;
    if (this.bytes[at + Entry.LENGTH] === 0) return false;
    if (this.bytes[at + Entry.ADDRESS_LENGTH] !== length) return false;
    return equalBytes(this.bytes, at + Entry.ADDRESS, address, start, length);
  }
}
