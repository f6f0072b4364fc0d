// The device kernel with machines of the engine: the puppets are those of the TypeScript kernel, in
// TypeScript, and the scripts are the same.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasEngine } from "../../tools/builder/engine";
import type { WordBytes } from "../../tools/builder/image-maker";
import { buildMachines } from "../../tools/builder/machines";
import { cryptoParts, hasMbedtls } from "../../tools/builder/mbedtls";
import { compileObjects, OUR_WARNINGS } from "../../tools/builder/objects";
import { seal } from "../../tools/builder/seal";
import { tableSource } from "../../tools/builder/table";
import { ENDED, endlessTicks } from "../conformance/endless-ticks";
import { FAILING_SCRIPTS } from "../conformance/failing-scripts";
import { PASSING_SCRIPTS } from "../conformance/passing-scripts";
import { PUPPET_TABLE, PUPPETS } from "../conformance/puppet-table";
import { runScript } from "../conformance/run-script";
import { TypescriptKernel } from "../conformance/typescript-kernel";
import { chanceScript } from "./chance-script";
import { cFilesOf, compiles, ROOT } from "./compiler";
import { LineProgram } from "./line-program";
import { NativeKernel } from "./native-kernel";

const SCRIPTS = [...PASSING_SCRIPTS, ...FAILING_SCRIPTS];
const CHANCE_SCRIPTS = 100;
// The engine is compiled when it has not been yet.
const BUILD_MS = 600_000;

const CREATES = ["Audit", "Alice", "Bob", "Carol", "Wall", "Dave"];
const ENTRIES = CREATES.map((name, id) => {
  const create = `create${name}`;
  return { id, name: name.toLowerCase(), file: "test/device/puppet-partition", create };
});

const BUILDS: readonly { name: string; word: WordBytes; machine: readonly string[] }[] = [
  { name: "as this machine is", word: 8, machine: ["-m64", "-O2", "-fno-pie"] },
  { name: "with 32-bit pointers", word: 4, machine: ["-m32", "-O2", "-fno-pie"] },
];

/** Objects stay between two runs; the program is the test's own. */
async function build(word: WordBytes, machine: readonly string[], program: string): Promise<void> {
  const work = join(ROOT, ".heddle", "build", `puppets-${word * 8}`);
  const compiler = { command: "gcc", machine };
  mkdirSync(work, { recursive: true });
  const table = join(work, "table.c");
  writeFileSync(
    table,
    tableSource(PUPPET_TABLE, (name) => name !== "erin"),
  );
  const system = "test/device/puppet-system";
  const machines = await buildMachines(ROOT, compiler, word, ENTRIES, work, system);
  const bench = join(ROOT, "test", "device", "kernel", "bench.c");
  const ours = [table, bench, ...cFilesOf("hal/kernel")];
  const parts = [
    { flags: [...OUR_WARNINGS, `-I${join(ROOT, "hal", "kernel")}`], sources: ours },
    ...cryptoParts(ROOT),
  ];
  const rest: string[] = [];
  for (const [place, { flags, sources }] of parts.entries()) {
    rest.push(...(await compileObjects(compiler, flags, sources, join(work, `part-${place}`))));
  }
  const line = [...machine, "-no-pie", ...machines.objects, ...rest, "-lm", "-o", program];
  execFileSync("gcc", line, { stdio: ["ignore", "inherit", "inherit"] });
  seal(program, machines, "", join(program, ".."));
}

describe.each(BUILDS)("the device kernel on machines of the engine, built $name", (one) => {
  const possible = hasEngine(ROOT) && hasMbedtls(ROOT) && compiles(one.machine);
  if (!possible) console.warn(`skipped: no engine, no mbed TLS or no gcc here, ${one.name}`);
  const directory = mkdtempSync(join(tmpdir(), "heddle-machines-"));
  let program: LineProgram;

  beforeAll(async () => {
    if (!possible) return;
    await build(one.word, one.machine, join(directory, "bench"));
    mkdirSync(join(directory, "lines"));
    program = new LineProgram(join(directory, "bench"), join(directory, "lines"));
  }, BUILD_MS);

  afterAll(() => {
    program?.close();
    rmSync(directory, { recursive: true });
  });

  test.skipIf(!possible)("every puppet has its machine", () => {
    expect(ENTRIES.map(({ id, name }) => [name, id])).toEqual(
      Object.entries(PUPPETS).filter(([name]) => name !== "erin"),
    );
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
