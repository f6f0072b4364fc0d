import { describe, expect, test } from "vitest";
import { DeviceKind } from "../../../firmware/ipc/device";
import { Party } from "../../../firmware/ipc/party";
import { NodeState } from "../../../firmware/partitions/han/nodes";
import { Sent } from "../../../hal/sent";
import { START_S, UpperBench, u24, u32, ZCL_EPOCH_S } from "./upper-bench";

const METERING = 0x0702;

const enum Result {
  OK = 0,
  UNREACHABLE = 1,
  NOT_AVAILABLE = 2,
}

function ask(bench: UpperBench, node: number, count: number, end = START_S): void {
  const gas = bench.nodes.kind(node) === DeviceKind.GAS_METER;
  const message = Buffer.from([3, gas ? 1 : 0, count, 0, 0, 0, 0, 0]);
  const whole = Buffer.concat([message, bench.eui64Of(node), Buffer.from(u32(end))]);
  bench.say(gas ? Party.GAS : Party.DEMAND, whole);
}

function question(bench: UpperBench): Buffer | undefined {
  const frames = bench.data();
  return frames.find(({ cluster, payload }) => cluster === METERING && payload[0] === 1)?.payload;
}

function answer(
  bench: UpperBench,
  node: number,
  sequence: number,
  intervals: number[],
  options: { status?: number; period?: number; end?: number } = {},
): void {
  const end = (options.end ?? START_S) - ZCL_EPOCH_S;
  const head = [...u32(end), options.status ?? 0, options.period ?? 2, intervals.length];
  const payload = [...head, ...intervals.flatMap((value) => u24(value))];
  bench.zcl(node, 1, METERING, 0x19, sequence, 0x00, payload);
}

describe("a meter's profile (Smart Energy D.3.2.3.1.1)", () => {
  test("is asked for by channel, end and count", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    ask(bench, meter, 3);
    const asked = question(bench)!;
    expect([...asked.subarray(2)]).toEqual([0x00, 0, ...u32(START_S - ZCL_EPOCH_S), 3]);
  });

  test("comes back as intervals with the exact ends of their half-hours, then as done", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    ask(bench, meter, 3);
    answer(bench, meter, question(bench)![1]!, [30, 20, 10]);
    bench.run(1_000);
    const [first, second, third, done, ...more] = bench.demand.take();
    expect(more).toEqual([]);
    for (const [i, reading] of [third!, second!, first!].entries()) {
      expect(reading[1]).toBe(1);
      expect(reading.readUInt32LE(16)).toBe(START_S - 1800 * i);
      expect(reading.readUIntLE(20, 6)).toBe(30 - 10 * i);
      expect(reading.readUInt16LE(30)).toBe(1800);
    }
    expect([done![0], done![1], done![2]]).toEqual([4, Result.OK, 3]);
    expect(done!.readUInt32LE(16)).toBe(START_S);
    expect(done!.subarray(8, 16)).toEqual(bench.eui64Of(meter));
  });

  test("of 24 half-hours goes on at the pace of the queue behind, and none is lost", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    ask(bench, meter, 24);
    const values = Array.from({ length: 24 }, (_, i) => i + 1);
    answer(bench, meter, question(bench)![1]!, values);
    expect(bench.demand.sent.length).toBeLessThanOrEqual(4);
    bench.demand.answer = Sent.FULL;
    bench.run(1_000);
    bench.demand.answer = Sent.OK;
    bench.run(5_000);
    const readings = bench.demand.take();
    expect(readings.length).toBe(25);
    expect(readings.slice(0, 24).map((one) => one.readUIntLE(20, 6))).toEqual(values.reverse());
  });

  test("without an interval that the meter does not know", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    ask(bench, meter, 2);
    answer(bench, meter, question(bench)![1]!, [5, 0xffffff]);
    bench.run(1_000);
    expect(bench.demand.take().map((one) => one[0])).toEqual([1, 4]);
  });

  test("of a gas meter is held until the meter is awake", () => {
    const bench = new UpperBench();
    const gas = bench.gasMeter();
    ask(bench, gas, 1);
    bench.run(1_700_000);
    expect(bench.frames).toEqual([]);
    bench.zcl(gas, 1, METERING, 0x09, 5, 0x01);
    const asked = question(bench)!;
    answer(bench, gas, asked[1]!, [9]);
    bench.run(1_000);
    expect(bench.gas.take().map((one) => one[0])).toEqual([1, 4]);
  });

  test.each([
    ["that has none", [], { status: 5 }],
    ["without an interval", [], {}],
    ["of other periods", [1], { period: 1 }],
    ["that ends off the half-hour", [1], { end: START_S - 60 }],
    ["of before what was asked", [1], { end: START_S - 3600 }],
    ["of after what was asked", [1], { end: START_S + 1800 }],
  ])("%s is not available", (_what, intervals, options) => {
    const bench = new UpperBench();
    const meter = bench.meter();
    ask(bench, meter, 2);
    answer(bench, meter, question(bench)![1]!, intervals, options);
    bench.run(1_000);
    expect(bench.demand.only().subarray(0, 2)).toEqual(Buffer.from([4, Result.NOT_AVAILABLE]));
  });

  test("refused by a Default Response is not available", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    ask(bench, meter, 2);
    bench.zcl(meter, 1, METERING, 0x18, question(bench)![1]!, 0x0b, [0x00, 0x81]);
    expect(bench.demand.only()[1]).toBe(Result.NOT_AVAILABLE);
  });

  test("of a meter that does not answer is unreachable after three questions", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    ask(bench, meter, 2);
    bench.run(31_000);
    const questions = bench.data().filter(({ cluster }) => cluster === METERING);
    expect(questions.map(({ payload }) => payload.length)).toEqual([9, 9, 9]);
    expect(bench.demand.only()[1]).toBe(Result.UNREACHABLE);
  });

  test("of an unknown node, of a display, or of the wrong kind is unreachable at once", () => {
    const bench = new UpperBench();
    const display = bench.join(DeviceKind.DISPLAY, 3);
    ask(bench, display, 1);
    expect(bench.demand.only()[1]).toBe(Result.UNREACHABLE);
    bench.nodes.setState(display, NodeState.GONE);
    ask(bench, 0, 1);
    expect(bench.demand.only()[1]).toBe(Result.UNREACHABLE);
  });

  test("that nobody asked for, cut short, or of another node is not taken", () => {
    const bench = new UpperBench();
    const [meter, other] = [bench.meter(1), bench.meter(4)];
    answer(bench, meter, 5, [1]);
    ask(bench, meter, 1);
    const sequence = question(bench)![1]!;
    answer(bench, other, sequence, [1]);
    bench.zcl(meter, 1, METERING, 0x19, sequence, 0x00, [...u32(0), 0, 2, 9]);
    bench.run(500);
    expect(bench.demand.take()).toEqual([]);
    expect(bench.app.profile.counts.malformed).toBe(1);
  });

  test("asked for again replaces the question; one of a node that left ends it", () => {
    const bench = new UpperBench();
    const gas = bench.gasMeter();
    ask(bench, gas, 1);
    ask(bench, gas, 2);
    bench.app.nodeLeft(bench.now, gas);
    expect(bench.gas.only().subarray(0, 3)).toEqual(Buffer.from([4, Result.UNREACHABLE, 2]));
  });
});
