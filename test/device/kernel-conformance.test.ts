// The device kernel in C against the very scripts of the TypeScript kernel, and against that kernel
// itself in scripts that chance wrote. Its partitions are puppets in C.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tableSource } from "../../tools/builder/table";
import { ENDED, endlessTicks } from "../conformance/endless-ticks";
import { FAILING_SCRIPTS } from "../conformance/failing-scripts";
import { PASSING_SCRIPTS } from "../conformance/passing-scripts";
import { PUPPET_TABLE } from "../conformance/puppet-table";
import { runScript } from "../conformance/run-script";
import { TypescriptKernel } from "../conformance/typescript-kernel";
import { chanceScript } from "./chance-script";
import { cFilesOf, compile, compiles, ROOT } from "./compiler";
import { LineProgram } from "./line-program";
import { NativeKernel } from "./native-kernel";

const SCRIPTS = [...PASSING_SCRIPTS, ...FAILING_SCRIPTS];
const CHANCE_SCRIPTS = 150;
const CHECKED = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
const BUILDS: readonly { name: string; options: readonly string[] }[] = [
  { name: "as this machine is", options: ["-O2"] },
  { name: "with 32-bit pointers", options: ["-O2", "-m32"] },
  { name: "with every access checked", options: CHECKED },
  { name: "with 32-bit pointers and every access checked", options: ["-m32", ...CHECKED] },
];

describe.each(BUILDS)("the device kernel, built $name", ({ name, options }) => {
  const possible = compiles(options);
  if (!possible) console.warn(`skipped: no gcc here that builds ${name} (${options.join(" ")})`);
  const directory = mkdtempSync(join(tmpdir(), "heddle-kernel-"));
  let program: LineProgram;

  beforeAll(() => {
    if (!possible) return;
    const table = join(directory, "table.c");
    const path = join(directory, "bench");
    writeFileSync(
      table,
      tableSource(PUPPET_TABLE, (partition) => partition !== "erin"),
    );
    const sources = [table, ...cFilesOf("hal/kernel"), ...cFilesOf("test/device/kernel")];
    compile(path, sources, [...options, `-I${join(ROOT, "hal", "kernel")}`]);
    mkdirSync(join(directory, "lines"));
    program = new LineProgram(path, join(directory, "lines"));
  });

  afterAll(() => {
    program?.close();
    rmSync(directory, { recursive: true });
  });

  test.skipIf(!possible).each(SCRIPTS)("$name", (script) => {
    for (const { step, expected, seen } of runScript(script, new NativeKernel(program))) {
      expect(seen, step).toEqual(expected);
    }
  });

  test.skipIf(!possible)("who wants each tick at once is ended, over whatever time", () => {
    expect(endlessTicks(new NativeKernel(program))).toEqual(ENDED);
  });

  test.skipIf(!possible)("does what the TypeScript kernel does, whatever happens", () => {
    fc.assert(
      fc.property(chanceScript, (script) => {
        const native = runScript(script, new NativeKernel(program));
        expect(native).toEqual(runScript(script, new TypescriptKernel()));
      }),
      { numRuns: CHANCE_SCRIPTS },
    );
  });
});
