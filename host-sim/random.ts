// Chance for everything simulated: one seed, a stream of its own for each user.
// Generator: sfc32 (Chris Doty-Humphrey's Small Fast Counter, PractRand).

export class Random {
  private readonly path: string;
  private a = 0;
  private b = 0;
  private c = 0;
  private counter = 1;

  /** @param seed an integer; the same seed gives the same numbers */
  constructor(seed: number | string) {
    this.path = String(seed);
    this.seed();
  }

  /** A stream that depends on this one's seed and the name alone, not on what was drawn so far. */
  fork(name: string): Random {
    return new Random(`${this.path}/${name}`);
  }

  /** 0 .. 2^32 - 1 */
  u32(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** 0 inclusive to 1 exclusive. */
  float(): number {
    return this.u32() / 0x100000000;
  }

  /** An integer, 0 .. limit - 1. */
  below(limit: number): number {
    return Math.floor(this.float() * limit);
  }

  /** True with this probability; draws nothing where the answer is certain. */
  chance(probability: number): boolean {
    return probability > 0 && (probability >= 1 || this.float() < probability);
  }

  /** Mean 0, standard deviation 1 nearly: the sum of twelve even draws less six. */
  normal(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.float();
    return sum;
  }

  fill(bytes: Uint8Array, start: number, length: number): void {
    for (let i = 0; i < length; i++) bytes[start + i] = this.u32() >>> 24;
  }

  private seed(): void {
    // FNV-1a, three times with different starts, over the path; then a few turns to mix.
    const hash = (start: number): number => {
      let h = start;
      for (let i = 0; i < this.path.length; i++) {
        h = Math.imul(h ^ this.path.charCodeAt(i), 0x01000193);
      }
      return h | 0;
    };
    this.a = hash(0x811c9dc5);
    this.b = hash(0x9e3779b9);
    this.c = hash(0x85ebca6b);
    for (let i = 0; i < 16; i++) this.u32();
  }
}
