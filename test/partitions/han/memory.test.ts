// The one memory of `han`: exactly as large as its tables, and scratch over which nothing writes
// that runs between a caller and the one who copies.

import { expect, test } from "vitest";
import { Application } from "../../../firmware/partitions/han/application";
import { LowerHalf } from "../../../firmware/partitions/han/lower-half";
import { Memory } from "../../../firmware/partitions/han/memory";
import type { Environment } from "../../../firmware/system";
import { Sent } from "../../../hal/sent";
import { DirectFlash } from "../../../host-sim/flash-direct";
import { FlashMemory } from "../../../host-sim/flash-memory";
import { FakeCoprocessor } from "./fake-coprocessor";
import { Bench, crypto, entropyOf } from "./fixture";
import { eui64Of, TestNode } from "./test-node";

test("its tables fill it to the last byte and number", () => {
  const memory = new Memory();
  const environment = {
    crypto,
    entropy: entropyOf(1),
    startedAt: 0,
    clock: { utcMs: () => 0, quality: () => 0 },
    ports: {},
    devices: { radio: new FakeCoprocessor() },
    regions: {
      network: new DirectFlash(new FlashMemory(65_536), 0),
      mailbox: new DirectFlash(new FlashMemory(262_144), 1),
    },
  } as unknown as Environment<"han">;
  const lower = new LowerHalf(environment, memory);
  new Application(environment, lower, lower.store, memory);
  expect(() => memory.take(1)).toThrow("the tables fit");
  expect(() => memory.takeNumbers(1, 0)).toThrow("the numbers fit");
  expect(() => memory.takeDues(1)).toThrow("the due times fit");
});

test("a frame in scratch arrives whole although counters are reserved while it is sent", () => {
  const bench = Bench.up();
  const node = new TestNode(bench, eui64Of(1), false);
  bench.add(node.eui64, node.code);
  expect(node.join()).toBe(true);
  const { scratch } = bench.memory;
  const before = bench.han.store.counterLimit;
  for (let i = 0; i < 2100; i++) {
    scratch.fill(i & 0xff, 0, 16);
    expect(bench.han.send(bench.now, 0, scratch, 16, 0)).toBe(Sent.OK);
    bench.run(5);
    expect([...node.got.at(-1)!.payload]).toEqual(new Array(16).fill(i & 0xff));
  }
  expect(bench.han.store.counterLimit).toBeGreaterThan(before + 1024);
});
