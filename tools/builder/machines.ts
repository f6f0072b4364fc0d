// The machines of a board: the engine, what stands between it and the kernel, and the frozen image
// with the partitions, as objects to be linked.

import { join } from "node:path";
import { engineFlags, engineSources, fetchEngine } from "./engine";
import { type Image, makeImage, type WordBytes } from "./image";
import { bundleModules, type Entry, SYSTEM_MODULE } from "./modules";
import { type Compiler, compileObjects, ENGINE_USER_WARNINGS } from "./objects";

const SOURCES = [
  "machine.c",
  "verbs.c",
  "crypto-verbs.c",
  "arguments.c",
  "heap.c",
  "platform.c",
  "stack.c",
  "layout.c",
];

export interface Machines {
  readonly objects: readonly string[];
  readonly image: Image;
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
): Promise<Machines> {
  fetchEngine(root);
  const modules = await bundleModules(root, entries, join(directory, "modules"), system);
  const image = await makeImage(root, modules, word, join(directory, "image"));
  const flags = [...engineFlags(root, false), `-I${join(directory, "image")}`];
  const ours = SOURCES.map((name) => join(root, "hal", "machine", name));
  const engine = await compileObjects(
    compiler,
    [...flags, "-w"],
    engineSources(root, false),
    join(directory, "engine"),
  );
  const rest = join(directory, "machine");
  return {
    image,
    flags,
    objects: [
      ...engine,
      ...(await compileObjects(compiler, [...flags, ...ENGINE_USER_WARNINGS], ours, rest)),
      ...(await compileObjects(compiler, [], [image.path], rest)),
    ],
  };
}
