// A node that is Networked and means harm: what it does must not take from the others what is
// theirs.

import { describe, expect, test } from "vitest";
import { DeviceKind } from "../../../firmware/ipc/device";
import { bytesOf, openTunnel, sendFragments, TUNNELLING } from "./tunnel-bench";
import { report, START_S, UpperBench } from "./upper-bench";

const METERING = 0x0702;
const FROM_SERVER = 0x08;
const REPORT = 0x0a;
/** TransferData from the server's side, through the tunnel that `openTunnel` opens. */
const TRANSFER_OF_METER = [0x19, 1, 0x01, 7, 0];

/** A first fragment that announces three blocks. */
function firstBlock(bench: UpperBench, node: number, counter: number, payload: number[]): void {
  const extension = [0x01, 3];
  bench.hear(node, 1, TUNNELLING, Buffer.from(payload), { counter, extension });
}

describe("fragments of hostile nodes (Zigbee 2.2.8.4.5)", () => {
  const harmful: [string, number[]][] = [
    ["without content", []],
    ["longer than a block", [...Buffer.alloc(82)]],
    ["that nobody takes", [...TRANSFER_OF_METER, 1, 2, 3]],
  ];

  test.each(harmful)("%s keep no place from a meter's long message", (_name, payload) => {
    const bench = new UpperBench();
    const meter = bench.meter();
    openTunnel(bench, meter);
    for (const last of [8, 9]) {
      firstBlock(bench, bench.join(DeviceKind.DISPLAY, last), 200, payload);
    }
    bench.data();
    sendFragments(bench, meter, Buffer.from([...TRANSFER_OF_METER, ...bytesOf(300)]), 5);
    expect(bench.app.tunnelling.inbox.received).toBe(1);
  });
});

describe("messages of a hostile meter", () => {
  test("that nobody fetches leave room for an answer of another meter", () => {
    const bench = new UpperBench();
    const hostile = bench.meter(1);
    openTunnel(bench, hostile);
    const meter = bench.meter(2);
    openTunnel(bench, meter);
    for (let i = 0; i < 20; i++) send(bench, hostile, i);
    const before = bench.app.tunnelling.inbox.received;
    expect(before).toBeGreaterThan(4);
    send(bench, meter, 1);
    expect(bench.app.tunnelling.inbox.received).toBe(before + 1);
  });
});

describe("reports of a hostile meter", () => {
  test("that never tells its scale leave room for those of the others", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    const hostile = bench.join(DeviceKind.GAS_METER, 9);
    for (let i = 0; i < 20; i++) {
      bench.zcl(hostile, 1, METERING, FROM_SERVER, i, REPORT, report(i, START_S + i));
    }
    bench.zcl(meter, 1, METERING, FROM_SERVER, 7, REPORT, report(5, START_S));
    expect(bench.demand.take().length).toBe(1);
  });
});

function send(bench: UpperBench, node: number, sequence: number): void {
  const transfer = Buffer.from([...TRANSFER_OF_METER, 1, 2, 3]);
  transfer[1] = sequence;
  bench.hear(node, 1, TUNNELLING, transfer);
  bench.settle();
}
