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
  /** How the sectors begin, and how far they are used. */
  SURVEY = 3,
}

/** The completion of an operation: a message of this layout from `Party.FLASH`. */
export const enum FlashDone {
  /** A `Region`. */
  REGION = 0,
  /** A `FlashOperation`. */
  OPERATION = 1,
  /** 0: done. Anything else: the chip failed; the content is undefined. */
  STATUS = 2,
  /** For `READ`: the bytes. For `SURVEY`: a `FlashSurvey` of each sector. */
  DATA = 4,
}

/** What a survey says of one sector. */
export const enum FlashSurvey {
  /** Bytes up to the last one that is not erased; 0 where the first one is. u16 */
  EXTENT = 0,
  /** The first bytes of the sector, as many as were asked for. */
  BEGIN = 2,
  /** Bytes of a sector that can be asked for; from `ALONE` on the answer holds one sector. */
  BEGIN_MAX = 254,
  ALONE = 127,
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
  /**
   * The first `length` bytes, 1 to 254, of the sector at `offset` and of those behind it, as many
   * as one completion holds, and how far each is used: what a store is opened with.
   */
  survey(offset: number, length: number): Sent;
}
