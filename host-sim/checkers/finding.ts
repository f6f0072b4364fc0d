// What a checker does when it sees what must not be: the run ends with the error that says so.

import type { World } from "../world";

export class Finding extends Error {
  constructor(
    readonly checker: string,
    what: string,
    readonly atSeconds: number,
  ) {
    super(`${checker}: ${what} (at ${atSeconds.toFixed(6)} s)`);
  }
}

/** Ends the run, for the first finding. */
export function find(world: World, checker: string, what: string): void {
  world.stop(new Finding(checker, what, world.now / 1e6));
}
