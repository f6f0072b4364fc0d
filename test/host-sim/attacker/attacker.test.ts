// The attacker in a whole house: his tries and successes in the report, and the house's own checks.

import { expect, test } from "vitest";
import { House } from "../../../host-sim/house/house";
import { DEFAULT_HOUSE } from "../../../host-sim/house/house-config";

test("a house that is attacked every other second serves all and loses nothing", () => {
  const config = { ...DEFAULT_HOUSE, attacker: { everySeconds: 2, place: { x: 2, y: 2 } } };
  const house = new House({ seed: 3, config });
  house.runUntil(1200);
  house.finish();
  const { attacks, han, readings, checks } = house.report(0);
  expect(attacks).toHaveLength(8);
  for (const { kind, tried, succeeded } of attacks) {
    expect([kind, tried > 20, succeeded]).toEqual([kind, true, 0]);
  }
  expect(han.nodes.map(({ state }) => state)).toEqual(Array(3).fill("networked"));
  expect(readings.lost).toBe(0);
  expect(readings.delivered).toBeGreaterThan(100);
  expect(checks.every(({ finding }) => finding === null)).toBe(true);
});

test("nobody attacks where nobody was asked to", () => {
  const house = new House({ seed: 3 });
  expect(house.report(0).attacks).toEqual([]);
  house.close();
});
