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

const enum Entry {
  EUI64 = 0,
  COUNT = 8,
  /** The reason told last, plus one. */
  REASON = 9,
  LENGTH = 10,
}

export class Attempts {
  /** Refusals that went untold. */
  suppressed = 0;
  private readonly entries = new Uint8Array(Limit.NODES * Entry.LENGTH);
  private readonly since = new Float64Array(Limit.NODES).fill(-Infinity);
  private toldSince = -Infinity;
  private told = 0;

  /** Counts one more attempt. False: too many. */
  admit(now: number, eui64: Uint8Array, start: number): boolean {
    const at = this.entry(now, eui64, start) + Entry.COUNT;
    const count = this.entries[at]!;
    if (count >= Limit.ATTEMPTS) return false;
    this.entries[at] = count + 1;
    return true;
  }

  /** Whether this refusal is news: its node's first for this reason in a minute, and no flood. */
  isNews(now: number, eui64: Uint8Array, start: number, reason: number): boolean {
    const at = this.entry(now, eui64, start) + Entry.REASON;
    if (this.entries[at] === reason + 1) return this.suppress();
    if (now - this.toldSince >= Limit.PERIOD_MS) {
      this.toldSince = now;
      this.told = 0;
    }
    if (this.told >= Limit.TOLD) return this.suppress();
    this.told++;
    this.entries[at] = reason + 1;
    return true;
  }

  private suppress(): boolean {
    this.suppressed++;
    return false;
  }

  /** Where the node's entry begins. */
  private entry(now: number, eui64: Uint8Array, start: number): number {
    let oldest = 0;
    for (let i = 0; i < Limit.NODES; i++) {
      if (this.since[i]! < this.since[oldest]!) oldest = i;
      if (!equalBytes(this.entries, i * Entry.LENGTH + Entry.EUI64, eui64, start, 8)) continue;
      if (now - this.since[i]! >= Limit.PERIOD_MS) this.begin(now, i);
      return i * Entry.LENGTH;
    }
    copyBytes(eui64, start, this.entries, oldest * Entry.LENGTH + Entry.EUI64, 8);
    this.begin(now, oldest);
    return oldest * Entry.LENGTH;
  }

  private begin(now: number, entry: number): void {
    this.since[entry] = now;
    this.entries[entry * Entry.LENGTH + Entry.COUNT] = 0;
    this.entries[entry * Entry.LENGTH + Entry.REASON] = 0;
  }
}
