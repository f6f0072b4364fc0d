import { describe, expect, test } from "vitest";
import { Party } from "../../../firmware/ipc/party";
import { createGas } from "../../../firmware/partitions/gas/partition";
import { TimeQuality } from "../../../hal/clock";
import { ReadingBench, START_S } from "../reading-bench";

const HALF_HOUR = 1800;

const enum Status {
  OK = 0,
  NO_VALUE = 1,
  UNKNOWN_METER = 2,
}

function make(memory?: ReadingBench["memory"]): ReadingBench {
  return new ReadingBench(createGas, 1, memory);
}

/** A question to the mirror; the answer at the asker's port. */
function read(bench: ReadingBench, meter: number, from: Party, reference = 5): Buffer {
  const question = Buffer.alloc(16);
  question[0] = 8;
  question.writeUInt16LE(reference, 2);
  question.fill(meter, 8, 16);
  bench.say(from, question);
  return (from === Party.HAN ? bench.han : bench.firewall).only();
}

/** A wake of the meter: its register is stored, and the hub lives on for half an hour. */
function wake(bench: ReadingBench, time: number, value = 1): void {
  bench.stored(1, time, value);
  bench.run(HALF_HOUR * 1000);
}

describe("the mirror", () => {
  test("tells the last register with the meter's own time and the time of synchronisation", () => {
    const bench = make();
    bench.stored(1, START_S - 3, 4242);
    bench.han.take();
    for (const from of [Party.HAN, Party.FIREWALL]) {
      const answer = read(bench, 1, from, 0x1234);
      expect(answer.length).toBe(30);
      expect([answer[0], answer[1], answer.readUInt16LE(2)]).toEqual([9, Status.OK, 0x1234]);
      expect(answer.subarray(8, 16)).toEqual(Buffer.alloc(8, 1));
      expect(answer.readUInt32LE(16)).toBe(START_S - 3);
      expect(answer.readUIntLE(20, 6)).toBe(4242);
      expect(answer.readUInt32LE(26)).toBe(START_S + 1);
    }
  });

  test("asks the meter nothing, however often it is read", () => {
    const bench = make();
    bench.stored(1, START_S, 4242);
    bench.han.take();
    for (let i = 0; i < 1000; i++) read(bench, 1, Party.HAN, i);
    for (let i = 0; i < 1000; i++) read(bench, 1, Party.FIREWALL, i);
    bench.run(600_000);
    expect(bench.han.take()).toEqual([]);
    expect(bench.firewall.take()).toEqual([]);
  });

  test("knows no other meter", () => {
    const bench = make();
    bench.stored(1, START_S, 4242);
    bench.han.take();
    expect(read(bench, 2, Party.HAN)[1]).toBe(Status.UNKNOWN_METER);
  });

  test("takes the register before it is stored for the providers, and a zero as the meter said", () => {
    const bench = make();
    bench.reading(1, START_S, 4242);
    expect(read(bench, 1, Party.HAN).readUIntLE(20, 6)).toBe(4242);
    bench.reading(1, START_S + 1800, 0);
    expect(read(bench, 1, Party.HAN).readUIntLE(20, 6)).toBe(0);
  });

  test("is not changed by an interval of the profile", () => {
    const bench = make();
    wake(bench, START_S + 100, 4242);
    wake(bench, START_S + 100 + 2 * HALF_HOUR, 4300);
    bench.reading(1, START_S + 2 * HALF_HOUR, 12, true);
    bench.han.take();
    expect(read(bench, 1, Party.HAN).readUIntLE(20, 6)).toBe(4300);
  });

  test("survives a restart, value and meter time together", () => {
    const bench = make();
    bench.stored(1, START_S, 4242);
    const answer = read(make(bench.memory), 1, Party.HAN);
    expect([answer.readUInt32LE(16), answer.readUIntLE(20, 6)]).toEqual([START_S, 4242]);
  });

  test("says that the time of synchronisation is not known while the hub has no clock", () => {
    const bench = make();
    bench.quality = TimeQuality.UNKNOWN;
    bench.stored(1, START_S, 4242);
    bench.han.take();
    expect(read(bench, 1, Party.HAN).readUInt32LE(26)).toBe(0);
  });

  test("of a fifth meter takes the place of the one that was silent for longest", () => {
    const bench = make();
    for (let meter = 1; meter <= 5; meter++) bench.stored(meter, START_S + meter, meter);
    bench.han.take();
    expect(read(bench, 1, Party.HAN)[1]).toBe(Status.UNKNOWN_METER);
    for (let meter = 2; meter <= 5; meter++) {
      expect(read(bench, meter, Party.HAN).readUIntLE(20, 6)).toBe(meter);
    }
  });

  test("drops an answer that finds no room, and answers the next question", () => {
    const bench = make();
    bench.stored(1, START_S, 4242);
    bench.han.take();
    bench.isFull(bench.han, true);
    const question = Buffer.alloc(16);
    question[0] = 8;
    bench.say(Party.HAN, question);
    bench.isFull(bench.han, false);
    expect(bench.han.take()).toEqual([]);
    expect(read(bench, 1, Party.HAN)[1]).toBe(Status.OK);
  });
});

describe("a gas reading", () => {
  test.each([0, 1, 2])("is answered to `han` with the firewall's code %i", (code) => {
    const bench = make();
    bench.reading(1, START_S, 5);
    bench.store(code);
    const answer = bench.han.take().find((message) => message[0] === 2)!;
    expect([answer[1], answer[2], answer.readUInt32LE(4)]).toEqual([code, 1, 1]);
  });

  test("of electricity is not taken", () => {
    const bench = make();
    const message = Buffer.alloc(32);
    message[0] = 1;
    bench.say(Party.HAN, message);
    expect(bench.firewall.take()).toEqual([]);
  });
});

describe("missing half-hours", () => {
  test("are none while the meter comes every half-hour", () => {
    const bench = make();
    for (let i = 0; i < 10; i++) wake(bench, START_S + 100 + i * HALF_HOUR + (i % 3));
    expect(bench.asked()).toEqual([]);
  });

  test("are asked for at once when the meter is back, for it sleeps soon", () => {
    const bench = make();
    wake(bench, START_S + 100);
    bench.run(2 * HALF_HOUR * 1000);
    bench.stored(1, START_S + 100 + 3 * HALF_HOUR);
    bench.run(10);
    expect(bench.asked()).toEqual([[2, START_S + 3 * HALF_HOUR]]);
  });

  test("are had once their intervals are stored, and not asked for again", () => {
    const bench = make();
    wake(bench, START_S + 100);
    bench.run(2 * HALF_HOUR * 1000);
    bench.stored(1, START_S + 100 + 3 * HALF_HOUR);
    bench.run(10);
    bench.asked();
    bench.stored(1, START_S + 2 * HALF_HOUR, 7, true);
    bench.stored(1, START_S + 3 * HALF_HOUR, 8, true);
    bench.stored(1, START_S + HALF_HOUR, 9, true);
    bench.done(1, 0, 2, START_S + 3 * HALF_HOUR);
    bench.run(10_000);
    for (let i = 4; i < 10; i++) wake(bench, START_S + 100 + i * HALF_HOUR);
    expect(bench.asked()).toEqual([]);
  });

  test("survive a restart", () => {
    const first = make();
    wake(first, START_S + 100);
    first.run(HALF_HOUR * 1000);
    first.stored(1, START_S + 100 + 2 * HALF_HOUR);
    const second = make(first.memory);
    second.utcAheadS = 3 * HALF_HOUR;
    second.stored(1, START_S + 100 + 3 * HALF_HOUR);
    second.run(10);
    expect(second.asked()).toEqual([[1, START_S + 2 * HALF_HOUR]]);
  });

  test("are asked for once: `han` holds the question until the meter is awake", () => {
    const bench = make();
    wake(bench, START_S + 100);
    bench.run(HALF_HOUR * 1000);
    wake(bench, START_S + 100 + 2 * HALF_HOUR);
    wake(bench, START_S + 100 + 3 * HALF_HOUR);
    expect(bench.asked().length).toBe(1);
  });
});
