// A queue of entries in one flash region, for outboxes and logs: written in pieces, kept whole or
// not at all, read in pieces from the read end, consumed in order. Full: it refuses new entries.

import type { FlashRegion } from "../../hal/flash";

export const enum RingLimit {
  ENTRY_MAX = 4160,
  PIECE_MAX = 256,
}

export interface RingOwner {
  opened(now: number): void;
  /**
   * The piece was taken; send the next. For the last piece: the whole entry lies in flash.
   * Not `ok`: the chip failed and the entry is dropped; begin it anew.
   */
  stored(now: number, token: number, ok: boolean): void;
  /**
   * The answer to `read`: `length` bytes, as many as were asked for or as the entry has there.
   * `total` is the entry's length. Not `ok`: the entry cannot be read any more; consume it.
   */
  piece(
    now: number,
    token: number,
    ok: boolean,
    total: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void;
  /** The answer to `consume`. Not `ok`: the chip failed; nothing was consumed. */
  consumed(now: number, token: number, ok: boolean): void;
}

/** Feed it every `Party.FLASH` message whose `FlashDone.REGION` is its region's. */
export class Ring {
  constructor(
    readonly region: FlashRegion,
    readonly owner: RingOwner,
  ) {}

  /** Starts to read the region. Call it once. */
  open(_now: number): void {}

  /** Whole entries that are not consumed. */
  count(): number {
    return 0;
  }

  /** Opens an entry of `length` bytes, 1 to 4,160. False: not open, no room, or one is open. */
  begin(_length: number): boolean {
    return false;
  }

  /**
   * Copies the next piece, 1 to 256 bytes. The piece that completes the entry commits it.
   * False: the last piece is not stored yet.
   */
  write(_bytes: Uint8Array, _start: number, _length: number, _token: number): boolean {
    return false;
  }

  /** Drops the open entry. */
  abort(): void {}

  /**
   * Reads up to 256 bytes at `offset` of entry `index`, counted from the read end.
   * One at a time; false: another is under way, or there is no such entry.
   */
  read(_index: number, _offset: number, _length: number, _token: number): boolean {
    return false;
  }

  /** Consumes the `count` oldest entries at once. False: a read or another one is under way. */
  consume(_count: number, _token: number): boolean {
    return false;
  }

  flashDone(_now: number, _buffer: Uint8Array, _length: number): void {}

  tick(_now: number): void {}

  dueAt(): number {
    return Number.POSITIVE_INFINITY;
  }
}
