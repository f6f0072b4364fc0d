// The house with its hub on a board: the same seed gives the bytes that it gives on Node.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { SYSTEM } from "../../firmware/system";
import { DeviceKernel } from "../../host-sim/device/device-kernel";
import { House, type HouseOptions } from "../../host-sim/house/house";
import type { MakeKernel } from "../../host-sim/hub/hub-kernel";
import { BOARDS } from "../../tools/builder/boards";
import { buildBoard, missingFor } from "../../tools/builder/build";
import { hasCommand } from "../../tools/builder/objects";
import { ROOT } from "./compiler";

const HALF_AN_HOUR_S = 1_800;
const BUILD_MS = 600_000;

interface Bytes {
  readonly han: Buffer;
  readonly wan: Buffer;
  readonly trace: string;
}

const directory = mkdtempSync(join(tmpdir(), "heddle-device-house-"));
afterAll(() => rmSync(directory, { recursive: true }));

function run(name: string, makeKernel?: MakeKernel): Bytes {
  const pcap = join(directory, `${name}-han.pcap`);
  const wanPcap = join(directory, `${name}-wan.pcap`);
  const options: HouseOptions = { seed: 7, pcap, wanPcap };
  const house = new House({ ...options, ...(makeKernel && { makeKernel }) });
  try {
    house.runUntil(HALF_AN_HOUR_S);
    house.finish();
  } finally {
    house.close();
    house.hub.end();
  }
  return {
    han: readFileSync(pcap),
    wan: readFileSync(wanPcap),
    trace: house.world.trace.digest(),
  };
}

// The planned heaps of qemu-arm do not hold the partitions; its roomy sister runs the same code.
for (const board of BOARDS.filter(({ name }) => name !== "qemu-arm")) {
  const emulator = board.command("").program;
  const missing =
    missingFor(ROOT, board) ??
    (emulator !== "" && !hasCommand(emulator) ? `${emulator} is not installed` : undefined);
  if (missing !== undefined) console.warn(`skipped: ${board.name}: ${missing}`);

  describe.skipIf(missing !== undefined)(`a hub on ${board.name}`, () => {
    test(
      "says on the air, to the WAN and inside what it says on Node",
      async () => {
        const { program } = await buildBoard(ROOT, board, join(directory, board.name));
        const there = run(board.name, (around, observer) => {
          return new DeviceKernel(SYSTEM, around, observer, board.command(program));
        });
        const here = run("node");
        expect(there.han.equals(here.han)).toBe(true);
        expect(there.wan.equals(here.wan)).toBe(true);
        expect(there.trace).toBe(here.trace);
      },
      BUILD_MS,
    );
  });
}
