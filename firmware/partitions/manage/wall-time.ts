// The wall clock, set from the head-end's answers to our registrations. Meanwhile it must go as
// monotonic time does: a clock that jumps would give meters a wrong time, and they their readings.

import { TimeQuality, type UtcClock, type WallClock } from "../../../hal/clock";
import { AuditCode } from "../../ipc/audit";
import type { RegistrationUser } from "../../session/registration";
import type { Session } from "../../session/session";

const enum Limit {
  /** Two registrations missed: from then on the board's own clock carries the time. */
  HOLDOVER_MS = 7_500_000,
  /** An answer that took longer says too little about now, unless we know nothing better. */
  EXCHANGE_MS = 10_000,
  /** Between two looks at whether the clock goes as it should. */
  LOOK_MS = 5_000,
  /** No crystal drifts so much between two looks. */
  JUMP_MS = 1_000,
  /** 2024-01-01: a head-end that says less does not know the time itself. */
  EARLIEST_MS = 1_704_067_200_000,
  /** 2106-02-07, where Unix seconds of 32 bits end. */
  LATEST_MS = 4_294_967_295_000,
}

export class WallTime implements RegistrationUser {
  /** How often it was set; the audit log has a line for each. */
  settings = 0;
  /** How often it was found to have jumped, and put right. */
  jumps = 0;
  private holdoverAt = Number.POSITIVE_INFINITY;
  private lookAt = 0;
  /** Unix milliseconds less monotonic ones, at the last look; NaN: the time was not known. */
  private offset = Number.NaN;

  constructor(
    private readonly wallClock: WallClock,
    private readonly clock: UtcClock,
    private readonly session: Session,
  ) {}

  registered(now: number, utcMs: number, tookMs: number): void {
    if (utcMs < Limit.EARLIEST_MS || utcMs > Limit.LATEST_MS) return;
    const isKnown = this.clock.quality() !== TimeQuality.UNKNOWN;
    if (isKnown && tookMs > Limit.EXCHANGE_MS) return;
    // Half of the exchange was the answer's way, as far as anybody can tell.
    this.wallClock.set(utcMs + Math.floor(tookMs / 2), TimeQuality.SYNCHRONISED);
    this.settings++;
    this.offset = Number.NaN;
    this.holdoverAt = now + Limit.HOLDOVER_MS;
    this.session.audit.write(now, AuditCode.CLOCK_SET, 0);
  }

  tick(now: number): void {
    if (now >= this.lookAt) this.look(now);
    if (now < this.holdoverAt) return;
    this.holdoverAt = Number.POSITIVE_INFINITY;
    this.wallClock.set(this.clock.utcMs(), TimeQuality.HOLDOVER);
  }

  dueAt(): number {
    return Math.min(this.holdoverAt, this.lookAt);
  }

  /** Puts a clock that jumped back to where it was, until the head-end says better. */
  private look(now: number): void {
    this.lookAt = now + Limit.LOOK_MS;
    const isKnown = this.clock.quality() !== TimeQuality.UNKNOWN;
    const offset = isKnown ? this.clock.utcMs() - now : Number.NaN;
    const jump = offset - this.offset;
    if (!(Math.abs(jump) > Limit.JUMP_MS)) {
      this.offset = offset;
      return;
    }
    this.wallClock.set(now + this.offset, TimeQuality.HOLDOVER);
    this.jumps++;
    this.session.audit.write(now, AuditCode.CLOCK_JUMPED, Math.floor(Math.abs(jump) / 1000));
  }
}
