// The sectors of a journal: one that was copied into another is dead.

import { readU16, readU32 } from "../wire/little-endian";
import { Sector, SectorHeader } from "./sector-layout";
import { SectorState, Sectors } from "./sectors";

/** Behind the sequences: which sector each one replaces, and the sequence which that one had. */
const enum Column {
  REPLACES = 1,
  REPLACED = 2,
  COUNT = 3,
}

export class JournalSectors extends Sectors {
  constructor(regionLength: number) {
    super(regionLength, Column.COUNT);
  }

  override load(sector: number, bytes: Uint8Array, at: number): void {
    super.load(sector, bytes, at);
    const { sequences, count } = this;
    const replaces = Column.REPLACES * count + sector;
    sequences[replaces] = Sector.NONE;
    if (this.states[sector] !== SectorState.IN_USE) return;
    sequences[replaces] = readU16(bytes, at + SectorHeader.REPLACES);
    const replaced = Column.REPLACED * count + sector;
    sequences[replaced] = readU32(bytes, at + SectorHeader.REPLACED_SEQUENCE);
  }

  /** After all headers are loaded: a sector that was copied is dead, and one must be free. */
  resolve(): void {
    const { sequences, count } = this;
    for (let sector = 0; sector < count; sector++) {
      const old = sequences[Column.REPLACES * count + sector]!;
      if (this.states[sector] !== SectorState.IN_USE || old >= count || old === sector) continue;
      const same = sequences[old] === sequences[Column.REPLACED * count + sector];
      if (same && this.states[old] === SectorState.IN_USE) this.states[old] = SectorState.DEAD;
    }
    // Never of our making: without a spare the journal could not move again.
    if (this.countOf(SectorState.IN_USE) === this.count) {
      this.states[this.oldest()] = SectorState.DEAD;
    }
  }
}
