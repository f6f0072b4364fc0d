// Which half-hours of a meter we lack: a small record inside a journal record of its owner.
// Half-hours are numbered from 1970 by the meter's own clock: number n covers the seconds from
// n * 1800 up to (n + 1) * 1800, its end. All up to SETTLED are judged, had or missing.

import { readU32, writeU32 } from "../wire/little-endian";

export const enum HalfHours {
  SECONDS = 1800,
  /** The newest that is judged; 0: none yet. u32 */
  SETTLED = 0,
  /** Bit k of these six bytes: half-hour SETTLED - k is missing. */
  MISSING = 4,
  LENGTH = 10,

  /** 24 hours: what is missing for longer is given up, and meters answer 24 in one profile. */
  KEPT = 48,
  NONE = -1,
}

export function halfHourOf(unixSeconds: number): number {
  return Math.floor(unixSeconds / HalfHours.SECONDS);
}

/** Unix seconds of the end of a half-hour: the time that its interval carries. */
export function endOf(halfHour: number): number {
  return (halfHour + 1) * HalfHours.SECONDS;
}

export function settledUpTo(record: Uint8Array, at: number): number {
  return readU32(record, at + HalfHours.SETTLED);
}

/** Starts the record anew: everything up to `halfHour` is had, or nobody's business. */
export function restartAt(record: Uint8Array, at: number, halfHour: number): void {
  record.fill(0, at, at + HalfHours.LENGTH);
  writeU32(record, at + HalfHours.SETTLED, halfHour);
}

/**
 * Judges everything up to `halfHour`, which is later than what is settled: all of it is missing.
 */
export function settle(record: Uint8Array, at: number, halfHour: number): void {
  const steps = Math.min(HalfHours.KEPT, halfHour - settledUpTo(record, at));
  for (let step = 0; step < steps; step++) shiftIn(record, at + HalfHours.MISSING);
  writeU32(record, at + HalfHours.SETTLED, halfHour);
}

export function isMissing(record: Uint8Array, at: number, halfHour: number): boolean {
  const bit = settledUpTo(record, at) - halfHour;
  if (bit < 0 || bit >= HalfHours.KEPT) return false;
  return (record[at + HalfHours.MISSING + (bit >> 3)]! & (1 << (bit & 7))) !== 0;
}

/** Notes that a half-hour which was judged had is missing after all. */
export function markMissing(record: Uint8Array, at: number, halfHour: number): void {
  const bit = settledUpTo(record, at) - halfHour;
  if (bit < 0 || bit >= HalfHours.KEPT) return;
  const byte = at + HalfHours.MISSING + (bit >> 3);
  record[byte] = record[byte]! | (1 << (bit & 7));
}

/** Notes that a half-hour is had, or that nobody can have it any more. True: it was missing. */
export function clearMissing(record: Uint8Array, at: number, halfHour: number): boolean {
  if (!isMissing(record, at, halfHour)) return false;
  const bit = settledUpTo(record, at) - halfHour;
  const byte = at + HalfHours.MISSING + (bit >> 3);
  record[byte] = record[byte]! & ~(1 << (bit & 7));
  return true;
}

/** The newest missing half-hour; `HalfHours.NONE`: nothing is missing. */
export function newestMissing(record: Uint8Array, at: number): number {
  const settled = settledUpTo(record, at);
  for (let back = 0; back < HalfHours.KEPT; back++) {
    if (isMissing(record, at, settled - back)) return settled - back;
  }
  return HalfHours.NONE;
}

/** How many are missing without a break, counted back from `halfHour`, at most `limit`. */
export function missingRun(
  record: Uint8Array,
  at: number,
  halfHour: number,
  limit: number,
): number {
  let run = 0;
  while (run < limit && isMissing(record, at, halfHour - run)) run++;
  return run;
}

function shiftIn(record: Uint8Array, at: number): void {
  let carry = 1;
  for (let i = 0; i < HalfHours.KEPT / 8; i++) {
    const next = record[at + i]! >> 7;
    record[at + i] = (record[at + i]! << 1) | carry;
    carry = next;
  }
}
