import { describe, expect, test } from "vitest";
import { DeviceKind } from "../../../firmware/ipc/device";
import { Party } from "../../../firmware/ipc/party";
import { Sent } from "../../../hal/sent";
import { report, START_S, UpperBench, u24, u32, u48, ZCL_EPOCH_S } from "./upper-bench";

const METERING = 0x0702;

function requestMirror(bench: UpperBench, gas: number): number {
  bench.data();
  bench.zcl(gas, 1, METERING, 0x09, 5, 0x01);
  const [answer] = bench.data();
  expect([...answer!.payload.subarray(0, 3)]).toEqual([0x11, 5, 0x01]);
  return answer!.payload.readUInt16LE(3);
}

/** `gas` answers the question that waits at its port. */
function answerMirror(bench: UpperBench, status = 0, value = 4242, meterTime = START_S): void {
  const question = bench.gas.only();
  const answer = Buffer.alloc(30);
  answer[0] = 9;
  answer[1] = status;
  question.copy(answer, 2, 2, 4);
  question.copy(answer, 8, 8, 16);
  answer.writeUInt32LE(meterTime, 16);
  answer.writeUIntLE(value, 20, 6);
  bench.say(Party.GAS, answer);
}

function read(bench: UpperBench, node: number, endpoint: number, ...attributes: number[]): void {
  bench.data();
  const payload = attributes.flatMap((attribute) => [attribute & 0xff, attribute >> 8]);
  bench.zcl(node, endpoint, METERING, 0x00, 77, 0x00, payload);
}

describe("a gas meter's mirror (Smart Energy D.3.4)", () => {
  test("is given once: the same endpoint each time, another to another meter, none to a fifth", () => {
    const bench = new UpperBench();
    const meters = [2, 3, 4, 5, 6].map((last) => bench.gasMeter(last));
    const given = meters.map((meter) => requestMirror(bench, meter));
    expect(given).toEqual([10, 11, 12, 13, 0xffff]);
    expect(requestMirror(bench, meters[1]!)).toBe(11);
    expect(bench.saved).toEqual(meters.slice(0, 4));
  });

  test("is not given to an electricity meter", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    bench.data();
    bench.zcl(meter, 1, METERING, 0x09, 5, 0x01);
    expect([...bench.data()[0]!.payload.subarray(2)]).toEqual([0x0b, 1, 0x7e]);
  });

  test("takes its meter's reports, and no other's", () => {
    const bench = new UpperBench();
    const [gas, other] = [bench.gasMeter(2), bench.gasMeter(3)];
    const endpoint = requestMirror(bench, gas);
    bench.zcl(gas, endpoint, METERING, 0x08, 1, 0x0a, report(9, START_S));
    expect(bench.gas.take().length).toBe(1);
    bench.zcl(other, endpoint, METERING, 0x08, 2, 0x0a, report(9, START_S));
    expect(bench.gas.take()).toEqual([]);
    expect(bench.data().at(-1)!.payload[4]).toBe(0x7e);
  });

  test("that a meter used before a restart is its own again", () => {
    const bench = new UpperBench();
    const gas = bench.gasMeter();
    bench.zcl(gas, 12, METERING, 0x08, 1, 0x0a, report(9, START_S));
    expect(bench.gas.take().length).toBe(1);
    expect(requestMirror(bench, gas)).toBe(12);
  });

  test("tells a display value and meter time together, in thousandths of a cubic metre", () => {
    const bench = new UpperBench();
    const display = bench.join(DeviceKind.DISPLAY, 3);
    const endpoint = requestMirror(bench, bench.gasMeter());
    read(bench, display, endpoint, 0x0000, 0x0007, 0x0301, 0x0302, 0x0306, 0x0400);
    expect(bench.data()).toEqual([]);
    answerMirror(bench);
    const [answer] = bench.data();
    expect(answer!.node).toBe(display);
    expect([...answer!.payload]).toEqual([
      ...[0x18, 77, 0x01],
      ...[0x00, 0x00, 0, 0x25, ...u48(4242)],
      ...[0x07, 0x00, 0, 0xe2, ...u32(START_S - ZCL_EPOCH_S)],
      ...[0x01, 0x03, 0, 0x22, ...u24(1)],
      ...[0x02, 0x03, 0, 0x22, ...u24(1000)],
      ...[0x06, 0x03, 0, 0x18, 0x80],
      ...[0x00, 0x04, 0x86],
    ]);
  });

  test("without a value says that neither is known", () => {
    const bench = new UpperBench();
    const display = bench.join(DeviceKind.DISPLAY, 3);
    read(bench, display, requestMirror(bench, bench.gasMeter()), 0, 7);
    answerMirror(bench, 1);
    const { payload } = bench.data()[0]!;
    expect([...payload.subarray(7, 13)]).toEqual(Array(6).fill(0xff));
    expect([...payload.subarray(17)]).toEqual(Array(4).fill(0xff));
  });

  test("never sends a frame to the gas meter, however often it is read", () => {
    const bench = new UpperBench();
    const gas = bench.gasMeter();
    const display = bench.join(DeviceKind.DISPLAY, 3);
    const endpoint = requestMirror(bench, gas);
    bench.run(10_000);
    bench.frames.length = 0;
    for (let i = 0; i < 500; i++) {
      bench.zcl(display, endpoint, METERING, 0x00, i & 0xff, 0x00, [0, 0, 7, 0]);
      answerMirror(bench);
      bench.run(1_000);
    }
    const nodes = bench.frames.map(({ node }) => node);
    expect(nodes.filter((node) => node === display).length).toBeGreaterThanOrEqual(1000);
    expect(nodes).not.toContain(gas);
  });

  test("asked while `gas` is silent or busy says TIMEOUT, and is free again", () => {
    const bench = new UpperBench();
    const display = bench.join(DeviceKind.DISPLAY, 3);
    const endpoint = requestMirror(bench, bench.gasMeter());
    for (let i = 0; i < 10; i++) {
      read(bench, display, endpoint, 0);
      bench.run(2_100);
      expect([...bench.data()[0]!.payload.subarray(2)]).toEqual([0x0b, 0x00, 0x94]);
    }
    bench.gas.answer = Sent.FULL;
    read(bench, display, endpoint, 0);
    expect([...bench.data()[0]!.payload.subarray(2)]).toEqual([0x0b, 0x00, 0x94]);
  });

  test("can be written by nobody, and lists what it has", () => {
    const bench = new UpperBench();
    const gas = bench.gasMeter();
    const endpoint = requestMirror(bench, gas);
    bench.zcl(gas, endpoint, METERING, 0x00, 3, 0x02, [0, 0, 0x25, ...u48(1)]);
    expect(bench.data().at(-1)!.payload[4]).toBe(0x7e);
    bench.zcl(gas, endpoint, METERING, 0x00, 3, 0x0c, [0, 0, 2]);
    expect([...bench.data().at(-1)!.payload.subarray(2)]).toEqual([
      0x0d, 0, 0, 0, 0x25, 7, 0, 0xe2,
    ]);
  });

  test("that nobody has is no cluster", () => {
    const bench = new UpperBench();
    const display = bench.join(DeviceKind.DISPLAY, 3);
    read(bench, display, 11, 0);
    expect([...bench.data()[0]!.payload.subarray(2)]).toEqual([0x0b, 0x00, 0xc3]);
  });
});
