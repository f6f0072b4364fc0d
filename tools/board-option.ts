// The option that names a board.

import { BOARDS, type BoardBuild } from "./builder/boards";
import { UsageError } from "./usage-error";

/** The board that is called so. */
export function board(option: string): (name: string) => BoardBuild {
  return (name) => {
    const found = BOARDS.find((one) => one.name === name);
    if (found !== undefined) return found;
    throw new UsageError(`${option} must be one of ${boardNames()}, not "${name}"`);
  };
}

export function boardNames(): string {
  return BOARDS.map(({ name }) => name).join(", ");
}
