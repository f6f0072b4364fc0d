// Which nodes can be asked now: all that always listen, and sleeping ones for a moment after they
// spoke. A sleeping meter is never waited for: questions to it are held until it is there.

import type { Nodes } from "./nodes";

export const enum WakeLimit {
  /** A meter that just sent something polls for answers at least so long. */
  AWAKE_MS = 2_000,
}

export class Wakefulness {
  constructor(private readonly nodes: Nodes) {}

  heard(now: number, node: number): void {
    this.nodes.setHeard(node, now);
  }

  isReachable(now: number, node: number): boolean {
    if (!this.nodes.isNetworked(node)) return false;
    return !this.nodes.sleeps(node) || now < this.nodes.lastHeard(node) + WakeLimit.AWAKE_MS;
  }
}
