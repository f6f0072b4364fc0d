// Reads a copy of the whole log region and checks its chain.

import { isErased } from "../../storage/sector-layout";
import { copyBytes, equalBytes, readU32 } from "../../wire/little-endian";
import { type Digest, isVoid, LogHash, LogHasher, LogHeader, LogRecord, LogSector } from "./record";

export const enum LogCheck {
  /** Every line is as it was written, and none is missing between the oldest and the newest. */
  OK = 0,
  /** There is no sector with a header. */
  EMPTY = 1,
  /** A line was changed, put in or taken out. */
  BROKEN = 2,
  /** As `OK`, but for the oldest sector: power failed in its erase, or its lines were changed. */
  OLDEST_BROKEN = 3,
}

/**
 * Visits each record that its chain vouches for, the oldest first, with its place in `region`.
 * The newest lines can have been cut off without a trace: only a signature over the last hash, kept
 * elsewhere, shows that.
 */
export function checkLog(
  region: Uint8Array,
  crypto: Digest,
  visit: (bytes: Uint8Array, at: number) => void,
): LogCheck {
  const hasher = new LogHasher(crypto);
  const sectors = sectorsInOrder(region, hasher);
  const chain = new Uint8Array(LogHash.LENGTH);
  let result = sectors.length === 0 ? LogCheck.EMPTY : LogCheck.OK;
  sectors.forEach((at, i) => {
    copyBytes(region, at + LogHeader.ANCHOR, chain, 0, LogHash.LENGTH);
    const whole = readSector(region, at, hasher, chain, visit);
    const next = sectors[i + 1];
    if (whole && (next === undefined || follows(region, next, chain))) return;
    result = i === 0 && next !== undefined ? LogCheck.OLDEST_BROKEN : LogCheck.BROKEN;
  });
  return result;
}

/** Starts of the sectors with a header, by their numbers. */
function sectorsInOrder(region: Uint8Array, hasher: LogHasher): number[] {
  const starts: number[] = [];
  for (let at = 0; at + LogSector.LENGTH <= region.length; at += LogSector.LENGTH) {
    if (hasher.isHeader(region, at)) starts.push(at);
  }
  return starts.sort((a, b) => numberOf(region, a) - numberOf(region, b));
}

function follows(region: Uint8Array, next: number, chain: Uint8Array): boolean {
  return equalBytes(region, next + LogHeader.ANCHOR, chain, 0, LogHash.LENGTH);
}

function numberOf(region: Uint8Array, sector: number): number {
  return readU32(region, sector + LogHeader.NUMBER);
}

/**
 * Advances `chain` over the sector's records. A record that was cut in the middle is all zeros, or,
 * when nobody has seen to it yet, the last that was written. Anything else breaks the chain.
 */
function readSector(
  region: Uint8Array,
  sector: number,
  hasher: LogHasher,
  chain: Uint8Array,
  visit: (bytes: Uint8Array, at: number) => void,
): boolean {
  let ended = false;
  for (let slot = 0; slot < LogSector.RECORDS; slot++) {
    const at = sector + LogSector.HEADER_LENGTH + slot * LogRecord.LENGTH;
    if (isErased(region, at, at + LogRecord.LENGTH)) {
      ended = true;
      continue;
    }
    if (ended) return false;
    if (isVoid(region, at)) continue;
    if (hasher.follows(chain, region, at)) {
      copyBytes(region, at + LogRecord.HASH, chain, 0, LogHash.LENGTH);
      visit(region, at);
    } else ended = true;
  }
  return true;
}
