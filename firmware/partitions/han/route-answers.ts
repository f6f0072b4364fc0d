// Route requests of others that the hub answered: copies come by several ways, and each one that
// came by a better way is answered again.
// @source Zigbee 05-3474-22 section 3.6.3.5.2 (route discovery table)

import type { Memory } from "./memory";

const enum Answer {
  /** The index of the node that asked, plus one. */
  NODE = 0,
  IDENTIFIER = 1,
  COST = 2,
  /** In units of `Unit.MS`. */
  WHEN = 3,
  LENGTH = 4,
}

const enum Limit {
  /** Nodes that ask at once; one that is forgotten is answered once more than needed. */
  ENTRIES = 4,
  /** nwkcRouteDiscoveryTime, in units. */
  AGE = 2,
  COST_MAX = 0xff,
}

const enum Unit {
  MS = 4096,
}

export class RouteAnswers {
  private readonly bytes: Uint8Array;
  private readonly first: number;

  constructor(memory: Memory) {
    this.bytes = memory.bytes;
    this.first = memory.take(Limit.ENTRIES * Answer.LENGTH);
  }

  /** Whether this copy of a request came by a better way than those before; remembers it. */
  isCheaper(now: number, asker: number, identifier: number, cost: number): boolean {
    const when = Math.floor(now / Unit.MS) & 0xff;
    let at = this.first;
    let oldest = -1;
    for (let i = 0; i < Limit.ENTRIES; i++) {
      const entry = this.first + i * Answer.LENGTH;
      const age = (when - this.bytes[entry + Answer.WHEN]!) & 0xff;
      if (age <= Limit.AGE && this.isSame(entry, asker, identifier)) {
        if (cost >= this.bytes[entry + Answer.COST]!) return false;
        at = entry;
        break;
      }
      if (age <= oldest) continue;
      oldest = age;
      at = entry;
    }
    this.bytes[at + Answer.NODE] = asker + 1;
    this.bytes[at + Answer.IDENTIFIER] = identifier;
    this.bytes[at + Answer.COST] = Math.min(cost, Limit.COST_MAX);
    this.bytes[at + Answer.WHEN] = when;
    return true;
  }

  private isSame(entry: number, asker: number, identifier: number): boolean {
    if (this.bytes[entry + Answer.NODE] !== asker + 1) return false;
    return this.bytes[entry + Answer.IDENTIFIER] === identifier;
  }
}
