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

/** What docs/figures.json holds. */
export interface Figures {
  /** SHA-256 of each board's flash.bin, by the board's name. */
  readonly builds?: Readonly<Record<string, string>>;
  readonly results: readonly Result[];
}

/** @param json the text of docs/figures.json */
export function figuresDocument(json: string): string {
  const { builds, results } = JSON.parse(json) as Figures;
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
    "to the end of the new constructor. A boot goes from the kernel's entry with an empty RAM, on a",
    "stored network, until `han` has handed a beacon to the radio, without the time that nobody uses:",
    "the starts of `han` and of those more important, what they do until then, and the kernel's part",
    "with it. Partitions that are less important wait for those, with their starts too; the figure",
    "with all of them, as if the beacon waited for every store, stands beside it.",
    "",
    ...buildLines(builds ?? {}),
    ...boards.flatMap((board) => targetLines(verdictsOf(results, board), board)),
    ...TITLES.flatMap(({ bench, title }) => {
      const own = results.filter((one) => one.bench === bench);
      return own.length === 0 ? [] : [`## ${title}`, "", ...table(own, boards), ""];
    }),
    ...nobleLines(results, boards),
  ].join("\n");
}

function buildLines(builds: Readonly<Record<string, string>>): string[] {
  const rows = Object.entries(builds).map(([board, sha256]) => `| ${board} | \`${sha256}\` |`);
  if (rows.length === 0) return [];
  return [
    "The firmware of the boards, as it is without what counts:",
    "",
    "| | SHA-256 of flash.bin |",
    "|---|---|",
    ...rows,
    "",
  ];
}

/** The provider and noble side by side, and what noble needs besides. */
function nobleLines(results: readonly Result[], boards: readonly string[]): string[] {
  const noble = results.filter(({ bench }) => bench === "noble");
  if (noble.length === 0) return [];
  const inC = new Map(
    results.filter(({ bench }) => bench === "crypto").map((one) => [one.figure, one.value]),
  );
  const asked = noble.filter(({ figure }) => inC.has(figure));
  const titles = [...new Set(asked.map(titleOf))];
  const nobleOf = (figure: string) => asked.find((one) => one.figure === figure)?.value;
  return [
    "## Primitives by the provider in C and by noble on XS",
    "",
    "Both answer the same requests with the same bytes. noble runs in a machine of the boards' engine",
    "with memory that the boards do not have: 4 MB of flash, 4 MB of RAM, a heap of 3 MB that grows in",
    "steps of 64 KB. Its AES builds its tables when its module is evaluated; CCM over that AES is",
    "`hal/node/ccm.ts`, and a key is expanded at each call. P-256 is without precomputed tables.",
    "",
    `| instructions | ${boards.flatMap((board) => [`${board}, C`, "noble", "times"]).join(" | ")} |`,
    `|---|${boards.map(() => "---|---|---|").join("")}`,
    ...titles.map((title) => {
      const cells = boards.flatMap((board) => {
        const [c, js] = [inC.get(`${board}: ${title}`), nobleOf(`${board}: ${title}`)];
        const times = c === undefined || js === undefined ? "" : (js / c).toFixed(1);
        return [number(c), number(js), times];
      });
      return `| ${title} | ${cells.join(" | ")} |`;
    }),
    "",
    ...table(
      noble.filter((one) => !asked.includes(one)),
      boards,
    ),
    "",
  ];
}

function titleOf({ figure }: Result): string {
  return figure.slice(boardOf(figure).length + 2);
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
    const title = titleOf(one);
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
