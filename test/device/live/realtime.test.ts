// `heddle home --device BOARD --realtime`: the board runs by itself, and its UARTs join the house
// live. A meter joins and its readings arrive, as in lockstep, in the time that it takes.

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BOARDS } from "../../../tools/builder/boards";
import { buildBoard, missingFor } from "../../../tools/builder/build";
import { hasCommand } from "../../../tools/builder/objects";
import { Desk } from "../../tools/heddle";
import { ROOT } from "../compiler";
import { METER, NEAR_METER } from "./near-meter";

/** 104 seconds: a meter that misses its first chance to join tries again within a minute. */
const DAYS = "0.0012";
const RUN_MS = 900_000;

const HOUSE = {
  devices: [NEAR_METER],
};

const boards = BOARDS.map((board) => {
  const emulator = board.command("").program;
  const missing =
    missingFor(ROOT, board) ??
    (emulator !== "" && !hasCommand(emulator) ? `${emulator} is not installed` : undefined);
  if (missing !== undefined) console.warn(`skipped: ${board.name} in real time: ${missing}`);
  return { board, name: board.name, missing };
});

describe("a board in real time", () => {
  const desk = new Desk();
  beforeAll(async () => {
    desk.file("house.json", JSON.stringify(HOUSE));
    // One after the other: what the command then builds at once is there already.
    for (const { board, name, missing } of boards) {
      if (missing === undefined) await buildBoard(ROOT, board, join(ROOT, ".heddle/boards", name));
    }
  }, RUN_MS);
  afterAll(() => desk.clear());

  for (const { name, missing } of boards) {
    const run = missing === undefined ? test.concurrent : test.skip;
    run(
      `${name} joins a meter over its own lines and passes its readings on`,
      async () => {
        const words = ["--device", name, "--realtime", "--days", DAYS, "--house", "house.json"];
        const { code, out, err } = await desk.run(["home", ...words, "--json"]);
        expect([code, err]).toEqual([0, ""]);
        const report = JSON.parse(out);
        expect(report.han.nodes).toMatchObject([{ eui64: METER, state: "networked" }]);
        expect(report.readings).toMatchObject({ missed: 0, lost: 0 });
        expect(report.readings.delivered).toBeGreaterThan(1);
        // What the board says of itself on its console.
        const han = report.partitions.find((row: { name: string }) => row.name === "han");
        expect(han).toMatchObject({ refused: 0, restarts: 0 });
        expect(han.received).toBeGreaterThan(50);
      },
      RUN_MS,
    );
  }
});
