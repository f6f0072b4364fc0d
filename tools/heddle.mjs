#!/usr/bin/env node
// The `heddle` command: bundles the TypeScript command line (some tens of milliseconds) and runs
// it.
import { runEntry } from "./bundle.mjs";

await runEntry("tools/heddle.ts");
