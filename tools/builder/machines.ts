// The machines of a board: the engine, what stands between it and the kernel, and the frozen image
// with the partitions, as objects to be linked.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type CodePlace, equalPlaces, placesSource } from "./code-places";
import { engineFlags, engineSources, fetchEngine } from "./engine";
import { makeImage } from "./image";
import { layoutDirectory, type WordBytes } from "./image-maker";
import { bundleScripts, type Entry, SYSTEM_MODULE } from "./modules";
import { type Compiler, compileObjects, ENGINE_USER_WARNINGS } from "./objects";
import type { Unsealed } from "./seal";

/** Compiled for speed: what every bytecode and every property goes through. */
const HOT = ["xsRun.c", "xsType.c"];

const SOURCES = [
  "machine.c",
  "verbs.c",
  "crypto-verbs.c",
  "byte-verbs.c",
  "crc32.c",
  "word-hash.c",
  "arguments.c",
  "heap.c",
  "platform.c",
  "stack.c",
  "layout.c",
  "segment.c",
];

/** Of each place, for programs whose table plans none. */
const PLACE_BYTES = 64 * 1024;

/** Objects to be linked, and what to `seal` the linked program with. */
export interface Machines extends Unsealed {
  readonly objects: readonly string[];
  /** For C files that include headers of hal/machine. */
  readonly flags: readonly string[];
}

/**
 * Compiles everything into `directory`.
 * @param compiler of the board, with its settings; `machine` includes the optimisation
 * @param word bytes of a pointer there
 */
export async function buildMachines(
  root: string,
  compiler: Compiler,
  word: WordBytes,
  entries: readonly Entry[],
  directory: string,
  system = SYSTEM_MODULE,
  places: readonly CodePlace[] = equalPlaces(entries, PLACE_BYTES),
): Promise<Machines> {
  fetchEngine(root);
  const scripts = await bundleScripts(root, entries, join(directory, "scripts"), system);
  const images = join(directory, "image");
  const image = await makeImage(root, scripts, word, images);
  const rooms = join(images, "places.s");
  mkdirSync(images, { recursive: true });
  writeFileSync(rooms, placesSource(places, word));
  const layout = layoutDirectory(images);
  const flags = [...engineFlags(root, false), `-I${layout}`];
  const ours = SOURCES.map((name) => join(root, "hal", "machine", name));
  const engine = await engineObjects(root, compiler, flags, join(directory, "engine"));
  const rest = join(directory, "machine");
  return {
    image,
    places,
    layout: readFileSync(join(layout, "image-layout.h"), "utf8"),
    flags,
    objects: [
      ...engine,
      ...(await compileObjects(compiler, [...flags, ...ENGINE_USER_WARNINGS], ours, rest)),
      ...(await compileObjects(compiler, [], [image.base.path, rooms], rest)),
    ],
  };
}

async function engineObjects(
  root: string,
  compiler: Compiler,
  flags: readonly string[],
  directory: string,
): Promise<string[]> {
  const sources = engineSources(root, false);
  const isHot = (path: string) => HOT.includes(basename(path));
  const compile = (some: readonly string[], ...more: string[]) =>
    compileObjects(compiler, [...flags, "-w", ...more], some, directory);
  return [
    ...(await compile(sources.filter((path) => !isHot(path)))),
    ...(await compile(sources.filter(isHot), "-O2")),
  ];
}
