// The board's random number generator (a seeded generator in simulation).

export interface Entropy {
  /** Fills `bytes[start .. start + length)`. */
  fill(bytes: Uint8Array, start: number, length: number): void;
}
