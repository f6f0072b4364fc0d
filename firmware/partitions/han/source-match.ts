// The co-processor's source match tables: for whom it sets frame pending in the acknowledgement of
// a data request. What we want and what it has are kept apart, so that a lost answer or a reset of
// the co-processor only means that the difference is sent again.
// @source IEEE 802.15.4 section 6.7.3; OpenThread spinel.h, SPINEL_PROP_MAC_SRC_MATCH_*

import { equalBytes } from "../../wire/little-endian";
import { SpinelStatus } from "../../wire/spinel-property";
import type { Memory } from "./memory";

export const enum MatchLimit {
  /** Those of the ten frames that wait, and as many that the co-processor is still to forget. */
  ENTRIES = 24,
  NONE = -1,
}

const enum Mark {
  FREE = 0,
  /** We want it there. */
  WANTED = 1,
  /** The co-processor has it. */
  PRESENT = 2,
}

const enum Entry {
  /** The short address (two bytes) or the EUI-64 (eight), in radio order. */
  ADDRESS = 0,
  ADDRESS_LENGTH = 8,
  MARK = 9,
  LENGTH = 10,
}

export class SourceMatch {
  private readonly entries: Uint8Array;
  private readonly first: number;
  private readonly end: number;
  /** Nothing differs: asked for with every frame, and looked for only after a change. */
  private isSettled = false;
  /**
   * No room here or there: source matching is off, and every data request is answered "pending".
   */
  isOverrun = false;

  constructor(memory: Memory) {
    this.entries = memory.bytes;
    this.first = memory.take(MatchLimit.ENTRIES * Entry.LENGTH);
    this.end = this.first + MatchLimit.ENTRIES * Entry.LENGTH;
  }

  /**
   * Wants the co-processor to say (or not) that frames wait for this address.
   * @param length 2 for a short address, 8 for an EUI-64
   */
  want(address: Uint8Array, start: number, length: number, pending: boolean): void {
    this.isSettled = false;
    const at = this.find(address, start, length);
    if (at !== MatchLimit.NONE) {
      const mark = this.entries[at + Entry.MARK]!;
      this.entries[at + Entry.MARK] = pending ? mark | Mark.WANTED : mark & ~Mark.WANTED;
    } else if (pending) this.add(address, start, length);
  }

  /** The offset of an entry that differs from what the co-processor has; `NONE`. */
  nextDifference(): number {
    if (this.isSettled) return MatchLimit.NONE;
    for (let at = this.first; at < this.end; at += Entry.LENGTH) {
      const mark = this.entries[at + Entry.MARK]!;
      if (mark === Mark.WANTED || mark === Mark.PRESENT) return at;
    }
    this.isSettled = true;
    return MatchLimit.NONE;
  }

  isWanted(at: number): boolean {
    return (this.entries[at + Entry.MARK]! & Mark.WANTED) !== 0;
  }

  addressLength(at: number): number {
    return this.entries[at + Entry.ADDRESS_LENGTH]!;
  }

  addressByte(at: number, i: number): number {
    return this.entries[at + Entry.ADDRESS + i]!;
  }

  /** The co-processor answered to an insertion or a removal. */
  ended(at: number, inserted: boolean, status: number): void {
    this.isSettled = false;
    const isThere = status === SpinelStatus.ALREADY || (status === SpinelStatus.OK && inserted);
    const isGone = status === SpinelStatus.ITEM_NOT_FOUND || status === SpinelStatus.OK;
    const wanted = this.entries[at + Entry.MARK]! & Mark.WANTED;
    if (isThere) this.entries[at + Entry.MARK] = wanted | Mark.PRESENT;
    else if (isGone) this.entries[at + Entry.MARK] = wanted;
    else this.isOverrun = true;
  }

  /** The co-processor's tables are empty. */
  forgetPresent(): void {
    this.isSettled = false;
    for (let at = this.first; at < this.end; at += Entry.LENGTH) {
      this.entries[at + Entry.MARK] = this.entries[at + Entry.MARK]! & Mark.WANTED;
    }
    this.isOverrun = false;
  }

  private add(address: Uint8Array, start: number, length: number): void {
    for (let at = this.first; at < this.end; at += Entry.LENGTH) {
      if (this.entries[at + Entry.MARK] !== Mark.FREE) continue;
      for (let i = 0; i < length; i++) this.entries[at + Entry.ADDRESS + i] = address[start + i]!;
      this.entries[at + Entry.ADDRESS_LENGTH] = length;
      this.entries[at + Entry.MARK] = Mark.WANTED;
      return;
    }
    this.isOverrun = true;
  }

  private find(address: Uint8Array, start: number, length: number): number {
    for (let at = this.first; at < this.end; at += Entry.LENGTH) {
      if (this.entries[at + Entry.MARK] === Mark.FREE) continue;
      if (this.entries[at + Entry.ADDRESS_LENGTH] !== length) continue;
      if (equalBytes(this.entries, at + Entry.ADDRESS, address, start, length)) return at;
    }
    return MatchLimit.NONE;
  }
}
