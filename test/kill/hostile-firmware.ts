// The firmware with a hostile entry in every partition, for tests on a board.

import { join } from "node:path";
import type { BoardBuild } from "../../tools/builder/boards";
import { buildBoard } from "../../tools/builder/build";
import { FIRMWARE, type Firmware } from "../../tools/builder/firmware";
import { workFor } from "../device/boards-here";
import { ROOT } from "../device/compiler";

const WRAPPED = [
  "kernel_inject",
  "machine_start",
  "machine_receive",
  "machine_tick",
  "machine_peer_restarted",
  "machine_stop",
];

const HOSTILE: Firmware = {
  ...FIRMWARE,
  entries: FIRMWARE.entries.map((entry) => ({
    ...entry,
    wrap: { file: "test/kill/hostile", name: "hostile" },
  })),
  test: {
    sources: [join(ROOT, "test", "kill", "hostile.c")],
    linkFlags: WRAPPED.map((name) => `-Wl,--wrap=${name}`),
  },
};

/** Builds into `out`; answers the program's path. */
export async function buildHostile(board: BoardBuild, out: string): Promise<string> {
  return (await buildBoard(ROOT, board, out, workFor("hostile", board), HOSTILE)).program;
}
