// The account of a processor: calls follow each other, and time that never came is not charged.

import { expect, test } from "vitest";
import { CpuCall, CpuTime } from "../../../host-sim/hub/cpu-time";
import { World } from "../../../host-sim/world";

const MHZ = 1_000_000;

test("a call begins when the one before it is done, and takes a microsecond at least", () => {
  const world = new World(1);
  const cpu = new CpuTime(world);
  expect(cpu.figures()).toBeUndefined();
  expect(cpu.isBusy).toBe(false);
  cpu.charge(CpuCall.RUN, 6_401, 64 * MHZ);
  expect(cpu.busyUntilUs).toBe(101);
  cpu.charge(CpuCall.DELIVER, 1, 64 * MHZ);
  expect(cpu.busyUntilUs).toBe(102);
  cpu.charge(CpuCall.RUN, 0, 64 * MHZ);
  expect(cpu.busyUntilUs).toBe(103);
  world.runUntil(102);
  expect(cpu.isBusy).toBe(true);
  world.runUntil(103);
  expect(cpu.isBusy).toBe(false);
});

test("its figures are those of the time that has passed", () => {
  const world = new World(1);
  const cpu = new CpuTime(world);
  cpu.charge(CpuCall.START, 500, MHZ);
  world.runUntil(1_000);
  cpu.charge(CpuCall.RUN, 400, MHZ);
  world.runUntil(1_250);
  expect(cpu.figures()).toEqual({
    hertz: MHZ,
    busySeconds: 750e-6,
    busyShare: 0.6,
    longestCall: { call: CpuCall.START, seconds: 500e-6, at: 0 },
    longestTurnSeconds: 400e-6,
  });
});

test("without power it is busy no more, and the rest of its call is not charged", () => {
  const world = new World(1);
  const cpu = new CpuTime(world);
  cpu.charge(CpuCall.START, 800, MHZ);
  world.runUntil(300);
  cpu.stop();
  expect(cpu.isBusy).toBe(false);
  world.runUntil(1_000);
  expect(cpu.figures()!.busySeconds).toBeCloseTo(300e-6);
});
