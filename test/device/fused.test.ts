// Our own opcodes do what the bytecodes do that they stand for, also with values that seldom come.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bundle } from "../../tools/builder/bundle-script";
import { hasEngine } from "../../tools/builder/engine";
import { makeImage } from "../../tools/builder/image";
import { compiles, ROOT } from "./compiler";
import { oddities } from "./machine/oddities";

const here = ([4, 8] as const).filter((word) => hasEngine(ROOT) && compiles([`-m${word * 8}`]));

describe.skipIf(here.length > 0)("the engine", () => {
  test.skip("is not here, or no gcc: tools/setup.sh fetches them", () => {});
});

const MODULE = 'import { oddities } from "./test/device/machine/oddities";';

describe.each(here)("the engine with words of %i bytes", (word) => {
  test("gives for odd values what Node gives", async () => {
    const directory = mkdtempSync(join(tmpdir(), "heddle-fused-"));
    try {
      const path = join(directory, "base.js");
      writeFileSync(path, await bundle(ROOT, `${MODULE} throw new Error("= " + oddities());`, []));
      const scripts = { base: { name: "base", path }, segments: [] };
      const image = makeImage(ROOT, scripts, word, directory);
      await expect(image).rejects.toThrow(`= ${oddities()}`);
    } finally {
      rmSync(directory, { recursive: true });
    }
  }, 60_000);
});
