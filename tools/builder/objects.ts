// C to objects and programs, by the compiler of a target. An object is made again when its source,
// a header or a flag has changed.

import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";

export interface Compiler {
  /** The program: `gcc`, `arm-none-eabi-gcc`. */
  readonly command: string;
  /** For every compilation and for linking: the machine, the library. */
  readonly machine: readonly string[];
}

/** Ours are held to more than the engine's. */
export const OUR_WARNINGS = ["-std=c11", "-Wall", "-Wextra", "-Werror"];

/** Over the engine's headers some of those say nothing true. */
export const ENGINE_USER_WARNINGS = [
  "-std=gnu11",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-Wno-parentheses",
  "-Wno-missing-field-initializers",
];

/** Whether the command is installed. */
export function hasCommand(command: string, ...arguments_: string[]): boolean {
  try {
    execFileSync(command, [...arguments_, "--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/**
 * Compiles each source into `directory` and answers the objects' paths, in the order of sources.
 */
export async function compileObjects(
  compiler: Compiler,
  flags: readonly string[],
  sources: readonly string[],
  directory: string,
): Promise<string[]> {
  mkdirSync(directory, { recursive: true });
  const objects = sources.map((source) => join(directory, `${basename(source)}.o`));
  const waiting = sources.map((source, i) => ({ source, object: objects[i]! }));
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await compile(compiler, flags, next.source, next.object);
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, worker));
  return objects;
}

async function compile(
  { command, machine }: Compiler,
  flags: readonly string[],
  source: string,
  object: string,
): Promise<void> {
  // Two builds may share a directory: each writes files of its own, and renaming is atomic.
  const fresh = `${object}.${process.pid}`;
  const settings = [...machine, ...flags, "-c", source];
  const line = [...settings, "-o", fresh, "-MMD", "-MF", `${fresh}.d`];
  const stamp = `${object}.stamp`;
  if (existsSync(object) && existsSync(stamp)) {
    if (readFileSync(stamp, "utf8") === stampOf(source, [command, ...settings], `${object}.d`))
      return;
  }
  try {
    await promisify(execFile)(command, line, { maxBuffer: 1 << 24 });
  } catch (error) {
    throw new Error(`${source} does not compile:\n${(error as { stderr?: string }).stderr}`);
  }
  renameSync(fresh, object);
  // An assembler file includes nothing, and has no list of what it includes.
  if (existsSync(`${fresh}.d`)) renameSync(`${fresh}.d`, `${object}.d`);
  writeFileSync(stamp, stampOf(source, [command, ...settings], `${object}.d`));
}

/** Of the command and of every file that the compiler read. */
function stampOf(source: string, line: readonly string[], dependencies: string): string {
  const hash = createHash("sha256").update(line.join("\0")).update(readFileSync(source));
  const text = existsSync(dependencies) ? readFileSync(dependencies, "utf8") : "";
  for (const path of text.replace(/\\\n/g, " ").split(/\s+/).slice(1)) {
    if (path !== "" && existsSync(path)) hash.update(path).update(readFileSync(path));
  }
  return hash.digest("hex");
}
