// The boards that can be built and run here; what is missing for another is said in one line.

import { join } from "node:path";
import { BOARDS, type BoardBuild } from "../../tools/builder/boards";
import { missingFor } from "../../tools/builder/build";
import { hasCommand } from "../../tools/builder/objects";
import { ROOT } from "./compiler";

/** Why nothing can be built for the board and run on it here; undefined: it can. */
export function whyNot(board: BoardBuild): string | undefined {
  const missing = missingFor(ROOT, board);
  if (missing !== undefined) return missing;
  const { program } = board.command("program");
  return program === "program" || hasCommand(program) ? undefined : `${program} is not installed`;
}

export function boardOf(name: string): BoardBuild {
  const board = BOARDS.find((one) => one.name === name);
  if (board === undefined) throw new Error(`there is no board ${name}`);
  return board;
}

/** Of these names those that are possible here. */
export function boardsHere(...names: readonly string[]): BoardBuild[] {
  return names.map(boardOf).filter((board) => {
    const missing = whyNot(board);
    if (missing !== undefined) console.warn(`skipped: ${board.name}: ${missing}`);
    return missing === undefined;
  });
}

/** Where the objects of a test's firmware stay between two builds. */
export function workFor(name: string, board: BoardBuild): string {
  return join(ROOT, ".heddle", "build", `${name}-${board.name}`);
}
