import { expect, test } from "vitest";
import { House } from "../../host-sim/house/house";
import { readHouse } from "../../host-sim/house/read-house";
import { Random } from "../../host-sim/random";
import { stormyHouse } from "./storm";

const HOUR = 3600;
/** A few seconds on a machine of its own. */
const options = { timeout: 300_000 };

function exchanges(seed: number, count: number) {
  const random = new Random(`messages ${seed}`);
  const message = (): Buffer => {
    const bytes = Buffer.alloc(40 + random.below(1500));
    random.fill(bytes, 0, bytes.length);
    return bytes;
  };
  return Array.from({ length: count }, (_, i) => ({
    name: `message ${i}`,
    to: "electricity-meter",
    command: message(),
    response: message(),
  }));
}

test(
  "a day with a tenth of all frames and datagrams lost and a radio that resets every hour",
  options,
  () => {
    const loss = { air: { loss: 0.1 }, wan: { loss: 0.1 }, radio: { resetEverySeconds: HOUR } };
    const house = new House({ seed: 7, config: readHouse(loss), exchanges: exchanges(7, 30) });
    house.runUntil(24 * HOUR);
    house.finish();
    const { readings, exchanges: run, han } = house.report(0);
    expect(han.nodes.map(({ state }) => state)).toEqual(Array(3).fill("networked"));
    expect(readings.measured).toBeGreaterThan(8_600);
    expect(readings.lost).toBe(0);
    // Readings of the electricity meter come every ten seconds.
    expect(readings.pending).toBeLessThan(6);
    expect(readings.recoveredHalfHours).toBe(readings.missedHalfHours);
    expect(run).toEqual({ sent: 30, exact: 30 });
  },
);

test.each([1, 2, 3, 4, 5])("storm %i passes, and nothing acknowledged is lost", options, (seed) => {
  const house = new House({
    seed,
    config: stormyHouse(seed, 5 * HOUR),
    exchanges: exchanges(seed, 10),
  });
  house.runUntil(8 * HOUR);
  house.finish();
  const { readings, exchanges: run, han, gasMirror } = house.report(0);
  expect(han.nodes.map(({ state }) => state)).toEqual(Array(3).fill("networked"));
  expect(readings.lost).toBe(0);
  expect(readings.pending).toBeLessThan(6);
  expect(readings.recoveredHalfHours).toBe(readings.missedHalfHours);
  expect(gasMirror.meterWakesCausedByReads).toBe(0);
  expect(run.exact).toBe(10);
});
