// How often each line of the whitelist may be used.

import { RULES } from "./rules";

export class Rates {
  /** Messages that may come now, for each line; and since when that is so. */
  private readonly tokens = new Float64Array(RULES.length);
  private readonly since = new Float64Array(RULES.length);

  constructor() {
    for (let i = 0; i < RULES.length; i++) this.tokens[i] = RULES[i]!.burst;
  }

  /** False: too often. */
  take(now: number, index: number): boolean {
    const rule = RULES[index]!;
    const earned = ((now - this.since[index]!) * rule.perSecond) / 1000;
    const tokens = Math.min(rule.burst, this.tokens[index]! + earned);
    this.since[index] = now;
    this.tokens[index] = tokens < 1 ? tokens : tokens - 1;
    return tokens >= 1;
  }
}
