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

const MODULE = 'import { oddities } from "./test/device/machine/oddities";';
const isHere = (word: 4 | 8) => hasEngine(ROOT) && compiles([`-m${word * 8}`]);
if (!isHere(8)) console.warn("skipped: no gcc or no engine (tools/setup.sh fetches it)");

describe.each([4, 8] as const)("the engine with words of %i bytes", (word) => {
  test.skipIf(!isHere(word))(
    "gives for odd values what Node gives",
    async () => {
      const directory = mkdtempSync(join(tmpdir(), "heddle-fused-"));
      try {
        const path = join(directory, "base.js");
        const script = `${MODULE} throw new Error("= " + oddities());`;
        writeFileSync(path, await bundle(ROOT, script, []));
        const scripts = { base: { name: "base", path }, segments: [] };
        const image = makeImage(ROOT, scripts, word, directory);
        await expect(image).rejects.toThrow(`= ${oddities()}`);
      } finally {
        rmSync(directory, { recursive: true });
      }
    },
    60_000,
  );
});
