import { describe, expect, test } from "vitest";
import { DeviceKind } from "../../../firmware/ipc/device";
import {
  bytesOf,
  CLIENT,
  Provider,
  Result,
  sendDown,
  sendFragments,
  TUNNELLING,
  transferred,
} from "./tunnel-bench";
import { type Frame, UpperBench, u16 } from "./upper-bench";

describe("a gas meter's tunnel (GBCS 10.2.2)", () => {
  function request(bench: UpperBench, node: number, protocol = 6, flow = 0): Frame {
    bench.data();
    const payload = [protocol, 0xff, 0xff, flow, ...u16(4352)];
    bench.zcl(node, 1, TUNNELLING, CLIENT, 50, 0, payload);
    return bench.data().find((frame) => frame.payload[2] === 0)!;
  }

  function open(bench: UpperBench, node: number): number {
    return request(bench, node).payload.readUInt16LE(3);
  }

  test("is given on request, with room for 4,097 bytes, under the request's number", () => {
    const bench = new UpperBench();
    const answer = request(bench, bench.gasMeter());
    expect([...answer.payload.subarray(0, 3)]).toEqual([0x19, 50, 0]);
    expect(answer.payload[5]).toBe(0);
    expect(answer.payload.readUInt16LE(6)).toBeGreaterThanOrEqual(4097);
  });

  test("is refused for another protocol, and with flow control", () => {
    const bench = new UpperBench();
    const gas = bench.gasMeter();
    expect(request(bench, gas, 1).payload[5]).toBe(3);
    expect(request(bench, gas, 6, 1).payload[5]).toBe(4);
  });

  test("GET brings the oldest message with how many remain, and nothing when none waits", () => {
    const bench = new UpperBench();
    const gas = bench.gasMeter();
    const provider = new Provider(bench);
    sendDown(bench, gas, bytesOf(30), 1);
    sendDown(bench, gas, bytesOf(1000), 2);
    bench.run(60_000);
    // The meter sleeps: it is sent nothing that it did not ask for.
    expect(bench.data()).toEqual([]);
    const tunnel = open(bench, gas);
    const got = [30, 1000, 0].map(() => {
      bench.zcl(gas, 1, TUNNELLING, CLIENT | 0x10, 1, 2, [...u16(tunnel), 1]);
      provider.run(5_000);
      return transferred(bench.data()).subarray(5);
    });
    expect(got[0]).toEqual(Buffer.concat([Buffer.from([2, 1]), bytesOf(30)]));
    expect(got[1]).toEqual(Buffer.concat([Buffer.from([2, 0]), bytesOf(1000)]));
    expect(got[2]).toEqual(Buffer.from([2, 0]));
    expect(provider.fates.map(([result, , id]) => [result, id])).toEqual([
      [Result.DELIVERED, 1],
      [Result.DELIVERED, 2],
    ]);
  });

  test("PUT, short or long, goes up as the answer of the oldest command", () => {
    const bench = new UpperBench();
    const gas = bench.gasMeter();
    const provider = new Provider(bench);
    sendDown(bench, gas, bytesOf(30), 11, { provider: 1 });
    const tunnel = open(bench, gas);
    bench.zcl(gas, 1, TUNNELLING, CLIENT | 0x10, 1, 2, [...u16(tunnel), 1]);
    provider.run(2_000);
    const put = Buffer.from([CLIENT | 0x10, 2, 2, ...u16(tunnel), 3]);
    sendFragments(bench, gas, Buffer.concat([put, bytesOf(900)]), 77);
    bench.hear(gas, 1, TUNNELLING, Buffer.concat([put, bytesOf(9)]));
    provider.run(5_000);
    expect(provider.up).toMatchObject(
      [
        { isAnswer: 1, id: 11, provider: 1, message: bytesOf(900) },
        { isAnswer: 0, id: 0, provider: 0, message: bytesOf(9) },
      ].sort((a, b) => a.provider - b.provider),
    );
  });

  test("belongs to its meter: another's data is refused, wrong device", () => {
    const bench = new UpperBench();
    const [gas, other] = [bench.gasMeter(2), bench.gasMeter(3)];
    const tunnel = open(bench, gas);
    bench.data();
    bench.zcl(other, 1, TUNNELLING, CLIENT | 0x10, 1, 2, [...u16(tunnel), 1]);
    expect([...bench.data().at(-1)!.payload.subarray(2)]).toEqual([2, ...u16(tunnel), 1]);
  });

  test("that was closed, or of before a restart, does not exist", () => {
    const bench = new UpperBench();
    const gas = bench.gasMeter();
    const tunnel = open(bench, gas);
    bench.zcl(gas, 1, TUNNELLING, CLIENT, 1, 1, u16(tunnel));
    bench.data();
    bench.zcl(gas, 1, TUNNELLING, CLIENT | 0x10, 1, 2, [...u16(tunnel), 1]);
    expect([...bench.data().at(-1)!.payload.subarray(2)]).toEqual([2, ...u16(tunnel), 0]);
  });

  test("is not for displays: not authorised, and counted", () => {
    const bench = new UpperBench();
    const display = bench.join(DeviceKind.DISPLAY, 3);
    bench.zcl(display, 1, TUNNELLING, CLIENT, 1, 0, [6, 0xff, 0xff, 0, 0, 16]);
    expect(bench.data().at(-1)!.payload[4]).toBe(0x7e);
    expect(bench.app.zcl.counts.notAuthorized).toBe(1);
  });

  test("tells what protocols there are", () => {
    const bench = new UpperBench();
    bench.zcl(bench.gasMeter(), 1, TUNNELLING, CLIENT, 1, 6, [0]);
    expect([...bench.data().at(-1)!.payload.subarray(2)]).toEqual([5, 1, 1, 0xff, 0xff, 6]);
  });
});
