// What a bench gives, and how long a thing takes.

export interface Figure {
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
}

export interface Bench {
  readonly name: string;
  readonly run: () => Figure[] | Promise<Figure[]>;
}

const ROUNDS = 7;

/** Microseconds of one call: the best of several rounds, for a machine that others use too. */
export function microsecondsOf(calls: number, work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    for (let i = 0; i < calls; i++) work();
    best = Math.min(best, (performance.now() - started) / calls);
  }
  return best * 1000;
}
