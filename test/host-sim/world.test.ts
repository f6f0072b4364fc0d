import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { Random } from "../../host-sim/random";
import { TraceKind } from "../../host-sim/trace";
import { World } from "../../host-sim/world";

test("events run in the order of their times, and those of one instant in the order they were made", () => {
  const world = new World(1);
  const ran: string[] = [];
  world.at(20, () => ran.push("c"));
  world.at(10, () => ran.push("a"));
  world.at(20, () => ran.push("d"));
  world.at(10, () => {
    ran.push("b");
    world.schedule(0, () => ran.push("b2"));
  });
  world.runUntil(20);
  expect(ran).toEqual(["a", "b", "b2", "c", "d"]);
  expect(world.now).toBe(20);
});

test("a cancelled event never runs, and the others keep their order", () => {
  const world = new World(1);
  const ran: number[] = [];
  const random = new Random(5);
  const events = Array.from({ length: 500 }, (_, i) => {
    const at = random.below(100);
    return { at, i, event: world.at(at, () => ran.push(i)) };
  });
  const kept = events.filter(({ i }) => i % 3 !== 0);
  for (const { i, event } of events) if (i % 3 === 0) world.cancel(event);
  world.cancel(events[0]!.event);
  world.runUntil(100);
  const expected = kept.sort((a, b) => a.at - b.at || a.i - b.i).map(({ i }) => i);
  expect(ran).toEqual(expected);
});

test("an event in the past or between microseconds is refused", () => {
  const world = new World(1);
  world.runUntil(10);
  expect(() => world.at(9, () => {})).toThrow("it is 10 us");
  expect(() => world.schedule(0.5, () => {})).toThrow("10.5 us");
  expect(() => world.schedule(Number.NaN, () => {})).toThrow("NaN");
});

test("stop ends the run with the first error", () => {
  const world = new World(1);
  world.at(5, () => {
    world.stop(new Error("first"));
    world.stop(new Error("second"));
  });
  world.at(6, () => world.stop(new Error("never")));
  expect(() => world.runUntil(10)).toThrow("first");
  expect(world.now).toBe(5);
});

test("chance is the same for the same seed, another for another, and forks do not disturb each other", () => {
  const draw = (random: Random): number[] => Array.from({ length: 5 }, () => random.u32());
  expect(draw(new Random(7))).toEqual(draw(new Random(7)));
  expect(draw(new Random(7))).not.toEqual(draw(new Random(8)));
  const one = new Random(7);
  one.u32();
  expect(draw(one.fork("a"))).toEqual(draw(new Random(7).fork("a")));
  expect(draw(new Random(7).fork("a"))).not.toEqual(draw(new Random(7).fork("b")));
});

test("chance is even: ten bins of 100,000 draws each hold a tenth within one part in thirty", () => {
  const random = new Random(3);
  const bins = new Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i++) bins[random.below(10)]!++;
  for (const bin of bins) expect(Math.abs(bin - 10_000)).toBeLessThan(333);
});

test("the trace is the SHA-256 of its entries, however they fall into its buffer", () => {
  const world = new World(1);
  const expected = createHash("sha256");
  const bytes = new Uint8Array(70_000).map((_, i) => i);
  for (let i = 0; i < 300; i++) {
    const length = i === 150 ? 70_000 : (i * 37) % 900;
    world.trace.record(TraceKind.AIR, i * 1e9, i, 2, bytes, 0, length);
    const header = Buffer.alloc(17);
    header[0] = TraceKind.AIR;
    header.writeDoubleBE(i * 1e9, 1);
    header.writeUInt32BE(i, 9);
    header.writeUInt16BE(2, 13);
    header.writeUInt16BE(length & 0xffff, 15);
    expected.update(header).update(bytes.subarray(0, length));
  }
  expect(world.trace.digest()).toBe(expected.digest("hex"));
  expect(world.trace.count).toBe(300);
});
