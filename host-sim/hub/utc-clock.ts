// The hub's clock chip: unknown after power-on, set by the management session, drifting after that.

import { TimeQuality, type UtcClock, type WallClock } from "../../hal/clock";
import type { World } from "../world";

/** A time set longer ago than this is holdover: two of the hourly registrations were missed. */
const FRESH_US = 2.5 * 3600 * 1_000_000;

export class DriftingClock implements UtcClock, WallClock {
  private setAtUs = -1;
  private setToMs = 0;
  private setQuality: TimeQuality = TimeQuality.UNKNOWN;

  /** @param driftPpm how much too fast it runs, parts per million */
  constructor(
    private readonly world: World,
    private readonly driftPpm: number,
  ) {}

  utcMs(): number {
    if (this.setAtUs < 0) return 0;
    const elapsedUs = this.world.now - this.setAtUs;
    return Math.floor(this.setToMs + (elapsedUs * (1 + this.driftPpm / 1e6)) / 1000);
  }

  quality(): TimeQuality {
    const fresh = this.world.now - this.setAtUs <= FRESH_US;
    if (this.setQuality !== TimeQuality.SYNCHRONISED || fresh) return this.setQuality;
    return TimeQuality.HOLDOVER;
  }

  set(utcMs: number, quality: TimeQuality): void {
    this.setAtUs = this.world.now;
    this.setToMs = utcMs;
    this.setQuality = quality;
  }

  /** A fault: it shows so much more from now on, and does not know it. */
  jump(seconds: number): void {
    this.setToMs += seconds * 1000;
  }

  /** Power was lost. */
  forget(): void {
    this.setAtUs = -1;
    this.setQuality = TimeQuality.UNKNOWN;
  }
}
