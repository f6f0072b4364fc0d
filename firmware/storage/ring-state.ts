// What a ring knows about its region: its sectors, its two ends, and the entries between them.

import { Fragment, RingLimit } from "./ring-layout";
import { Page, Sector, SectorHeader } from "./sector-layout";
import { SectorState, Sectors } from "./sectors";

export const enum RingPlace {
  /** No place: behind the last fragment. */
  END = -1,
}

export class RingState {
  readonly sectors: Sectors;
  /** Whole entries that are not consumed. */
  count = 0;
  /** Where the oldest of them is to be looked for, as an offset in the region. */
  readEnd = 0;
  nextNumber = 1;
  /** An entry is being written, or given up: what lies behind the last whole entry is needed. */
  isWriting = false;
  /** A header or a mark on its way, and behind it the writer's piece with a fragment's head. */
  readonly word = new Uint8Array(SectorHeader.LENGTH + Fragment.DATA + RingLimit.PIECE_MAX + 4);

  constructor(regionLength: number) {
    this.sectors = new Sectors(regionLength);
  }

  /** Where the next fragment goes. */
  writeEnd(): number {
    const { active, tail } = this.sectors;
    return active === Sector.NONE ? 0 : active * Sector.LENGTH + tail;
  }

  /** `place`, or where to go on from there when its page is used up; `END`: nothing follows. */
  settle(place: number): number {
    const { sectors } = this;
    if (sectors.active === Sector.NONE) return RingPlace.END;
    // The end of a sector is the beginning of another one: the place before it is surely inside.
    const sector = Math.floor((place - 1) / Sector.LENGTH);
    if (sector === sectors.active && place >= this.writeEnd()) return RingPlace.END;
    if (place < (sector + 1) * Sector.LENGTH) return place;
    // Before anything was read, the place is before the first sector.
    const next =
      sector < 0 ? sectors.oldest() : sectors.followingSequence(sectors.sequence(sector) + 1);
    return next === Sector.NONE ? RingPlace.END : firstPlace(next);
  }

  /** When nothing is kept, the ends meet. */
  meetWhenEmpty(): void {
    const written = this.sectors.active !== Sector.NONE;
    if (this.count === 0 && !this.isWriting && written) this.readEnd = this.writeEnd();
  }

  /** A sector that lies wholly before the read end; `NONE`: there is none. */
  passedSector(): number {
    if (this.sectors.active === Sector.NONE) return Sector.NONE;
    const reading = Math.floor((this.readEnd - 1) / Sector.LENGTH);
    const oldest = this.sectors.oldest();
    const passed =
      this.sectors.state(reading) === SectorState.IN_USE &&
      this.sectors.sequence(oldest) < this.sectors.sequence(reading);
    return passed ? oldest : Sector.NONE;
  }

  /** Pages that can be written without freeing anything. */
  freePages(): number {
    const { active, tail } = this.sectors;
    const rest = active === Sector.NONE ? 0 : Math.floor((Sector.LENGTH - tail) / Page.LENGTH);
    return rest + this.sectors.freeCount() * Page.PER_SECTOR;
  }
}

export function firstPlace(sector: number): number {
  return sector * Sector.LENGTH + SectorHeader.LENGTH;
}

/** The start of the page behind the one that holds `place`. */
export function nextPage(place: number): number {
  return (Math.floor(place / Page.LENGTH) + 1) * Page.LENGTH;
}
