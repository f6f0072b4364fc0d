// docs/figures.md out of docs/figures.json: what was measured, and how it stands to the targets.

import { createHash } from "node:crypto";
import type { Figure } from "../figure";
import { type Verdict, verdictsOf } from "./targets";

export interface Result extends Figure {
  readonly bench: string;
}

const TITLES: readonly { readonly bench: string; readonly title: string }[] = [
  { bench: "house", title: "The house on a board" },
  { bench: "crypto", title: "Primitives and the line's codec, in C" },
];

/** @param json the text of docs/figures.json */
export function figuresDocument(json: string): string {
  const { results } = JSON.parse(json) as { results: Result[] };
  const boards = [...new Set(results.map(({ figure }) => boardOf(figure)))];
  const digest = createHash("sha256").update(json).digest("hex");
  return [
    "# Figures",
    "",
    "`npm run bench:device -- --write` measured these and wrote this file and `figures.json` beside",
    "it, of which the SHA-256 is",
    `\`${digest}\`.`,
    "",
    "Instructions are those of the processor that QEMU emulates, counted with `-icount shift=0`:",
    "exact, the same at each run, and no cycles. At 64 MHz a million takes 16 ms when each takes one.",
    "A Cortex-M4F's timer tells them to 40; an RV32IMAC tells each.",
    "",
    "The house is that of seed 7 with a meter whose frames are filled up to 127 bytes. What the bench",
    "link costs is not in any figure. A frame begins when the kernel hands a complete Spinel frame to",
    "`han`, and has its value when `han` sends it to `demand`; the transport of a message goes from",
    "the sender's `send` to the first bytecode of the receiver. A restart goes from the fault's call",
    "to the end of the new constructor.",
    "",
    ...boards.flatMap((board) => targetLines(verdictsOf(results, board), board)),
    ...TITLES.flatMap(({ bench, title }) => {
      const own = results.filter((one) => one.bench === bench);
      return own.length === 0 ? [] : [`## ${title}`, "", ...table(own, boards), ""];
    }),
  ].join("\n");
}

function targetLines(verdicts: readonly Verdict[], board: string): string[] {
  if (verdicts.length === 0) return [];
  return [
    `## Targets on ${board}`,
    "",
    "| what | target | measured | |",
    "|---|---|---|---|",
    ...verdicts.map(
      ({ target, worst, isMet }) =>
        `| ${target.title} | ${number(target.limit)} ${target.unit} | ${number(worst.value)} | ` +
        `${isMet ? "met" : missed(worst.value, target.limit)} |`,
    ),
    "",
    ...verdicts
      .filter(({ isMet }) => !isMet)
      .map(({ target }) => `- Missed, ${target.title}: ${target.why}.`),
    "",
  ];
}

function missed(value: number, limit: number): string {
  return limit === 0 ? `missed by ${value}` : `missed: ${(value / limit).toFixed(1)} times`;
}

/** A row for each figure, a column for each board. */
function table(results: readonly Result[], boards: readonly string[]): string[] {
  const rows = new Map<string, Map<string, Result>>();
  for (const one of results) {
    const title = one.figure.slice(boardOf(one.figure).length + 2);
    const row = rows.get(title) ?? new Map<string, Result>();
    rows.set(title, row.set(boardOf(one.figure), one));
  }
  return [
    `| | ${boards.join(" | ")} | |`,
    `|---|${boards.map(() => "---|").join("")}---|`,
    ...[...rows].map(([title, row]) => {
      const cells = boards.map((board) => number(row.get(board)?.value));
      return `| ${title} | ${cells.join(" | ")} | ${[...row.values()][0]!.unit} |`;
    }),
  ];
}

function boardOf(figure: string): string {
  return figure.slice(0, figure.indexOf(":"));
}

function number(value: number | undefined): string {
  return value === undefined ? "" : value.toLocaleString("en-GB");
}
