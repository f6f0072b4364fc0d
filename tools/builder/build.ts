// From the sources of this project, the engine's and the library's to what a board runs, in one go.
// The same sources and the same compiler give the same bytes, wherever and how often it is done.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type BoardBuild, toolPrefix } from "./boards";
import { hasEngine } from "./engine";
import { FIRMWARE, type Firmware } from "./firmware";
import { buildMachines } from "./machines";
import { cryptoParts, hasMbedtls } from "./mbedtls";
import { type MemoryMap, memoryMap } from "./memory-map";
import {
  type Compiler,
  compileObjects,
  ENGINE_USER_WARNINGS,
  hasCommand,
  OUR_WARNINGS,
} from "./objects";
import { tableSource } from "./table";

const execute = promisify(execFile);

export interface Build {
  readonly board: string;
  /** What `BoardBuild.command` runs. */
  readonly program: string;
  /** Of flash.bin. */
  readonly sha256: string;
  readonly memories: MemoryMap;
}

/** Something is not installed: one line that says what to do. */
export class NotInstalledError extends Error {}

const SETUP = "run tools/setup.sh --device";

/** Why this machine cannot build for that board; undefined: it can. */
export function missingFor(root: string, board: BoardBuild): string | undefined {
  const { command } = board.compiler;
  if (!hasCommand(command)) return `${command} is not installed (${board.packages}): ${SETUP}`;
  // The image maker is a program of this machine, of the board's word size.
  if (!hasCommand("gcc")) return `gcc is not installed: ${SETUP}`;
  if (!hasEngine(root)) return `the engine is not there: ${SETUP}`;
  if (!hasMbedtls(root)) return `mbed TLS is not there: ${SETUP}`;
  return undefined;
}

/**
 * Writes the program, flash.bin and build.json into `out`.
 * @param work where objects stay between two builds
 */
export async function buildBoard(
  root: string,
  board: BoardBuild,
  out: string,
  work = join(root, ".heddle", "build", board.name),
  firmware = FIRMWARE,
): Promise<Build> {
  const missing = missingFor(root, board);
  if (missing !== undefined) throw new NotInstalledError(missing);
  mkdirSync(out, { recursive: true });
  mkdirSync(work, { recursive: true });
  const compiler = reproducible(board.compiler, root, work);
  const objects = await compileAll(root, board, compiler, work, firmware);
  const program = join(out, board.program);
  const map = join(work, "link.map");
  const linked = { ...board, linkFlags: [...board.linkFlags, ...(firmware.test?.linkFlags ?? [])] };
  await link(root, linked, compiler, objects, program, map);
  const flash = join(out, "flash.bin");
  await copyFlash(board, program, flash);
  const build = {
    board: board.name,
    program: board.program,
    sha256: createHash("sha256").update(readFileSync(flash)).digest("hex"),
    memories: memoryMap(readFileSync(map, "utf8"), board.memories, firmware.table),
  };
  writeFileSync(join(out, "build.json"), `${JSON.stringify(build, null, 2)}\n`);
  return { ...build, program };
}

/** Paths of this machine do not reach the objects. */
function reproducible({ command, machine }: Compiler, root: string, work: string): Compiler {
  const maps = [`-ffile-prefix-map=${work}=build`, `-ffile-prefix-map=${root}=.`];
  return { command, machine: [...machine, ...maps] };
}

async function compileAll(
  root: string,
  board: BoardBuild,
  compiler: Compiler,
  work: string,
  { table: system, system: module, entries, test }: Firmware,
): Promise<string[]> {
  const table = join(work, "table.c");
  const idOf = (name: string) => system.partitions.find((row) => row.name === name)?.id;
  writeFileSync(
    table,
    tableSource(system, (name) => entries.some(({ id }) => id === idOf(name))),
  );
  const include = `-I${join(root, "hal", "kernel")}`;
  const sections = ["-fno-common", "-ffunction-sections", "-fdata-sections"];
  const ours = [...OUR_WARNINGS, ...sections, include];
  const compile = (name: string, flags: readonly string[], sources: readonly string[]) =>
    compileObjects(compiler, flags, sources, join(work, name));
  const crypto: string[] = [];
  for (const { flags, sources } of cryptoParts(root)) {
    crypto.push(...(await compile("crypto", flags, sources)));
  }
  const machines = await buildMachines(root, compiler, board.word, entries, work, module);
  const bench = [
    ...sourcesIn(root, "hal/bench"),
    ...board.directories.flatMap((directory) => sourcesIn(root, directory)),
  ];
  return [
    ...(await compile("board", ours, bench)),
    ...(await compile("kernel", ours, [table, ...kernelSources(root)])),
    ...(await compile("test", [...machines.flags, ...ENGINE_USER_WARNINGS], test?.sources ?? [])),
    ...crypto,
    ...machines.objects,
  ];
}

/** The board on the bench has an observer of its own. */
function kernelSources(root: string): string[] {
  return sourcesIn(root, "hal/kernel").filter((path) => !path.endsWith("observer-none.c"));
}

function sourcesIn(root: string, directory: string): string[] {
  return readdirSync(join(root, directory))
    .filter((name) => /\.[cS]$/.test(name))
    .sort()
    .map((name) => join(root, directory, name));
}

async function link(
  root: string,
  { linkFlags, name }: BoardBuild,
  { command, machine }: Compiler,
  objects: readonly string[],
  program: string,
  map: string,
): Promise<void> {
  const flags = ["-Wl,--gc-sections", "-Wl,--build-id=none", `-Wl,-Map=${map}`];
  const line = [...machine, ...linkFlags, ...flags, ...objects, "-lm", "-o", program];
  try {
    await execute(command, line, { cwd: root });
  } catch (error) {
    throw new Error(`${name} does not link:\n${(error as { stderr?: string }).stderr}`);
  }
}

/** What is written into the flash inside; a native program is its own image. */
async function copyFlash(board: BoardBuild, program: string, flash: string): Promise<void> {
  if (board.memories === undefined) {
    writeFileSync(flash, readFileSync(program));
    return;
  }
  const outside = board.memories.nor === undefined ? [] : ["--remove-section=.image"];
  const copy = `${toolPrefix(board)}objcopy`;
  await execute(copy, ["-O", "binary", ...outside, program, flash]);
}
