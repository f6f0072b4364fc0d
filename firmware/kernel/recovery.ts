// How long a partition that died stays down: back-off between restarts, and a hold when it dies
// again and again.

/** The first pause, and so never more than 20 starts of one partition a second. */
export const BACK_OFF_FIRST_MS = 50;
/** Doubling stops here: a partition that died for a passing reason is back in a few seconds. */
export const BACK_OFF_MAX_MS = 3_200;
/** A life as long as this was a good one: the next pause is the first again. */
export const GOOD_LIFE_MS = 30_000;
/** So many faults within the window mean that a restart does not cure it. */
export const HOLD_FAULTS = 8;
export const HOLD_WINDOW_MS = 60_000;
/** Long enough to spare flash and air, short enough that a home heals by itself. */
export const HOLD_MS = 900_000;

export class Recovery {
  private pauseMs = BACK_OFF_FIRST_MS;
  private readonly faultTimes = new Float64Array(HOLD_FAULTS).fill(Number.NEGATIVE_INFINITY);
  private oldest = 0;

  /** Records a fault; true: hold it. */
  faulted(now: number, startedAt: number): boolean {
    if (now - startedAt >= GOOD_LIFE_MS) this.pauseMs = BACK_OFF_FIRST_MS;
    this.faultTimes[this.oldest] = now;
    this.oldest = (this.oldest + 1) % HOLD_FAULTS;
    return now - this.faultTimes[this.oldest]! < HOLD_WINDOW_MS;
  }

  /** The pause before the next start, in milliseconds. */
  nextPause(): number {
    const pause = this.pauseMs;
    this.pauseMs = Math.min(pause * 2, BACK_OFF_MAX_MS);
    return pause;
  }

  /** After a hold everything begins anew. */
  forget(): void {
    this.pauseMs = BACK_OFF_FIRST_MS;
    this.faultTimes.fill(Number.NEGATIVE_INFINITY);
  }
}
