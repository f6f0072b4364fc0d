// NOR flash in named regions, each owned by one partition. Every operation is asynchronous.

import type { Sent } from "./sent";

export const enum Flash {
  SECTOR_LENGTH = 4096,
  /** Longest single read or write. */
  TRANSFER_MAX = 256,
  /** What an erased byte reads as. */
  ERASED = 0xff,
}

export const enum FlashOperation {
  READ = 0,
  WRITE = 1,
  ERASE = 2,
}

/** The completion of an operation: a message of this layout from `Party.FLASH`. */
export const enum FlashDone {
  /** A `Region`. */
  REGION = 0,
  /** A `FlashOperation`. */
  OPERATION = 1,
  /** 0: done. Anything else: the chip failed; the content is undefined. */
  STATUS = 2,
  /** For `READ`: the bytes. */
  DATA = 4,
}

/**
 * One region. One operation at a time: a second one before the first completed answers `FULL`.
 * Writes clear bits only, as NOR does; an erase sets a sector of 4,096 bytes to 0xff.
 */
export interface FlashRegion {
  readonly region: number;
  /** Bytes, a multiple of 4,096. */
  readonly length: number;
  read(offset: number, length: number): Sent;
  /** Writes at most 256 bytes, taken before it returns. */
  write(offset: number, bytes: Uint8Array, start: number, length: number): Sent;
  erase(offset: number): Sent;
}
