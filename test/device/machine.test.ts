// Machines of the engine, as a native program: whatever a partition does, only its own machine
// ends, its memory is whole again, and the frozen image has not changed.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasEngine } from "../../tools/builder/engine";
import { makeImage } from "../../tools/builder/image";
import { buildMachines } from "../../tools/builder/machines";
import { cryptoParts, hasMbedtls } from "../../tools/builder/mbedtls";
import { compileObjects, ENGINE_USER_WARNINGS } from "../../tools/builder/objects";
import { seal } from "../../tools/builder/seal";
import { compiles, ROOT } from "./compiler";

const enum End {
  OK = 0,
  THREW = 1,
  OUT_OF_MEMORY = 2,
  OUT_OF_TIME = 3,
  OUT_OF_STACK = 4,
}

/** In the order of `Deed` in machine/victim.ts. */
const DEEDS: readonly (readonly [string, End, string])[] = [
  ["that works", End.OK, ""],
  ["that fills its heap", End.OUT_OF_MEMORY, "out of memory"],
  ["that fills its chunks", End.OUT_OF_MEMORY, "out of memory"],
  ["that loops without end", End.OUT_OF_TIME, "out of time"],
  ["that recurses without end", End.OUT_OF_STACK, "out of stack"],
  ["that throws", End.THREW, "thrown on demand"],
  ["that leaves a promise rejected", End.THREW, "rejected on demand"],
  ["that loops and catches everything", End.OUT_OF_TIME, "out of time"],
  ["that writes to a constant of its module", End.THREW, "not writable"],
  ["that writes to a prototype", End.THREW, "not writable"],
  ["that writes to its environment", End.THREW, "not writable"],
  ["that lets C write to a constant", End.THREW, "read-only"],
  ["that fills its heap and catches everything", End.OUT_OF_MEMORY, "out of memory"],
  ["that reads a clock of its own", End.THREW, "get Date: undefined variable"],
  ["that draws chance of its own", End.THREW, "secure mode"],
  ["that reads a clock in a compartment", End.THREW, ""],
  ["that keeps a message when it has returned", End.THREW, "nothing is left"],
  ["that resizes a message", End.THREW, "no function"],
  ["that replaces a global", End.THREW, "not writable"],
  ["that adds a global", End.THREW, "not extensible"],
  ["that recurses by natives without end", End.OUT_OF_STACK, "out of stack"],
];

const WORDS = [
  { word: 8, option: "-m64" },
  { word: 4, option: "-m32" },
] as const;

const ENTRIES = [0, 1, 2].map((id) => ({
  id,
  name: "victim",
  file: "test/device/machine/victim",
  create: "createVictim",
}));

const here = WORDS.filter(
  ({ option }) => hasEngine(ROOT) && hasMbedtls(ROOT) && compiles([option]),
);
if (here.length === 0)
  console.warn("skipped: no gcc, no engine or no mbed TLS (tools/setup.sh fetches them)");

describe.each(here)("machines of $word-byte words", ({ word, option }) => {
  const directory = mkdtempSync(join(tmpdir(), "heddle-machine-"));
  let lines: string[] = [];

  beforeAll(async () => {
    lines = (await runVictims(option, word, directory)).trim().split("\n");
  }, 240_000);

  afterAll(() => rmSync(directory, { recursive: true }));

  test.each(DEEDS.map((deed, i) => [deed[0], i] as const))("a partition %s", (_name, i) => {
    const [, end, what] = DEEDS[i]!;
    const [outcome, left, others, fresh] = lines[i]!.split("|");
    expect(outcome).toMatch(new RegExp(`^${i} ${end} .*${what}$`));
    expect(left, "bytes kept after its end").toBe("0");
    expect(others, "ends of the others' calls").toBe("0 0");
    expect(fresh, "a fresh life needs what the first one did").toBe("1");
  });

  test("a thousand restarts need no byte more", () => {
    expect(lines).toContain("restarts 1000 1");
  });

  test("the others lost nothing", () => {
    expect(lines).toContain(`sent ${DEEDS.length} ${DEEDS.length}`);
  });

  test("nothing of a machine that has ended is on the stack of all", () => {
    expect(lines).toContain("stack 1");
  });

  test("each heap too small for a machine or its partition ends that one alone, out of memory", () => {
    expect(lines).toContain("small 1 1 1");
  });

  test("no byte of the image changed", () => {
    expect(lines).toContain("image 1");
  });
});

async function runVictims(option: string, word: 4 | 8, directory: string): Promise<string> {
  const compiler = { command: "gcc", machine: [option, "-O1", "-fno-pie"] };
  const objects = join(ROOT, ".heddle", "build", `test-${word}`);
  const machines = await buildMachines(ROOT, compiler, word, ENTRIES, objects);
  const main = {
    flags: [...machines.flags, ...ENGINE_USER_WARNINGS],
    sources: ["machine/main.c", "no-devices.c"].map((one) => join(ROOT, "test", "device", one)),
  };
  const ours: string[] = [];
  for (const { flags, sources } of [main, ...cryptoParts(ROOT)]) {
    ours.push(...(await compileObjects(compiler, flags, sources, join(objects, "victims"))));
  }
  const program = join(directory, "victims");
  const inputs = [...machines.objects, ...ours, "-lm"];
  execFileSync("gcc", [option, "-no-pie", "-Wl,--gc-sections", ...inputs, "-o", program]);
  seal(program, machines, "", directory);
  return execFileSync(program, { encoding: "utf8" });
}

const REFUSED = [
  ["a Map", "const kept = new Map(); function createIt() { return kept; }", "keeps a Map"],
  ["a RegExp", "const kept = /a/; function createIt() { return kept; }", "keeps a Map"],
  ["the time", "const made = Date.now(); function createIt() { return made; }", "Date"],
  ["chance", "const made = Math.random(); function createIt() { return made; }", "secure mode"],
  [
    "a tagged template",
    "const made = String.raw`a`; function createIt() { return made; }",
    "tagged",
  ],
  ["what a module threw", "function createIt() {} createIt.x.y;", "TypeError"],
] as const;

describe.skipIf(here.length === 0)("an image", () => {
  test.each(
    REFUSED.flatMap(([what, text, why]) => [
      [what, "its base", `${text} heddle.share(0, createIt);`, "", why] as const,
      [what, "a segment", "", `${text} heddle.constructor(0, createIt);`, why] as const,
    ]),
  )("is not made with %s at module level of %s", async (_what, _where, base, segment, why) => {
    const directory = mkdtempSync(join(tmpdir(), "heddle-image-"));
    const script = (name: string, text: string) => {
      const path = join(directory, `${name}.js`);
      writeFileSync(path, `"use strict"; (() => { ${text} })();`);
      return { name, path };
    };
    try {
      const scripts = { base: script("base", base), segments: [script("one", segment)] };
      const image = makeImage(ROOT, scripts, here[0]!.word, directory);
      await expect(image).rejects.toThrow(why);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
