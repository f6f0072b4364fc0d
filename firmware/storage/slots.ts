// Fixed slots in one flash region, each of whole sectors: one message each, with a header of its
// owner's, written in pieces, committed, marked, and removed in any order.

import type { FlashRegion } from "../../hal/flash";

export const enum SlotLimit {
  HEADER_MAX = 64,
  PIECE_MAX = 256,
  /** Bits that the owner may set on a kept message, one after another, without a rewrite. */
  MARKS = 4,
}

export interface SlotsOwner {
  /** On open, for each kept message, in order of `begin`. `bytes` is valid until return. */
  found(
    slot: number,
    bytes: Uint8Array,
    start: number,
    headerLength: number,
    length: number,
    marks: number,
  ): void;
  opened(now: number): void;
  /** The answer to `begin`, `write`, `commit`, `mark` and `remove`. Not `ok`: the chip failed. */
  stored(now: number, slot: number, token: number, ok: boolean): void;
  /** The answer to `read`; not `ok`: the content cannot be read any more; remove it. */
  piece(
    now: number,
    slot: number,
    token: number,
    ok: boolean,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void;
}

/** Feed it every `Party.FLASH` message whose `FlashDone.REGION` is its region's. */
export class Slots {
  /**
   * @param sectorsPerSlot 2 holds 7,936 bytes
   * @param depth operations that wait at most; each costs 272 bytes of RAM
   */
  constructor(
    readonly region: FlashRegion,
    readonly owner: SlotsOwner,
    readonly sectorsPerSlot: number,
    readonly depth: number,
  ) {}

  open(_now: number): void {}

  /** Slots that hold nothing. */
  free(): number {
    return 0;
  }

  /** Takes a free slot for `length` bytes behind a header of up to 64. -1: none free, or busy. */
  begin(
    _header: Uint8Array,
    _start: number,
    _headerLength: number,
    _length: number,
    _token: number,
  ): number {
    return -1;
  }

  /** Copies the next piece, up to 256 bytes. Pieces may follow without waiting. False: busy. */
  write(
    _slot: number,
    _bytes: Uint8Array,
    _start: number,
    _length: number,
    _token: number,
  ): boolean {
    return false;
  }

  /** After the last piece: `stored(ok)` means that the message survives. False: busy. */
  commit(_slot: number, _token: number): boolean {
    return false;
  }

  /** Sets mark 0 to 3 of a kept message for good. False: busy. */
  mark(_slot: number, _mark: number, _token: number): boolean {
    return false;
  }

  /** Frees a slot, kept or still being written. False: busy. */
  remove(_slot: number, _token: number): boolean {
    return false;
  }

  /** Reads up to 256 bytes of a kept message. False: busy. */
  read(_slot: number, _offset: number, _length: number, _token: number): boolean {
    return false;
  }

  flashDone(_now: number, _buffer: Uint8Array, _length: number): void {}

  tick(_now: number): void {}

  dueAt(): number {
    return Number.POSITIVE_INFINITY;
  }
}
