// docs/clusters.md is what the script makes of the clusters' tables, and nobody's own words.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CLUSTERS } from "../../firmware/wire/clusters/catalogue";
import { clusterDocument } from "../../tools/clusters/document";

describe("docs/clusters.md", () => {
  const text = readFileSync(join(import.meta.dirname, "../../docs/clusters.md"), "utf8");

  it("is made of the tables by the script", () => {
    expect(text).toBe(clusterDocument());
  });

  it("has every command of every cluster with its fields", () => {
    for (const table of CLUSTERS) {
      for (const [, name, layout] of [...table.received, ...table.generated])
        expect(text).toContain(` | ${name} | ${layout === "" ? "" : `\`${layout}\``} |`);
    }
  });
});
