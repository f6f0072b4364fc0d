// A firmware is a function of its sources: where and how often it is built does not show in it.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { CONSTRUCTORS } from "../../firmware/constructors";
import { SYSTEM } from "../../firmware/system";
import { BOARDS, type BoardBuild } from "../../tools/builder/boards";
import {
  type BuiltSegment,
  buildBoard,
  missingFor,
  NotInstalledError,
} from "../../tools/builder/build";
import { memoryMap } from "../../tools/builder/memory-map";
import { ROOT } from "./compiler";

const BUILD_MS = 600_000;
const directory = mkdtempSync(join(tmpdir(), "heddle-build-"));
afterAll(() => rmSync(directory, { recursive: true }));

const board = BOARDS.find(({ name }) => name === "qemu-riscv")!;
const missing = missingFor(ROOT, board);
if (missing !== undefined) console.warn(`skipped: ${missing}`);

describe.skipIf(missing !== undefined)("a build", () => {
  test(
    "from clean, twice, gives the same bytes",
    async () => {
      const builds = [];
      for (const name of ["one", "another"]) {
        const out = join(directory, name, "out");
        builds.push(await buildBoard(ROOT, board, out, join(directory, name, "work")));
      }
      const [one, another] = builds;
      expect(another!.sha256).toBe(one!.sha256);
      expect(readFileSync(another!.program).equals(readFileSync(one!.program))).toBe(true);
      const description = JSON.parse(readFileSync(join(directory, "one/out/build.json"), "utf8"));
      expect(description).toMatchObject({ board: "qemu-riscv", sha256: one!.sha256 });
      expect(description.memories.ram.bytes).toBeLessThan(description.memories.ram.limit);
      expect(description.segments.flatMap(({ partitions }: BuiltSegment) => partitions)).toEqual(
        expect.arrayContaining(Object.keys(CONSTRUCTORS)),
      );
      for (const { abi, bytes, limit, name } of description.segments as BuiltSegment[]) {
        expect(abi).toBe(description.abi);
        expect(bytes).toBeLessThanOrEqual(limit);
        expect(description.memories.flash.parts[`code of ${name}`]).toBe(bytes);
      }
    },
    BUILD_MS,
  );

  test(
    "that does not fit its RAM fails",
    async () => {
      const work = join(directory, "one", "work");
      const small = { ...board, linkFlags: [...board.linkFlags, "-Wl,--defsym=stack_bytes=500K"] };
      await expect(buildBoard(ROOT, small, join(directory, "small"), work)).rejects.toThrow(
        /will not fit in region `ram'/,
      );
    },
    BUILD_MS,
  );
});

test("a board without its compiler is refused in one line that says what to do", async () => {
  const strange: BoardBuild = {
    ...board,
    compiler: { command: "there-is-no-such-gcc", machine: [] },
    packages: "gcc-strange",
  };
  await expect(buildBoard(ROOT, strange, directory)).rejects.toThrow(
    new NotInstalledError(
      "there-is-no-such-gcc is not installed (gcc-strange): run tools/setup.sh",
    ),
  );
});

test("the memory map says whose every byte is", () => {
  const text = `
Discarded input sections
 .text.gone     0x00000000       0x40 work/engine/xsAll.c.o

Linker script and memory map

.text           0x00000000      0x100
 .text.one      0x00000000       0x30 work/engine/xsAll.c.o
 .rodata.a_name_that_is_long
                0x00000030       0x10 work/kernel/table.c.o
 .text          0x00000040        0x8 lib/libc.a(memcpy.o)
.segment.han    0x00000050       0x40
 .segment.han   0x00000050       0x40 work/machine/places.s.o
.segment.vault  0x00000090       0x20
 .segment.vault
                0x00000090       0x20 work/machine/places.s.o
.stores         0x21000000     0x1000
.stack          0x20000000     0x3000
.data           0x20003000        0x4
 .data.x        0x20003000        0x4 work/kernel/kernel.c.o
.bss            0x20003004      0x200
 .bss.heap_4    0x20003004      0x100 work/kernel/table.c.o
 .bss.slots_1   0x20003104       0x80 work/kernel/table.c.o
`;
  const memories = {
    flash: { start: 0, bytes: 4096 },
    nor: { start: 0x2100_0000, bytes: 8192 },
    ram: { start: 0x2000_0000, bytes: 65_536 },
  };
  expect(memoryMap(text, memories, SYSTEM, [{ name: "han", bytes: 0x30 }])).toEqual({
    flash: {
      bytes: 172,
      parts: {
        engine: 48,
        "code of han": 48,
        "kept for code": 48,
        kernel: 20,
        "C library": 8,
      },
      limit: 4096,
    },
    nor: { bytes: 4096, parts: { stores: 4096 }, limit: 8192 },
    ram: {
      bytes: 12_676,
      parts: { "C stack": 12_288, "heap of han": 256, queues: 128, kernel: 4 },
      limit: 65_536,
    },
  });
});
