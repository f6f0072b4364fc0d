// From the sources of this project, the engine's and the library's to what a board runs, in one go.
// The same sources and the same compiler give the same bytes, wherever and how often it is done.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type BoardBuild, toolPrefix } from "./boards";
import { codePlaces, placesScript, sectionOf } from "./code-places";
import { hasEngine } from "./engine";
import { FIRMWARE, type Firmware } from "./firmware";
import { type FlashFile, flashFile } from "./flash-file";
import { buildMachines, type Machines } from "./machines";
import { cryptoParts, hasMbedtls } from "./mbedtls";
import { type MemoryMap, memoryMap } from "./memory-map";
import {
  type Compiler,
  compileObjects,
  ENGINE_USER_WARNINGS,
  hasCommand,
  OUR_WARNINGS,
} from "./objects";
import { type PlacedSegment, seal } from "./seal";
import { tableSource } from "./table";

const execute = promisify(execFile);

export interface Build {
  readonly board: string;
  /** What `BoardBuild.command` runs. */
  readonly program: string;
  /** Of flash.bin. */
  readonly sha256: string;
  /** Which memory has which part of flash.bin. */
  readonly flash: FlashFile;
  /** SHA-256 over all that a segment can refer to in the base. */
  readonly abi: string;
  /** Each partition's code. */
  readonly segments: readonly BuiltSegment[];
  readonly memories: MemoryMap;
}

export interface BuiltSegment extends Omit<PlacedSegment, "partitions"> {
  /** The names of all that run it. */
  readonly partitions: readonly string[];
  readonly memory: string;
}

/** Something is not installed: one line that says what to do. */
export class NotInstalledError extends Error {}

const SETUP = "run tools/setup.sh";

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
  const { objects, machines } = await compileAll(root, board, compiler, work, firmware);
  const program = join(out, board.program);
  const map = join(work, "link.map");
  writeFileSync(join(work, "places.ld"), placesScript(machines.places));
  const flags = [...linkFlags(board, firmware), `-L${work}`, `-Wl,-Map=${map}`];
  await link(root, board.name, compiler, [...flags, ...objects, "-lm", "-o", program]);
  const sealed = seal(program, machines, toolPrefix(board), work);
  const outside = machines.places.filter(({ hot }) => !hot).map(sectionOf);
  const { bytes, layout } = flashFile(program, board, outside, sealed.segments, work);
  writeFileSync(join(out, "flash.bin"), bytes);
  const segments = sealed.segments.map((one) => builtSegment(one, board, firmware));
  const build = {
    board: board.name,
    program: board.program,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    flash: layout,
    abi: sealed.abi,
    segments,
    memories: memoryMap(readFileSync(map, "utf8"), board.memories, firmware.table, segments),
  };
  writeFileSync(join(out, "build.json"), `${JSON.stringify(build, null, 2)}\n`);
  return { ...build, program };
}

function builtSegment(
  segment: PlacedSegment,
  { memories }: BoardBuild,
  { table }: Firmware,
): BuiltSegment {
  const { partitions, address } = segment;
  const nor = memories?.nor;
  const names = table.partitions.filter(({ id }) => partitions.includes(id));
  return {
    ...segment,
    partitions: names.map(({ name }) => name),
    memory: nor !== undefined && address >= nor.start ? "nor" : "flash",
  };
}

/** What the linker is told besides its inputs; the outside flash keeps room for the stores. */
function linkFlags({ linkFlags: own }: BoardBuild, { table, test }: Firmware): string[] {
  const stores = table.regions.reduce((sum, { bytes }) => sum + bytes, 0);
  return [
    ...own,
    ...(test?.linkFlags ?? []),
    "-Wl,--gc-sections",
    "-Wl,--build-id=none",
    `-Wl,--defsym=stores_bytes=${stores}`,
  ];
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
): Promise<{ objects: string[]; machines: Machines }> {
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
  const places = codePlaces(system, entries, board);
  const { word } = board;
  const machines = await buildMachines(root, compiler, word, entries, work, module, places);
  const bench = [
    ...sourcesIn(root, "hal/bench"),
    ...board.directories.flatMap((directory) => sourcesIn(root, directory)),
  ];
  const objects = [
    ...(await compile("board", ours, bench)),
    ...(await compile("kernel", ours, [table, ...kernelSources(root)])),
    ...(await compile("test", [...machines.flags, ...ENGINE_USER_WARNINGS], test?.sources ?? [])),
    ...crypto,
    ...machines.objects,
  ];
  return { objects, machines };
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
  name: string,
  { command, machine }: Compiler,
  line: readonly string[],
): Promise<void> {
  try {
    await execute(command, [...machine, ...line], { cwd: root });
  } catch (error) {
    throw new Error(`${name} does not link:\n${(error as { stderr?: string }).stderr}`);
  }
}
