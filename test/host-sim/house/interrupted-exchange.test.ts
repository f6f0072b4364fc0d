// The hub loses its supply while commands and answers are under way: each of them ends, with its
// answer or with a fate, and none holds up those that come after it for long.

import { expect, test } from "vitest";
import { House } from "../../../host-sim/house/house";
import { readHouse } from "../../../host-sim/house/read-house";
import { Random } from "../../../host-sim/random";

const COUNT = 40;
const CUTS = 8;
/** A command that the device had and did not answer ends 35 minutes after the restart. */
const ENDED_S = 3600;

function exchanges(seed: number) {
  const random = new Random(`messages ${seed}`);
  const message = (): Buffer => {
    const bytes = Buffer.alloc(40 + random.below(1500));
    random.fill(bytes, 0, bytes.length);
    return bytes;
  };
  return Array.from({ length: COUNT }, (_, i) => ({
    name: `message ${i}`,
    to: "electricity-meter",
    command: message(),
    response: message(),
  }));
}

/** In at least one of them a cut falls between a delivery and its answer. */
test.each([1, 2, 3])("no exchange waits longer than its fate, seed %i", (seed) => {
  const faults = Array.from({ length: CUTS }, (_, i) => ({
    kind: "power-cut",
    target: "hub",
    at: 100 + i * 47 + seed * 3,
    forSeconds: 3,
  }));
  const house = new House({ seed, config: readHouse({ faults }), exchanges: exchanges(seed) });
  house.runUntil(ENDED_S);
  house.finish();
  const { exchanges: run, readings } = house.report(0);
  // One after the other: the last is sent when all before it have ended.
  expect(run.sent).toBe(COUNT);
  expect(run.exact).toBeGreaterThanOrEqual(COUNT - 1);
  expect(readings.lost).toBe(0);
});
