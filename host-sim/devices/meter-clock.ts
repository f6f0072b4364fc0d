// The clock of a device: its own crystal, off by some parts per million, set over the air.

/** Seconds from 1970-01-01 to 2000-01-01, from where ZCL counts. @source ZCL clause 2.6.2.16 */
export const ZCL_EPOCH_S = 946_684_800;

export interface ClockOptions {
  /** Unix seconds of the true time at world time 0. */
  readonly epochS: number;
  /** How wrong the clock is when the device first has power, in seconds. */
  readonly errorS: number;
  /** How much it gains, in millionths. */
  readonly driftPpm: number;
}

export class MeterClock {
  /** Set over the air at least once. */
  isSet = false;
  private baseUnixUs: number;
  private baseAtUs = 0;
  private readonly rate: number;

  constructor(options: ClockOptions) {
    this.baseUnixUs = (options.epochS + options.errorS) * 1e6;
    this.rate = 1 + options.driftPpm / 1e6;
  }

  /** Unix seconds by this clock, a whole number, at the world time `nowUs`. */
  seconds(nowUs: number): number {
    return Math.floor(this.unixUs(nowUs) / 1e6);
  }

  /** Sets it; gives by how many seconds it changed. Under two seconds it is left as it is. */
  set(nowUs: number, unixS: number): number {
    this.isSet = true;
    const change = unixS - this.unixUs(nowUs) / 1e6;
    // What comes over the air is a whole second and some delay old.
    if (Math.abs(change) < 2) return 0;
    this.baseUnixUs = unixS * 1e6;
    this.baseAtUs = nowUs;
    return change;
  }

  /** A fault: it shows so much more from now on. */
  jump(seconds: number): void {
    this.baseUnixUs += seconds * 1e6;
  }

  /** The world time at which this clock will show `unixS`, at the rate it has now. */
  worldUsOf(unixS: number): number {
    return Math.ceil(this.baseAtUs + (unixS * 1e6 - this.baseUnixUs) / this.rate);
  }

  private unixUs(nowUs: number): number {
    return this.baseUnixUs + (nowUs - this.baseAtUs) * this.rate;
  }
}
