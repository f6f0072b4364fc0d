// The image maker (hal/machine/image-maker.c): compiled for this machine, linked at two addresses
// and run with its memories at two others.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { engineFlags, engineSources, fetchEngine } from "./engine";
import type { Script } from "./modules";
import { type Compiler, compileObjects, ENGINE_USER_WARNINGS } from "./objects";

/** Of each script's memory. */
export const MEMORY_BYTES = 2 * 1024 * 1024;

const OUR_SOURCES = [
  "image-maker.c",
  "image-global.c",
  "bytecode.c",
  "fuse.c",
  "freeze.c",
  "settle.c",
  "holes.c",
  "heap.c",
  "platform.c",
];

/** The two runs; the distances between them must differ. */
export const RUNS = [
  { program: 0x1000_0000, memory: 0x4000_0000 },
  { program: 0x2000_0000, memory: 0x5800_0000 },
] as const;

export type WordBytes = 4 | 8;

/** What one run wrote. */
export interface Run {
  /** The program that ran. */
  readonly path: string;
  /** Its own memory as it was loaded. */
  readonly program: Buffer;
  memory(script: string): Buffer;
  /** A line of two addresses for each. */
  holes(script: string): string;
}

/** Both runs over the same scripts, the base's first. What fails in one throws. */
export async function runMaker(
  root: string,
  scripts: readonly Script[],
  word: WordBytes,
  directory: string,
): Promise<[Run, Run]> {
  fetchEngine(root);
  const objects = await makerObjects(root, word);
  return RUNS.map(({ program, memory }, i) => {
    const path = link(objects, word, program, join(directory, `image-maker-${i}`));
    return execute(path, memory, scripts, join(directory, `run-${i}`));
  }) as [Run, Run];
}

/** Where a run has left `image-layout.h`. */
export function layoutDirectory(directory: string): string {
  return join(directory, "run-0");
}

function makerCompiler(word: WordBytes): Compiler {
  return { command: "gcc", machine: [word === 4 ? "-m32" : "-m64", "-fno-pie", "-O1"] };
}

async function makerObjects(root: string, word: WordBytes): Promise<string[]> {
  const directory = join(root, ".heddle", "build", `image-maker-${word * 8}`);
  const flags = engineFlags(root, true);
  const compiler = makerCompiler(word);
  const engine = await compileObjects(
    compiler,
    [...flags, "-w"],
    engineSources(root, true),
    directory,
  );
  const ours = OUR_SOURCES.map((name) => join(root, "hal", "machine", name));
  return [
    ...engine,
    ...(await compileObjects(compiler, [...flags, ...ENGINE_USER_WARNINGS], ours, directory)),
  ];
}

function link(objects: readonly string[], word: WordBytes, address: number, path: string): string {
  const { command, machine } = makerCompiler(word);
  const place = `-Wl,-Ttext-segment=0x${address.toString(16)}`;
  execFileSync(command, [...machine, "-no-pie", place, ...objects, "-lm", "-o", path]);
  return path;
}

function execute(program: string, address: number, scripts: readonly Script[], into: string): Run {
  mkdirSync(into, { recursive: true });
  const place = [`0x${address.toString(16)}`, String(MEMORY_BYTES), resolve(into)];
  const names = scripts.map(({ name }) => name);
  const made = spawnSync(resolve(program), [...place, ...names], {
    cwd: dirname(scripts[0]!.path),
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(made.stderr.trim() || `the image maker: ${made.signal}`);
  return {
    path: program,
    program: readFileSync(join(into, "program")),
    memory: (script) => readFileSync(join(into, `${script}.memory`)),
    holes: (script) => readFileSync(join(into, `${script}.holes`), "utf8"),
  };
}
