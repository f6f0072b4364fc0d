// The device kernel on boards, as they are built: the puppets are machines of the engine, reports
// and commands go over the bench, and the scripts are those of the TypeScript kernel.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Observer } from "../../firmware/kernel/observer";
import { DeviceKernel } from "../../host-sim/device/device-kernel";
import { BOARDS } from "../../tools/builder/boards";
import { buildBoard, missingFor } from "../../tools/builder/build";
import type { Firmware } from "../../tools/builder/firmware";
import { hasCommand } from "../../tools/builder/objects";
import { ENDED, endlessTicks } from "../conformance/endless-ticks";
import { FAILING_SCRIPTS } from "../conformance/failing-scripts";
import { PASSING_SCRIPTS } from "../conformance/passing-scripts";
import { PUPPET_TABLE, PUPPETS } from "../conformance/puppet-table";
import { runScript } from "../conformance/run-script";
import { TypescriptKernel } from "../conformance/typescript-kernel";
import { chanceScript } from "./chance-script";
import { ROOT } from "./compiler";

const SCRIPTS = [...PASSING_SCRIPTS, ...FAILING_SCRIPTS];
const CHANCE_SCRIPTS = 20;
const BUILD_MS = 600_000;

const PUPPET_FIRMWARE: Firmware = {
  table: PUPPET_TABLE,
  system: "test/device/puppet-system",
  entries: Object.entries(PUPPETS)
    .filter(([name]) => name !== "erin")
    .map(([name, id]) => {
      const create = `create${name.replace(/^./, (letter) => letter.toUpperCase())}`;
      return { id, name, file: "test/device/puppet-partition", create };
    }),
};

/** Reports tell all that a script wants to know. */
const NOBODY: Observer = {
  delivered: () => {},
  refused: () => {},
  faulted: () => {},
  restarted: () => {},
  held: () => {},
};

const boards = BOARDS.filter(({ name }) => ["linux", "qemu-arm", "qemu-riscv"].includes(name));

describe.each(boards)("the device kernel on $name", (board) => {
  const { program } = board.command("program");
  const emulator = program === "program" || hasCommand(program) ? undefined : `no ${program}`;
  const missing = missingFor(ROOT, board) ?? emulator;
  if (missing !== undefined) console.warn(`skipped: ${board.name}: ${missing}`);
  const directory = mkdtempSync(join(tmpdir(), "heddle-boards-"));
  let kernel: TypescriptKernel<DeviceKernel>;

  beforeAll(async () => {
    if (missing !== undefined) return;
    const work = join(ROOT, ".heddle", "build", `puppets-${board.name}`);
    const built = await buildBoard(ROOT, board, directory, work, PUPPET_FIRMWARE);
    const command = board.command(built.program);
    kernel = new TypescriptKernel((around) => {
      return new DeviceKernel(PUPPET_TABLE, around, NOBODY, command);
    });
  }, BUILD_MS);

  // The image is compared with what it was, too.
  afterAll(() => {
    kernel?.kernel.end();
    rmSync(directory, { recursive: true });
  });

  test.skipIf(missing !== undefined).each(SCRIPTS)("$name", (script) => {
    for (const { step, expected, seen } of runScript(script, kernel)) {
      expect(seen, step).toEqual(expected);
    }
  });

  test.skipIf(missing !== undefined)("who wants each tick at once is ended", () => {
    expect(endlessTicks(kernel)).toEqual(ENDED);
  });

  test.skipIf(missing !== undefined)("does what the TypeScript kernel does", () => {
    fc.assert(
      fc.property(chanceScript, (script) => {
        const there = runScript(script, kernel);
        expect(there).toEqual(runScript(script, new TypescriptKernel()));
      }),
      { numRuns: CHANCE_SCRIPTS },
    );
  });
});
