// One memory of the image maker, word by word: a number, or what it points at.
//
// The runs differ in two ways: where the memories lie, and where the program lies. So a word that
// moved by the one distance points into an image, by the other into the engine; every other word
// must be the same in both. Anything else would be a state that an image cannot hold.

import type { Holes } from "./holes";
import { MEMORY_BYTES, RUNS, type WordBytes } from "./image-maker";
import type { ProgramSymbols } from "./program-symbols";

export type ImageWord =
  | { readonly kind: "number"; readonly value: bigint }
  /** An offset in the base image, or in the segment itself. */
  | { readonly kind: "base" | "own"; readonly offset: number }
  /** What the linker puts there: `name`, or `name + number`. */
  | { readonly kind: "symbol"; readonly name: string }
  /** A C string of the image maker, without its end. */
  | { readonly kind: "string"; readonly bytes: Uint8Array };

export class ImageWords {
  /**
   * @param place of this memory among all; the base's is 0
   * @param runs this memory as both runs wrote it
   * @param holes of all memories
   */
  constructor(
    private readonly name: string,
    private readonly place: number,
    private readonly runs: readonly [Buffer, Buffer],
    private readonly word: WordBytes,
    private readonly holes: readonly Holes[],
    private readonly symbols: ProgramSymbols,
  ) {}

  all(): ImageWord[] {
    const words: ImageWord[] = [];
    for (let at = 0; at < MEMORY_BYTES; at += this.word) {
      if (!this.holes[this.place]!.has(at)) words.push(this.at(at));
    }
    return words;
  }

  private at(at: number): ImageWord {
    const one = this.read(0, at);
    const moved = this.read(1, at) - one;
    if (moved === 0n) return { kind: "number", value: one };
    if (moved === BigInt(RUNS[1].memory - RUNS[0].memory)) return this.inImage(at, Number(one));
    if (moved === BigInt(RUNS[1].program - RUNS[0].program)) return this.inProgram(Number(one));
    throw new Error(`${this.name}: the word at ${at} is ${one} in one run and moved by ${moved}`);
  }

  private inImage(at: number, address: number): ImageWord {
    const memory = Math.floor((address - RUNS[0].memory) / MEMORY_BYTES);
    if (memory !== 0 && memory !== this.place) {
      throw new Error(`${this.name}: the word at ${at} points neither into the base nor into it`);
    }
    const inside = address - RUNS[0].memory - memory * MEMORY_BYTES;
    const offset = this.holes[memory]!.placeOf(inside);
    if (offset === undefined) {
      throw new Error(`${this.name}: the word at ${at} points into a hole, at ${inside}`);
    }
    return { kind: memory === 0 ? "base" : "own", offset };
  }

  private inProgram(address: number): ImageWord {
    const name = this.symbols.at(address);
    if (name !== undefined) return { kind: "symbol", name };
    return { kind: "string", bytes: this.symbols.stringAt(address) };
  }

  private read(run: 0 | 1, at: number): bigint {
    const memory = this.runs[run];
    return this.word === 4 ? BigInt(memory.readUInt32LE(at)) : memory.readBigUInt64LE(at);
  }
}
