// Reads a register at every half-hour of a meter's own clock and keeps what was consumed in it.

import type { Event, World } from "../world";
import type { MeterClock } from "./meter-clock";
import type { MeterTruth } from "./meter-truth";
import type { MeteringServer } from "./metering-server";

const HALF_HOUR_S = 1800;

export class HalfHourRecorder {
  private timer: Event | undefined;
  private lastValue = 0;
  private nextEnd: number;

  /** @param register the register now, in its smallest unit */
  constructor(
    private readonly world: World,
    private readonly eui64: bigint,
    private readonly clock: MeterClock,
    private readonly register: () => number,
    private readonly server: MeteringServer,
    private readonly truth: MeterTruth,
  ) {
    this.lastValue = register();
    this.nextEnd = (Math.floor(clock.seconds(world.now) / HALF_HOUR_S) + 1) * HALF_HOUR_S;
    this.arm();
  }

  /** The clock was set: the next half-hour ends at another time. */
  clockChanged(): void {
    const now = this.clock.seconds(this.world.now);
    // Set forward over the end of a half-hour, the meter closes it at once; where it skipped
    // several, the consumption belongs to the last.
    const ended = Math.floor(now / HALF_HOUR_S) * HALF_HOUR_S;
    if (ended > this.nextEnd) this.nextEnd = ended;
    // Set back by more than one half-hour it starts anew; what it wrote for later ends is replaced.
    const first = ended + HALF_HOUR_S;
    if (this.nextEnd > first + HALF_HOUR_S) this.nextEnd = first;
    this.arm();
  }

  private arm(): void {
    this.world.cancel(this.timer);
    const at = Math.max(this.world.now, this.clock.worldUsOf(this.nextEnd));
    this.timer = this.world.at(at, () => this.close());
  }

  private close(): void {
    const value = this.register();
    const used = value - this.lastValue;
    this.lastValue = value;
    this.server.addHalfHour(this.nextEnd, used);
    this.truth.halfHour(this.eui64, this.nextEnd, used);
    this.nextEnd += HALF_HOUR_S;
    this.arm();
  }
}
