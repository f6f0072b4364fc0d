import { describe, expect, it } from "vitest";
import { type CutPlan, PowerCut } from "../../host-sim/flash-direct";
import { FlashMemory } from "../../host-sim/flash-memory";
import { entryOf, RingRun } from "../storage/ring-run";
import { CUTS, cutsOfEveryByte } from "./cut-points";

const SECTORS = 3;

function start(memory: FlashMemory, cut?: CutPlan): RingRun {
  const run = new RingRun(memory);
  run.flash.cut = cut;
  return run;
}

/** Appends entries of all lengths, gives some up, consumes in batches; twice around the region. */
function work(run: RingRun, from: number, to: number): boolean {
  try {
    if (!run.isOpen) run.open();
    for (let i = from; i < to; i++) {
      const length = i % 5 === 0 ? 1500 + i : 1 + ((i * 41) % 330);
      if (i % 7 === 3 && run.ring.begin(600)) {
        run.ring.write(entryOf(200, i), 0, 200, 0);
        run.settle();
        run.ring.abort();
        run.settle();
      }
      while (!run.append(entryOf(length, i))) run.consume(1);
      if (i % 4 === 3) run.consume(Math.min(3, run.ring.count()));
    }
    run.settle();
    return false;
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
    return true;
  }
}

/**
 * What is there after a cut: all that was kept, less perhaps what was being consumed, and perhaps
 * the entry whose last piece was under way.
 */
function expectWhole(run: RingRun, before: RingRun): void {
  const held = run.all();
  const last = before.writing === undefined ? [] : [before.writing];
  const rest = before.kept.slice(before.consuming);
  const states = [before.kept, rest, [...before.kept, ...last], [...rest, ...last]];
  expect(states).toContainEqual(held);
  run.kept = held;
}

function operations(): number {
  const run = start(new FlashMemory(SECTORS * 4096));
  work(run, 0, 44);
  expect(run.all()).toEqual(run.kept);
  return run.flash.operations;
}

function expectUsable(run: RingRun, seed: number): void {
  expect(work(run, seed, seed + 12)).toBe(false);
  expect(run.all()).toEqual(run.kept);
  expect(start(run.flash.memory).open().all()).toEqual(run.kept);
}

describe("ring, power cut", () => {
  const total = operations();

  it("goes round the region in the workload", () => {
    expect(total).toBeGreaterThan(200);
  });

  it("keeps whole entries, and no parts, at any operation", () => {
    for (let at = 0; at < total; at++) {
      for (const how of CUTS) {
        const run = start(new FlashMemory(SECTORS * 4096), { at, ...how });
        if (!work(run, 0, 44)) continue;
        const next = start(run.flash.memory).open();
        expectWhole(next, run);
        expectUsable(next, at % 40);
      }
    }
  });

  it("keeps whole entries at any byte of a write", () => {
    for (let at = 0; at < total; at += 29) {
      for (const how of cutsOfEveryByte(256)) {
        const run = start(new FlashMemory(SECTORS * 4096), { at, ...how });
        if (work(run, 0, 44)) expectWhole(start(run.flash.memory).open(), run);
      }
    }
  });

  it("keeps whole entries when recovery, and what follows, is cut again and again", () => {
    for (let at = 0; at < total; at += 3) {
      for (let second = 0; second < 8; second++) {
        const memory = new FlashMemory(SECTORS * 4096);
        let before = start(memory, { at, ...CUTS[at % CUTS.length]! });
        if (!work(before, 0, 44)) continue;
        for (let third = 0; third < 4; third++) {
          const how = CUTS[(second + third) % CUTS.length]!;
          const run = start(memory, { at: second, ...how });
          try {
            run.open();
          } catch (error) {
            if (!(error instanceof PowerCut)) throw error;
            continue;
          }
          expectWhole(run, before);
          before = run;
          if (!work(run, at % 50, (at % 50) + 9)) break;
        }
        const last = start(memory).open();
        expectWhole(last, before);
        expectUsable(last, 3);
      }
    }
  });

  it("is not filled by a hundred cuts in the same place", () => {
    for (const at of [0, 1, 2, 3, 5, 8]) {
      const memory = new FlashMemory(SECTORS * 4096);
      let before = start(memory);
      work(before, 0, 20);
      for (let i = 0; i < 100; i++) {
        const run = start(memory, { at, ...CUTS[1 + (i % 6)]! });
        try {
          run.open();
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error;
          continue;
        }
        expectWhole(run, before);
        before = run;
        work(run, i, i + 9);
      }
      const last = start(memory).open();
      expectWhole(last, before);
      expectUsable(last, 5);
    }
  });
});
