import { describe, expect, test } from "vitest";
import { Party } from "../../../firmware/ipc/party";
import { createDemand } from "../../../firmware/partitions/demand/partition";
import { TimeQuality } from "../../../hal/clock";
import { ReadingBench, START_S } from "../reading-bench";

const HALF_HOUR = 1800;

function make(memory?: ReadingBench["memory"]): ReadingBench {
  return new ReadingBench(createDemand, 0, memory);
}

/** A meter reports every ten seconds from `from` up to `to`, but for what `left` leaves out. */
function report(
  bench: ReadingBench,
  from: number,
  to: number,
  left: (time: number) => boolean = () => false,
  meter = 1,
): void {
  for (let time = from; time < to; time += 10) {
    if (!left(time)) bench.stored(meter, time);
    bench.run(10_000);
  }
}

describe("a reading", () => {
  test("goes to the firewall as it came, but for its number, and its answer back to `han`", () => {
    const bench = make();
    bench.reading(7, START_S, 1234);
    const sent = bench.firewall.sent[0]!;
    expect(sent.length).toBe(32);
    expect(sent.readUIntLE(20, 6)).toBe(1234);
    bench.store();
    const answer = bench.han.only();
    expect([answer[0], answer[1], answer[2]]).toEqual([2, 0, 0]);
    expect(answer.readUInt32LE(4)).toBe(1);
    expect(answer.subarray(8, 16)).toEqual(Buffer.alloc(8, 7));
  });

  test.each([1, 2])("has the firewall's code %i passed on", (code) => {
    const bench = make();
    bench.reading(7, START_S, 1234);
    bench.store(code);
    expect(bench.han.only()[1]).toBe(code);
  });

  test("repeated while it is under way is one, answered under the later number", () => {
    const bench = make();
    bench.reading(7, START_S, 1234);
    bench.reading(7, START_S, 1234);
    expect(bench.store()).toBe(1);
    expect(bench.han.only().readUInt32LE(4)).toBe(2);
  });

  test("waits for the firewall's room, and is sent again when the firewall died", () => {
    const bench = make();
    bench.isFull(bench.firewall, true);
    bench.reading(7, START_S, 1);
    bench.isFull(bench.firewall, false);
    bench.run(200);
    expect(bench.firewall.take().length).toBe(1);
    bench.partition.peerRestarted(bench.now, Party.FIREWALL);
    bench.run(200);
    expect(bench.store()).toBe(1);
    expect(bench.han.take().length).toBe(1);
  });

  test("that nobody answers for is given up after 30 s, so that the table stays free", () => {
    const bench = make();
    for (let i = 0; i < 100; i++) {
      bench.reading(7, START_S + 10 * i, i);
      bench.run(10_000);
    }
    expect(bench.firewall.take().length).toBe(100);
    expect(bench.han.take()).toEqual([]);
  });

  test("of another commodity, or of another length, is not taken", () => {
    const bench = make();
    const gas = Buffer.alloc(32);
    gas[0] = 1;
    gas[2] = 1;
    bench.say(Party.HAN, gas);
    bench.say(Party.HAN, Buffer.from([1, 0, 0]));
    expect(bench.firewall.take()).toEqual([]);
  });
});

describe("the watch over gaps", () => {
  test("asks nothing of a meter that reports every ten seconds", () => {
    const bench = make();
    report(bench, START_S + 500, START_S + 3 * HALF_HOUR);
    bench.run(600_000);
    expect(bench.asked()).toEqual([]);
  });

  test("asks for the half-hour of one missing reading, a minute and a chance after its end", () => {
    const bench = make();
    const gap = START_S + HALF_HOUR + 700;
    report(bench, START_S, START_S + 2 * HALF_HOUR, (time) => time === gap);
    expect(bench.asked()).toEqual([]);
    report(bench, START_S + 2 * HALF_HOUR, START_S + 2 * HALF_HOUR + 50);
    expect(bench.asked()).toEqual([]);
    report(bench, START_S + 2 * HALF_HOUR + 50, START_S + 2 * HALF_HOUR + 130);
    expect(bench.asked()).toEqual([[1, START_S + 2 * HALF_HOUR]]);
  });

  test("counts a reading that comes late, but is stored, as had", () => {
    const bench = make();
    const late = START_S + HALF_HOUR + 1790;
    report(bench, START_S, START_S + 2 * HALF_HOUR, (time) => time === late);
    bench.stored(1, START_S + 2 * HALF_HOUR);
    bench.stored(1, late);
    report(bench, START_S + 2 * HALF_HOUR + 10, START_S + 3 * HALF_HOUR);
    expect(bench.asked()).toEqual([]);
  });

  test("counts one that was not stored as missing", () => {
    const bench = make();
    for (let time = START_S; time < START_S + HALF_HOUR + 200; time += 10) {
      bench.reading(1, time, 1);
      bench.store(time === START_S + 300 ? 2 : 0);
      bench.run(10_000);
    }
    expect(bench.asked()).toEqual([[1, START_S + HALF_HOUR]]);
  });

  test("asks for a silence of hours in one question, and for a day in two", () => {
    const bench = make();
    report(bench, START_S, START_S + HALF_HOUR);
    bench.run(4 * HALF_HOUR * 1000);
    report(bench, START_S + 5 * HALF_HOUR + 60, START_S + 5 * HALF_HOUR + 200);
    expect(bench.asked()).toEqual([[5, START_S + 5 * HALF_HOUR]]);
    const long = make();
    report(long, START_S, START_S + 200);
    long.utcAheadS = 30 * HALF_HOUR;
    report(long, START_S + 30 * HALF_HOUR + 60, START_S + 30 * HALF_HOUR + 200);
    const end = START_S + 30 * HALF_HOUR;
    expect(long.asked()).toEqual([[24, end]]);
    for (let i = 0; i < 24; i++) long.stored(1, end - i * HALF_HOUR, 5, true);
    long.done(1, 0, 24, end);
    long.run(6_000);
    expect(long.asked()).toEqual([[6, end - 24 * HALF_HOUR]]);
  });

  test("passes on only the intervals that are missing, and has them when they are stored", () => {
    const bench = make();
    report(bench, START_S, START_S + HALF_HOUR + 200, (time) => time === START_S + 100);
    expect(bench.asked()).toEqual([[1, START_S + HALF_HOUR]]);
    bench.reading(1, START_S + HALF_HOUR, 77, true);
    bench.reading(1, START_S, 66, true);
    const [interval, ...more] = bench.firewall.sent;
    expect(more).toEqual([]);
    expect([interval![1], interval!.readUIntLE(20, 6)]).toEqual([1, 77]);
    bench.store();
    bench.done(1, 0, 1, START_S + HALF_HOUR);
    bench.run(HALF_HOUR * 1000);
    expect(bench.asked()).toEqual([]);
  });

  test("asks again, later and later, of a meter that cannot be reached, until it can", () => {
    const bench = make();
    report(bench, START_S, START_S + HALF_HOUR + 200, (time) => time === START_S + 100);
    const end = START_S + HALF_HOUR;
    let questions = 0;
    for (let minute = 0; minute < 240; minute++) {
      for (const [count, asked] of bench.asked()) {
        expect([count, asked]).toEqual([1, end]);
        questions++;
        bench.done(1, 1, 1, end);
      }
      bench.run(60_000);
    }
    expect(questions).toBeGreaterThan(5);
    expect(questions).toBeLessThan(16);
  });

  test("asks no more for what the meter has not, nor for what is a day old", () => {
    const bench = make();
    report(bench, START_S, START_S + HALF_HOUR + 200, (time) => time === START_S + 100);
    expect(bench.asked().length).toBe(1);
    bench.done(1, 2, 1, START_S + HALF_HOUR);
    bench.run(4 * HALF_HOUR * 1000);
    expect(bench.asked()).toEqual([]);
    const old = make();
    report(old, START_S, START_S + 30);
    old.utcAheadS = 90 * HALF_HOUR;
    report(old, START_S + 90 * HALF_HOUR + 60, START_S + 90 * HALF_HOUR + 200);
    const [[count, end]] = old.asked() as [[number, number]];
    old.done(1, 2, count, end);
    old.run(1_000);
    const [[, next]] = old.asked() as [[number, number]];
    old.done(1, 2, 24, next);
    old.run(HALF_HOUR * 1000);
    expect(next - 24 * HALF_HOUR).toBe(START_S + 42 * HALF_HOUR);
    expect(old.asked()).toEqual([]);
  });

  test("gets over an answer without progress, and over a `han` that died", () => {
    const bench = make();
    report(bench, START_S, START_S + HALF_HOUR + 200, (time) => time === START_S + 100);
    expect(bench.asked().length).toBe(1);
    bench.done(1, 0, 1, START_S + HALF_HOUR);
    bench.run(4_000);
    expect(bench.asked()).toEqual([]);
    bench.run(120_000);
    expect(bench.asked().length).toBe(1);
    bench.partition.peerRestarted(bench.now, Party.HAN);
    bench.run(600_000);
    expect(bench.asked().length).toBe(1);
  });

  test("watches each of sixteen meters apart", () => {
    const bench = make();
    const meters = Array.from({ length: 16 }, (_, i) => i + 1);
    for (let time = START_S; time < START_S + HALF_HOUR + 200; time += 10) {
      for (const meter of meters) {
        if (meter !== 13 || time !== START_S + 50) bench.stored(meter, time);
      }
      bench.run(10_000);
    }
    const questions = bench.han.take().filter((message) => message[0] === 3);
    expect(questions.map((message) => message[8])).toEqual([13]);
  });

  test("is not misled by one wrong time: a day ahead says nothing, a day back begins anew", () => {
    const bench = make();
    report(bench, START_S, START_S + 100);
    bench.stored(1, START_S + 10 * 86_400);
    report(bench, START_S + 100, START_S + 2 * HALF_HOUR);
    expect(bench.asked()).toEqual([]);
    bench.quality = TimeQuality.UNKNOWN;
    report(bench, START_S - 100_000, START_S - 100_000 + 3 * HALF_HOUR);
    expect(bench.asked()).toEqual([]);
  });
});

describe("after a restart", () => {
  test("what is missing is still missing, and the half-hour that was cut is missing too", () => {
    const first = make();
    report(first, START_S, START_S + HALF_HOUR + 100, (time) => time === START_S + 100);
    first.asked();
    const second = make(first.memory);
    second.utcAheadS = HALF_HOUR;
    report(second, START_S + HALF_HOUR + 110, START_S + 2 * HALF_HOUR + 200);
    expect(second.asked()).toEqual([[1, START_S + HALF_HOUR]]);
    second.stored(1, START_S + HALF_HOUR, 5, true);
    second.done(1, 0, 1, START_S + HALF_HOUR);
    second.run(6_000);
    expect(second.asked()).toEqual([[1, START_S + 2 * HALF_HOUR]]);
  });

  test("a reading that comes before the flash was read is not taken, so that it is repeated", () => {
    const bench = new ReadingBench(createDemand, 0);
    const raw = Buffer.alloc(32);
    raw[0] = 1;
    const fresh = createDemand({
      ...({ ports: { han: bench.han, firewall: bench.firewall } } as object),
      regions: { samples: bench.flash },
      startedAt: 0,
      entropy: { fill: () => {} },
      clock: { utcMs: () => 0, quality: () => TimeQuality.UNKNOWN },
    } as never);
    fresh.receive(0, Party.HAN, raw, 32);
    expect(bench.firewall.take()).toEqual([]);
  });
});
