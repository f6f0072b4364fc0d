// How often each line of the whitelist may be used.

import { RULES } from "./rules";

export class Rates {
  /** When each line may be used as often as its burst again, in monotonic milliseconds. */
  private readonly fullAt = new Float64Array(RULES.length);

  /** False: too often. */
  take(now: number, index: number): boolean {
    const rule = RULES[index]!;
    const each = 1000 / rule.perSecond;
    const fullAt = Math.max(this.fullAt[index]!, now) + each;
    if (fullAt - now > rule.burst * each) return false;
    this.fullAt[index] = fullAt;
    return true;
  }
}
