// docs/requirements.md maps each of the 144 requirements to code and to the tests that show it.
// This keeps it true: what a line names must exist.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const COUNT = 144;
const NOT_YET = "not yet";

interface Line {
  readonly number: number;
  readonly text: string;
  readonly where: string;
  readonly shownBy: string;
}

function parse(document: string): Line[] {
  const lines: Line[] = [];
  for (const row of document.split("\n")) {
    const cells = row.split("|").map((cell) => cell.trim());
    if (cells.length !== 6 || !/^\d+$/.test(cells[1]!)) continue;
    lines.push({ number: Number(cells[1]), text: cells[2]!, where: cells[3]!, shownBy: cells[4]! });
  }
  return lines;
}

/** What is wrong with the lines, a sentence each. */
function problemsOf(lines: readonly Line[]): string[] {
  const problems: string[] = [];
  for (let number = 1; number <= COUNT; number++) {
    const count = lines.filter((line) => line.number === number).length;
    if (count !== 1) problems.push(`requirement ${number} stands ${count} times`);
  }
  for (const { number, text, where, shownBy } of lines) {
    if (text.length < 10) problems.push(`requirement ${number} has no text`);
    for (const path of where === NOT_YET ? [] : pathsOf(where)) {
      if (!existsSync(join(root, path))) problems.push(`${number}: there is no ${path}`);
    }
    if (where !== NOT_YET && pathsOf(where).length === 0) problems.push(`${number}: where?`);
    if (shownBy !== NOT_YET) problems.push(...claimsOf(number, shownBy));
    if (shownBy !== NOT_YET && where === NOT_YET) problems.push(`${number}: shown, but nowhere`);
  }
  return problems;
}

function pathsOf(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
}

/** `file`: "title", one or more. */
function claimsOf(number: number, cell: string): string[] {
  const claims = [...cell.matchAll(/`([^`]+)`: "([^"]+)"/g)];
  if (claims.length === 0) return [`${number}: names no test`];
  return claims.flatMap(([, path, title]) => {
    if (!existsSync(join(root, path!))) return [`${number}: there is no ${path}`];
    const source = readFileSync(join(root, path!), "utf8");
    return source.includes(title!) ? [] : [`${number}: ${path} has no test "${title}"`];
  });
}

const document = readFileSync(join(root, "docs/requirements.md"), "utf8");

describe("docs/requirements.md", () => {
  it("has every requirement once, and names only code and tests that exist", () => {
    expect(problemsOf(parse(document))).toEqual([]);
  });

  it("would be found out if it named a test that does not exist", () => {
    const row =
      '| 15 | Hub separate from the meter. | `host-sim` | `test/docs/requirements.test.ts`: "no';
    const problems = problemsOf(
      parse(`${row} such test at all" |`.replace("no such", "nobody wrote")),
    );
    expect(problems.some((problem) => problem.startsWith("15: "))).toBe(true);
  });

  it("would be found out if it left a requirement out or named a file that is gone", () => {
    const problems = problemsOf(
      parse("| 15 | Hub separate from the meter. | `gone/away` | not yet |"),
    );
    expect(problems).toContain("requirement 16 stands 0 times");
    expect(problems).toContain("15: there is no gone/away");
  });
});
