import { describe, expect, it } from "vitest";
import { type CutPlan, PowerCut } from "../../host-sim/flash-direct";
import { FlashMemory } from "../../host-sim/flash-memory";
import { type Change, expectWhole, JournalRun } from "../storage/journal-run";
import { CUTS, cutsOfEveryByte } from "./cut-points";

const SECTORS = 3;
const CAPACITY = 14;
const VALUE_MAX = 224;

/** Fills, overwrites and removes; about half of it is compaction. */
const WORKLOAD: readonly Change[] = Array.from({ length: 160 }, (_, i) => {
  const key = (i * 5) % CAPACITY;
  if (i % 11 === 10) return { key };
  const length = i % 7 === 0 ? i % 40 : 120 + ((i * 53) % 105);
  return { key, value: Uint8Array.from({ length }, (_, j) => (i * 13 + j) & 0xff) };
});

function start(memory: FlashMemory, cut?: CutPlan): JournalRun {
  const run = new JournalRun(memory, CAPACITY, VALUE_MAX);
  run.flash.cut = cut;
  return run;
}

/** Runs the workload until the power fails; `leave` changes are under way at once. */
function work(run: JournalRun, from: number, leave: number): boolean {
  try {
    run.open();
    for (const change of WORKLOAD.slice(from)) run.change(change, leave);
    run.settle();
    return false;
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
    return true;
  }
}

function operations(): number {
  const run = start(new FlashMemory(SECTORS * 4096));
  work(run, 0, 0);
  expect(run.failed + run.refused).toBe(0);
  return run.flash.operations;
}

/** Everything works afterwards: what was held, and what is written then, is there. */
function expectUsable(memory: FlashMemory, from: number): void {
  const run = start(memory);
  expect(work(run, from, 0)).toBe(false);
  expect(run.failed).toBe(0);
  const again = start(memory).open();
  expect(again.held).toEqual(run.acknowledged);
}

describe("journal, power cut", () => {
  const total = operations();

  it("compacts often in the workload", () => {
    expect(total).toBeGreaterThan(150);
  });

  for (const leave of [0, 3]) {
    it(`loses nothing at any operation, with ${leave + 1} changes under way`, () => {
      for (let at = 0; at < total; at++) {
        for (const how of CUTS) {
          const memory = new FlashMemory(SECTORS * 4096);
          const run = start(memory, { at, ...how });
          if (!work(run, 0, leave)) continue;
          const next = start(memory).open();
          expectWhole(next, run);
          expectUsable(memory, 130);
        }
      }
    });
  }

  it("loses nothing at any byte of a write", () => {
    for (let at = 0; at < total; at += 11) {
      for (const how of cutsOfEveryByte(236)) {
        const memory = new FlashMemory(SECTORS * 4096);
        const run = start(memory, { at, ...how });
        if (work(run, 0, 0)) expectWhole(start(memory).open(), run);
      }
    }
  });

  it("loses nothing when recovery, and what follows, is cut again and again", () => {
    for (let at = 0; at < total; at += 3) {
      for (let second = 0; second < 14; second++) {
        const memory = new FlashMemory(SECTORS * 4096);
        let before = start(memory, { at, ...CUTS[at % CUTS.length]! });
        if (!work(before, 0, 0)) continue;
        for (let third = 0; third < 4; third++) {
          const how = CUTS[(second + third) % CUTS.length]!;
          const run = start(memory, { at: second, ...how });
          const cut = work(run, at % 60, 0);
          if (run.isOpen) expectWhole(run, before);
          if (run.isOpen) before = run;
          if (!cut) break;
        }
        expectWhole(start(memory).open(), before);
        expectUsable(memory, 140);
      }
    }
  });

  it("is not worn out of room by a hundred cuts in the same place", () => {
    for (const at of [0, 1, 2, 3, 5]) {
      const memory = new FlashMemory(SECTORS * 4096);
      work(start(memory), 0, 0);
      let before = start(memory).open();
      for (let i = 0; i < 100; i++) {
        const run = start(memory, { at, ...CUTS[1 + (i % 6)]! });
        work(run, i % 40, 0);
        expectWhole(run, before);
        before = run;
      }
      expectUsable(memory, 0);
    }
  });
});
