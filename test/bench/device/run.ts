// Figures of the devices as JSON: `node tools/run.mjs test/bench/device/run.ts` runs every bench of
// this folder. It needs the cross compilers and QEMU; what is absent is named and left out.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundle } from "../../../tools/bundle.mjs";
import type { Bench, Figure } from "../figure";

const FOLDER = "test/bench/device";

const results: (Figure & { readonly bench: string })[] = [];
for (const file of readdirSync(join(process.cwd(), FOLDER)).sort()) {
  if (!file.endsWith(".bench.ts")) continue;
  const path = await bundle(`${FOLDER}/${file}`);
  const bench = (await import(pathToFileURL(path).href)) as Bench;
  for (const figure of await bench.run()) results.push({ bench: bench.name, ...figure });
}
process.stdout.write(`${JSON.stringify({ results }, null, 2)}\n`);
