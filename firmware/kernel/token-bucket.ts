// A declared rate: so many a second in the long run, so many at once.

/** Thousandths of a token, so that a millisecond's share is a whole number. */
const TOKEN = 1000;

export class TokenBucket {
  private level: number;
  private filledAt = 0;
  private readonly capacity: number;

  constructor(
    private readonly perSecond: number,
    burst: number,
  ) {
    this.capacity = burst * TOKEN;
    this.level = this.capacity;
  }

  /** Whether there is a token at `now`, monotonic milliseconds. */
  has(now: number): boolean {
    const grown = this.level + (now - this.filledAt) * this.perSecond;
    this.level = Math.min(grown, this.capacity);
    this.filledAt = now;
    return this.level >= TOKEN;
  }

  /** Takes the token that `has` showed. */
  take(): void {
    this.level -= TOKEN;
  }
}
