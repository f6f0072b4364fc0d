// The flash of the native hub: a NOR chip in a file, whose writes are on the disk, in their order,
// when the kernel hears of them.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compile, compiles, ROOT } from "../compiler";

const possible = compiles([]);
if (!possible) console.warn("skipped: no gcc here for the flash of the native hub");

const CHIP_BYTES = 12_288;
const SECOND = 8_192;
const SOURCES = [
  "hal/live/flash-chip.c",
  "hal/linux/flash-file.c",
  "hal/linux/fail.c",
  "test/device/live/flash/main.c",
];

describe.skipIf(!possible)("flash in a file", () => {
  const directory = mkdtempSync(join(tmpdir(), "heddle-flash-"));
  const file = join(directory, "flash.bin");
  const program = join(directory, "flash");
  const parts = new Map<string, string[]>();

  beforeAll(() => {
    const wrapped = ["-Wl,--wrap=pwrite,--wrap=fdatasync", `-I${join(ROOT, "hal", "kernel")}`];
    compile(
      program,
      SOURCES.map((path) => join(ROOT, path)),
      wrapped,
    );
    writeFileSync(file, Buffer.alloc(CHIP_BYTES, 0xff));
    const { stdout, status } = spawnSync(program, [directory], { encoding: "utf8" });
    expect(status).toBe(0);
    for (const part of stdout.split("# ").slice(1)) {
      const [title, ...lines] = part.trimEnd().split("\n");
      parts.set(title!, lines);
    }
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  test("clears bits, and sets none", () => {
    expect(parts.get("bits are only cleared")).toEqual([
      ...["write 2 at 8192", "sync", "answer 0"],
      ...["write 1 at 8192", "sync", "answer 0"],
      "answer 0",
    ]);
    expect([...readFileSync(file).subarray(SECOND, SECOND + 3)]).toEqual([0x30, 0x0f, 0xff]);
  });

  test("says how sectors begin and how far they are used, of as many as one answer holds", () => {
    const lines = parts.get("how sectors begin and how far they are used")!;
    const done = lines.filter((line) => line.startsWith("done"));
    expect(done[1]).toBe("done region 3 operation 3 status 0: 08 02 f0 ff ff 00 00 ff ff ff");
    const alone = done[2]!.split(": ")[1]!.split(" ");
    expect([alone.length, ...alone.slice(0, 4)]).toEqual([129, "08", "02", "f0", "ff"]);
    expect(done[3]).toBe("done region 9 operation 3 status 0: 02 00 30 0f");
  });

  test("tells of what was done in its order, and reads what then is there", () => {
    expect(parts.get("nothing is told before the loop comes round")).toEqual([
      "done region 9 operation 1 status 0:",
      "done region 9 operation 1 status 0:",
      "done region 9 operation 0 status 0: 30 0f ff",
    ]);
  });

  test("has the first part on the disk before it writes the second", () => {
    expect(parts.get("over the end of a sector of the disk")).toEqual([
      ...["write 12 at 500", "sync", "write 8 at 512", "sync", "answer 0"],
      ...["write 4096 at 4096", "sync", "answer 0"],
      "done region 3 operation 1 status 0:",
      "done region 3 operation 2 status 0:",
    ]);
  });

  test("tells that the disk has failed", () => {
    expect(parts.get("a disk that fails")).toEqual([
      ...["write 1 at 0", "sync", "answer 0"],
      "done region 3 operation 1 status 1:",
    ]);
  });

  test("takes no more than it has room for", () => {
    const lines = parts.get("more than there is room for")!;
    expect(lines).toEqual([...Array(16).fill("answer 0"), "answer 1", "busy 1"]);
  });

  test("is not opened when it has another size", () => {
    writeFileSync(file, Buffer.alloc(CHIP_BYTES + 1));
    const { stderr, status } = spawnSync(program, [directory], { encoding: "utf8" });
    expect(status).toBe(2);
    expect(stderr).toContain("is not the flash of this firmware: it must have 12288 bytes");
  });
});
