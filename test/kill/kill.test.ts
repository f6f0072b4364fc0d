// Whatever a partition does in its own machine, in a house that works: it alone ends, its peers are
// told, it is back, the others lose nothing, and no byte of memory stays behind.
//
// KILL_BOARD names the board.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CONSTRUCTORS } from "../../firmware/constructors";
import { FaultKind } from "../../firmware/kernel/fault";
import { SYSTEM } from "../../firmware/system";
import { DeviceKernel } from "../../host-sim/device/device-kernel";
import { House } from "../../host-sim/house/house";
import { buildBoard } from "../../tools/builder/build";
import { boardOf, whyNot } from "../device/boards-here";
import { ROOT } from "../device/compiler";
import { DEED_BASE, Deed } from "./deeds";
import { buildHostile } from "./hostile-firmware";
import { KillHouse, nameOf } from "./kill-house";

const board = boardOf(process.env["KILL_BOARD"] ?? "qemu-arm");
const missing = whyNot(board);
if (missing !== undefined) console.warn(`skipped: the kill matrix on ${board.name}: ${missing}`);

const NAMES = Object.keys(CONSTRUCTORS);
const DEEDS: readonly (readonly [string, Deed, FaultKind, string])[] = [
  ["fills its heap", Deed.FILL_HEAP, FaultKind.MEMORY, "out of memory"],
  ["fills its chunks", Deed.FILL_CHUNKS, FaultKind.MEMORY, "out of memory"],
  ["loops without end", Deed.LOOP, FaultKind.CPU, "out of time"],
  ["recurses without end", Deed.RECURSE, FaultKind.THROW, "out of stack"],
  ["recurses by natives without end", Deed.RECURSE_BY_NATIVES, FaultKind.THROW, "out of stack"],
  ["throws", Deed.THROW, FaultKind.THROW, "hostile on demand"],
  ["rejects a promise", Deed.REJECT, FaultKind.THROW, "hostile on demand, in a promise"],
  ["floods every queue that it has", Deed.FLOOD, FaultKind.CPU, "ticks without end"],
];
const CELLS = DEEDS.flatMap(([what, deed, kind, words]) =>
  NAMES.map((name) => ({ name, what, deed, ending: `${name}: ${kind}, ${words}` })),
);

const RESTARTS = 1_000;
/** A partition's turn comes again after 30 s, so that its pause is always the shortest. */
const CELL_S = 2.6;
const PAUSE_MS = 50;
/** The kernel counts whole milliseconds. */
const MORE_OR_LESS_MS = 2;
/** The gas meter takes its message when it wakes, and answers when it wakes again. */
const WAKES_S = 4_000;
const BUILD_MS = 600_000;
const RUN_MS = 1_200_000;

const directory = mkdtempSync(join(tmpdir(), "heddle-kill-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** Everybody with a channel to or from it, in this firmware. */
function peersOf(name: string): string[] {
  const joined = SYSTEM.channels.flatMap(({ from, to }) =>
    from === name ? [to] : to === name ? [from] : [],
  );
  return [...new Set<string>(joined)].filter((one) => NAMES.includes(one)).sort();
}

describe.skipIf(missing !== undefined)(`on ${board.name}, a partition that`, () => {
  let kill: KillHouse;
  const deaths = new Map<string, number>(NAMES.map((name) => [name, 0]));

  beforeAll(async () => {
    const program = await buildHostile(board, join(directory, "hostile"));
    const exchanges = join(ROOT, "docs", "examples", "exchanges.jsonl");
    kill = new KillHouse(7, exchanges, board.command(program));
    // Everybody has joined.
    kill.run(60);
  }, BUILD_MS);

  // The board is asked whether its image is what it was.
  afterAll(() => kill?.end());

  test.each(CELLS)("$what: $name", ({ name, deed, ending }) => {
    const { faults, back, told, pauseMs } = kill.kill(name, deed, CELL_S);
    deaths.set(name, deaths.get(name)! + 1);
    expect(faults).toEqual([ending]);
    expect(back).toEqual([name]);
    expect([...told].sort()).toEqual(peersOf(name).map((peer) => `${peer}: ${name}`));
    expect(Math.abs(pauseMs - PAUSE_MS)).toBeLessThan(MORE_OR_LESS_MS);
    expectOthersUnharmed();
  });

  test(
    "dies a thousand times leaves no byte behind",
    () => {
      for (let i = CELLS.length; i < RESTARTS; i++) {
        const { name, deed, ending } = CELLS[i % CELLS.length]!;
        deaths.set(name, deaths.get(name)! + 1);
        expect(kill.kill(name, deed, CELL_S).faults).toEqual([ending]);
      }
      expectOthersUnharmed();
      const { started, stopped } = kill.kernel;
      expect(stopped.filter(({ bytes }) => bytes !== 0)).toEqual([]);
      expect(started.length).toBe(NAMES.length + RESTARTS);
      for (const name of NAMES) {
        const lives = started.filter(({ partition }) => nameOf(partition) === name);
        expect(new Set(lives.map(({ bytes }) => bytes)).size, name).toBe(1);
      }
    },
    RUN_MS,
  );

  test(
    "dies takes no acknowledged reading and no message with it",
    () => {
      kill.run(WAKES_S);
      kill.house.finish();
      const { readings, han, checks } = kill.house.report(0);
      expect(readings.measured).toBeGreaterThan(RESTARTS / 10);
      expect(readings.lost).toBe(0);
      expect(readings.pending).toBeLessThan(6);
      const { outcomes } = kill.house.headEnd!.exchanges!;
      expect(outcomes.length).toBeGreaterThan(6);
      expect(outcomes.filter(({ exact }) => !exact)).toEqual([]);
      expect(han.nodes.map(({ state }) => state)).toEqual(Array(3).fill("networked"));
      expect(checks.filter(({ finding }) => finding !== null)).toEqual([]);
    },
    RUN_MS,
  );

  function expectOthersUnharmed(): void {
    const restarts = NAMES.map((name) => [name, kill.kernel.countersOf(name).restarts]);
    expect(restarts).toEqual([...deaths]);
  }
});

describe.skipIf(missing !== undefined)(`a firmware of ours for ${board.name}`, () => {
  test(
    "has no hostile entry",
    async () => {
      const words = "hostile on demand";
      const { program } = await buildBoard(ROOT, board, join(directory, "ours"));
      const theirs = await buildHostile(board, join(directory, "theirs"));
      expect(readFileSync(theirs).includes(words)).toBe(true);
      expect(readFileSync(program).includes(words)).toBe(false);
      const house = new House({
        seed: 7,
        makeKernel: (around, observer) =>
          new DeviceKernel(SYSTEM, around, observer, board.command(program)),
      });
      house.runUntil(1);
      const order = (): void => house.hub.kernel!.inject("han", DEED_BASE + Deed.LOOP);
      expect(order).toThrow("gave up: a fault that there is not");
      house.close();
    },
    BUILD_MS,
  );
});
