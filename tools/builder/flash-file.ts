// flash.bin: what is written into a board's flash. Where code lies outside the chip as well, the
// flash inside comes first, in its full size, and that outside follows.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type BoardBuild, toolPrefix } from "./boards";
import type { PlacedSegment } from "./seal";

/** The parts of flash.bin, in order. */
export type FlashFile = readonly {
  /** `flash`, `nor`; or `program`, which is no flash. */
  readonly memory: string;
  readonly offset: number;
  readonly address: number;
  readonly bytes: number;
}[];

/**
 * @param outside sections that do not lie in the flash inside
 * @param segments already in the program, too
 */
export function flashFile(
  program: string,
  board: BoardBuild,
  outside: readonly string[],
  segments: readonly PlacedSegment[],
  work: string,
): { bytes: Buffer; layout: FlashFile } {
  const { memories } = board;
  if (memories === undefined) {
    const bytes = readFileSync(program);
    return { bytes, layout: [{ memory: "program", offset: 0, address: 0, bytes: bytes.length }] };
  }
  const { flash, nor } = memories;
  const without = nor === undefined ? [] : outside.map((name) => `--remove-section=${name}`);
  const file = join(work, "inside.bin");
  execFileSync(`${toolPrefix(board)}objcopy`, ["-O", "binary", ...without, program, file]);
  const inside = readFileSync(file);
  const first = { memory: "flash", offset: 0, address: flash.start };
  if (nor === undefined) return { bytes: inside, layout: [{ ...first, bytes: inside.length }] };
  const cold = segments.filter(({ address }) => address >= nor.start);
  const end = Math.max(nor.start, ...cold.map(({ address, limit }) => address + limit));
  const bytes = Buffer.alloc(flash.bytes + end - nor.start, 0xff);
  inside.copy(bytes);
  for (const { name, address } of cold) {
    readFileSync(join(work, `${name}.segment`)).copy(bytes, flash.bytes + address - nor.start);
  }
  const second = { memory: "nor", offset: flash.bytes, address: nor.start };
  return {
    bytes,
    layout: [
      { ...first, bytes: flash.bytes },
      { ...second, bytes: end - nor.start },
    ],
  };
}
