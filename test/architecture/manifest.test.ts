// `manifest.json` is what the Moddable SDK builds from: it must name every folder of the firmware.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const manifest = JSON.parse(readFileSync(join(root, "manifest.json"), "utf8")) as {
  readonly modules: Readonly<Record<string, string>>;
};

function foldersOf(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".ts"));
  return [...new Set(files.map(({ parentPath }) => parentPath.slice(root.length + 1)))];
}

describe("the Moddable manifest", () => {
  it("names every folder of the firmware and the nouns of the HAL, and no other", () => {
    const folders = [...foldersOf("firmware"), "hal"].sort();
    expect(Object.keys(manifest.modules).sort()).toEqual(folders.map((name) => `${name}/*`).sort());
  });

  it("names each by a path that exists", () => {
    for (const [name, path] of Object.entries(manifest.modules)) {
      expect(path).toBe(`./${name}`);
      const files = readdirSync(join(root, dirname(path)));
      expect(files.some((file) => file.endsWith(".ts"))).toBe(true);
    }
  });
});
