// A partition's code is a segment of its own: it is replaced in flash without a byte of anything
// else, and a board uses none that is not whole or that was linked for another base.

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Observer } from "../../firmware/kernel/observer";
import { SYSTEM } from "../../firmware/system";
import { DeviceKernel } from "../../host-sim/device/device-kernel";
import { House } from "../../host-sim/house/house";
import type { MakeKernel } from "../../host-sim/hub/hub-kernel";
import { BOARDS } from "../../tools/builder/boards";
import { type Build, buildBoard, missingFor } from "../../tools/builder/build";
import { FIRMWARE, type Firmware } from "../../tools/builder/firmware";
import { hasCommand } from "../../tools/builder/objects";
import { ROOT } from "./compiler";

const BUILD_MS = 600_000;
const RUN_SECONDS = 300;
/** Eight starts, with the pauses between them, and time for the others to fail. */
const UNTIL_HELD_SECONDS = 30;

/** In the header of a segment: hal/machine/segment.h. */
const LENGTH_HIGH = 7;
const DIGEST = 12;
const ABI = 44;

// The board with two flashes, and RAM for the partitions' heaps.
const board = BOARDS.filter(({ memories }) => memories?.nor !== undefined).at(-1)!;
const emulator = board.command("").program;
const missing =
  missingFor(ROOT, board) ??
  (hasCommand(emulator) ? undefined : `${emulator} is not installed: run tools/setup.sh --device`);
if (missing !== undefined) console.warn(`skipped: ${missing}`);

const OTHER: Firmware = {
  ...FIRMWARE,
  entries: FIRMWARE.entries.map((one) =>
    one.name === "demand" ? { ...one, file: "test/device/segments/demand/partition" } : one,
  ),
};

function withCodeBytes(name: string, codeBytes: number): Firmware {
  const partitions = SYSTEM.partitions.map((row) =>
    row.name === name ? { ...row, codeBytes } : row,
  );
  return { ...FIRMWARE, table: { ...SYSTEM, partitions } };
}

/** Runs what flash.bin says, as a programmer wrote it into both flashes. */
function kernels(flash: Buffer, build: Build, directory: string, faults: string[]): MakeKernel {
  mkdirSync(directory, { recursive: true });
  const [inside, outside] = build.flash.map(({ memory, offset, bytes }) => {
    const path = join(directory, `${memory}.bin`);
    writeFileSync(path, flash.subarray(offset, offset + bytes));
    return path;
  });
  const command = board.command(inside!);
  const address = `0x${build.flash[1]!.address.toString(16)}`;
  const loader = ["-device", `loader,file=${outside},addr=${address},force-raw=on`];
  const whole = { ...command, arguments: [...command.arguments, ...loader] };
  return (around, observer) => {
    const noting: Observer = {
      delivered: (...given) => observer.delivered(...given),
      refused: (...given) => observer.refused(...given),
      restarted: (...given) => observer.restarted(...given),
      faulted(now, party, kind, what) {
        faults.push(`${nameOf(party)}: ${what}`);
        // The house takes a fault that it did not ask for as its end.
        if (!what.startsWith("segment: ")) observer.faulted(now, party, kind, what);
      },
      held(now, party, until) {
        faults.push(`${nameOf(party)}: held`);
        observer.held(now, party, until);
      },
    };
    return new DeviceKernel(SYSTEM, around, noting, whole);
  };
}

function nameOf(party: number): string {
  return SYSTEM.partitions.find(({ id }) => id === party)?.name ?? String(party);
}

/** What the house's trace comes to. */
function run(seconds: number, makeKernel?: MakeKernel): string {
  const house = new House({ seed: 7, ...(makeKernel && { makeKernel }) });
  try {
    house.runUntil(seconds);
  } finally {
    house.close();
    house.hub.end();
  }
  return house.world.trace.digest();
}

describe.skipIf(missing !== undefined)("a segment in flash", () => {
  const directory = mkdtempSync(join(tmpdir(), "heddle-segments-"));
  afterAll(() => rmSync(directory, { recursive: true }));
  const work = join(directory, "work");
  const build = (name: string, firmware: Firmware) =>
    buildBoard(ROOT, board, join(directory, name), work, firmware);
  const flashOf = (name: string) => readFileSync(join(directory, name, "flash.bin"));
  let one: Build;
  let other: Build;

  beforeAll(async () => {
    one = await build("one", FIRMWARE);
    other = await build("other", OTHER);
  }, BUILD_MS);

  /** Where its place is in flash.bin. */
  function placeOf(name: string): { start: number; end: number } {
    const { address, limit } = one.segments.find((segment) => segment.name === name)!;
    const memory = one.flash.filter((part) => address >= part.address).at(-1)!;
    const start = memory.offset + address - memory.address;
    return { start, end: start + limit };
  }

  /** flash.bin with one byte of demand's segment another. */
  function damaged(offset: number): Buffer {
    const flash = flashOf("one");
    const at = placeOf("demand").start + offset;
    flash[at] = flash[at]! ^ 1;
    return flash;
  }

  test("carries the digest that an installer is to check, and build.json says the same", () => {
    for (const { name, bytes, digest, abi } of one.segments) {
      const { start } = placeOf(name);
      const segment = flashOf("one").subarray(start, start + bytes);
      expect(segment.subarray(DIGEST, ABI).toString("hex")).toBe(digest);
      expect(createHash("sha256").update(segment.subarray(ABI)).digest("hex")).toBe(digest);
      expect(segment.subarray(ABI, ABI + 32).toString("hex")).toBe(abi);
    }
  });

  test("is the only thing that changes with its partition", () => {
    const { start, end } = placeOf("demand");
    const [before, after] = [flashOf("one"), flashOf("other")];
    expect(other.abi).toBe(one.abi);
    expect(after.length).toBe(before.length);
    expect(after.subarray(0, start).equals(before.subarray(0, start))).toBe(true);
    expect(after.subarray(start, end).equals(before.subarray(start, end))).toBe(false);
    expect(after.subarray(end).equals(before.subarray(end))).toBe(true);
    const changed = other.segments.filter(({ digest }, i) => digest !== one.segments[i]!.digest);
    expect(changed.map(({ name }) => name)).toEqual(["demand"]);
  });

  test(
    "put in the place of the one before, works with all that stays",
    () => {
      const { start, end } = placeOf("demand");
      const flash = flashOf("one");
      flashOf("other").copy(flash, start, start, end);
      const faults: string[] = [];
      const there = run(RUN_SECONDS, kernels(flash, one, join(directory, "spliced"), faults));
      expect(faults).toEqual([]);
      expect(there).toBe(run(RUN_SECONDS));
    },
    BUILD_MS,
  );

  test.each([
    ["for another base", () => ABI, "segment: for another base"],
    ["with a byte changed", () => sizeOf("demand") - 1, "segment: wrong check sum"],
    ["that is none", () => 0, "segment: not there"],
    ["longer than its place", () => LENGTH_HIGH, "segment: wrong length"],
  ])(
    "%s is not used: its partition is held, and no other dies",
    (name, offset, what) => {
      const faults: string[] = [];
      const flash = damaged(offset());
      const makeKernel = kernels(flash, one, join(directory, name.replaceAll(" ", "-")), faults);
      run(UNTIL_HELD_SECONDS, makeKernel);
      expect(new Set(faults)).toEqual(new Set([`demand: ${what}`, "demand: held"]));
    },
    BUILD_MS,
  );

  function sizeOf(name: string): number {
    return one.segments.find((segment) => segment.name === name)!.bytes;
  }

  test("larger than the table plans for it is refused", async () => {
    await expect(build("small", withCodeBytes("demand", 4096))).rejects.toThrow(
      /the code of demand has \d+ bytes, its codeBytes allow 4096/,
    );
  });

  test("does not link when there is no room for what the table plans", async () => {
    await expect(build("large", withCodeBytes("han", 1_000_000))).rejects.toThrow(
      /will not fit in region `flash'|do not fit into/,
    );
  });
});
