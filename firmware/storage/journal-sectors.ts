// The sectors of a journal: one that was copied into another is dead.

import { readU16, readU32 } from "../wire/little-endian";
import { Sector, SectorHeader } from "./sector-layout";
import { SectorState, Sectors } from "./sectors";

export class JournalSectors extends Sectors {
  private readonly replaces: Uint16Array;
  private readonly replaced: Uint32Array;

  constructor(regionLength: number) {
    super(regionLength);
    this.replaces = new Uint16Array(this.count);
    this.replaced = new Uint32Array(this.count);
  }

  override load(sector: number, bytes: Uint8Array, at: number): void {
    super.load(sector, bytes, at);
    this.replaces[sector] = Sector.NONE;
    if (this.states[sector] !== SectorState.IN_USE) return;
    this.replaces[sector] = readU16(bytes, at + SectorHeader.REPLACES);
    this.replaced[sector] = readU32(bytes, at + SectorHeader.REPLACED_SEQUENCE);
  }

  /** After all headers are loaded: a sector that was copied is dead, and one must be free. */
  resolve(): void {
    for (let sector = 0; sector < this.count; sector++) {
      const old = this.replaces[sector]!;
      if (this.states[sector] !== SectorState.IN_USE || old >= this.count || old === sector)
        continue;
      const same = this.sequences[old] === this.replaced[sector];
      if (same && this.states[old] === SectorState.IN_USE) this.states[old] = SectorState.DEAD;
    }
    // Never of our making: without a spare the journal could not move again.
    if (this.countOf(SectorState.IN_USE) === this.count) {
      this.states[this.oldest()] = SectorState.DEAD;
    }
  }
}
