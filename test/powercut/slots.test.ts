import { describe, expect, it } from "vitest";
import { type CutPlan, PowerCut } from "../../host-sim/flash-direct";
import { FlashMemory } from "../../host-sim/flash-memory";
import { entryOf } from "../storage/ring-run";
import { SlotsRun } from "../storage/slots-run";
import { CUTS } from "./cut-points";

function start(memory: FlashMemory, cut?: CutPlan): SlotsRun {
  const run = new SlotsRun(memory);
  run.flash.cut = cut;
  return run;
}

/** Fills, marks and removes, out of order. */
function work(run: SlotsRun, seed: number): boolean {
  try {
    if (!run.isOpen) run.open();
    for (let i = seed; i < seed + 14; i++) {
      const slot = run.keep(entryOf(i % 65, i), entryOf(1 + ((i * 311) % 900), i));
      if (slot >= 0 && i % 2 === 0) run.mark(slot, i % 4);
      const slots = [...run.kept.keys()];
      if (i % 3 !== 0) run.remove(slots[(i * 7) % slots.length]!);
    }
    return false;
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
    return true;
  }
}

function expectWhole(run: SlotsRun, before: SlotsRun): void {
  const after = new Map(before.kept);
  const { pending } = before;
  if (pending?.kept !== undefined) after.set(pending.slot, pending.kept);
  else if (pending !== undefined) after.delete(pending.slot);
  const image = (map: SlotsRun["kept"]) => JSON.stringify([...map].sort((a, b) => a[0] - b[0]));
  expect([image(before.kept), image(after)]).toContain(image(run.kept));
}

describe("slots, power cut", () => {
  it("keeps whole messages, and no parts, at any operation and in recovery", () => {
    const first = start(new FlashMemory(4 * 8192));
    work(first, 0);
    const total = first.flash.operations;
    expect(total).toBeGreaterThan(90);
    for (let at = 0; at < total; at++) {
      for (const [i, how] of CUTS.entries()) {
        const memory = new FlashMemory(4 * 8192);
        const run = start(memory, { at, ...how });
        if (!work(run, 0)) continue;
        const next = start(memory).open();
        expectWhole(next, run);
        const second = start(memory, { at: i * 3, ...CUTS[(i + at) % CUTS.length]! });
        second.open();
        if (!work(second, at)) continue;
        const last = start(memory).open();
        expectWhole(last, second);
        expect(work(last, 5)).toBe(false);
        expect(start(memory).open().kept).toEqual(last.kept);
      }
    }
  });
});
