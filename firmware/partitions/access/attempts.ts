// How often each node has tried to join of late: a node that hammers is refused for its rate, and
// is told of once a minute. Strangers without number cannot push the others' news out of the log.

import { copyBytes, equalBytes } from "../../wire/little-endian";

const enum Limit {
  /** Nodes remembered; the one that was quiet longest makes room. */
  NODES = 16,
  PERIOD_MS = 60_000,
  /** A device that wants in tries every few seconds at first. */
  ATTEMPTS = 12,
  /** Refusals told of in a minute, all nodes together. */
  TOLD = 10,
}

export class Attempts {
  /** Refusals that went untold. */
  suppressed = 0;
  private readonly nodes = new Uint8Array(Limit.NODES * 8);
  private readonly since = new Float64Array(Limit.NODES).fill(-Infinity);
  private readonly counts = new Uint16Array(Limit.NODES);
  /** The reason told last, plus one. */
  private readonly reasons = new Uint8Array(Limit.NODES);
  private toldSince = -Infinity;
  private told = 0;

  /** Counts one more attempt. False: too many. */
  admit(now: number, eui64: Uint8Array, start: number): boolean {
    const entry = this.entry(now, eui64, start);
    if (this.counts[entry]! < Limit.ATTEMPTS) this.counts[entry]!++;
    else return false;
    return true;
  }

  /** Whether this refusal is news: its node's first for this reason in a minute, and no flood. */
  isNews(now: number, eui64: Uint8Array, start: number, reason: number): boolean {
    const entry = this.entry(now, eui64, start);
    if (this.reasons[entry] === reason + 1) return this.suppress();
    if (now - this.toldSince >= Limit.PERIOD_MS) {
      this.toldSince = now;
      this.told = 0;
    }
    if (this.told >= Limit.TOLD) return this.suppress();
    this.told++;
    this.reasons[entry] = reason + 1;
    return true;
  }

  private suppress(): boolean {
    this.suppressed++;
    return false;
  }

  private entry(now: number, eui64: Uint8Array, start: number): number {
    let oldest = 0;
    for (let i = 0; i < Limit.NODES; i++) {
      if (this.since[i]! < this.since[oldest]!) oldest = i;
      if (!equalBytes(this.nodes, i * 8, eui64, start, 8)) continue;
      if (now - this.since[i]! >= Limit.PERIOD_MS) this.begin(now, i);
      return i;
    }
    copyBytes(eui64, start, this.nodes, oldest * 8, 8);
    this.begin(now, oldest);
    return oldest;
  }

  private begin(now: number, entry: number): void {
    this.since[entry] = now;
    this.counts[entry] = 0;
    this.reasons[entry] = 0;
  }
}
