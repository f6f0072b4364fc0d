// The built-in terrace from its first minute: everybody joins, a third of them over repeaters, with
// one frame in twenty lost and an attacker at work.

import { expect, test } from "vitest";
import { House } from "../../../host-sim/house/house";
import { terrace } from "../../../host-sim/house/terrace";

test("all 32 join within ten minutes and are served, also where the hub does not reach", () => {
  const config = terrace();
  const house = new House({ seed: 5, config });
  house.runUntil(600);
  const { nodes } = house.report(0).han;
  expect(nodes.filter(({ state }) => state !== "networked")).toEqual([]);
  const hops = nodes.map(({ route }) => route.length);
  expect([0, 1, 2].map((n) => hops.filter((each) => each === n).length > 0)).toEqual([
    true,
    true,
    true,
  ]);
  expect(Math.max(...hops)).toBeLessThanOrEqual(3);
  // Behind a wall nobody has the hub for parent.
  const walled = new Set(
    config.air.walls.flatMap(({ a, b }) => (a === "hub" ? [b] : b === "hub" ? [a] : [])),
  );
  expect(walled.size).toBe(12);
  for (const { eui64, parent } of nodes) if (walled.has(eui64)) expect(parent).not.toBe("hub");
  house.runUntil(1200);
  house.finish();
  const { readings, han } = house.report(0);
  expect(readings.lost).toBe(0);
  // Ten electricity meters, each every ten seconds; what waits is on its way.
  expect(readings.delivered).toBeGreaterThan(900);
  expect(readings.missed).toBeLessThan(10);
  const reader = han.nodes.find(({ meterReads }) => meterReads !== undefined)!.meterReads!;
  expect(reader.answered).toBeGreaterThan(0.9 * reader.asked);
  for (const { device, config } of house.devices) {
    if (device.served !== undefined)
      expect([config.kind, device.served > 0]).toEqual([config.kind, true]);
  }
});
