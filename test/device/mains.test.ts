// That the mains go and come back reaches `manage` on each board, as it does on Node.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Party } from "../../firmware/ipc/party";
import { SYSTEM } from "../../firmware/system";
import { DeviceKernel } from "../../host-sim/device/device-kernel";
import { House } from "../../host-sim/house/house";
import type { MakeKernel } from "../../host-sim/hub/hub-kernel";
import { buildBoard } from "../../tools/builder/build";
import { boardsHere } from "./boards-here";
import { ROOT } from "./compiler";

const BUILD_MS = 600_000;
const directory = mkdtempSync(join(tmpdir(), "heddle-mains-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** What `manage` is told of the mains: the second, and whether they are present. */
function toldOfMains(makeKernel?: MakeKernel): string[] {
  const told: string[] = [];
  const house = new House({ seed: 7, ...(makeKernel && { makeKernel }) });
  house.hub.observe({
    message: (time, from, to, bytes) => {
      if (from !== Party.POWER) return;
      told.push(`${Math.floor(time / 1e6)} s: ${bytes[0]} to ${to === Party.MANAGE}`);
    },
  });
  house.world.at(2_500_000, () => house.hub.setMains(false));
  house.world.at(4_500_000, () => house.hub.setMains(true));
  house.runUntil(6);
  house.finish();
  house.hub.end();
  return told;
}

const EXPECTED = ["2 s: 0 to true", "4 s: 1 to true"];

test("the mains reach manage on Node", () => {
  expect(toldOfMains()).toEqual(EXPECTED);
});

describe.each(boardsHere("linux", "qemu-arm", "qemu-riscv"))("on $name", (board) => {
  test(
    "the mains reach manage",
    async () => {
      const { program } = await buildBoard(ROOT, board, join(directory, board.name));
      const told = toldOfMains((around, observer) => {
        return new DeviceKernel(SYSTEM, around, observer, board.command(program));
      });
      expect(told).toEqual(EXPECTED);
    },
    BUILD_MS,
  );
});
