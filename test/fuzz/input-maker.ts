// Inputs for fuzzing: random bytes, and seeds that were mutated. One seed and one target's name
// give one sequence.

const MAX_LENGTH = 400;
const MUTATIONS_MAX = 6;
/** Values at the borders of what formats count with. */
const EDGES = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff];

export class InputMaker {
  private state: number;

  constructor(
    seed: number,
    name: string,
    private readonly seeds: readonly Uint8Array[],
  ) {
    // FNV-1a: targets do not share a sequence.
    let hash = 0x811c9dc5 ^ seed;
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
    this.state = hash | 1;
  }

  next(): Uint8Array {
    const random = this.seeds.length === 0 || this.below(4) === 0;
    return random ? this.random() : this.mutated(this.seeds[this.below(this.seeds.length)]!);
  }

  private random(): Uint8Array {
    // Short ones are likelier: most branches lie in the first bytes.
    const length = this.below(this.below(MAX_LENGTH) + 1);
    return Uint8Array.from({ length }, () => this.below(256));
  }

  private mutated(seed: Uint8Array): Uint8Array {
    let bytes = Array.from(seed);
    for (let i = this.below(MUTATIONS_MAX); i >= 0; i--) bytes = this.mutation(bytes);
    return Uint8Array.from(bytes.slice(0, MAX_LENGTH));
  }

  private mutation(bytes: number[]): number[] {
    const at = this.below(bytes.length + 1);
    switch (this.below(6)) {
      case 0:
        return bytes.slice(0, at);
      case 1:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << this.below(8));
        return bytes;
      case 2:
        bytes[at] = EDGES[this.below(EDGES.length)]!;
        return bytes;
      case 3:
        bytes.splice(at, this.below(8));
        return bytes;
      case 4:
        bytes.splice(at, 0, ...Array.from({ length: this.below(8) }, () => this.below(256)));
        return bytes;
      default:
        bytes[at] = this.below(256);
        return bytes;
    }
  }

  /** xorshift32. */
  private below(bound: number): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return bound === 0 ? 0 : (x >>> 0) % bound;
  }
}
