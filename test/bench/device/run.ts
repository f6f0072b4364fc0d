// Figures of the boards: `npm run bench:device` prints how they stand to the targets, `--json` all
// of them, `--write` puts them into docs/figures.json and docs/figures.md. It needs the cross
// compilers and QEMU; what is absent is named and left out.

import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundle } from "../../../tools/bundle.mjs";
import type { Bench } from "../figure";
import { type Figures, figuresDocument, type Result } from "./document";

const FOLDER = "test/bench/device";

const given = process.argv.slice(2);
const unknown = given.find((one) => one !== "--json" && one !== "--write");
if (unknown !== undefined) {
  process.stderr.write(`bench:device: ${unknown} is no option; there are --json and --write\n`);
  process.exit(2);
}

/** A bench of firmware tells which: SHA-256 by board, once it has run. */
interface Builder {
  readonly builds: Readonly<Record<string, string>>;
}

const results: Result[] = [];
const builds: Record<string, string> = {};
for (const file of readdirSync(join(process.cwd(), FOLDER)).sort()) {
  if (!file.endsWith(".bench.ts")) continue;
  const path = await bundle(`${FOLDER}/${file}`);
  const bench = (await import(pathToFileURL(path).href)) as Bench & Partial<Builder>;
  for (const figure of await bench.run()) results.push({ bench: bench.name, ...figure });
  Object.assign(builds, bench.builds);
}
const figures: Figures = { builds, results };
const json = `${JSON.stringify(figures, null, 2)}\n`;
const document = figuresDocument(json);
if (given.includes("--write")) {
  writeFileSync(join(process.cwd(), "docs", "figures.json"), json);
  writeFileSync(join(process.cwd(), "docs", "figures.md"), document);
}
process.stdout.write(given.includes("--json") ? json : document);
