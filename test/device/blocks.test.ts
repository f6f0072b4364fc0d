// Copying and clearing memory on bare boards: what the C library of this machine does, at every
// place in a word and over every short length.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hasCommand } from "../../tools/builder/objects";
import { ROOT } from "./compiler";

const NAMES = { memcpy: "block_copy", memmove: "block_move", memset: "block_fill" };

test.skipIf(!hasCommand("gcc"))("blocks are copied, moved and filled as they should be", () => {
  const directory = mkdtempSync(join(tmpdir(), "heddle-blocks-"));
  try {
    const object = join(directory, "blocks.o");
    const program = join(directory, "program");
    const renamed = Object.entries(NAMES).map(([name, other]) => `-D${name}=${other}`);
    const blocks = join(ROOT, "hal", "bare", "blocks.c");
    const flags = ["-std=c11", "-Os", "-Wall", "-Wextra", "-Werror", "-fno-builtin"];
    execFileSync("gcc", [...flags, ...renamed, "-c", blocks, "-o", object]);
    const main = join(ROOT, "test", "device", "blocks", "every-place.c");
    execFileSync("gcc", ["-std=c11", "-Wall", "-Wextra", "-Werror", main, object, "-o", program]);
    expect(execFileSync(program, { encoding: "utf8" })).toBe("alike\n");
  } finally {
    rmSync(directory, { recursive: true });
  }
});
