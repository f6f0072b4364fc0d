import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DeviceKind } from "../../../firmware/ipc/device";
import { Party } from "../../../firmware/ipc/party";
import { TimeQuality } from "../../../hal/clock";
import { Sent } from "../../../hal/sent";
import { report, START_S, time, UpperBench, u16, u24, u48 } from "./upper-bench";

const METERING = 0x0702;
/** Global command, from a server. */
const FROM_SERVER = 0x08;
const REPORT = 0x0a;

function storedAnswer(reading: Buffer, code = 0): Buffer {
  const answer = Buffer.alloc(16);
  answer[0] = 2;
  answer[1] = code;
  answer[2] = reading[2]!;
  reading.copy(answer, 4, 4, 16);
  return answer;
}

describe("a meter's report (ZCL 2.5.11, Smart Energy D.3)", () => {
  test("becomes a reading in watt-hours with the meter's own time and its demand", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    bench.zcl(meter, 1, METERING, FROM_SERVER, 9, REPORT, report(123456, START_S + 7, -250));
    const reading = bench.demand.only();
    expect(reading.length).toBe(32);
    expect([reading[0], reading[1], reading[2]]).toEqual([1, 0, 0]);
    expect(reading.subarray(8, 16)).toEqual(bench.eui64Of(meter));
    expect(reading.readUInt32LE(16)).toBe(START_S + 7);
    expect(reading.readUIntLE(20, 6)).toBe(123456);
    expect(reading.readInt32LE(26)).toBe(-250);
  });

  test("of a gas meter becomes a reading in cubic decimetres, for `gas`, without demand", () => {
    const bench = new UpperBench();
    const meter = bench.gasMeter();
    bench.zcl(meter, 1, METERING, FROM_SERVER, 9, REPORT, report(777, START_S));
    const reading = bench.gas.only();
    expect(reading[2]).toBe(1);
    expect(reading.readUIntLE(20, 6)).toBe(777);
    expect(reading.readInt32LE(26)).toBe(-0x80000000);
    expect(bench.demand.take()).toEqual([]);
  });

  test("is answered under its own number, and only once the reading is stored", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    bench.zcl(meter, 1, METERING, FROM_SERVER, 42, REPORT, report(1, START_S));
    expect(bench.data()).toEqual([]);
    bench.run(500);
    expect(bench.data().filter(({ cluster }) => cluster === METERING)).toEqual([]);
    bench.say(Party.DEMAND, storedAnswer(bench.demand.only()));
    const [answer, ...more] = bench.data();
    expect(more).toEqual([]);
    // A Default Response of the client: REPORT, SUCCESS.
    expect([...answer!.payload]).toEqual([0x10, 42, 0x0b, REPORT, 0x00]);
    expect([answer!.cluster, answer!.profile, answer!.destinationEndpoint]).toEqual([
      METERING,
      0x0109,
      1,
    ]);
  });

  test("is answered too when nobody may have the reading, and not when there was no room", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    bench.zcl(meter, 1, METERING, FROM_SERVER, 1, REPORT, report(1, START_S));
    bench.say(Party.DEMAND, storedAnswer(bench.demand.only(), 1));
    expect(bench.data().length).toBe(1);
    bench.zcl(meter, 1, METERING, FROM_SERVER, 2, REPORT, report(2, START_S + 10));
    bench.say(Party.DEMAND, storedAnswer(bench.demand.only(), 2));
    bench.run(40_000);
    expect(bench.data().filter(({ cluster }) => cluster === METERING)).toEqual([]);
  });

  test("that says it wants no Default Response gets none", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    bench.zcl(meter, 1, METERING, 0x18, 1, REPORT, report(1, START_S));
    bench.say(Party.DEMAND, storedAnswer(bench.demand.only()));
    expect(bench.data()).toEqual([]);
  });

  test("repeated is one reading, answered under the number of the repetition", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    bench.zcl(meter, 1, METERING, FROM_SERVER, 1, REPORT, report(5, START_S));
    bench.zcl(meter, 1, METERING, FROM_SERVER, 2, REPORT, report(5, START_S));
    bench.say(Party.DEMAND, storedAnswer(bench.demand.only()));
    expect(bench.data().map(({ payload }) => payload[1])).toEqual([2]);
  });

  test("whose APS frame comes twice is acknowledged twice and handled once", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    const payload = Buffer.from([FROM_SERVER, 1, REPORT, ...report(5, START_S)]);
    bench.hear(meter, 1, METERING, payload, { counter: 200 });
    bench.hear(meter, 1, METERING, payload, { counter: 200 });
    expect(bench.acknowledgements().map(({ counter }) => counter)).toEqual([200, 200]);
    expect(bench.app.metering.counts.reports).toBe(1);
  });

  test("waits for room in the next partition's queue, and then goes on", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    bench.demand.answer = Sent.FULL;
    bench.zcl(meter, 1, METERING, FROM_SERVER, 1, REPORT, report(5, START_S));
    bench.run(1000);
    bench.demand.answer = Sent.OK;
    bench.run(200);
    expect(bench.demand.take().length).toBe(1);
  });

  test("is sent on again when the next partition died with it", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    bench.zcl(meter, 1, METERING, FROM_SERVER, 1, REPORT, report(5, START_S));
    bench.demand.take();
    bench.app.peerRestarted(bench.now, Party.DEMAND);
    expect(bench.demand.take().length).toBe(1);
  });
});

describe("a register's number", () => {
  test.each([
    [1, 1000, 123, 123],
    [1, 1, 123, 123_000],
    [10, 1000, 123, 1230],
    [1, 100, 123, 1230],
    [1, 3, 10, 3333],
    [1, 100_000, 1999, 19],
  ])("x %i / %i of %i is %i of ours", (multiplier, divisor, raw, expected) => {
    const bench = new UpperBench();
    const meter = bench.meter();
    bench.know(meter, 0, multiplier, divisor);
    bench.zcl(meter, 1, METERING, FROM_SERVER, 1, REPORT, report(raw, START_S));
    expect(bench.demand.only().readUIntLE(20, 6)).toBe(expected);
  });

  test("too large to be told exactly is no reading", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    bench.know(meter, 0, 0xfffffe, 1);
    bench.zcl(meter, 1, METERING, FROM_SERVER, 1, REPORT, report(2 ** 40, START_S));
    expect(bench.demand.take()).toEqual([]);
    expect(bench.app.metering.counts.wrongUnit).toBe(1);
  });

  test("is never wrong: every scale and value is exact, or no reading (property)", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 0xfffffe }),
        fc.integer({ min: 1, max: 0xfffffe }),
        fc.nat({ max: 2 ** 47 }),
        (multiplier, divisor, raw) => {
          const bench = new UpperBench();
          const meter = bench.meter();
          bench.know(meter, 0, multiplier, divisor);
          bench.zcl(meter, 1, METERING, FROM_SERVER, 1, REPORT, report(raw, START_S));
          const [reading] = bench.demand.take();
          if (reading === undefined) return;
          const exact = (BigInt(raw) * BigInt(multiplier) * 1000n) / BigInt(divisor);
          expect(BigInt(reading.readUIntLE(20, 6))).toBe(exact);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("of all ones is not known: no reading, and the meter is told that the report was fine", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    bench.zcl(meter, 1, METERING, FROM_SERVER, 1, REPORT, report(0xffffffffffff, START_S));
    expect(bench.demand.take()).toEqual([]);
    expect([...bench.data()[0]!.payload]).toEqual([0x10, 1, 0x0b, REPORT, 0x00]);
  });

  test("of zero after another is passed on as the meter said it", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    bench.zcl(meter, 1, METERING, FROM_SERVER, 1, REPORT, report(500, START_S));
    bench.zcl(meter, 1, METERING, FROM_SERVER, 2, REPORT, report(0, START_S + 10));
    expect(bench.demand.take().map((one) => one.readUIntLE(20, 6))).toEqual([500, 0]);
  });

  test("in another unit than its kind's is no reading (cubic feet)", () => {
    const bench = new UpperBench();
    const meter = bench.gasMeter();
    bench.know(meter, 0x02);
    bench.zcl(meter, 1, METERING, FROM_SERVER, 1, REPORT, report(500, START_S));
    expect(bench.gas.take()).toEqual([]);
  });

  test("without a time has the hub's, and is no reading while the hub has none", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    const value = [0x00, 0x00, 0x25, ...u48(8)];
    bench.zcl(meter, 1, METERING, FROM_SERVER, 1, REPORT, value);
    expect(bench.demand.only().readUInt32LE(16)).toBe(START_S + Math.floor(bench.now / 1000));
    bench.quality = TimeQuality.UNKNOWN;
    bench.zcl(meter, 1, METERING, FROM_SERVER, 2, REPORT, value);
    expect(bench.demand.take()).toEqual([]);
  });
});

describe("a report that is wrong", () => {
  test.each([
    ["cut", report(1, START_S).slice(0, -1), 0x80],
    ["empty", [], 0x80],
    ["of an unknown type", [0, 0, 0x33, 1, 2, 3], 0x80],
    ["with the register in another type", [0, 0, 0x23, 1, 0, 0, 0], 0x8d],
    ["with the time in another type", [...report(1, START_S).slice(0, 9), 7, 0, 0x20, 1], 0x8d],
  ])("%s is refused and no reading", (_what, payload, status) => {
    const bench = new UpperBench();
    const meter = bench.meter();
    bench.zcl(meter, 1, METERING, FROM_SERVER, 1, REPORT, payload);
    expect(bench.demand.take()).toEqual([]);
    expect([...bench.data()[0]!.payload]).toEqual([0x10, 1, 0x0b, REPORT, status]);
  });

  test("by a display is not authorised", () => {
    const bench = new UpperBench();
    const display = bench.join(DeviceKind.DISPLAY, 3);
    bench.zcl(display, 1, METERING, FROM_SERVER, 1, REPORT, report(1, START_S));
    expect(bench.demand.take()).toEqual([]);
    expect(bench.data()[0]!.payload[4]).toBe(0x7e);
    expect(bench.app.zcl.counts.notAuthorized).toBe(1);
  });
});

describe("a meter whose scale is not known yet", () => {
  test("has its reading held until the scale is read, and none is lost", () => {
    const bench = new UpperBench();
    const meter = bench.join(DeviceKind.ELECTRICITY_METER, 1);
    bench.zcl(meter, 1, METERING, FROM_SERVER, 1, REPORT, report(70, START_S));
    expect(bench.demand.take()).toEqual([]);
    const scale = [0x00, 0x03, 0, 0x30, 0, 0x01, 0x03, 0, 0x22, ...u24(1)];
    bench.zcl(meter, 1, METERING, 0x18, 99, 0x01, [...scale, 2, 3, 0, 0x22, ...u24(100)]);
    expect(bench.demand.only().readUIntLE(20, 6)).toBe(700);
  });

  test("may tell its scale in the report itself, as sleeping meters do", () => {
    const bench = new UpperBench();
    const meter = bench.join(DeviceKind.GAS_METER, 2);
    const scale = [0, 3, 0x30, 1, 1, 3, 0x22, ...u24(1), 2, 3, 0x22, ...u24(1000)];
    bench.zcl(meter, 1, METERING, FROM_SERVER, 1, REPORT, [...report(70, START_S), ...scale]);
    expect(bench.gas.only().readUIntLE(20, 6)).toBe(70);
    expect(bench.saved).toContain(meter);
  });

  test("and says zero or all ones as divisor is still not known", () => {
    const bench = new UpperBench();
    const meter = bench.join(DeviceKind.GAS_METER, 2);
    for (const divisor of [0, 0xffffff]) {
      const scale = [0, 3, 0x30, 1, 1, 3, 0x22, ...u24(1), 2, 3, 0x22, ...u24(divisor)];
      bench.zcl(meter, 1, METERING, FROM_SERVER, 1, REPORT, [...report(70, START_S), ...scale]);
    }
    expect(bench.gas.take()).toEqual([]);
  });
});

test("a silent store frees the table: later readings go on", () => {
  const bench = new UpperBench();
  const meter = bench.meter();
  for (let i = 0; i < 40; i++) {
    bench.zcl(meter, 1, METERING, FROM_SERVER, i, REPORT, report(i, START_S + 10 * i));
    bench.run(10_000);
  }
  expect(bench.demand.take().length).toBe(40);
  expect(bench.app.metering.counts.full).toBe(0);
});

test("an attribute report of another cluster is refused as unsupported", () => {
  const bench = new UpperBench();
  const meter = bench.meter();
  bench.zcl(meter, 1, 0x0b04, FROM_SERVER, 1, REPORT, [...u16(0x050b), 0x29, 1, 0]);
  expect(bench.data()[0]!.payload[4]).toBe(0xc3);
  expect(time(START_S).length).toBe(7);
});
