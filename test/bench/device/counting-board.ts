// A board built to count: the same sources, with the functions of `counting/` in front of those
// where one part of the work ends and the next begins, run by an emulator that counts instructions.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { BoardBuild } from "../../../tools/builder/boards";
import { FIRMWARE, type Firmware } from "../../../tools/builder/firmware";

const FOLDER = "test/bench/device/counting";
const COUNTER = "test/device/instructions/instructions.c";

const ROOMY_RAM_BYTES = 1024 * 1024;
const ROOMY_HEAPS = 2;

export interface CountingBoard {
  readonly board: BoardBuild;
  readonly firmware: Firmware;
}

/**
 * @param roomy heaps and RAM that the board does not have: the same code runs, and what it needs
 * is measured all the same
 */
export function countingBoard(root: string, board: BoardBuild, roomy: boolean): CountingBoard {
  const counting: BoardBuild = {
    ...board,
    name: `${board.name}-counting`,
    command: (program) => {
      const command = board.command(program);
      return { ...command, arguments: ["-icount", "shift=0", ...command.arguments] };
    },
  };
  const firmware = countingFirmware(root);
  return roomy
    ? { board: withRam(counting), firmware: withHeaps(firmware) }
    : { board: counting, firmware };
}

function withRam(board: BoardBuild): BoardBuild {
  const memories = board.memories!;
  return {
    ...board,
    memories: { ...memories, ram: { ...memories.ram, bytes: ROOMY_RAM_BYTES } },
    linkFlags: [...board.linkFlags, `-Wl,--defsym=ram_bytes=${ROOMY_RAM_BYTES}`],
  };
}

function withHeaps(firmware: Firmware): Firmware {
  const partitions = firmware.table.partitions.map((row) => ({
    ...row,
    heapBytes: row.heapBytes * ROOMY_HEAPS,
  }));
  const boards = firmware.table.boards.map((row) => ({ ...row, ramBytes: ROOMY_RAM_BYTES }));
  return { ...firmware, table: { ...firmware.table, boards, partitions } };
}

function countingFirmware(root: string): Firmware {
  const sources = readdirSync(join(root, FOLDER))
    .filter((name) => name.endsWith(".c"))
    .sort()
    .map((name) => join(root, FOLDER, name));
  return {
    ...FIRMWARE,
    test: {
      sources: [...sources, join(root, COUNTER)],
      linkFlags: wrapped(sources).map((name) => `-Wl,--wrap=${name}`),
    },
  };
}

/** The names of the functions that those in `sources` stand in front of. */
function wrapped(sources: readonly string[]): string[] {
  const text = sources.map((source) => readFileSync(source, "utf8")).join("\n");
  const names = [...text.matchAll(/\b__wrap_(\w+)/g)].map(([, name]) => name!);
  return [...new Set(names)].sort();
}
