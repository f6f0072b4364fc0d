// The firmware as scripts for the engine: one for the base, with what several partitions use, and
// one for each segment, with the modules that only it uses.

import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { bundle, replacements } from "./bundle-script";
import { type SharedModule, sharedModules, sharedStubs } from "./sharing";

/** One script; its file is NAME.js. */
export interface Script {
  readonly name: string;
  readonly path: string;
}

/** What an image is made of. */
export interface Scripts {
  readonly base: Script;
  readonly segments: readonly Script[];
}

/** A partition's constructor: the Party, the file it is in, the function's name. */
export interface Entry {
  readonly id: number;
  readonly name: string;
  /** From the project's root, without extension. */
  readonly file: string;
  readonly create: string;
  /** Of a test: the function of this module that makes another constructor of a name and this. */
  readonly wrap?: { readonly file: string; readonly name: string };
}

/** The entries that `firmware/constructors.ts` lists. */
export function entriesOf(
  constructors: Readonly<Record<string, { readonly name: string } | undefined>>,
  partitions: readonly { readonly id: number; readonly name: string }[],
): Entry[] {
  return partitions.flatMap(({ id, name }) => {
    const create = constructors[name]?.name;
    if (create === undefined) return [];
    const folder = name.replace(/^(esi|wan)-.*$/, "$1");
    return [{ id, name, file: `firmware/partitions/${folder}/partition`, create }];
  });
}

/** The module that exports the table as `SYSTEM`, from the project's root, without extension. */
export const SYSTEM_MODULE = "firmware/system";

/** Entries of one file share its code: one segment each, in the order of the table. */
export function segmentsOf(entries: readonly Entry[]): Map<string, readonly Entry[]> {
  const files = [...new Set(entries.map(({ file }) => file))];
  return new Map(
    files.map((file) => [basename(dirname(file)), entries.filter((one) => one.file === file)]),
  );
}

/**
 * Bundles the base, with the environment, and a segment for every file that entries name into
 * `directory`.
 * @param system another table's module in the place of `SYSTEM_MODULE`
 */
export async function bundleScripts(
  root: string,
  entries: readonly Entry[],
  directory: string,
  system = SYSTEM_MODULE,
): Promise<Scripts> {
  mkdirSync(directory, { recursive: true });
  const replaced = replacements(root, system);
  const texts = new Map([...segmentsOf(entries)].map(([name, own]) => [name, segmentText(own)]));
  const shared = await sharedModules(root, [...texts.values()], replaced);
  const write = async (name: string, text: Promise<string>): Promise<Script> => {
    const path = join(directory, `${name}.js`);
    writeFileSync(path, await text);
    return { name, path };
  };
  const segments: Script[] = [];
  for (const [name, text] of texts) {
    segments.push(await write(name, bundle(root, text, [sharedStubs(root, shared), replaced])));
  }
  const base = await write("base", bundle(root, baseText(shared), [replaced]));
  return { base, segments };
}

function segmentText(entries: readonly Entry[]): string {
  const names = entries.map(({ create }) => create).join(", ");
  const wraps = new Set(
    entries.flatMap(({ wrap }) => (wrap ? [`import { ${wrap.name} } from "./${wrap.file}";`] : [])),
  );
  const calls = entries.map(({ id, name, create, wrap }) => {
    const made = wrap === undefined ? create : `${wrap.name}("${name}", ${create})`;
    return `heddle.constructor(${id}, ${made});`;
  });
  const imports = [`import { ${names} } from "./${entries[0]!.file}";`, ...wraps];
  return `${imports.join(" ")} ${calls.join(" ")}`;
}

/** Hands every export of every shared module over, by its number. */
function baseText(shared: readonly SharedModule[]): string {
  const lines = shared.flatMap(({ file, exports }) => {
    const names = [...exports].map(([name, place]) => `${name} as shared${place}`).join(", ");
    const calls = [...exports.values()].map((place) => `heddle.share(${place}, shared${place});`);
    return exports.size === 0 ? [] : [`import { ${names} } from "./${file}"; ${calls.join(" ")}`];
  });
  return ['import "./hal/machine/environment";', ...lines].join("\n");
}
