// The live view: what of the house fits on a terminal.

import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HouseStatus } from "../../tools/view/house-status";
import { duration, render } from "../../tools/view/live-view";
import { cut } from "../../tools/view/screen";

const message = (at: number, refused = false) => ({
  at,
  from: "firewall",
  to: "esi-supplier",
  operation: "reading",
  refused,
});
const partition = (name: string, state = "running") => ({
  name,
  state,
  queued: 0,
  received: 1_234_567,
  sent: 1_234_567,
  refused: 0,
  restarts: 0,
});
const node = (index: number) => ({
  eui64: `70b3d52b600000${String(index).padStart(2, "0")}`,
  kind: "electricity-meter",
  state: "networked",
  joinedAt: 11,
  latest: "3815.980 kWh",
});

function status(change: Partial<HouseStatus> = {}): HouseStatus {
  return {
    simulatedSeconds: 190_000,
    utcMs: 1_767_225_600_000,
    channel: 24,
    panId: 0x64a,
    nodes: [1, 2, 3].map(node),
    mirror: { value: 2_683_112, ageSeconds: 1_799, syncs: 96, readsAnswered: 1_000 },
    readings: { measured: 17_000, delivered: 16_990, pending: 9, missed: 1, lost: 0 },
    kept: undefined,
    exchanges: { sent: 0, exact: 0 },
    firewall: { passed: 100_000, refused: 1 },
    partitions: [
      ...Array.from({ length: 12 }, (_, i) => partition(`partition-${i}`)),
      partition("vault", "planned"),
    ],
    messages: Array.from({ length: 32 }, (_, i) => message(i)),
    lastRefused: undefined,
    ...change,
  };
}

const lines = (one: HouseStatus, columns: number, rows: number): string[] =>
  stripVTControlCharacters(render(one, "60 times real time", { columns, rows })).split("\n");

describe("the view", () => {
  it("fits any terminal: no line longer than it is wide, none to make it scroll", () => {
    const counts = fc.record({ nodes: fc.nat({ max: 32 }), messages: fc.nat({ max: 32 }) });
    const size = fc.record({
      columns: fc.integer({ min: 1, max: 250 }),
      rows: fc.integer({ min: 1, max: 100 }),
    });
    fc.assert(
      fc.property(counts, size, ({ nodes, messages }, { columns, rows }) => {
        const one = status({
          nodes: Array.from({ length: nodes }, (_, i) => node(i)),
          messages: Array.from({ length: messages }, (_, i) => message(i, i % 3 === 0)),
        });
        const shown = lines(one, columns, rows);
        expect(shown.length).toBeLessThanOrEqual(Math.max(1, rows - 1));
        for (const line of shown) expect(line.length).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it("shows everything on 120 by 40", () => {
    const text = lines(status(), 120, 40).join("\n");
    expect(text).toContain("running for 2 d 04:46:40, 60 times real time");
    expect(text).toContain("channel 24, PAN 0x064a");
    expect(text).toContain("9 on their way, 1 missed, 0 lost");
    expect(text).toContain("2683.112 m3, 00:29:59 old; 96 syncs");
    expect(text).toMatch(/Partitions +state +queued +received +sent +refused +restarts/);
    expect(text).toContain("planned: vault");
    expect(text.match(/firewall -> esi-supplier/g)).toHaveLength(8);
    expect(text).toContain("Ctrl-C ends it.");
  });

  it("shows every partition, in two columns, and some messages on 80 by 24", () => {
    const text = lines(status(), 80, 24).join("\n");
    for (let i = 0; i < 12; i++) expect(text).toContain(`partition-${i}`);
    expect(text.match(/firewall -> esi-supplier/g)!.length).toBeGreaterThanOrEqual(3);
  });

  it("leaves out partitions, then messages, never the nodes, on a low terminal", () => {
    const low = lines(status(), 80, 14).join("\n");
    expect(low).not.toContain("partition-1");
    expect(low).toContain("Last messages");
    const lower = lines(status(), 80, 9).join("\n");
    expect(lower).not.toContain("Last messages");
    expect(lower).toContain("70b3d52b60000003");
  });

  it("counts the nodes that a low terminal has no room for", () => {
    const one = status({ nodes: Array.from({ length: 32 }, (_, i) => node(i)) });
    expect(lines(one, 80, 24).join("\n")).toContain("and 17 more");
  });

  it("tells of a network that forms, a mirror that waits, and the last refusal", () => {
    const text = lines(
      status({
        channel: undefined,
        mirror: { value: undefined, ageSeconds: undefined, syncs: 0, readsAnswered: 0 },
        lastRefused: message(61, true),
      }),
      120,
      40,
    ).join("\n");
    expect(text).toContain("forming");
    expect(text).toContain("waits for the gas meter's first wake");
    expect(text).toContain("1 refused, last 00:01:01 firewall -> esi-supplier reading");
  });

  it("tells with the head-end elsewhere what the hub took, not what arrived", () => {
    const text = lines(status({ kept: 16_995 }), 120, 40).join("\n");
    expect(text).toContain("17000 measured, 16995 taken by the hub for the head-end, 1 missed");
    expect(text).not.toContain("delivered");
  });
});

describe("a line that is cut", () => {
  it("keeps its colours, and ends them", () => {
    const red = "\u001b[31mred\u001b[39m and plain";
    expect(cut(red, 2)).toBe("\u001b[31mre\u001b[0m");
    expect(cut(red, 100)).toBe(red);
    expect(cut("plain", 3)).toBe("pla");
    expect(cut("plain", 5)).toBe("plain");
  });
});

it("durations have days when there are any", () => {
  expect([59, 3_600, 86_399, 86_400].map(duration)).toEqual([
    "00:00:59",
    "01:00:00",
    "23:59:59",
    "1 d 00:00:00",
  ]);
});
