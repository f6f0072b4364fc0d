// docs/figures.md is what the script makes of docs/figures.json, and nobody's own words.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { figuresDocument } from "../bench/device/document";
import { TARGETS, verdictsOf } from "../bench/device/targets";

const docs = join(import.meta.dirname, "../../docs");
const json = readFileSync(join(docs, "figures.json"), "utf8");
const { results } = JSON.parse(json) as {
  results: { figure: string; value: number; unit: string }[];
};

describe("docs/figures.md", () => {
  it("is made of figures.json by the script", () => {
    expect(readFileSync(join(docs, "figures.md"), "utf8")).toBe(figuresDocument(json));
  });

  it("has a figure for every target, on both emulated boards", () => {
    for (const board of ["qemu-arm", "qemu-riscv"]) {
      const held = TARGETS.filter((target) => (target.board ?? board) === board);
      expect(verdictsOf(results, board).map(({ target }) => target)).toEqual(held);
    }
  });

  it("notices a figure that was changed", () => {
    const changed = json.replace(/"value": \d+/, '"value": 1');
    expect(figuresDocument(changed)).not.toBe(figuresDocument(json));
  });
});

describe("a document of figures", () => {
  const [sign, lone] = ["P-256 sign", "noble, heap in use at most"];
  const document = figuresDocument(
    JSON.stringify({
      builds: { "qemu-arm": "5a5a" },
      results: [
        { bench: "crypto", figure: `qemu-arm: ${sign}`, value: 2_000, unit: "instructions" },
        { bench: "noble", figure: `qemu-arm: ${sign}`, value: 27_000, unit: "instructions" },
        { bench: "noble", figure: `qemu-arm: ${lone}`, value: 4_000, unit: "bytes" },
      ],
    }),
  );

  it("has noble beside the provider, and what only noble needs below", () => {
    expect(document).toContain(`| ${sign} | 2,000 | 27,000 | 13.5 |\n`);
    expect(document).toContain(`| ${lone} | 4,000 | bytes |\n`);
  });

  it("names the firmware", () => {
    expect(document).toContain("| qemu-arm | `5a5a` |\n");
  });
});

describe("a target", () => {
  it("is met by a figure on its limit and missed by one above it", () => {
    const figure = "qemu-arm: message between partitions, transport";
    const [met] = verdictsOf([{ figure, value: 5_000, unit: "instructions" }], "qemu-arm");
    const [missed] = verdictsOf([{ figure, value: 5_001, unit: "instructions" }], "qemu-arm");
    expect([met!.isMet, missed!.isMet]).toEqual([true, false]);
  });

  it("is held against the worst of its figures", () => {
    const figures = ["audit", "han"].map((partition, i) => ({
      figure: `qemu-arm: heap of ${partition}, of the planned`,
      value: 70 + 20 * i,
      unit: "%",
    }));
    expect(verdictsOf(figures, "qemu-arm")[0]!.worst.value).toBe(90);
  });
});
