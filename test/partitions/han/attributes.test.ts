import { describe, expect, test } from "vitest";
import { DeviceKind } from "../../../firmware/ipc/device";
import { TimeQuality } from "../../../hal/clock";
import { START_S, UpperBench, u16, u32, ZCL_EPOCH_S } from "./upper-bench";

const BASIC = 0x0000;
const TIME = 0x000a;
const METERING = 0x0702;
const READ = 0x00;
const WRITE = 0x02;

describe("the Time server (ZCL 3.12)", () => {
  test("tells UTC and that it is synchronised, with no zone and no daylight saving", () => {
    const bench = new UpperBench();
    const display = bench.join(DeviceKind.DISPLAY, 3);
    const answer = bench.ask(display, TIME, READ, [0, 0, 1, 0, 2, 0, 5, 0, 7, 0])!;
    const now = START_S + Math.floor(bench.now / 1000) - ZCL_EPOCH_S;
    expect([...answer]).toEqual([
      ...[0x18, 77, 0x01],
      ...[0, 0, 0, 0xe2, ...u32(now)],
      ...[1, 0, 0, 0x18, 0x0f],
      ...[2, 0, 0, 0x2b, 0, 0, 0, 0],
      ...[5, 0, 0, 0x2b, 0, 0, 0, 0],
      ...[7, 0, 0, 0x23, ...u32(now)],
    ]);
  });

  test("says so when it only keeps the time, and when it has none", () => {
    const bench = new UpperBench();
    const display = bench.join(DeviceKind.DISPLAY, 3);
    bench.quality = TimeQuality.HOLDOVER;
    expect(bench.ask(display, TIME, READ, [1, 0])![7]).toBe(0x0d);
    bench.quality = TimeQuality.UNKNOWN;
    const answer = bench.ask(display, TIME, READ, [0, 0, 1, 0])!;
    expect([...answer.subarray(7, 11)]).toEqual([0xff, 0xff, 0xff, 0xff]);
    expect(answer[15]).toBe(0);
  });

  test("is written by nobody: a meter hears READ_ONLY, a display NOT_AUTHORIZED", () => {
    const bench = new UpperBench();
    const write = [0, 0, 0xe2, 1, 2, 3, 4, 2, 0, 0x2b, 0, 0, 0, 0];
    const meter = bench.ask(bench.meter(), TIME, WRITE, write)!;
    expect([...meter.subarray(2)]).toEqual([0x04, 0x88, 0, 0, 0x88, 2, 0]);
    const display = bench.join(DeviceKind.DISPLAY, 3);
    expect([...bench.ask(display, TIME, WRITE, write)!.subarray(2)]).toEqual([0x0b, WRITE, 0x7e]);
  });
});

describe("the hub's endpoint answers (ZCL 2.5)", () => {
  test("who made it", () => {
    const bench = new UpperBench();
    const answer = bench.ask(bench.meter(), BASIC, READ, [4, 0, 5, 0, 7, 0])!;
    expect(answer.toString("latin1")).toContain("Heddle");
    expect([...answer.subarray(-5)]).toEqual([7, 0, 0, 0x30, 1]);
  });

  test.each([
    ["an attribute that it has not", BASIC, READ, [9, 0], 0x00, [0x01, 9, 0, 0x86]],
    ["a cluster that it has not", 0x0006, READ, [0, 0], 0x00, [0x0b, READ, 0xc3]],
    ["a side that it has not", METERING, READ, [0, 0], 0x00, [0x0b, READ, 0xc3]],
    ["its client's attributes", METERING, READ, [0, 0], 0x08, [0x01, 0, 0, 0x86]],
    ["a global command that it has not", TIME, 0x0e, [0], 0x00, [0x0b, 0x0e, 0x82]],
    ["a cluster command that it has not", TIME, 0x05, [], 0x01, [0x0b, 0x05, 0x81]],
    ["a reset to factory defaults", BASIC, 0x00, [], 0x01, [0x0b, 0x00, 0x7e]],
    ["half an attribute", TIME, READ, [0], 0x00, [0x0b, READ, 0x80]],
    ["a write that ends early", TIME, WRITE, [0, 0, 0xe2, 1], 0x00, [0x0b, WRITE, 0x80]],
    [
      "reports of the time",
      TIME,
      0x06,
      [0, 0, 0, 0xe2, 1, 0, 1, 0, 0, 0, 0, 0],
      0,
      [0x07, 0x8c, 0, 0, 0],
    ],
    ["what it has", TIME, 0x0c, [0, 0, 2], 0x00, [0x0d, 0, 0, 0, 0xe2, 1, 0, 0x18]],
    ["the rest of it", TIME, 0x0c, [7, 0, 9], 0x00, [0x0d, 1, 7, 0, 0x23, 9, 0, 0xe2]],
    ["an unknown metering command", METERING, 0x09, [], 0x09, [0x0b, 0x09, 0x81]],
  ])("%s", (_what, cluster, command, payload, control, expected) => {
    const bench = new UpperBench();
    const answer = bench.ask(bench.meter(), cluster, command, payload, control)!;
    expect([...answer.subarray(2)]).toEqual(expected);
  });

  test("a manufacturer's command as unsupported", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    bench.data();
    bench.hear(meter, 1, TIME, Buffer.from([0x04, 0x34, 0x12, 77, 0x00, 0, 0]));
    expect([...bench.data()[0]!.payload.subarray(1)]).toEqual([77, 0x0b, 0x00, 0x82]);
  });

  test("nothing to a response, to a write that wants none, to another profile, to no endpoint", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    bench.data();
    bench.zcl(meter, 1, TIME, 0x08, 1, 0x01, [0, 0, 0, 0x20, 1]);
    bench.zcl(meter, 1, TIME, 0x00, 1, 0x0b, [0, 0x86]);
    bench.zcl(meter, 1, TIME, 0x00, 1, 0x05, [0, 0, 0xe2, 1, 2, 3, 4]);
    bench.hear(meter, 1, TIME, Buffer.from([0, 1, 0, 0, 0]), { profile: 0x0104 });
    bench.zcl(meter, 5, TIME, 0x00, 1, 0x00, [0, 0]);
    bench.hear(meter, 1, TIME, Buffer.from([0, 1]));
    expect(bench.data()).toEqual([]);
    expect(bench.app.otherProfiles).toBe(1);
    expect(bench.app.zcl.counts).toMatchObject({ malformed: 1, noEndpoint: 1 });
  });

  test("as many attributes as fit into one frame", () => {
    const bench = new UpperBench();
    const many = Array.from({ length: 30 }, () => [0, 0]).flat();
    const answer = bench.ask(bench.meter(), TIME, READ, many)!;
    expect(answer.length).toBeLessThanOrEqual(82);
  });
});

describe("displays and consumer access devices (requirements 60, 61)", () => {
  test.each([DeviceKind.DISPLAY, DeviceKind.CONSUMER_ACCESS_DEVICE])(
    "of kind %i can command nothing, whatever they send",
    (kind) => {
      const bench = new UpperBench();
      const node = bench.join(kind, 3);
      bench.gasMeter();
      for (const cluster of [BASIC, TIME, METERING, 0x0704]) {
        for (let command = 0; command < 16; command++) {
          for (const control of [0x01, 0x09]) {
            const answer = bench.ask(node, cluster, command, [0, 0, 0, 0, 0, 0, 0, 0], control)!;
            expect([...answer.subarray(2)]).toEqual([0x0b, command, 0x7e]);
          }
        }
      }
      expect(bench.app.zcl.counts.notAuthorized).toBe(4 * 16 * 2);
      expect([bench.gas, bench.demand, bench.firewall].flatMap((port) => port.take())).toEqual([]);
    },
  );

  test("can write nothing and configure nothing", () => {
    const bench = new UpperBench();
    const node = bench.join(DeviceKind.CONSUMER_ACCESS_DEVICE, 4);
    for (const command of [0x02, 0x03, 0x06, 0x08, 0x0a, 0x0f]) {
      const answer = bench.ask(node, TIME, command, [0, 0, 0xe2, 1, 2, 3, 4])!;
      expect([...answer.subarray(2)]).toEqual([0x0b, command, 0x7e]);
    }
  });

  test("a node of no known kind may not even read", () => {
    const bench = new UpperBench();
    const node = bench.join(DeviceKind.UNKNOWN, 4);
    expect(bench.ask(node, TIME, READ, [0, 0])![4]).toBe(0x7e);
  });
});

describe("the device profile (Zigbee 2.4)", () => {
  function zdo(bench: UpperBench, cluster: number, payload: number[]): Buffer | undefined {
    const node = bench.join(DeviceKind.DISPLAY, 3);
    bench.data();
    bench.hear(node, 0, cluster, Buffer.from([33, ...payload]), { profile: 0, source: 0 });
    const frame = bench.data().find((one) => one.cluster === (cluster | 0x8000));
    return frame?.payload;
  }

  test("lists the hub's endpoint and the mirrors that are in use", () => {
    const bench = new UpperBench();
    expect([...zdo(bench, 0x0005, [0, 0])!]).toEqual([33, 0, 0, 0, 1, 1]);
    const gas = bench.gasMeter();
    bench.zcl(gas, 1, METERING, 0x09, 1, 0x01);
    expect([...zdo(bench, 0x0005, [0, 0])!]).toEqual([33, 0, 0, 0, 2, 1, 10]);
  });

  test("describes the hub as an Energy Service Interface of Smart Energy", () => {
    const answer = zdo(new UpperBench(), 0x0004, [0, 0, 1])!;
    expect(answer[1]).toBe(0);
    expect(answer.readUInt16LE(6)).toBe(0x0109);
    expect(answer.readUInt16LE(8)).toBe(0x0500);
  });

  test.each([
    ["no such endpoint", 0x0004, [0, 0, 9], 0x83],
    ["no endpoint at all", 0x0004, [0, 0, 0], 0x82],
    ["another node", 0x0005, [0x34, 0x12], 0x81],
    ["a binding", 0x0021, [0, 0], 0x84],
    ["a leave", 0x0034, [0, 0, 0, 0, 0, 0, 0, 0, 0], 0x84],
    ["nothing that fits", 0x0006, [0, 0, 0x09, 0x01, 1, 0x06, 0, 0], 0x86],
  ])("answers %s with its status", (_what, cluster, payload, status) => {
    expect(zdo(new UpperBench(), cluster, payload)![1]).toBe(status);
  });

  test("finds who serves tunnels and who takes readings", () => {
    const tunnels = zdo(new UpperBench(), 0x0006, [0, 0, 0x09, 0x01, 1, 0x04, 0x07, 0]);
    expect([...tunnels!]).toEqual([33, 0, 0, 0, 1, 1]);
    const readings = zdo(new UpperBench(), 0x0006, [0, 0, 0x09, 0x01, 0, 1, 0x02, 0x07]);
    expect([...readings!]).toEqual([33, 0, 0, 0, 1, 1]);
  });

  test("tells addresses of the hub and of Networked nodes, and of nobody else", () => {
    const bench = new UpperBench();
    const hub = [...bench.eui64];
    expect([...zdo(bench, 0x0000, [...hub, 0, 0])!]).toEqual([33, 0, ...hub, 0, 0]);
    expect([...zdo(bench, 0x0001, [0, 0, 0, 0])!]).toEqual([33, 0, ...hub, 0, 0]);
    const meter = bench.meter();
    const own = [...bench.eui64Of(meter)];
    expect([...zdo(bench, 0x0000, [...own, 0, 0])!]).toEqual([33, 0, ...own, ...u16(0x1001)]);
    expect(zdo(bench, 0x0000, [1, 2, 3, 4, 5, 6, 7, 8, 0, 0])![1]).toBe(0x81);
    expect(zdo(bench, 0x0001, [0x99, 0x99, 0, 0])![1]).toBe(0x81);
  });

  test("does not answer what is cut short, nor an announcement", () => {
    const bench = new UpperBench();
    expect(zdo(bench, 0x0004, [0])).toBeUndefined();
    expect(zdo(bench, 0x0013, [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0x80])).toBeUndefined();
    expect(bench.app.zdo.malformed).toBe(1);
  });
});
