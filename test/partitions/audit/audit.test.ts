// The audit log: whole, in order, with quotas, and so that a reader sees what was done to it.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AuditCode } from "../../../firmware/ipc/audit";
import { Party } from "../../../firmware/ipc/party";
import { LogCheck } from "../../../firmware/partitions/audit/check-log";
import { PowerCut } from "../../../host-sim/flash-direct";
import { EraseOrder, FlashMemory } from "../../../host-sim/flash-memory";
import { AuditBench } from "./fixture";

const RECORDS_PER_SECTOR = 63;
const MINUTE = 60_000;

/**
 * Writes `count` lines with details 1, 2, 3 and so on, a minute each, so that no quota is in the
 * way.
 */
function fill(bench: AuditBench, count: number, from = 1): void {
  for (let i = 0; i < count; i++) {
    bench.log(Party.HAN, AuditCode.JOIN_REFUSED, from + i);
    bench.pass(MINUTE);
  }
}

describe("lines", () => {
  test("an event becomes a line with its number, source, time and subject", () => {
    const bench = new AuditBench();
    bench.settle();
    bench.log(Party.TRUST, AuditCode.GRANT_CHANGED, 0x0301, 77);
    bench.utcMs = 1_700_000_000_999;
    bench.now = 5000;
    bench.log(Party.KERNEL, AuditCode.PARTITION_HELD, 4);
    expect(bench.read()).toEqual({
      result: LogCheck.OK,
      lines: [
        {
          number: 1,
          source: Party.TRUST,
          code: AuditCode.GRANT_CHANGED,
          detail: 0x0301,
          subject: 77,
          utc: 0,
          uptime: 0,
        },
        {
          number: 2,
          source: Party.KERNEL,
          code: AuditCode.PARTITION_HELD,
          detail: 4,
          subject: 0,
          utc: 1_700_000_000,
          uptime: 5000,
        },
      ],
    });
  });

  test("events that come before the log is open are written when it is", () => {
    const bench = new AuditBench();
    for (let detail = 1; detail <= 3; detail++) bench.send(Party.HAN, 8, detail);
    bench.settle();
    expect(bench.read().lines.map((line) => line.detail)).toEqual([1, 2, 3]);
  });

  test("what is no event, or comes from nobody who may write, is counted and not written", () => {
    const bench = new AuditBench();
    bench.settle();
    bench.audit.receive(0, Party.HAN, new Uint8Array(16).fill(1), 16);
    bench.audit.receive(0, Party.HAN, Uint8Array.of(56, 1), 2);
    bench.send(Party.RADIO, 8);
    bench.settle();
    expect(bench.audit).toMatchObject({ malformed: 3 });
    expect(bench.read()).toEqual({ result: LogCheck.EMPTY, lines: [] });
  });

  test("the numbers and the chain go on over restarts", () => {
    const bench = new AuditBench();
    bench.settle();
    for (let life = 0; life < 5; life++) {
      fill(bench, 3, life * 3 + 1);
      bench.restart();
      bench.settle();
    }
    const { result, lines } = bench.read();
    expect(result).toBe(LogCheck.OK);
    expect(lines.map((line) => line.number)).toEqual(lines.map((_, i) => i + 1));
    expect(lines).toHaveLength(15);
  });
});

describe("a line that decayed", () => {
  const LINES = 20;
  const placeOf = (line: number) => 64 + line * 64;

  /** Whether the second sector was begun after a bit of this line had been lost. */
  function beginsSector(line: number): boolean {
    const bench = new AuditBench();
    bench.settle();
    fill(bench, LINES);
    const { bytes } = bench.flash.memory;
    bytes[placeOf(line) + 5]! &= 0xfe;
    bytes[placeOf(line) + 40]! &= 0;
    bench.restart();
    bench.settle();
    fill(bench, 1, 1_000);
    expect(bench.read().result).not.toBe(LogCheck.OK);
    return bytes[4096] !== 0xff;
  }

  test("among the last ones ends its sector, since the chain's end is not sure", () => {
    expect(beginsSector(LINES - 2)).toBe(true);
    expect(beginsSector(LINES - 4)).toBe(true);
  });

  test("before them is for who reads the log: the log goes on where it ended", () => {
    expect(beginsSector(3)).toBe(false);
  });
});

describe("quotas", () => {
  test("16 lines at once; the rest is counted, and the count is a line a minute later", () => {
    const bench = new AuditBench();
    bench.settle();
    for (let i = 0; i < 100; i++) bench.log(Party.HAN, AuditCode.JOIN_REFUSED, i);
    expect(bench.read().lines).toHaveLength(16);
    bench.pass(MINUTE);
    const { lines } = bench.read();
    expect(lines).toHaveLength(17);
    expect(lines[16]).toMatchObject({
      source: Party.HAN,
      code: AuditCode.SUPPRESSED,
      detail: 84,
      uptime: MINUTE,
    });
    expect(bench.audit.dueAt()).toBe(Number.POSITIVE_INFINITY);
  });

  test("a source that floods hides nobody else's line", () => {
    const bench = new AuditBench();
    bench.settle();
    for (let i = 0; i < 1000; i++) bench.log(Party.HAN, AuditCode.JOIN_REFUSED, i);
    bench.log(Party.ACCESS, AuditCode.DEVICE_ADDED);
    expect(bench.read().lines.at(-1)).toMatchObject({ source: Party.ACCESS });
  });

  test("the kernel's lines count for the partition that they are about", () => {
    const bench = new AuditBench();
    bench.settle();
    for (let i = 0; i < 50; i++) bench.log(Party.KERNEL, AuditCode.CHANNEL_REFUSED, Party.GAS);
    bench.log(Party.KERNEL, AuditCode.PARTITION_FAULT, Party.DEMAND);
    expect(bench.read().lines.at(-1)).toMatchObject({ detail: Party.DEMAND });
    bench.pass(MINUTE);
    expect(bench.read().lines.at(-1)).toMatchObject({
      source: Party.KERNEL,
      code: AuditCode.SUPPRESSED,
      detail: 34,
      subject: Party.GAS,
    });
  });

  test("with no room for lines that wait, the next ones are counted", () => {
    const bench = new AuditBench();
    bench.settle();
    for (let source = 2; source < 10; source++) {
      for (let i = 0; i < 3; i++) bench.send(source, AuditCode.JOIN_REFUSED, i);
    }
    bench.settle();
    bench.pass(1);
    const { lines } = bench.read();
    const suppressed = lines.filter((line) => line.code === AuditCode.SUPPRESSED);
    expect(lines.length - suppressed.length).toBe(16);
    expect(suppressed.reduce((sum, line) => sum + line.detail, 0)).toBe(8);
  });
});

describe("a full region", () => {
  test("gives up its oldest sector, and the chain begins at the anchor of the next", () => {
    const bench = new AuditBench();
    bench.settle();
    const written = RECORDS_PER_SECTOR * 9 + 5;
    fill(bench, written);
    const { result, lines } = bench.read();
    expect(result).toBe(LogCheck.OK);
    const kept = RECORDS_PER_SECTOR * 3 + 5;
    expect(lines.map((line) => line.detail)).toEqual(
      Array.from({ length: kept }, (_, i) => written - kept + 1 + i),
    );
    bench.restart();
    bench.settle();
    fill(bench, 1, written + 1);
    expect(bench.read().lines.at(-1)).toMatchObject({ number: written + 1 });
  });
});

describe("power cuts", () => {
  const LINES = RECORDS_PER_SECTOR * 4 + 3;

  test.each([EraseOrder.ASCENDING, EraseOrder.DESCENDING, EraseOrder.SCATTERED])(
    "before, in the middle and after any operation lose no line that lay in flash (%i)",
    (order) => {
      for (const progress of [0, 0.3, 0.51, 0.9, 1]) {
        // Erase, header, the first lines; then the sectors that are used again.
        for (const at of [0, 1, 2, 3, 64, 65, 66, 130, 257, 258, 259, 260, 261]) {
          const bench = new AuditBench();
          bench.settle();
          bench.flash.cut = { at, progress, mask: 0x55, order };
          let acknowledged = 0;
          expect(() => {
            for (; acknowledged < LINES; acknowledged++) fill(bench, 1, acknowledged + 1);
          }).toThrow(PowerCut);
          bench.restart();
          bench.settle();
          fill(bench, 2, 10_000);
          const { result, lines } = bench.read();
          expect(result, `cut at ${at}, ${progress}`).toBe(LogCheck.OK);
          const details = lines.map((line) => line.detail);
          const oldest = details[0]!;
          const before = Array.from({ length: acknowledged + 1 - oldest }, (_, i) => oldest + i);
          // The line under way may lie there whole, or not at all.
          const under = details.length === before.length + 3 ? [acknowledged + 1] : [];
          expect(details).toEqual([...before, ...under, 10_000, 10_001]);
          expect(lines.length).toBeGreaterThanOrEqual(
            Math.min(acknowledged, 3 * RECORDS_PER_SECTOR),
          );
        }
      }
    },
  );

  test("a copy taken right after a cut in the oldest sector's erase says so", () => {
    const bench = new AuditBench();
    bench.settle();
    fill(bench, RECORDS_PER_SECTOR * 4);
    bench.flash.cut = {
      at: bench.flash.operations,
      progress: 0.5,
      mask: 0,
      order: EraseOrder.DESCENDING,
    };
    expect(() => fill(bench, 1)).toThrow(PowerCut);
    expect(bench.read().result).toBe(LogCheck.OLDEST_BROKEN);
  });
});

describe("a chip that fails", () => {
  test("costs no line as long as another place takes it", () => {
    const bench = new AuditBench();
    bench.settle();
    fill(bench, 5);
    for (const failures of [1, 2, 3]) {
      let left = failures;
      bench.flash.fault = () => (left > 0 ? left-- : 0);
      fill(bench, 2, failures * 10);
    }
    const { result, lines } = bench.read();
    expect(result).toBe(LogCheck.OK);
    expect(lines.map((line) => line.detail)).toEqual([1, 2, 3, 4, 5, 10, 11, 20, 21, 30, 31]);
  });

  test("for good loses lines and hangs nothing; afterwards the log goes on", () => {
    const bench = new AuditBench();
    bench.settle();
    fill(bench, 2);
    bench.flash.fault = () => 1;
    fill(bench, 5, 100);
    bench.flash.fault = () => 0;
    fill(bench, 2, 200);
    expect(bench.audit).toMatchObject({ log: { lost: 5 } });
    expect(
      bench
        .read()
        .lines.map((line) => line.detail)
        .slice(-2),
    ).toEqual([200, 201]);
  });

  test("a region of noise is taken over", () => {
    const memory = new FlashMemory(4 * 4096);
    for (let i = 0; i < memory.bytes.length; i++) memory.bytes[i] = (i * 167) >> 3;
    const bench = new AuditBench(memory);
    bench.settle();
    fill(bench, 2);
    expect(bench.read().lines.map((line) => line.detail)).toEqual([1, 2]);
  });
});

describe("a reader sees", () => {
  test("any changed byte of any line but the last", () => {
    const bench = new AuditBench();
    bench.settle();
    fill(bench, RECORDS_PER_SECTOR + 10);
    const lastLine = 4096 + 64 + 9 * 64;
    const place = fc.integer({ min: 64, max: lastLine - 1 }).filter((at) => at % 4096 >= 64);
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 255 }), (at, change) => {
        bench.memory.bytes[at]! ^= change;
        const { result, lines } = bench.read();
        bench.memory.bytes[at]! ^= change;
        expect([LogCheck.BROKEN, LogCheck.OLDEST_BROKEN]).toContain(result);
        expect(lines.length).toBeLessThan(RECORDS_PER_SECTOR + 10);
      }),
    );
    expect(bench.read().result).toBe(LogCheck.OK);
  });

  test("a line taken out, and two exchanged", () => {
    const bench = new AuditBench();
    bench.settle();
    fill(bench, 10);
    const { bytes } = bench.memory;
    const [first, second] = [64 + 3 * 64, 64 + 4 * 64];
    const original = bytes.slice(0, 4096);
    bytes.fill(0, first, first + 64);
    expect(bench.read().result).toBe(LogCheck.BROKEN);
    bytes.set(original);
    bytes.copyWithin(first, second, second + 64);
    bytes.set(original.subarray(first, first + 64), second);
    expect(bench.read().result).toBe(LogCheck.BROKEN);
  });
});
