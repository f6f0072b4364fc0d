// A kernel on a board in lockstep does what the kernel in TypeScript does, byte for byte; a board
// that is not there, dies or says nothing ends in a clear error.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SYSTEM } from "../../../firmware/system";
import { nodeCrypto } from "../../../hal/node/crypto";
import { Air } from "../../../host-sim/air/air";
import { BenchKind, IncomingFrame, OutgoingFrame } from "../../../host-sim/device/bench-frame";
import { BoardProcess } from "../../../host-sim/device/board-process";
import { DeviceKernel } from "../../../host-sim/device/device-kernel";
import { Hub } from "../../../host-sim/hub/hub";
import type { MakeKernel } from "../../../host-sim/hub/hub-kernel";
import { ipv4Host, Wan } from "../../../host-sim/wan";
import { World } from "../../../host-sim/world";
import { tableSource } from "../../../tools/builder/table";
import { cFilesOf, compile, compiles, ROOT } from "../compiler";
import { ECHO } from "./echo-partitions";

const ADDRESS = ipv4Host(192, 0, 2, 1, 5683);
const possible = compiles(["-O2"]);
if (!possible) console.warn("skipped: no gcc here that builds a board for the bench");

function hubOf(seed: number, makeKernel?: MakeKernel): Hub {
  const world = new World(seed);
  const hub = new Hub(world, new Air(world), new Wan(world), {
    place: { x: 0, y: 0 },
    eui64: new Uint8Array(8),
    constructors: ECHO,
    crypto: nodeCrypto(),
    management: ADDRESS,
    application: ADDRESS,
    headEnd: ADDRESS,
    ...(makeKernel && { makeKernel }),
  });
  world.at(0, () => hub.powerOn());
  world.at(1_500_000, () => hub.setMains(false));
  world.at(2_000_000, () => hub.powerOff());
  world.at(2_100_000, () => hub.powerOn());
  world.runUntil(4_000_000);
  return hub;
}

describe.skipIf(!possible)("a kernel on the bench", () => {
  const directory = mkdtempSync(join(tmpdir(), "heddle-lockstep-"));
  const program = join(directory, "board");

  beforeAll(() => {
    const table = join(directory, "table.c");
    writeFileSync(
      table,
      tableSource(SYSTEM, (name) => name in ECHO),
    );
    const kernel = cFilesOf("hal/kernel").filter((path) => !path.endsWith("observer-none.c"));
    const folders = ["hal/bench", "hal/live", "hal/hdlc", "hal/linux", "test/device/bench"];
    const sources = [table, ...kernel, ...folders.flatMap(cFilesOf)];
    compile(program, sources, ["-O2", `-I${join(ROOT, "hal", "kernel")}`]);
  });

  afterAll(() => rmSync(directory, { recursive: true }));

  const command = { name: "echo", program, arguments: [] };

  test("brings the same trace and figures as the TypeScript kernel", () => {
    const here = hubOf(5);
    const there = hubOf(5, (board, observer) => new DeviceKernel(SYSTEM, board, observer, command));
    for (const { name } of SYSTEM.partitions) {
      expect(there.figures(name)).toEqual(here.figures(name));
      expect(there.stateOf(name)).toEqual(here.stateOf(name));
    }
    expect(here.figures("trust").restarts).toBeGreaterThan(5);
    expect(there.world.trace.digest()).toBe(here.world.trace.digest());
    there.end();
  });

  test("that gets a call it does not know says so and ends", () => {
    const board = new BoardProcess(command);
    const frame = new IncomingFrame();
    board.receive(frame);
    expect(frame.kind).toBe(BenchKind.READY);
    board.send(new OutgoingFrame().begin(99 as BenchKind));
    board.receive(frame);
    expect([frame.kind, frame.text(0)]).toEqual([
      BenchKind.PANIC,
      "the bench called something unknown",
    ]);
    expect(() => board.receive(frame)).toThrow("the board echo ended");
  });
});

describe("a board that", () => {
  const frame = new IncomingFrame();
  const boardOf = (program: string, ...given: string[]): BoardProcess =>
    new BoardProcess({ name: "odd", program, arguments: given }, 200);

  test("is no program ends at once", () => {
    expect(() => boardOf("there-is-no-such-program").receive(frame)).toThrow("the board odd ended");
  });

  test("dies ends in an error", () => {
    expect(() => boardOf("false").receive(frame)).toThrow("the board odd ended");
  });

  test("says nothing is given up", () => {
    expect(() => boardOf("sleep", "60").receive(frame)).toThrow(
      "the board odd has said nothing for 0.2 seconds",
    );
  });
});
