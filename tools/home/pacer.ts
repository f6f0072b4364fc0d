// Lets a house run: as fast as it can, or so many times real time, until its end or a signal.

import type { House } from "../../host-sim/house/house";

/** At full speed the event loop gets a turn about this often. */
const SLICE_MS = 100;
/** A machine that cannot keep the pace falls behind by no more than this, instead of stalling. */
const BEHIND_MS = 1_000;

export interface Pace {
  /** Times real time; `Infinity`: as fast as it can. */
  readonly speed: number;
  /** Real milliseconds between two looks at the clock, when it is not as fast as it can. */
  readonly frameMs: number;
  /** Simulated seconds; `Infinity`: for ever. */
  readonly until: number;
  /** Called some times a second, and once at the end. */
  readonly progress: () => void;
}

/** Resolves at the end, or when `signal` asks for it. Rejects with a checker's finding. */
export async function run(house: House, pace: Pace, signal: AbortSignal): Promise<void> {
  if (pace.speed === Number.POSITIVE_INFINITY) await runFree(house, pace, signal);
  else await runPaced(house, pace, signal);
  pace.progress();
}

async function runFree(house: House, pace: Pace, signal: AbortSignal): Promise<void> {
  let step = 60;
  let at = 0;
  while (at < pace.until && !signal.aborted) {
    const before = performance.now();
    at = Math.min(pace.until, at + step);
    house.runUntil(at);
    const took = performance.now() - before;
    step = Math.max(1, Math.min(3_600, Math.round((step * SLICE_MS) / Math.max(took, 1))));
    pace.progress();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function runPaced(house: House, pace: Pace, signal: AbortSignal): Promise<void> {
  let last = performance.now();
  let at = 0;
  while (at < pace.until && !signal.aborted) {
    await pause(pace.frameMs, signal);
    const now = performance.now();
    at = Math.min(pace.until, at + (Math.min(now - last, BEHIND_MS) / 1_000) * pace.speed);
    last = now;
    house.runUntil(at);
    pace.progress();
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}
