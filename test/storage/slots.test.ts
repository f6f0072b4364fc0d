import { describe, expect, it } from "vitest";
import { Slots, type SlotsOwner } from "../../firmware/storage/slots";
import { FlashOperation } from "../../hal/flash";
import { DirectFlash } from "../../host-sim/flash-direct";
import { FlashMemory } from "../../host-sim/flash-memory";
import { entryOf } from "./ring-run";
import { SlotsRun } from "./slots-run";

const SLOT = 8192;

function fresh(slots = 4): SlotsRun {
  return new SlotsRun(new FlashMemory(slots * SLOT)).open();
}

describe("slots", () => {
  it("keeps messages with their headers and marks, and lists them in order of beginning", () => {
    const run = fresh();
    const a = run.keep(entryOf(64, 1), entryOf(4160, 1));
    const b = run.keep(entryOf(8, 2), entryOf(1, 2));
    const c = run.keep(entryOf(0, 3), entryOf(7936, 3));
    run.mark(b, 0);
    run.mark(b, 3);
    run.remove(a);
    const d = run.keep(entryOf(5, 4), entryOf(300, 4));
    const again = new SlotsRun(run.flash.memory).open();
    expect(again.order).toEqual([b, c, d]);
    expect(again.kept).toEqual(run.kept);
    expect(again.slots.free()).toBe(1);
  });

  it("has no slot when all are taken, until one is removed, in any order", () => {
    const run = fresh();
    for (let i = 0; i < 4; i++) expect(run.keep(entryOf(8, i), entryOf(100, i))).toBe(i);
    expect(run.keep(entryOf(8, 9), entryOf(100, 9))).toBe(-1);
    run.remove(2);
    expect(run.keep(entryOf(8, 9), entryOf(100, 9))).toBe(2);
  });

  it("uses the slots in turn", () => {
    const run = fresh();
    for (let i = 0; i < 40; i++) run.remove(run.keep(entryOf(8, i), entryOf(10, i)));
    expect(new Set(run.flash.memory.erases)).toEqual(new Set([10]));
  });

  it("writes several messages at once", () => {
    const run = new SlotsRun(new FlashMemory(4 * SLOT), 8).open();
    const a = run.slots.begin(entryOf(4, 1), 0, 4, 100, 900);
    const b = run.slots.begin(entryOf(4, 2), 0, 4, 100, 901);
    expect(run.slots.write(b, entryOf(100, 2), 0, 100, 902)).toBe(true);
    expect(run.slots.write(a, entryOf(100, 1), 0, 100, 903)).toBe(true);
    expect(run.slots.commit(a, 904)).toBe(true);
    expect(run.slots.commit(b, 905)).toBe(true);
    expect(run.wait(905)).toBe(true);
    expect(new SlotsRun(run.flash.memory).open().kept.size).toBe(2);
  });

  it("refuses what does not fit its queue, and what is not there", () => {
    const run = new SlotsRun(new FlashMemory(4 * SLOT), 1);
    expect(run.slots.begin(entryOf(4, 1), 0, 4, 10, 1)).toBe(-1);
    run.open();
    const slot = run.slots.begin(entryOf(4, 1), 0, 4, 10, 1);
    expect(run.slots.write(slot, entryOf(10, 1), 0, 10, 2)).toBe(false);
    run.settle();
    expect(run.slots.mark(slot, 0, 3)).toBe(false);
    expect(run.slots.read(slot, 0, 4, 3)).toBe(false);
    expect(run.slots.remove(1, 3)).toBe(false);
    expect(run.slots.remove(slot, 4)).toBe(true);
    run.settle();
    expect(run.slots.write(slot, entryOf(10, 1), 0, 10, 5)).toBe(false);
  });

  it("answers every operation on a message that was removed meanwhile", () => {
    const run = new SlotsRun(new FlashMemory(4 * SLOT), 8).open();
    const slot = run.slots.begin(entryOf(4, 1), 0, 4, 100, 900);
    run.slots.write(slot, entryOf(50, 1), 0, 50, 901);
    run.slots.remove(slot, 902);
    run.slots.write(slot, entryOf(50, 1), 0, 50, 903);
    run.settle();
    expect([901, 902, 903].map((token) => run.answer(token))).toEqual([true, true, false]);
    expect(run.slots.free()).toBe(4);
  });

  it("drops a message whose piece the chip cannot write, and takes it anew elsewhere", () => {
    const run = fresh();
    let failures = 1;
    run.flash.fault = (operation, offset) =>
      operation === FlashOperation.WRITE && offset % SLOT > 255 && failures-- > 0 ? 1 : 0;
    expect(run.keep(entryOf(4, 1), entryOf(700, 1))).toBe(-1);
    expect(run.slots.free()).toBe(4);
    expect(run.keep(entryOf(4, 1), entryOf(700, 1))).toBe(1);
    expect(new SlotsRun(run.flash.memory).open().kept).toEqual(run.kept);
  });

  it("tries an erase, a mark and a removal again, and says when it is in vain", () => {
    const run = fresh();
    let failures = 3;
    run.flash.fault = () => (failures-- > 0 ? 1 : 0);
    const slot = run.keep(entryOf(4, 1), entryOf(10, 1));
    expect(slot).toBe(0);
    failures = 3;
    expect(run.mark(slot, 1)).toBe(true);
    run.flash.fault = () => 1;
    expect(run.mark(slot, 2)).toBe(false);
    expect(run.remove(slot)).toBe(false);
    run.flash.fault = () => 0;
    expect(run.remove(slot)).toBe(true);
  });

  it("drops a message that has decayed", () => {
    const run = fresh();
    run.keep(entryOf(4, 1), entryOf(1000, 1));
    run.keep(entryOf(4, 2), entryOf(1000, 2));
    run.flash.memory.bytes[700]! ^= 4;
    const again = new SlotsRun(run.flash.memory).open();
    expect(again.order).toEqual([1]);
    expect(again.slots.lost()).toBe(1);
    expect(again.slots.free()).toBe(3);
  });

  it("does not open, empty, while the chip cannot be read", () => {
    const memory = new FlashMemory(256 * 1024);
    const flash = new DirectFlash(memory);
    flash.fault = () => 1;
    let isOpen = false;
    const owner = { opened: () => (isOpen = true) } as unknown as SlotsOwner;
    const slots = new Slots(flash, owner, 2, 4);
    slots.open(0);
    let now = 0;
    const run = (until: number): void => {
      for (; now < until; now++) {
        while (flash.pump((message, length) => slots.flashDone(now, message, length)));
        slots.tick(now);
      }
    };
    run(10_000);
    expect(isOpen).toBe(false);
    flash.fault = () => 0;
    run(11_000);
    expect(isOpen).toBe(true);
  });

  it("faults on an owner's mistake", () => {
    const run = fresh();
    expect(() => run.slots.begin(entryOf(65, 1), 0, 65, 10, 1)).toThrow("length");
    expect(() => run.slots.begin(entryOf(4, 1), 0, 4, 7937, 1)).toThrow("length");
    const slot = run.slots.begin(entryOf(4, 1), 0, 4, 10, 1);
    expect(() => run.slots.write(slot, entryOf(11, 1), 0, 11, 2)).toThrow("overflows");
    expect(() => run.slots.commit(slot, 3)).toThrow("not complete");
  });
});
