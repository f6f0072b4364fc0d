// Keyed records in one flash region: the latest value of a key wins, and one that was acknowledged
// survives a power cut at any flash operation.

import type { FlashRegion } from "../../hal/flash";

export interface JournalOwner {
  /** On open, once for each live record, in order of writing. `bytes` is valid until return. */
  restored(key: number, bytes: Uint8Array, start: number, length: number): void;
  /** All is restored; `put` and `remove` are taken from now on. */
  opened(now: number): void;
  /** `ok`: it lies in flash. Otherwise the chip failed: the old value or the new one remains. */
  stored(now: number, token: number, ok: boolean): void;
}

export const enum JournalLimit {
  VALUE_MAX = 224,
}

/** Feed it every `Party.FLASH` message whose `FlashDone.REGION` is its region's. */
export class Journal {
  /**
   * @param capacity keys at most
   * @param valueMax bytes of the longest value, 0 to 224
   */
  constructor(
    readonly region: FlashRegion,
    readonly owner: JournalOwner,
    readonly capacity: number,
    readonly valueMax: number,
  ) {}

  /** Starts to read the region. Call it once. */
  open(_now: number): void {}

  /** Copies the value. False: not open, too many wait, or no key is free; try again later. */
  put(
    _key: number,
    _bytes: Uint8Array,
    _start: number,
    _length: number,
    _token: number,
  ): boolean {
    return false;
  }

  /** False: not open, or too many wait. A key that is not there is acknowledged too. */
  remove(_key: number, _token: number): boolean {
    return false;
  }

  flashDone(_now: number, _buffer: Uint8Array, _length: number): void {}

  /** Call it from the partition's `tick`; only a region that was busy needs it. */
  tick(_now: number): void {}

  dueAt(): number {
    return Number.POSITIVE_INFINITY;
  }
}
