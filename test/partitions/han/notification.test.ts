// A gas meter that wants to hear from its mirror what waits for it.

import { describe, expect, test } from "vitest";
import { Party } from "../../../firmware/ipc/party";
import { sendDown } from "./tunnel-bench";
import { report, START_S, UpperBench, u24, u32 } from "./upper-bench";

const METERING = 0x0702;
const MIRROR = 10;
const SERVER = 0x09;
const FROM_SERVER = 0x08;
const CONFIGURE = 0x08;
const REPORT = 0x0a;
const MAIL = 0x00200000;
const STAY_AWAKE = 0x10;

/** ConfigureMirror; answers the status of the hub's Default Response. */
function configure(
  bench: UpperBench,
  node: number,
  scheme: number,
  options: { endpoint?: number; isOn?: number; cut?: number } = {},
): number {
  const payload = [...u32(1), ...u24(1800), options.isOn ?? 1, scheme];
  bench.data();
  const sent = payload.slice(0, options.cut ?? payload.length);
  bench.zcl(node, options.endpoint ?? MIRROR, METERING, SERVER, 31, CONFIGURE, sent);
  const answer = bench.data().find(({ payload: bytes }) => bytes[1] === 31)!.payload;
  expect([...answer.subarray(2, 4)]).toEqual([0x0b, CONFIGURE]);
  return answer[4]!;
}

function withMirror(): [UpperBench, number] {
  const bench = new UpperBench();
  const gas = bench.gasMeter();
  bench.zcl(gas, 1, METERING, SERVER, 5, 0x01);
  return [bench, gas];
}

/** Reports, has the reading stored, and answers what the meter hears under its number. */
function reported(bench: UpperBench, gas: number, control = FROM_SERVER, time = START_S): number[] {
  bench.data();
  bench.gas.take();
  bench.zcl(gas, MIRROR, METERING, control, 9, REPORT, report(777, time));
  expect(bench.data().filter(({ payload }) => payload[1] === 9)).toEqual([]);
  const reading = bench.gas.only();
  const stored = Buffer.alloc(16);
  stored[0] = 2;
  stored[2] = reading[2]!;
  reading.copy(stored, 4, 4, 16);
  bench.say(Party.GAS, stored);
  return bench
    .data()
    .filter(({ payload }) => payload[1] === 9)
    .flatMap(({ payload }) => [...payload]);
}

describe("a mirror with notification flags (Smart Energy D.3.4.4)", () => {
  test("answers a stored report by the flags, in place of a Default Response", () => {
    const [bench, gas] = withMirror();
    expect(configure(bench, gas, 1)).toBe(0);
    expect(bench.saved.at(-1)).toBe(gas);
    expect(reported(bench, gas)).toEqual([0x11, 9, 0x09, 1, ...u32(0)]);
    expect(bench.app.metering.counts.answered).toBe(1);
  });

  test("answers so whoever wants no Default Response", () => {
    const [bench, gas] = withMirror();
    configure(bench, gas, 1);
    expect(reported(bench, gas, 0x18)).toEqual([0x11, 9, 0x09, 1, ...u32(0)]);
  });

  test("tells of a message that waits in the tunnel", () => {
    const [bench, gas] = withMirror();
    configure(bench, gas, 1);
    sendDown(bench, gas, Buffer.from("a message"), 1);
    expect(reported(bench, gas)).toEqual([0x11, 9, 0x09, 1, ...u32(MAIL)]);
  });

  test("asks the meter to stay awake while a question for its profile is open", () => {
    const [bench, gas] = withMirror();
    configure(bench, gas, 1);
    bench.run(60_000);
    const question = Buffer.from([3, 1, 4, 0, 0, 0, 0, 0]);
    const end = Buffer.from(u32(START_S));
    bench.say(Party.GAS, Buffer.concat([question, bench.eui64Of(gas), end]));
    expect(reported(bench, gas)).toEqual([0x11, 9, 0x09, 1, ...u32(STAY_AWAKE)]);
  });

  test("sends all five sets of scheme B", () => {
    const [bench, gas] = withMirror();
    expect(configure(bench, gas, 2)).toBe(0);
    const flags = [0, 0, 0, 0, 0].flatMap(u32);
    expect(reported(bench, gas)).toEqual([0x11, 9, 0x09, 2, ...flags]);
  });

  test("answers a report without a reading too", () => {
    const [bench, gas] = withMirror();
    configure(bench, gas, 1);
    bench.zcl(gas, MIRROR, METERING, FROM_SERVER, 9, REPORT, [0, 2, 0x18, 0]);
    expect([...bench.data()[0]!.payload]).toEqual([0x11, 9, 0x09, 1, ...u32(0)]);
  });

  test("goes back to Default Responses when it is told to", () => {
    const [bench, gas] = withMirror();
    configure(bench, gas, 1);
    expect(configure(bench, gas, 0, { isOn: 0 })).toBe(0);
    expect(reported(bench, gas)).toEqual([0x10, 9, 0x0b, REPORT, 0]);
  });

  test("is configured by its own meter alone, in a form that we have", () => {
    const [bench, gas] = withMirror();
    expect(configure(bench, gas, 1, { cut: 8 })).toBe(0x80);
    expect(configure(bench, gas, 0)).toBe(0x85);
    expect(configure(bench, gas, 3)).toBe(0x85);
    expect(configure(bench, gas, 1, { endpoint: 11 })).toBe(0x7e);
    expect(configure(bench, bench.gasMeter(9), 1)).toBe(0x7e);
    expect(configure(bench, bench.meter(), 1)).toBe(0x7e);
    expect(reported(bench, gas)).toEqual([0x10, 9, 0x0b, REPORT, 0]);
  });
});
