// What a board is built with: the table, the partitions that are written, and what tests add.

import { CONSTRUCTORS } from "../../firmware/constructors";
import type { SystemTable } from "../../firmware/kernel/table";
import { SYSTEM } from "../../firmware/system";
import { type Entry, entriesOf, SYSTEM_MODULE } from "./modules";

export interface Firmware {
  readonly table: SystemTable;
  /** The module that exports the table as `SYSTEM`, from the project's root, without extension. */
  readonly system: string;
  readonly entries: readonly Entry[];
  /** C sources of a test, and how they are linked; a firmware of ours has none. */
  readonly test?: { readonly sources: readonly string[]; readonly linkFlags: readonly string[] };
}

/** The firmware of this project. */
export const FIRMWARE: Firmware = {
  table: SYSTEM,
  system: SYSTEM_MODULE,
  entries: entriesOf(CONSTRUCTORS, SYSTEM.partitions),
};
