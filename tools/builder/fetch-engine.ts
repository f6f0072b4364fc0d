// Fetches the engine for the boards: `node tools/run.mjs tools/builder/fetch-engine.ts`.

import { engineDirectory, fetchEngine } from "./engine";

try {
  fetchEngine(process.cwd());
  process.stdout.write(`the engine is in ${engineDirectory(".")}\n`);
} catch (error) {
  process.stderr.write(`the engine cannot be fetched: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
