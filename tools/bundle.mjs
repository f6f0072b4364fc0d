// Turns one TypeScript entry into one ES module in dist/ and imports it.
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/**
 * Bundles `entry` (a path from the project's root or an absolute one); returns the module's path.
 */
export async function bundle(entry) {
  const source = resolve(root, entry);
  const directory = join(root, "dist");
  mkdirSync(directory, { recursive: true });
  const name = source
    .slice(root.length + 1)
    .replace(/[/\\]/g, "-")
    .replace(/\.ts$/, ".mjs");
  const outfile = join(directory, name);
  const result = await build({
    entryPoints: [source],
    outfile,
    write: false,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: "inline",
    logLevel: "error",
  });
  // Two commands may start at once: each writes its own file, and the rename is atomic.
  const fresh = `${outfile}.${process.pid}`;
  writeFileSync(fresh, result.outputFiles[0].contents);
  renameSync(fresh, outfile);
  return outfile;
}

/** Bundles and runs `entry`. */
export async function runEntry(entry) {
  await import(pathToFileURL(await bundle(entry)).href);
}
