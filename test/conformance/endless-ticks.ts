// Who wants each tick at once takes all time from those who are less important, however much time
// passes between two turns. Scripts cannot say this: in them all turns of a moment are at one time.

import { SPIN, send } from "./commands";
import type { KernelUnderTest } from "./run-script";

/** A turn is 64 calls at most, and of a turn's calls at least one is not a tick. */
const TURNS = 6;

/** What is reported while a turn is done each millisecond. */
export function endlessTicks(kernel: KernelUnderTest): string[] {
  kernel.start(0);
  while (kernel.run(0));
  kernel.takeLines();
  kernel.tell(1, "alice", SPIN);
  kernel.run(1);
  kernel.tell(2, "carol", send("bob", 1));
  for (let now = 2; now < 2 + TURNS; now++) kernel.run(now);
  return kernel.takeLines();
}

export const ENDED = [
  "wall: alice died",
  "bob: alice died",
  "carol: alice died",
  "audit: kernel says fault cpu of alice",
  "carol: op 1 to bob: 1 ok",
  "bob: op 1 from carol, 16 bytes, sum 871",
];
