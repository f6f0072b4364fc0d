// Each partition as one ES module for the engine, with all that it imports.

import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { build, type Plugin } from "esbuild";

/** One module of the image: a partition, or what all are handed. */
export interface ImageModule {
  readonly name: string;
  readonly path: string;
}

/** A partition's constructor: the Party, the file it is in, the function's name. */
export interface Entry {
  readonly id: number;
  readonly name: string;
  /** From the project's root, without extension. */
  readonly file: string;
  readonly create: string;
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

/**
 * Bundles the environment and every file that entries name into `directory`; the environment comes
 * first. Entries of one file share its code.
 * @param system another table's module in the place of `SYSTEM_MODULE`
 */
export async function bundleModules(
  root: string,
  entries: readonly Entry[],
  directory: string,
  system = SYSTEM_MODULE,
): Promise<ImageModule[]> {
  mkdirSync(directory, { recursive: true });
  const environment = { name: "environment", text: 'import "./hal/machine/environment";' };
  const files = [...new Set(entries.map(({ file }) => file))];
  const partitions = files.map((file) => {
    const made = entries.filter((one) => one.file === file);
    const names = made.map(({ create }) => create).join(", ");
    const calls = made.map(({ id, create }) => `heddle.constructor(${id}, ${create});`);
    return {
      name: basename(dirname(file)),
      text: `import { ${names} } from "./${file}"; ${calls.join(" ")}`,
    };
  });
  const modules: ImageModule[] = [];
  for (const { name, text } of [environment, ...partitions]) {
    const path = join(directory, `${name}.js`);
    writeFileSync(path, await bundled(root, text, system));
    modules.push({ name, path });
  }
  return modules;
}

async function bundled(root: string, contents: string, system: string): Promise<string> {
  const result = await build({
    stdin: { contents, resolveDir: root, loader: "ts" },
    write: false,
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    minifySyntax: true,
    logLevel: "error",
    plugins: [tableOf(root, system)],
  });
  return result.outputFiles[0]!.text;
}

function tableOf(root: string, system: string): Plugin {
  const path = join(root, `${system}.ts`);
  return {
    name: "table",
    setup: ({ onResolve }) => onResolve({ filter: /\/system$/ }, () => ({ path })),
  };
}
