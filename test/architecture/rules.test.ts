// Each rule fires on a snippet that breaks it, and lets a good one pass.

import { describe, expect, test } from "vitest";
import { exportProblems } from "./exports";
import { formProblems, referenceProblems } from "./form";
import { halProblems, languageProblems } from "./language";
import { importProblems } from "./layers";
import { parse } from "./source-file";

const GAS = "firmware/partitions/gas/gas.ts";

function imports(path: string, name: string): string[] {
  return importProblems(parse(path, `import { x } from "${name}";\n`));
}

describe("imports", () => {
  test.each([
    [GAS, "../demand/partition"],
    [GAS, "../../kernel/kernel"],
    [GAS, "../../kernel/router"],
    [GAS, "../../constructors"],
    [GAS, "../../../hal/node/crypto"],
    [GAS, "../../../host-sim/world"],
    [GAS, "@noble/hashes/sha2.js"],
    [GAS, "node:fs"],
    [GAS, "cbor-x"],
    ["firmware/wire/mac.ts", "../storage/journal"],
    ["firmware/wire/mac.ts", "../kernel/partition"],
    ["firmware/ipc/reading.ts", "../storage/journal"],
    ["firmware/storage/journal.ts", "../partitions/gas/gas"],
    ["firmware/crypto/oscore.ts", "@noble/ciphers/aes.js"],
    ["firmware/kernel/kernel.ts", "../partitions/gas/gas"],
    ["firmware/kernel/kernel.ts", "../constructors"],
    ["firmware/system.ts", "./partitions/gas/gas"],
    ["hal/radio.ts", "./node/crypto"],
    ["hal/radio.ts", "../firmware/system"],
    ["hal/node/crypto.ts", "../../host-sim/world"],
    ["host-sim/world.ts", "@noble/hashes/sha2.js"],
    ["host-sim/world.ts", "../test/bench"],
    ["host-sim/air/air.ts", "../../hal/node/crypto"],
    ["tools/heddle.ts", "../test/bench"],
    ["host-sim/world.ts", "zigbee-on-host"],
  ])("%s must not import %s", (path, name) => {
    expect(imports(path, name)).toEqual([`${path}: must not import ${name}`]);
  });

  test.each([
    [GAS, "./mirror"],
    [GAS, "../../ipc/reading"],
    [GAS, "../../wire/little-endian"],
    [GAS, "../../storage/journal"],
    [GAS, "../../kernel/partition"],
    [GAS, "../../system"],
    [GAS, "../../../hal/flash"],
    ["firmware/constructors.ts", "./partitions/gas/partition"],
    ["hal/node/crypto.ts", "@noble/hashes/sha2.js"],
    ["host-sim/hub/hub.ts", "../../hal/node/crypto"],
    ["host-sim/hub/hub.ts", "../../firmware/kernel/kernel"],
    ["test/wire/mac.test.ts", "zigbee-on-host"],
  ])("%s may import %s", (path, name) => {
    expect(imports(path, name)).toEqual([]);
  });

  test("an import of types, a dynamic one and one handed on count too", () => {
    for (const text of [
      'import type { G } from "../demand/demand";',
      'export { g } from "../demand/demand";',
      'export const g = () => import("../demand/demand");',
      'export type G = import("../demand/demand").Demand;',
    ]) {
      expect(importProblems(parse(GAS, text))).toHaveLength(1);
    }
  });

  test("a file outside every layer is named", () => {
    expect(importProblems(parse("firmware/odd.ts", ""))).toHaveLength(1);
  });
});

describe("words", () => {
  test.each([
    ["Buffer", "const b = Buffer.alloc(3);"],
    ["Date", "export const f = () => new Date();"],
    ["Date", "export const f = () => Date.now();"],
    ["Math.random", "export const f = () => Math.random();"],
    ["setTimeout", "export const f = () => setTimeout(g, 3);"],
    ["console", "export const f = () => console.log(3);"],
    ["Promise", "export const f = (): Promise<void> => g();"],
    ["async", "export async function f() {}"],
    ["await", "export const f = () => { await g(); };"],
    ["eval", 'export const f = () => eval("3");'],
    ["TextEncoder", "export const f = () => new TextEncoder();"],
    ["structuredClone", "export const f = () => structuredClone(g);"],
    ["globalThis", "export const f = () => globalThis.g;"],
    ["process", "export const f = () => process.exit();"],
    ["toSorted", "export const f = (a: number[]) => a.toSorted();"],
    ["#state: write `private`", "class F { #state = 3; }"],
    ["a static field is module state", "class F { static count = 0; }"],
    ["a static block is module state", "class F { static { g(); } }"],
    ["a variable at module level", "let count = 0;"],
    ["a variable at module level", "export var count = 0;"],
    ["new Map at module level", "const m = new Map();"],
    ["new Set at module level", "export const s = new Set<number>();"],
    ["new WeakMap at module level", "const w = new WeakMap();"],
  ])("%s is seen in firmware and hardware interfaces", (what, text) => {
    for (const path of [GAS, "hal/radio.ts"]) {
      expect(languageProblems(parse(path, text))).toContain(`${path}:1: ${what}`);
    }
    expect(languageProblems(parse("host-sim/world.ts", text))).toEqual([]);
  });

  test("node modules and extensions are seen", () => {
    expect(languageProblems(parse(GAS, 'import "node:fs";'))).toHaveLength(1);
    expect(languageProblems(parse(GAS, 'import { m } from "./mirror.ts";'))).toHaveLength(1);
  });

  test("the same words are free as names of members, in comments and in text", () => {
    const text = [
      "// Date, Buffer and console are not for us.",
      'const said = "Date";',
      "export const clock = { process: 3, Date: 4 };",
      "export const f = (g: { process: number }) => g.process;",
      "export function h() { let count = 0; const m = new Map(); return [count++, m, said]; }",
    ].join("\n");
    expect(languageProblems(parse(GAS, text))).toEqual([]);
  });

  test("a hardware interface that runs something is seen", () => {
    const path = "hal/radio.ts";
    for (const text of ["export const x = 3;", "export function f() {}", "export enum E { A }"]) {
      expect(halProblems(parse(path, text))).toHaveLength(1);
    }
    const good = "export interface R {}\nexport type T = R;\nexport const enum E { A }\n";
    expect(halProblems(parse(path, good))).toEqual([]);
  });
});

describe("form", () => {
  const form = (path: string, text: string) => formProblems(parse(path, text));

  test("names", () => {
    expect(form("firmware/kernel/tokenBucket.ts", "// x")).toHaveLength(1);
    expect(form("firmware/kernel/Token-bucket.ts", "// x")).toHaveLength(1);
    for (const name of ["util", "string-helper", "manager", "common", "index"]) {
      expect(form(`firmware/kernel/${name}.ts`, "// x")).toHaveLength(1);
    }
    expect(form("firmware/kernel/token-bucket.ts", "// x")).toEqual([]);
    expect(form("test/wire/mac.fuzz.ts", "// x")).toEqual([]);
  });

  test("400 lines are too many, 399 are not", () => {
    expect(form(GAS, "// x\n".repeat(400))).toEqual([`${GAS}: 400 lines`]);
    expect(form(GAS, "// x\n".repeat(399))).toEqual([]);
  });

  test("101 columns are too many, unless they are one word", () => {
    const word = "x".repeat(98);
    expect(form(GAS, `// ${word.slice(3)} y`)).toEqual([]);
    expect(form(GAS, `// ${word} y`)).toEqual([`${GAS}:1: 103 columns`]);
    expect(form(GAS, `// x\nf("${word} y");`)).toEqual([]);
    expect(form(GAS, `// https://${word}`)).toEqual([]);
  });

  test("a function of 70 lines is too long, wherever it stands", () => {
    const body = "  g();\n".repeat(68);
    for (const text of [
      `function f() {\n${body}}`,
      `const f = () => {\n${body}};`,
      `class F { f() {\n${body}} }`,
      `class F { constructor() {\n${body}} }`,
      `h(() => {\n${body}});`,
    ]) {
      expect(form(GAS, `// x\n${text}`)).toEqual([`${GAS}:2: 70 lines`]);
      expect(form(GAS, `// x\n${text.replace("  g();\n", "")}`)).toEqual([]);
    }
    expect(form("test/gas.test.ts", `// x\ndescribe("g", () => {\n${body}});`)).toEqual([]);
    expect(form("test/gas.test.ts", `// x\ntest.each([])("g", () => {\n${body}});`)).toEqual([]);
  });

  test("a list of samples in a test may be long", () => {
    const list = `// x\nexport function samples() {\n  return [\n${"    g(),\n".repeat(70)}  ];\n}`;
    expect(form("test/wire/samples.ts", list)).toEqual([]);
    expect(form(GAS, list)).toHaveLength(1);
  });

  test("a file that hands on what others export", () => {
    expect(form(GAS, '// x\nexport * from "./mirror";')).toHaveLength(1);
    expect(form(GAS, '// x\nexport { m } from "./mirror";')).toHaveLength(1);
  });

  test("a file that does not say what it is", () => {
    expect(form(GAS, "export const x = 3;")).toHaveLength(1);
    expect(form("tools/heddle.mjs", "#!/usr/bin/env node\n// The command.\n")).toEqual([]);
  });

  test("references to one machine, one registry, and to work that was put off", () => {
    for (const pieces of [
      ["see /wo", "rk/main"],
      ["in /ho", "me/me"],
      ["https://registry.", "npmjs.org"],
      ["// TO", "DO: more"],
    ]) {
      expect(referenceProblems("README.md", pieces.join(""))).toHaveLength(1);
    }
    expect(referenceProblems("README.md", "work done at home")).toEqual([]);
  });
});

describe("exports", () => {
  test("that nobody uses are found, those that another file uses are not", () => {
    const one = parse(
      "firmware/wire/one.ts",
      "export const lonely = 1;\nexport function met() {}\n",
    );
    const two = parse("firmware/wire/two.ts", 'import { met } from "./one";\nmet();\n');
    expect(exportProblems([one, two])).toEqual(["firmware/wire/one.ts: nobody uses lonely"]);
  });
});
