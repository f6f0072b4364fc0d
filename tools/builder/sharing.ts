// Which modules several segments use: they are in the base, once. A segment has in their place the
// numbers by which the base hands their exports over; constant numbers are inlined as everywhere.

import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";
import { scriptOptions } from "./bundle-script";

export interface SharedModule {
  /** From the project's root, without extension. */
  readonly file: string;
  /** Its exports that are values, and their numbers. */
  readonly exports: ReadonlyMap<string, number>;
  /** Its exports that are gone once they are inlined: numbers, functions of one expression. */
  readonly inlined: readonly string[];
}

/** The modules that more than one of these scripts brings code of. Of them, the base has all. */
export async function sharedModules(
  root: string,
  texts: readonly string[],
  replaced: Plugin,
): Promise<SharedModule[]> {
  const users = new Map<string, number>();
  for (const contents of texts) {
    const stdin = { contents, resolveDir: root, loader: "ts" } as const;
    const { metafile } = await build({ stdin, absWorkingDir: root, ...scriptOptions([replaced]) });
    for (const file of filesWithCode(metafile)) users.set(file, (users.get(file) ?? 0) + 1);
  }
  const files = [...users].filter(([, count]) => count > 1).map(([file]) => file);
  return numbered(root, files.sort(), await exportsOf(root, files, replaced));
}

function filesWithCode({ outputs }: Metafile): string[] {
  return Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([file, { bytesInOutput }]) => bytesInOutput > 0 && file.endsWith(".ts"))
      .map(([file]) => file),
  );
}

async function exportsOf(root: string, files: readonly string[], replaced: Plugin) {
  const { metafile } = await build({
    ...scriptOptions([replaced]),
    absWorkingDir: root,
    entryPoints: [...files],
    format: "esm",
    outdir: "nowhere",
  });
  return new Map(
    Object.values(metafile.outputs).map((output) => [output.entryPoint!, output.exports]),
  );
}

function numbered(
  root: string,
  files: readonly string[],
  exports: ReadonlyMap<string, readonly string[]>,
): SharedModule[] {
  let place = 0;
  return files.map((file) => {
    const text = readFileSync(join(root, file), "utf8");
    const inlined = [...constantsOf(text), ...smallFunctionsOf(text)];
    const values = exports.get(file)!.filter((name) => !inlined.includes(name));
    return {
      file: file.replace(/\.ts$/, ""),
      exports: new Map(values.map((name) => [name, place++])),
      inlined,
    };
  });
}

const CONSTANT = /^export const (?:enum (\w+)|(\w+)(?:: number)? = -?[\dA-Z_][^[({]*;$)/gm;

function constantsOf(text: string): string[] {
  return [...text.matchAll(CONSTANT)].map((found) => (found[1] ?? found[2])!);
}

const FUNCTION = /^(export )?function (\w+)\([^)]*\)[^{]*\{\n([\s\S]*?)\n\}$/gm;

/** Exported functions of one expression that call no longer one of their own module. */
function smallFunctionsOf(text: string): string[] {
  const found = [...text.matchAll(FUNCTION)].map(([, exported, name, body]) => ({
    exported: exported !== undefined,
    name: name!,
    calls: [...body!.matchAll(/(\w+)\(/g)].map(([, called]) => called!),
    small: /^ {2}return [^;]*;$/.test(body!),
  }));
  const long = new Set(found.filter(({ small }) => !small).map(({ name }) => name));
  for (let before = -1; before !== long.size; ) {
    before = long.size;
    for (const { name, calls } of found) if (calls.some((one) => long.has(one))) long.add(name);
  }
  return found.filter(({ exported, name }) => exported && !long.has(name)).map(({ name }) => name);
}

const STUB = "shared";

/** What a segment finds in the place of a shared module. */
export function sharedStubs(root: string, shared: readonly SharedModule[]): Plugin {
  const modules = new Map(shared.map((module) => [module.file, module]));
  return {
    name: "shared",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ path, resolveDir, namespace }) => {
        const file = relative(root, join(resolveDir, path));
        // The stub itself names the module, for what is inlined.
        if (namespace === STUB) return { path: join(root, `${file}.ts`), sideEffects: false };
        return modules.has(file) ? { path: file, namespace: STUB, sideEffects: false } : undefined;
      });
      onLoad({ filter: /.*/, namespace: STUB }, ({ path }) => ({
        contents: stubText(modules.get(path)!),
        loader: "ts",
        resolveDir: root,
      }));
    },
  };
}

function stubText({ file, exports, inlined }: SharedModule): string {
  const values = [...exports].map(
    ([name, place]) => `export const ${name} = /* @__PURE__ */ heddle.shared(${place});`,
  );
  const rest = `export { ${inlined.join(", ")} } from "./${file}";`;
  return [...values, ...(inlined.length > 0 ? [rest] : [])].join("\n");
}
