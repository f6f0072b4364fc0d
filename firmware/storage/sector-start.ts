// Makes a free sector the active one: erase, then its header.

import type { FlashRegion } from "../../hal/flash";
import type { Sent } from "../../hal/sent";
import { type FlashJob, FlashRetry, Progress } from "./flash-job";
import { putSectorHeader, Sector, SectorHeader } from "./sector-layout";
import { SectorState, type Sectors } from "./sectors";

export class SectorStart implements FlashJob {
  sector: number = Sector.NONE;
  private sequence = 0;
  private failures = 0;
  private replaces: number = Sector.NONE;

  /** @param header `SectorHeader.LENGTH` bytes that nobody else uses between begin and end */
  constructor(
    private readonly sectors: Sectors,
    private readonly header: Uint8Array,
  ) {}

  /** False: no sector is free. @param replaces the sector to be copied, or `NONE` */
  begin(replaces: number): boolean {
    this.sector = this.sectors.nextFree();
    if (this.sector === Sector.NONE) return false;
    this.replaces = replaces;
    this.failures = 0;
    this.prepare();
    return true;
  }

  issue(region: FlashRegion): Sent {
    const start = this.sector * Sector.LENGTH;
    if (this.sectors.state(this.sector) === SectorState.FREE) return region.erase(start);
    return region.write(start, this.header, 0, SectorHeader.COMMITTED);
  }

  done(ok: boolean): Progress {
    if (!ok) return this.failed();
    if (this.sectors.state(this.sector) === SectorState.FREE) {
      this.sectors.setState(this.sector, SectorState.BLANK);
      return Progress.MORE;
    }
    this.sectors.started(this.sector, this.sequence);
    return Progress.DONE;
  }

  /** Each start has a number of its own, a failed one too. */
  private prepare(): void {
    const replaced = this.replaces === Sector.NONE ? 0 : this.sectors.sequence(this.replaces);
    this.sequence = this.sectors.nextSequence++;
    putSectorHeader(this.header, this.sequence, this.replaces, replaced);
  }

  private failed(): Progress {
    this.sectors.setState(this.sector, SectorState.FREE);
    if (++this.failures < FlashRetry.WRITES) {
      this.prepare();
      return Progress.MORE;
    }
    this.sectors.setState(this.sector, SectorState.RETIRED);
    return this.begin(this.replaces) ? Progress.MORE : Progress.FAILED;
  }
}
