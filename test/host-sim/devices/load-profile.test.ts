// Consumption: exact registers, and clear words about a wrong file.

import { describe, expect, test } from "vitest";
import {
  generateProfile,
  LoadProfile,
  litresOf,
  parseProfile,
} from "../../../host-sim/devices/load-profile";
import { Random } from "../../../host-sim/random";

const HALF_HOUR_US = 1800e6;
const HEADING = "time,electricity_kwh,gas_kwh\n";

describe("a profile file", () => {
  test("gives registers that are exact at every half-hour, and its beginning", () => {
    const text = `${HEADING}2026-01-01T00:00:00Z,0.5,10\n2026-01-01T00:30:00Z,1.25,0\n`;
    const profile = parseProfile(text, "day.csv");
    expect(profile.startS).toBe(1_767_225_600);
    expect(profile.electricity(0)).toBe(0);
    expect(profile.electricity(HALF_HOUR_US / 2)).toBe(250);
    expect(profile.electricity(HALF_HOUR_US)).toBe(500);
    expect(profile.electricity(2 * HALF_HOUR_US)).toBe(1750);
    // The two half-hours again.
    expect(profile.electricity(3 * HALF_HOUR_US)).toBe(2250);
    expect(profile.gas(HALF_HOUR_US)).toBe(Math.round(litresOf(10)));
    expect(profile.demand(0)).toBe(1000);
  });

  test("converts gas as a British bill does: 10 kWh are 0.891 cubic metres", () => {
    expect(litresOf(10)).toBeCloseTo(891.21, 1);
  });

  test("loses nothing in rounding to whole units", () => {
    const lines = Array.from({ length: 48 }, (_, half) => {
      const time = `${String(half >> 1).padStart(2, "0")}:${half % 2 ? "30" : "00"}`;
      return `2026-03-01 ${time},0.0003,0.0001`;
    });
    const profile = parseProfile(`${HEADING}${lines.join("\n")}\n`, "p.csv");
    expect(profile.electricity(48 * HALF_HOUR_US)).toBe(14);
  });

  test.each([
    ["when,what\n", "p.csv: line 1: expected time,electricity_kwh,gas_kwh"],
    [HEADING, "p.csv: line 2: no half-hours"],
    [`${HEADING}yesterday,1,1\n`, 'p.csv: line 2: not a time: "yesterday"'],
    [`${HEADING}2026-02-30T00:00Z,1,1\n`, 'p.csv: line 2: not a time: "2026-02-30T00:00Z"'],
    [`${HEADING}2026-01-01T00:10Z,1,1\n`, "p.csv: line 2: not on a half-hour"],
    [
      `${HEADING}2026-01-01T00:00Z,1,1\n2026-01-01T01:00Z,1,1\n`,
      "p.csv: line 3: not half an hour after the line before",
    ],
    [`${HEADING}2026-01-01T00:00Z,x,1\n`, "p.csv: line 2: electricity_kwh must be a number"],
    [`${HEADING}2026-01-01T00:00Z,1,-1\n`, "p.csv: line 2: gas_kwh must be a number"],
    [`${HEADING}2026-01-01T00:00Z,1\n`, "p.csv: line 2: gas_kwh must be a number"],
    [`${HEADING}2026-01-01T00:00Z,900,1\n`, "p.csv: line 2: electricity_kwh over 115 kWh"],
  ])("%j is refused with its line", (text, message) => {
    expect(() => parseProfile(text, "p.csv")).toThrow(message);
  });
});

describe("registers", () => {
  test("of a generated week never go back, and the seed alone decides them", () => {
    const profile = generateProfile(new Random(7));
    const again = generateProfile(new Random(7));
    let before = { electricity: -1, gas: -1 };
    for (let minute = 0; minute < 14 * 1440; minute += 7) {
      const us = minute * 60e6;
      const now = { electricity: profile.electricity(us), gas: profile.gas(us) };
      expect(now.electricity).toBeGreaterThanOrEqual(before.electricity);
      expect(now.gas).toBeGreaterThanOrEqual(before.gas);
      expect(again.electricity(us)).toBe(now.electricity);
      before = now;
    }
    const daily = profile.electricity(7 * 86_400e6) / 7;
    expect(daily).toBeGreaterThan(3_000);
    expect(daily).toBeLessThan(30_000);
  });

  test("of nothing are refused", () => {
    expect(() => new LoadProfile([])).toThrow("no half-hours");
  });
});
