// One script out of modules, for the engine.

import { join } from "node:path";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { inlineCalls } from "./inline";
import { useNatives } from "./natives";

/** How modules become a script: nothing stays that only a person reads. */
export function scriptOptions(plugins: readonly Plugin[]) {
  return {
    write: false,
    bundle: true,
    format: "iife",
    // Modules are strict, and a script is when it says so.
    banner: { js: '"use strict";' },
    target: "es2022",
    platform: "neutral",
    minifySyntax: true,
    // A variable that a function keeps hold of has a name in the image: few and short ones.
    minifyIdentifiers: true,
    logLevel: "error",
    metafile: true,
    plugins: [...plugins],
  } as const satisfies BuildOptions;
}

/** The script of `contents`, a module that lies in the project's root. */
export async function bundle(
  root: string,
  contents: string,
  plugins: readonly Plugin[],
): Promise<string> {
  const stdin = { contents, resolveDir: root, loader: "ts" } as const;
  const module = { format: "esm", banner: {}, minifyIdentifiers: false } as const;
  const whole = await build({ ...scriptOptions(plugins), stdin, ...module });
  // Once more, so that functions that nobody calls any more are left out.
  const inlined = inlineCalls(useNatives(whole.outputFiles[0]!.text));
  const lean = await build({ ...scriptOptions([]), stdin: { contents: inlined, loader: "js" } });
  return lean.outputFiles[0]!.text;
}

/** Modules that the engine is given another of; that one is made from the one it stands for. */
export function replacements(root: string, system: string): Plugin {
  const rows = [{ filter: /\/system$/, path: join(root, `${system}.ts`) }];
  return {
    name: "replacements",
    setup({ onResolve }) {
      for (const { filter, path } of rows) {
        onResolve({ filter }, ({ importer }) => (importer === path ? undefined : { path }));
      }
    },
  };
}
