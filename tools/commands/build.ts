// `heddle build`: the firmware of a board.

import { resolve } from "node:path";
import { Command } from "commander";
import { board, boardNames } from "../board-option";
import type { BoardBuild } from "../builder/boards";
import { buildBoard, NotInstalledError } from "../builder/build";
import { memoryText } from "../builder/memory-map";
import { projectRoot } from "../project-root";
import { UsageError } from "../usage-error";

interface BuildOptions {
  readonly board: BoardBuild;
  readonly out: string;
}

export function buildCommand(): Command {
  return new Command("build")
    .description("Build the firmware of a board: program, flash image, memory maps.")
    .requiredOption("--board <name>", boardNames(), board("--board"))
    .requiredOption("--out <dir>", "where to write program, flash.bin and build.json")
    .addHelpText(
      "after",
      `
Needs a C compiler for the board, and engine and library: tools/setup.sh fetches them.

Example:
  heddle build --board qemu-arm --out firmware-arm

Exit codes: 0 done, 1 it does not compile or fit, 2 a bad argument or something is missing.`,
    )
    .action(build);
}

async function build(options: BuildOptions): Promise<void> {
  try {
    const built = await buildBoard(projectRoot(), options.board, resolve(options.out));
    const lines = [...memoryText(built.memories), `sha256 ${built.sha256}`, built.program];
    process.stdout.write(`${lines.join("\n")}\n`);
  } catch (error) {
    if (error instanceof NotInstalledError) throw new UsageError(error.message);
    throw error;
  }
}
