// The frozen image: what the image maker's two runs wrote, told apart into numbers and pointers.
// The base becomes an assembler file that any linker of the target's word size places in flash;
// the segments are linked when the base has been (segment-file.ts).

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Holes } from "./holes";
import { MEMORY_BYTES, RUNS, type Run, runMaker, type WordBytes } from "./image-maker";
import { type ImageWord, ImageWords } from "./image-words";
import type { Scripts } from "./modules";
import { ProgramSymbols } from "./program-symbols";

export interface BaseImage {
  /** The assembler file. */
  readonly path: string;
  readonly bytes: number;
  /** In order; the linked image has an address in the place of each that is no number. */
  readonly words: readonly ImageWord[];
}

export interface SegmentImage {
  readonly name: string;
  readonly words: readonly ImageWord[];
}

export interface Image {
  readonly base: BaseImage;
  readonly segments: readonly SegmentImage[];
  readonly word: WordBytes;
}

/** Makes the image of `scripts` for targets of that word size, in `directory`. */
export async function makeImage(
  root: string,
  scripts: Scripts,
  word: WordBytes,
  directory: string,
): Promise<Image> {
  mkdirSync(directory, { recursive: true });
  const all = [scripts.base, ...scripts.segments];
  const [first, second] = await runMaker(root, all, word, directory);
  const symbols = new ProgramSymbols(first.path, first.program, RUNS[0].program);
  const holes = all.map(
    ({ name }, place) =>
      new Holes(first.holes(name), RUNS[0].memory + place * MEMORY_BYTES, MEMORY_BYTES),
  );
  const wordsOf = (place: number): readonly ImageWord[] => {
    const { name } = all[place]!;
    const runs = [first, second].map((run: Run) => run.memory(name)) as [Buffer, Buffer];
    return new ImageWords(name, place, runs, word, holes, symbols).all();
  };
  const words = wordsOf(0);
  const path = join(directory, "image.s");
  writeFileSync(path, assembler(words, word));
  return {
    base: { path, bytes: words.length * word, words },
    segments: scripts.segments.map(({ name }, place) => ({ name, words: wordsOf(place + 1) })),
    word,
  };
}

/** Its own words say where a string is that the engine has, and not the image. */
function assembler(words: readonly ImageWord[], word: WordBytes): string {
  const directive = word === 4 ? ".long" : ".quad";
  const strings: string[] = [];
  const expression = (one: ImageWord): string => {
    switch (one.kind) {
      case "number":
        return String(one.value);
      case "base":
        return `image + ${one.offset}`;
      case "symbol":
        return one.name;
      case "string":
        strings.push(`.Lstring${strings.length}:\t.byte ${[...one.bytes, 0].join(",")}`);
        return `.Lstring${strings.length - 1}`;
      default:
        throw new Error("the base image points into a segment");
    }
  };
  const lines = words.map((one) => `\t${directive} ${expression(one)}`);
  return [
    '\t.section .image, "a"',
    "\t.balign 16",
    "\t.global image, image_start, image_end",
    "image:",
    "image_start:",
    ...lines,
    "image_end:",
    '\t.section .rodata.str1.1, "aMS", %progbits, 1',
    ...strings,
    '\t.section .note.GNU-stack, "", %progbits',
    "",
  ].join("\n");
}
