// The sectors of a log in flash: which are free, in use, dead; where the next write goes.

import { FlashSurvey } from "../../hal/flash";
import { check } from "../kernel/partition";
import { readU16, readU32 } from "../wire/little-endian";
import { surveyedSectors } from "./flash-survey";
import { checkSectorHeader, isCommitted, Page, Sector, SectorHeader } from "./sector-layout";

export const enum SectorState {
  /** Must be erased before use. */
  FREE = 0,
  /** Erased since this start. */
  BLANK = 1,
  IN_USE = 2,
  /** Its live records lie elsewhere; its header must go before anything else is done. */
  DEAD = 3,
  /** It failed too often: not used until the next start. */
  RETIRED = 4,
}

const enum Half {
  MASK = 0xffff,
}

export class Sectors {
  readonly count: number;
  /** The sector that is being filled, or `Sector.NONE`. */
  active: number = Sector.NONE;
  /** Where in it the next write goes, 0 to 4,096. */
  tail = 0;
  nextSequence = 1;
  protected readonly states: Uint8Array;
  /**
   * The low half of each sector's sequence; behind them what else is kept of each, a column after
   * another. Those of a region lie closer together than half a number says: each start of a sector
   * takes the next, and the oldest sectors are the first to be used again.
   */
  protected readonly sequences: Uint16Array;

  constructor(regionLength: number, columns = 1) {
    this.count = regionLength / Sector.LENGTH;
    check(Number.isInteger(this.count) && this.count >= 3, "a log in flash needs three sectors");
    check(this.count < Sector.NONE, "too many sectors");
    // One buffer for both: the states lie behind the columns.
    const numbers = this.count * columns;
    this.sequences = new Uint16Array(numbers + Math.ceil(this.count / 2));
    this.states = new Uint8Array(this.sequences.buffer, 2 * numbers, this.count);
  }

  state(sector: number): SectorState {
    return this.states[sector]!;
  }

  setState(sector: number, state: SectorState): void {
    this.states[sector] = state;
  }

  sequence(sector: number): number {
    return this.nextSequence - this.age(sector);
  }

  started(sector: number, sequence: number): void {
    this.states[sector] = SectorState.IN_USE;
    this.sequences[sector] = sequence;
    this.active = sector;
    this.tail = SectorHeader.LENGTH;
  }

  /** Takes in a header as it was read; a copy that was not committed is free again. */
  load(sector: number, bytes: Uint8Array, at: number): void {
    this.states[sector] = SectorState.FREE;
    if (!checkSectorHeader(bytes, at)) return;
    const sequence = readU32(bytes, at + SectorHeader.SEQUENCE);
    if (sequence >= this.nextSequence) this.nextSequence = sequence + 1;
    if (!isCommitted(bytes, at)) return;
    this.states[sector] = SectorState.IN_USE;
    this.sequences[sector] = sequence;
  }

  /**
   * Takes in the headers that a survey of `SectorHeader.LENGTH` bytes has brought, those of
   * `sector` and of the next ones; answers the sector behind them.
   */
  loadAll(sector: number, bytes: Uint8Array, at: number): number {
    const left = (this.count - sector) * Sector.LENGTH;
    const end = sector + surveyedSectors(left, SectorHeader.LENGTH);
    let part = at;
    for (let each = sector; each < end; each++) {
      // Where nothing was written nothing is to be learned.
      const isBlank = readU16(bytes, part + FlashSurvey.EXTENT) === 0;
      if (!isBlank) this.load(each, bytes, part + FlashSurvey.BEGIN);
      part += FlashSurvey.BEGIN + SectorHeader.LENGTH;
    }
    return end;
  }

  countOf(state: SectorState): number {
    let count = 0;
    for (let sector = 0; sector < this.count; sector++) if (this.states[sector] === state) count++;
    return count;
  }

  find(state: SectorState): number {
    for (let sector = 0; sector < this.count; sector++) {
      if (this.states[sector] === state) return sector;
    }
    return Sector.NONE;
  }

  freeCount(): number {
    return this.countOf(SectorState.FREE) + this.countOf(SectorState.BLANK);
  }

  /** The next free sector after the active one, in a circle: it spreads the wear. */
  nextFree(): number {
    const from = this.active === Sector.NONE ? this.count - 1 : this.active;
    for (let step = 1; step <= this.count; step++) {
      const sector = (from + step) % this.count;
      if (this.states[sector]! <= SectorState.BLANK) return sector;
    }
    return Sector.NONE;
  }

  oldest(): number {
    return this.oldestOf(Half.MASK);
  }

  /** The sector in use with the smallest sequence of at least `from`, or `NONE`. */
  followingSequence(from: number): number {
    return this.oldestOf(this.nextSequence - from);
  }

  private oldestOf(ageMax: number): number {
    const { states, sequences, count, nextSequence } = this;
    let best: number = Sector.NONE;
    let oldest = 0;
    for (let sector = 0; sector < count; sector++) {
      if (states[sector] !== SectorState.IN_USE) continue;
      const age = (nextSequence - sequences[sector]!) & Half.MASK;
      if (age > ageMax || age <= oldest) continue;
      best = sector;
      oldest = age;
    }
    return best;
  }

  /** Starts since the sector's own: 1 for the newest. */
  private age(sector: number): number {
    return (this.nextSequence - this.sequences[sector]!) & Half.MASK;
  }

  /** Moves the tail to where `length` bytes fit into one page. False: the sector is full. */
  makeRoom(length: number): boolean {
    if (this.active === Sector.NONE) return false;
    if ((this.tail % Page.LENGTH) + length > Page.LENGTH) this.skipPage();
    return this.tail + length <= Sector.LENGTH;
  }

  /** Nothing more goes to this page: it holds something torn. */
  skipPage(): void {
    this.tail = (Math.floor(this.tail / Page.LENGTH) + 1) * Page.LENGTH;
  }
}
