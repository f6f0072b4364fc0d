// A house whose meters follow a file: what the energy companies receive is what stands in it. The
// file's half-hours are added up here anew.

import { expect, test, vi } from "vitest";
import { litresOf, parseProfile } from "../../../host-sim/devices/load-profile";
import { House } from "../../../host-sim/house/house";
import { readHouse } from "../../../host-sim/house/read-house";
import type { Arrival } from "../../../host-sim/house/reading-ledger";

const START_S = Date.UTC(2026, 0, 1) / 1000;
const HALF_HOUR_S = 1800;
/** A meter leaves its clock alone that is wrong by less than two seconds, and drops fractions. */
const CLOCK_ERROR_S = 3;
/** Kilowatt-hours of six half-hours: electricity, gas. */
const HALF_HOURS = [
  [0.187, 4.662],
  [0.871, 0.516],
  [0, 0],
  [2.4, 1],
  [0.033, 12.75],
  [0.5, 0.1],
] as const;
const CSV = [
  "time,electricity_kwh,gas_kwh",
  ...HALF_HOURS.map(([electricity, gas], i) => {
    const time = new Date((START_S + i * HALF_HOUR_S) * 1000).toISOString();
    return `${time},${electricity},${gas}`;
  }),
].join("\n");

const SECOND_METER = {
  kind: "electricity-meter",
  eui64: "70b3d52b60000004",
  installCode: "05b6d23e51a7d40a09355475a4a899fe2312",
  place: { x: 1.5, y: 0.4 },
};

/** Three hours of a house with two electricity meters: all that arrived at the head-end. */
function arrivals(): Arrival[] {
  const house = new House({
    seed: 11,
    config: readHouse({ devices: [...readHouse({}).devices, SECOND_METER] }),
    profile: parseProfile(CSV, "six half-hours"),
  });
  const arrived = vi.spyOn(house.ledger, "arrived");
  // Less a minute: when the file ends, it begins again.
  house.runUntil(HALF_HOURS.length * HALF_HOUR_S - 60);
  house.finish();
  expect(house.report(0).readings).toMatchObject({ missed: 0, lost: 0 });
  return arrived.mock.calls.map(([arrival]) => arrival);
}

const all = arrivals();

/** The register as a provider knows it, by meter's time. */
function registers(context: string, eui64: string, quantity: string): Map<number, number> {
  const own = all.filter((one) => one.context === context && one.eui64 === eui64);
  return new Map(
    own.filter((one) => one.quantity === quantity).map(({ time, value }) => [time, value]),
  );
}

test.each(["supplier", "operator"])(
  "each of two electricity meters gives the %s what the file says, every ten seconds",
  (context) => {
    for (const eui64 of ["70b3d52b60000001", SECOND_METER.eui64]) {
      const register = registers(context, eui64, "electricity");
      expect(register.size).toBeGreaterThan(1060);
      follows(register, (time) => consumed(time, 0, 1000));
    }
  },
);

test("the demand beside the register is the half-hour's mean power", () => {
  const demand = registers("supplier", "70b3d52b60000001", "demand");
  for (let i = 0; i < HALF_HOURS.length; i++) {
    const middle = START_S + i * HALF_HOUR_S + 900;
    const [, watts] = [...demand].find(([time]) => time >= middle)!;
    expect(watts).toBe(HALF_HOURS[i]![0] * 2000);
  }
});

test("the gas meter's register follows the file, at the moments at which the meter woke", () => {
  const register = registers("supplier", "70b3d52b60000002", "gas");
  expect(register.size).toBeGreaterThanOrEqual(6);
  follows(register, (time) => consumed(time, 1, litresOf(1)));
});

/** What grows from one time to another, by a clock that may be so wrong, in whole units. */
function follows(register: ReadonlyMap<number, number>, expected: (time: number) => number): void {
  const [[firstAt, first]] = [...register] as [[number, number]];
  for (const [time, value] of register) {
    const [late, early] = [time - CLOCK_ERROR_S, firstAt + CLOCK_ERROR_S];
    expect(value - first).toBeGreaterThan(expected(late) - expected(early) - 2);
    const [soon, before] = [time + CLOCK_ERROR_S, firstAt - CLOCK_ERROR_S];
    expect(value - first).toBeLessThan(expected(soon) - expected(before) + 2);
  }
}

/** From the file's beginning to that time, evenly in each half-hour. */
function consumed(time: number, column: 0 | 1, unitsPerKwh: number): number {
  return HALF_HOURS.reduce((sum, half, i) => {
    const part = (time - START_S) / HALF_HOUR_S - i;
    return sum + half[column] * unitsPerKwh * Math.min(1, Math.max(0, part));
  }, 0);
}
