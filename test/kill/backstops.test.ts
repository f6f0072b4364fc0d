// What stands behind the machines: a write from C into the image does not pass unseen, and a native
// that does not return is ended with its board, which comes back.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { House } from "../../host-sim/house/house";
import { boardsHere } from "../device/boards-here";
import { Deed } from "./deeds";
import { buildHostile } from "./hostile-firmware";
import { HostileKernel } from "./hostile-kernel";

const BUILD_MS = 600_000;
const JOINED_S = 60;

const directory = mkdtempSync(join(tmpdir(), "heddle-backstops-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** How a board shows that C wrote to its image: at once, or when its power goes. */
const SHOWN: Readonly<Record<string, string>> = {
  linux: "the board linux ended",
  "qemu-arm": "the board qemu-arm gave up: processor exception 0",
  "qemu-riscv": "the board qemu-riscv has written to its frozen image",
};

describe.each(boardsHere(...Object.keys(SHOWN)))("on $name", (board) => {
  async function houseOn(watchdogMs?: number): Promise<House> {
    const program = await buildHostile(board, join(directory, board.name));
    const command = { ...board.command(program), ...(watchdogMs && { watchdogMs }) };
    return new House({
      seed: 7,
      makeKernel: (around, observer) => new HostileKernel(around, observer, command),
    });
  }

  test(
    "a write from C into the image does not pass",
    async () => {
      const house = await houseOn();
      house.runUntil(1);
      const write = (): void => {
        (house.hub.kernel as HostileKernel).writeImage();
        house.hub.end();
      };
      expect(write).toThrow(SHOWN[board.name]!);
    },
    BUILD_MS,
  );

  test(
    "a native that does not return is ended by the watchdog, and the board comes back",
    async () => {
      const house = await houseOn(3_000);
      house.runUntil(JOINED_S);
      (house.hub.kernel as HostileKernel).order("manage", Deed.STALL);
      house.runUntil(JOINED_S + 300);
      expect(house.hub.boots).toBe(2);
      house.finish();
      const { readings, han } = house.report(0);
      expect(han.nodes.map(({ state }) => state)).toEqual(Array(3).fill("networked"));
      expect(readings.measured).toBeGreaterThan(30);
      expect(readings.lost).toBe(0);
      expect(readings.pending).toBeLessThan(6);
      house.hub.end();
    },
    BUILD_MS,
  );
});
