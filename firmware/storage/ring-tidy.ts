// Frees the sectors that lie wholly before a ring's read end: their headers become zeros.

import type { FlashRegion } from "../../hal/flash";
import type { Sent } from "../../hal/sent";
import { type FlashJob, FlashRetry, Progress } from "./flash-job";
import type { RingState } from "./ring-state";
import { Sector, SectorHeader, ZEROS } from "./sector-layout";
import { SectorState } from "./sectors";

export class RingTidy implements FlashJob {
  private sector: number = Sector.NONE;
  private failures = 0;

  constructor(private readonly ring: RingState) {}

  /** `DONE`: there is nothing to free. */
  begin(): Progress {
    this.sector = this.ring.passedSector();
    this.failures = 0;
    return this.sector === Sector.NONE ? Progress.DONE : Progress.MORE;
  }

  issue(region: FlashRegion): Sent {
    return region.write(this.sector * Sector.LENGTH, ZEROS, 0, SectorHeader.LENGTH);
  }

  done(ok: boolean): Progress {
    if (!ok && ++this.failures < FlashRetry.WRITES) return Progress.MORE;
    // A sector that refuses even this holds nothing but what is consumed.
    this.ring.sectors.setState(this.sector, ok ? SectorState.FREE : SectorState.RETIRED);
    return this.begin();
  }
}
