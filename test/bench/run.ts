// Figures: `npm run bench [-- --only NAME] [--json]` runs every `*.bench.ts` and prints a table, or
// one JSON object with commit and Node version, so that a figure in prose can say where it came
// from.

import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import Table from "cli-table3";
import { bundle } from "../../tools/bundle.mjs";
import type { Bench, Figure } from "./figure";

interface Result extends Figure {
  readonly bench: string;
}

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { json, only } = parseOptions(process.argv.slice(2));
const results: Result[] = [];
for (const file of readdirSync(join(root, "test/bench")).sort()) {
  if (!file.endsWith(".bench.ts")) continue;
  const path = await bundle(`test/bench/${file}`);
  const bench = (await import(pathToFileURL(path).href)) as Bench;
  if (only !== undefined && bench.name !== only) continue;
  for (const figure of await bench.run()) results.push({ bench: bench.name, ...figure });
}
if (only !== undefined && results.length === 0) stop(`bench: no bench is called ${only}`);
process.stdout.write(json ? asJson(results) : asTable(results));

function asTable(rows: readonly Result[]): string {
  const table = new Table({
    head: ["bench", "figure", "value", "unit"],
    style: { head: [], border: [] },
  });
  for (const row of rows) table.push([row.bench, row.figure, rounded(row.value), row.unit]);
  return `${table.toString()}\n`;
}

function asJson(rows: readonly Result[]): string {
  return `${JSON.stringify({ commit: commit(), node: process.version, results: rows }, null, 2)}\n`;
}

/** Three significant digits say all that a shared machine can know. */
function rounded(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en-GB", { maximumSignificantDigits: 3 });
}

function commit(): string {
  try {
    const args = ["rev-parse", "--short", "HEAD"];
    return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return "unknown";
  }
}

function parseOptions(args: readonly string[]): { json: boolean; only?: string } {
  let json = false;
  let only: string | undefined;
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--json") json = true;
    else if (args[i] === "--only" && args[i + 1] !== undefined) only = args[++i];
    else stop("bench: use [--only NAME] [--json]");
  }
  return only === undefined ? { json } : { json, only };
}

function stop(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
