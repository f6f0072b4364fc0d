// Every look that `wire` and `ipc` take at a stranger's bytes has a fuzz target that takes it too.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InputMaker } from "./input-maker";
import * as lengths from "./lengths.fuzz";

const root = join(import.meta.dirname, "../..");
const EXPORTED = /export function (check[A-Z]\w*|isUtf8)\b/g;

function texts(folder: string, ending: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  const files = names.filter((one) => one.endsWith(ending));
  return files.map((one) => readFileSync(join(root, folder, one), "utf8"));
}

const looks = ["firmware/wire", "firmware/ipc"]
  .flatMap((folder) => texts(folder, ".ts"))
  .flatMap((text) => [...text.matchAll(EXPORTED)].map((match) => match[1]!));
const targets = texts("test/fuzz", ".fuzz.ts").join("\n");

describe("each look at a stranger's bytes", () => {
  it("is one of many", () => {
    expect(looks.length).toBeGreaterThan(40);
    expect(looks).toContain("isUtf8");
  });

  it.each(looks)("%s is called by a fuzz target", (look) => {
    expect(targets).toMatch(new RegExp(`\\b${look}\\(`));
  });
});

it("the small looks stand any bytes", () => {
  const maker = new InputMaker(7, lengths.name, lengths.seeds);
  for (let i = 0; i < 3000; i++) lengths.fuzz(maker.next());
  for (const seed of lengths.seeds) lengths.fuzz(seed);
});
