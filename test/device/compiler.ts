// The host's C compiler, for tests that build a native program.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "..", "..");

const STRICT = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"];

/** Whether `gcc` with these options makes a program that runs here. */
export function compiles(options: readonly string[]): boolean {
  const directory = mkdtempSync(join(tmpdir(), "heddle-gcc-"));
  try {
    const program = join(directory, "program");
    const source = join(directory, "program.c");
    writeFileSync(source, "#include <stdint.h>\nint main(void) { return 0; }\n");
    if (spawnSync("gcc", [...options, source, "-o", program]).status !== 0) return false;
    return spawnSync(program).status === 0;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Compiles and links `sources`; throws with the compiler's words. */
export function compile(
  program: string,
  sources: readonly string[],
  options: readonly string[],
): void {
  execFileSync("gcc", [...STRICT, ...options, ...sources, "-o", program, "-lm"], {
    stdio: ["ignore", "inherit", "inherit"],
  });
}

/** Every C file of a folder, as a path. */
export function cFilesOf(folder: string): string[] {
  const directory = join(ROOT, folder);
  const names = readdirSync(directory).filter((name) => name.endsWith(".c"));
  return names.map((name) => join(directory, name));
}
