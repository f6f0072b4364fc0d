// The simulated world: one queue of events in virtual time, one seed, one trace.

import { Random } from "./random";
import { Trace } from "./trace";

/** 2026-01-01T00:00:00Z */
export const START_UTC_MS = 1_767_225_600_000;

/** What `schedule` gives, for `cancel`. */
export interface Event {
  readonly atUs: number;
  readonly run: () => void;
  /** Order of scheduling: events of one instant run in it. */
  readonly order: number;
  /** Place in the heap, -1 when it has run or was cancelled. */
  place: number;
}

export class World {
  readonly random: Random;
  readonly trace = new Trace();
  private readonly heap: Event[] = [];
  private time = 0;
  private orders = 0;
  private stopped: Error | undefined;

  /** @param startUtcMs the true time at the beginning, Unix milliseconds */
  constructor(
    readonly seed: number,
    readonly startUtcMs = START_UTC_MS,
  ) {
    this.random = new Random(seed);
  }

  /** Microseconds since the beginning, an integer. */
  get now(): number {
    return this.time;
  }

  /** The true civil time now, Unix milliseconds, with its fraction. */
  get utcMs(): number {
    return this.startUtcMs + this.time / 1000;
  }

  /** Calls `run` in `delayUs` microseconds (an integer, 0 or more). */
  schedule(delayUs: number, run: () => void): Event {
    return this.at(this.time + delayUs, run);
  }

  /** Calls `run` at the time `atUs`, not before now. */
  at(atUs: number, run: () => void): Event {
    if (!(atUs >= this.time) || !Number.isSafeInteger(atUs)) {
      throw new Error(`world: an event at ${atUs} us, and it is ${this.time} us`);
    }
    const event: Event = { atUs, run, order: this.orders++, place: this.heap.length };
    this.heap.push(event);
    this.up(event);
    return event;
  }

  /** Takes an event back. One that has run or was cancelled already is left alone. */
  cancel(event: Event | undefined): void {
    if (event === undefined || event.place < 0) return;
    this.remove(event);
  }

  /** Runs everything due up to and including `us`; then it is `us`. */
  runUntil(us: number): void {
    for (;;) {
      const next = this.heap[0];
      if (next === undefined || next.atUs > us) break;
      this.remove(next);
      this.time = next.atUs;
      next.run();
      if (this.stopped !== undefined) throw this.stopped;
    }
    if (this.stopped !== undefined) throw this.stopped;
    if (us > this.time) this.time = us;
  }

  /** When the next event is due; `Infinity`: there is none. */
  nextAt(): number {
    return this.heap[0]?.atUs ?? Number.POSITIVE_INFINITY;
  }

  /** Ends the run after the event under way: `runUntil` throws `error`. The first error stays. */
  stop(error: Error): void {
    this.stopped ??= error;
  }

  /** The error that ended the run. */
  get error(): Error | undefined {
    return this.stopped;
  }

  private remove(event: Event): void {
    const heap = this.heap;
    const last = heap.pop()!;
    if (last !== event) {
      const place = event.place;
      heap[place] = last;
      last.place = place;
      this.up(last);
      this.down(last);
    }
    event.place = -1;
  }

  private up(event: Event): void {
    const heap = this.heap;
    let place = event.place;
    while (place > 0) {
      const above = heap[(place - 1) >> 1]!;
      if (!before(event, above)) break;
      heap[place] = above;
      above.place = place;
      place = (place - 1) >> 1;
    }
    heap[place] = event;
    event.place = place;
  }

  private down(event: Event): void {
    const heap = this.heap;
    let place = event.place;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && before(right, heap[child]!)) child++;
      const below = heap[child]!;
      if (!before(below, event)) break;
      heap[place] = below;
      below.place = place;
      place = child;
    }
    heap[place] = event;
    event.place = place;
  }
}

function before(a: Event, b: Event): boolean {
  return a.atUs < b.atUs || (a.atUs === b.atUs && a.order < b.order);
}
