// docs/wan.md is all that a head-end needs: it names each resource that the firmware has, and none
// that it has not. firmware/README.md and the partitions' own pages cover every partition.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SYSTEM } from "../../firmware/system";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const sources = readdirSync(join(root, "firmware"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => read(`firmware/${name}`))
  .join("\n");

/** `METHOD path` of the tables, the context before it. */
const ROW = /^\| (?:each|management|provider)\s*\| `(GET|PUT|POST|DELETE) ([^`]+)`/gm;
const rowsOf = (text: string) =>
  [...text.matchAll(ROW)].map((row) => ({
    method: row[1]!,
    path: row[2]!.replace(/\?.*/, "").split("/"),
  }));
const [ofTheHub, ofTheHeadEnd] = read("docs/wan.md").split(
  "## What the head-end may ask of the hub",
);
/** Segments as they stand; those in capitals are to be filled in. */
const words = (paths: readonly (readonly string[])[]): string[] =>
  [...new Set(paths.flat().filter((one) => one !== one.toUpperCase()))].sort();

function literals(pattern: RegExp): string[] {
  return [...new Set([...sources.matchAll(pattern)].map((match) => match[1]!))].sort();
}

describe("docs/wan.md", () => {
  it("has both tables of requests", () => {
    expect(rowsOf(ofTheHub!).length).toBeGreaterThanOrEqual(5);
    expect(rowsOf(ofTheHeadEnd!).length).toBeGreaterThanOrEqual(7);
  });

  it("names what the hub asks of a head-end, and nothing else", () => {
    const asked = literals(/CoapOption\.URI_PATH, "(\w+)"/g);
    const told = rowsOf(ofTheHub!);
    const names = told.map(({ path }) => path.slice(0, 1));
    expect(words(names)).toEqual(asked);
    expect(told.every(({ method }) => method === "POST")).toBe(true);
  });

  it("names what the hub serves, and nothing else", () => {
    const served = literals(/isSegment\(bytes, \d, "(\w+)"\)/g);
    const asked = rowsOf(ofTheHeadEnd!);
    const providers = ["operator", "supplier"];
    expect(words([...asked.map(({ path }) => path), providers])).toEqual(served);
  });

  it("says the number of each relationship and of each refusal's reason", () => {
    const page = read("docs/wan.md");
    for (const name of ["Unauthorized", "Subscribed", "Enrolled", "Controlled"]) {
      expect(page).toMatch(new RegExp(`\\| \\d +\\| ${name} `));
    }
    for (let reason = 1; reason <= 5; reason++) expect(page).toMatch(new RegExp(`[(, ]${reason} `));
  });
});

describe("the firmware's pages", () => {
  const tour = read("firmware/README.md");

  it.each(SYSTEM.partitions.map(({ name }) => name))("show %s on the tour", (name) => {
    expect(tour).toContain(name);
  });

  it.each(readdirSync(join(root, "firmware/partitions")))("say what %s promises", (name) => {
    expect(existsSync(join(root, "firmware/partitions", name, "README.md"))).toBe(true);
    expect(read(`firmware/partitions/${name}/README.md`)).toMatch(/[Pp]romises/);
  });
});
