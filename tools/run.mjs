// Bundles one TypeScript entry and runs it: `node tools/run.mjs ENTRY [ARGUMENT...]`.
// Bundling inlines `const enum`s, so what runs here is what the firmware builder sees.
import { runEntry } from "./bundle.mjs";

const [entry, ...rest] = process.argv.slice(2);
if (entry === undefined) {
  process.stderr.write("run: name a TypeScript entry file\n");
  process.exit(2);
}
process.argv = [process.argv[0], entry, ...rest];
await runEntry(entry);
