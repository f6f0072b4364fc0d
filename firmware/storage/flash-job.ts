// Work on one flash region as a chain of single operations, and the turn-taking around it.

import { FlashDone, type FlashRegion } from "../../hal/flash";
import { Sent } from "../../hal/sent";

export const enum Progress {
  /** Another operation follows: call `issue`. */
  MORE = 0,
  DONE = 1,
  /** The chip failed too often. */
  FAILED = 2,
  /** Nothing can be read now: call `issue` again in a while. */
  LATER = 3,
}

export interface FlashJob {
  /** Starts the next operation. Anything but `OK`: nothing was started, call it again later. */
  issue(region: FlashRegion): Sent;
  /** The operation is complete; read bytes lie in `buffer` from `FlashDone.DATA` on. */
  done(ok: boolean, buffer: Uint8Array): Progress;
}

export const enum FlashRetry {
  // A chip that fails every second read does so sixteen times running once in 65,536 reads. What is
  // passed over on opening is lost, counters that were reserved among it: reading again is cheap.
  READS = 16,
  // A write or an erase: each retry is elsewhere, or on a freshly erased sector.
  WRITES = 4,
  /** Milliseconds until a region that was busy is asked again: an erase takes about 50. */
  BUSY_MS = 10,
  /**
   * Until a chip that cannot be read on opening is asked again; without end: an owner that began
   * without its records would use counters and keys twice.
   */
  LATER_MS = 100,
}

/** Knows whether our operation is under way, and when to ask a busy region again. */
export class FlashTurn {
  busy = false;
  due = Number.POSITIVE_INFINITY;
  private now = 0;

  constructor(private readonly region: FlashRegion) {}

  start(now: number, job: FlashJob): void {
    this.now = now;
    this.issue(job);
  }

  issue(job: FlashJob): void {
    this.due = Number.POSITIVE_INFINITY;
    this.busy = job.issue(this.region) === Sent.OK;
    // An operation of an earlier life of the partition may still be under way, and its
    // completion never comes to us.
    if (!this.busy) this.due = this.now + FlashRetry.BUSY_MS;
  }

  /** Neither under way nor waiting for a busy region. */
  idle(): boolean {
    return !this.busy && this.due === Number.POSITIVE_INFINITY;
  }

  /** After `Progress.LATER`. */
  wait(): void {
    this.due = this.now + FlashRetry.LATER_MS;
  }

  /** A completion. False: it is none of ours. */
  complete(now: number): boolean {
    this.now = now;
    const ours = this.busy;
    this.busy = false;
    return ours;
  }

  /** True: ask the region again. */
  expired(now: number): boolean {
    this.now = now;
    if (this.busy || now < this.due) return false;
    this.due = Number.POSITIVE_INFINITY;
    return true;
  }
}

/** Whether a completion, a message of `Party.FLASH`, reports success. */
export function flashWorked(buffer: Uint8Array): boolean {
  return buffer[FlashDone.STATUS] === 0;
}
