// A run that ends with a checker's finding: report, captures and keys are written all the same.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Finding } from "../../host-sim/checkers/finding";
import { House } from "../../host-sim/house/house";
import type { HouseReport } from "../../host-sim/report";
import { runHouse } from "../../tools/home/run-house";

let directory: string;
const file = (name: string): string => join(directory, name);
const written: string[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "heddle-run-"));
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  written.length = 0;
  rmSync(directory, { recursive: true });
});

const run = (house: House, json: boolean) =>
  runHouse(
    house,
    { speed: Number.POSITIVE_INFINITY, frameMs: 50, until: 120, report: file("r.json"), json },
    new AbortController().signal,
  );

const made = () =>
  new House({ seed: 1, pcap: file("han.pcap"), wanPcap: file("wan.pcap"), keylog: file("keys") });

test("with a finding everything is written, and the finding is the error", async () => {
  const house = made();
  house.world.at(60e6, () => {
    throw new Finding("encrypted air", "a frame in clear", 60e6);
  });
  await expect(run(house, true)).rejects.toThrow(/a frame in clear.*; the same seed and options/);
  const report = JSON.parse(readFileSync(file("r.json"), "utf8")) as HouseReport;
  expect(report.simulatedSeconds).toBe(60);
  expect(JSON.parse(written.join(""))).toEqual(report);
  for (const name of ["han.pcap", "wan.pcap", "keys"]) {
    expect(readFileSync(file(name)).length).toBeGreaterThan(100);
  }
});

test("an error that is no finding is thrown as it is, with whole captures and no report", async () => {
  const house = made();
  house.world.at(60e6, () => {
    throw new RangeError("ours");
  });
  await expect(run(house, false)).rejects.toThrow(RangeError);
  expect(existsSync(file("r.json"))).toBe(false);
  expect(readFileSync(file("han.pcap")).length).toBeGreaterThan(100);
  expect(written).toEqual([]);
});

test("without one it ends with a summary for a person", async () => {
  await run(made(), false);
  expect(written.join("")).toMatch(
    /^0\.00 days in .*\nnetwork {5}3 of 3 nodes networked, 0 refused\n/,
  );
});
