// The hub on a board: its firmware is built where that is due, and runs in lockstep.

import { join } from "node:path";
import { SYSTEM } from "../../firmware/system";
import { charged } from "../../host-sim/device/charged-board";
import { DeviceKernel } from "../../host-sim/device/device-kernel";
import type { MakeKernel } from "../../host-sim/hub/hub-kernel";
import type { BoardBuild } from "../builder/boards";
import { buildBoard, NotInstalledError } from "../builder/build";
import { hasCommand } from "../builder/objects";
import { projectRoot } from "../project-root";
import { UsageError } from "../usage-error";

/**
 * Builds what has changed since the last time; makes the kernels of a hub on that board.
 * @param chargeCpu its calls take the time that they would take there
 */
export async function deviceKernels(board: BoardBuild, chargeCpu = false): Promise<MakeKernel> {
  const program = board.command(await runnableProgram(board));
  const command = chargeCpu ? charged(program) : program;
  return (around, observer) => new DeviceKernel(SYSTEM, around, observer, command);
}

/** As `boardProgram`, when there is what runs it: an emulator, or this machine. */
export async function runnableProgram(board: BoardBuild): Promise<string> {
  const program = await boardProgram(board);
  const { program: runner } = board.command(program);
  if (runner === program || hasCommand(runner)) return program;
  throw new UsageError(`${runner} is not installed: run tools/setup.sh`);
}

/** Builds what has changed since the last time; the path of the board's program. */
export async function boardProgram(board: BoardBuild): Promise<string> {
  const root = projectRoot();
  try {
    const out = join(root, ".heddle", "boards", board.name);
    return (await buildBoard(root, board, out)).program;
  } catch (error) {
    if (error instanceof NotInstalledError) throw new UsageError(error.message);
    throw error;
  }
}
