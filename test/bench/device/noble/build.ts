// The runner of noble for one target. noble keeps Maps and tables at module level, so none of it is
// evaluated when the image is made: its modules are one function, which the machine calls.

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "esbuild";
import { equalPlaces } from "../../../../tools/builder/code-places";
import { hasEngine } from "../../../../tools/builder/engine";
import { buildMachines } from "../../../../tools/builder/machines";
import { cryptoParts } from "../../../../tools/builder/mbedtls";
import { compileObjects, ENGINE_USER_WARNINGS } from "../../../../tools/builder/objects";
import { seal } from "../../../../tools/builder/seal";
import { whyNot } from "../../../device/vector-runner/runner";
import type { Target } from "../../../device/vector-runner/targets";

const ROOT = process.cwd();
const HERE = join(ROOT, "test", "bench", "device", "noble");
const RUNNER = join(ROOT, "test", "device", "vector-runner");
const COUNTER = join(ROOT, "test", "device", "instructions");

const CODE_BYTES = 256 * 1024;
/** Of the emulated boards, not of the chips that they stand for. */
const MEMORIES = { flash_size: "4M", ram_size: "4M", stack_size: "64K" };
const C_STACK_BYTES = 32 * 1024;

/** Why noble cannot be tried on the target; undefined: it can. */
export function whyNotNoble(target: Target): string | undefined {
  const reason = whyNot(target, "crypto");
  if (reason !== undefined) return reason;
  return hasEngine(ROOT) ? undefined : "the engine is not there: run tools/setup.sh";
}

export interface NobleBuild {
  /** The program's path. */
  readonly program: string;
  /** Of noble's bytecode and constants in flash. */
  readonly codeBytes: number;
}

/** Compiles what has changed. */
export async function buildNoble(target: Target): Promise<NobleBuild> {
  const work = join(ROOT, ".heddle", "build", "noble", target.name);
  const entry = { id: 0, name: "noble", file: await writeModule(work), create: "createNoble" };
  const settings = ["-Os", "-g0", `-DMACHINE_C_STACK_BYTES=${C_STACK_BYTES}`];
  const compiler = {
    ...target.compiler,
    machine: [...target.compiler.machine, ...settings],
  };
  const places = equalPlaces([entry], CODE_BYTES);
  const machines = await buildMachines(ROOT, compiler, 4, [entry], work, undefined, places);
  const shared = ["main.c", "console.c", "request.c", target.files].map((one) => join(RUNNER, one));
  const includes = [RUNNER, COUNTER].map((directory) => `-I${directory}`);
  const runner = {
    flags: [...machines.flags, ...includes, ...ENGINE_USER_WARNINGS],
    sources: [
      ...shared,
      join(COUNTER, "instructions.c"),
      join(HERE, "runner.c"),
      join(ROOT, "test", "device", "no-devices.c"),
    ],
  };
  const objects: string[] = [];
  for (const { flags, sources } of [runner, ...cryptoParts(ROOT)]) {
    objects.push(...(await compileObjects(compiler, flags, sources, join(work, "runner"))));
  }
  const program = join(work, "runner.elf");
  const sizes = Object.entries(MEMORIES).map(([name, size]) => `-Wl,--defsym=__${name}=${size}`);
  const link = [
    "-Wl,--gc-sections",
    "-Wl,--wrap=fxCloneMachine",
    "-Wl,-z,noexecstack",
    ...target.link,
    ...sizes,
  ];
  const { command, machine } = compiler;
  const inputs = [...machines.objects, ...objects, "-lm"];
  execFileSync(command, [...machine, ...inputs, ...link, "-o", program]);
  const { segments } = seal(program, machines, command.replace(/gcc$/, ""), work);
  return { program, codeBytes: segments[0]!.bytes };
}

/** Writes noble and all as one function; answers the path from the root, without extension. */
async function writeModule(work: string): Promise<string> {
  const whole = await build({
    entryPoints: [join(HERE, "partition.ts")],
    write: false,
    bundle: true,
    format: "iife",
    globalName: "program",
    target: "es2022",
    // The engine throws at a class that uses itself in a static field of its own.
    supported: { "class-static-field": false, "class-static-blocks": false },
    platform: "neutral",
    logLevel: "error",
  });
  const lines = [
    "export function createNoble(environment) {",
    whole.outputFiles[0]!.text,
    "return program.createNoble(environment);",
    "}",
  ];
  const directory = join(work, "noble");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "partition.js"), lines.join("\n"));
  return relative(ROOT, join(directory, "partition"));
}
