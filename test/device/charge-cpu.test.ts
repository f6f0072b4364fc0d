// A house whose hub's calls take the time of their instructions: the same bytes twice, other bytes
// than without, and no reading lost.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { SYSTEM } from "../../firmware/system";
import type { BoardCommand } from "../../host-sim/device/board-process";
import { charged, isCharged } from "../../host-sim/device/charged-board";
import { DeviceKernel } from "../../host-sim/device/device-kernel";
import { House } from "../../host-sim/house/house";
import { DEFAULT_HOUSE, type HouseConfig } from "../../host-sim/house/house-config";
import type { HouseReport } from "../../host-sim/report";
import { buildBoard } from "../../tools/builder/build";
import { boardOf, boardsHere } from "./boards-here";
import { ROOT } from "./compiler";

const SECONDS = 300;
const BUILD_MS = 600_000;
/** A turn of the kernel ends in less, or a partition is ended for it. */
const TURN_MAX_S = 1;

/** The hub's power goes in the middle of its first work and comes back. */
const CUT: HouseConfig = {
  ...DEFAULT_HOUSE,
  faults: [{ kind: "power-cut", at: 0.1, target: "hub", forSeconds: 1 }],
};

const directory = mkdtempSync(join(tmpdir(), "heddle-charge-cpu-"));
afterAll(() => rmSync(directory, { recursive: true }));

function run(command: BoardCommand, seconds: number, config = DEFAULT_HOUSE): HouseReport {
  const house = new House({
    seed: 7,
    config,
    makeKernel: (around, observer) => new DeviceKernel(SYSTEM, around, observer, command),
  });
  try {
    house.runUntil(seconds);
    house.finish();
    return house.report(0);
  } finally {
    house.close();
    house.hub.end();
  }
}

test("nobody counts the instructions of a program of this machine", () => {
  expect(isCharged("linux")).toBe(false);
  expect(() => charged(boardOf("linux").command("program"))).toThrow(/linux/);
});

describe.each(boardsHere("qemu-arm", "qemu-riscv"))(
  "a hub on $name whose calls take time",
  (board) => {
    const built = buildBoard(ROOT, board, join(directory, board.name));

    test(
      "gives the same bytes twice, other bytes than without, and loses no reading",
      async () => {
        const command = board.command((await built).program);
        const once = run(charged(command), SECONDS);
        const again = run(charged(command), SECONDS);
        const free = run(command, SECONDS);
        expect(again).toEqual(once);
        expect(free.trace).not.toBe(once.trace);
        expect(free.cpu).toBeUndefined();
        expect(once.checks.every(({ finding }) => finding === null)).toBe(true);
        expect(once.han.nodes.every(({ state }) => state === "networked")).toBe(true);
        expect(once.readings).toMatchObject({ lost: 0, missed: 0 });
        expect(once.readings.delivered).toBeGreaterThan(20);
      },
      BUILD_MS,
    );

    test(
      "tells how long its processor was busy, by its clock",
      async () => {
        const command = charged(board.command((await built).program));
        const { cpu, simulatedSeconds } = run(command, 60);
        expect(cpu!.hertz).toBe(command.hertz);
        expect(cpu!.busyShare).toBeGreaterThan(0);
        expect(cpu!.busyShare).toBeLessThan(1);
        expect(cpu!.busyShare).toBeCloseTo(cpu!.busySeconds / simulatedSeconds);
        expect(cpu!.longestCall.seconds).toBeGreaterThanOrEqual(cpu!.longestTurnSeconds);
        expect(cpu!.longestTurnSeconds).toBeGreaterThan(0);
        expect(cpu!.longestTurnSeconds).toBeLessThan(TURN_MAX_S);
        // Twice the clock, half the time: what is counted is the same.
        const fast = run({ ...command, hertz: 2 * command.hertz! }, 1).cpu!;
        const slow = run(command, 1).cpu!;
        expect(fast.longestCall.seconds).toBeCloseTo(slow.longestCall.seconds / 2, 5);
      },
      BUILD_MS,
    );

    test(
      "is not busy without power, and begins anew with it",
      async () => {
        const report = run(charged(board.command((await built).program)), 120, CUT);
        expect(report.cpu!.busySeconds).toBeLessThan(report.simulatedSeconds - 1);
        expect(report.readings).toMatchObject({ lost: 0 });
        expect(report.readings.delivered).toBeGreaterThan(0);
      },
      BUILD_MS,
    );
  },
);
