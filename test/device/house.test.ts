// The house with its hub on a board: the same seed gives the bytes that it gives on Node.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { CONSTRUCTORS } from "../../firmware/constructors";
import { SYSTEM } from "../../firmware/system";
import { DeviceKernel } from "../../host-sim/device/device-kernel";
import { House, type HouseOptions } from "../../host-sim/house/house";
import { DEFAULT_HOUSE, type HouseConfig } from "../../host-sim/house/house-config";
import type { MakeKernel } from "../../host-sim/hub/hub-kernel";
import { BOARDS } from "../../tools/builder/boards";
import { buildBoard, missingFor } from "../../tools/builder/build";
import { hasCommand } from "../../tools/builder/objects";
import { exchangeFile } from "../../tools/home/exchange-file";
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

/** Losses, resets, flash that fails, every partition's death in three ways, and power cuts. */
const STORM: HouseConfig = {
  ...DEFAULT_HOUSE,
  wan: { loss: 0.05, duplication: 0.05, reordering: 0.05, latencyMs: 40, jitterMs: 15 },
  radio: { resetEverySeconds: 400 },
  faults: [
    { kind: "air-loss", at: 300, forSeconds: 60, loss: 0.3 },
    { kind: "flash-failure", at: 500, forSeconds: 20, chance: 0.2 },
    { kind: "power-cut", at: 900, target: "hub", forSeconds: 20 },
    { kind: "power-cut", at: 1_300, target: "hub", forSeconds: 1 },
    ...Object.keys(CONSTRUCTORS).flatMap((partition, i) =>
      (["throw", "memory", "cpu"] as const).map((fault, j) => {
        return { kind: "partition-fault", at: 200 + 100 * j + 7 * i, partition, fault } as const;
      }),
    ),
  ],
};

function run(name: string, config: HouseConfig, makeKernel?: MakeKernel): Bytes {
  const pcap = join(directory, `${name}-han.pcap`);
  const wanPcap = join(directory, `${name}-wan.pcap`);
  const exchanges = exchangeFile(join(ROOT, "docs", "examples", "exchanges.jsonl"), () => true);
  const options: HouseOptions = { seed: 7, config, exchanges, pcap, wanPcap };
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

for (const board of BOARDS) {
  const emulator = board.command("").program;
  const missing =
    missingFor(ROOT, board) ??
    (emulator !== "" && !hasCommand(emulator) ? `${emulator} is not installed` : undefined);
  if (missing !== undefined) console.warn(`skipped: ${board.name}: ${missing}`);

  describe.skipIf(missing !== undefined)(`a hub on ${board.name}`, () => {
    test.each([
      ["in a calm house", DEFAULT_HOUSE],
      ["in a storm", STORM],
    ])(
      "says on the air, to the WAN and inside what it says on Node, %s",
      async (_, config) => {
        const { program } = await buildBoard(ROOT, board, join(directory, board.name));
        const there = run(board.name, config, (around, observer) => {
          return new DeviceKernel(SYSTEM, around, observer, board.command(program));
        });
        const here = run("node", config);
        expect(there.han.equals(here.han)).toBe(true);
        expect(there.wan.equals(here.wan)).toBe(true);
        expect(there.trace).toBe(here.trace);
      },
      BUILD_MS,
    );
  });
}
