import { describe, expect, test } from "vitest";
import { DeviceKind } from "../../../firmware/ipc/device";
import { Party } from "../../../firmware/ipc/party";
import { NodeState } from "../../../firmware/partitions/han/nodes";
import { Sent } from "../../../hal/sent";
import {
  bytesOf,
  openTunnel,
  Provider,
  Result,
  SERVER,
  sendDown,
  TUNNELLING,
  transferred,
} from "./tunnel-bench";
import { START_S, UpperBench } from "./upper-bench";

/** A hub that delivered message 5, of provider 1, and has then started anew on the same flash. */
function restartedWithOneDelivered(): { second: UpperBench; meter: number; provider: Provider } {
  const first = new UpperBench();
  const meter = first.meter();
  openTunnel(first, meter);
  sendDown(first, meter, bytesOf(50), 5, { provider: 1 });
  new Provider(first).run(3_000);
  const second = new UpperBench(first.memory);
  second.meter();
  const provider = new Provider(second);
  openTunnel(second, meter, 8);
  return { second, meter, provider };
}

describe("a message for a device", () => {
  test("is refused for a device that is unknown, or has no tunnel: a display", () => {
    const bench = new UpperBench();
    const display = bench.join(DeviceKind.DISPLAY, 3);
    expect(sendDown(bench, display, bytesOf(10), 1)).toBe(Result.UNKNOWN_DEVICE);
    bench.nodes.setState(display, NodeState.GONE);
    const stranger = bench.meter(9);
    bench.nodes.setState(stranger, NodeState.GONE);
    expect(sendDown(bench, stranger, bytesOf(10), 2)).toBe(Result.UNKNOWN_DEVICE);
  });

  test("finds a hub busy that has just started, and is kept by it a second later", () => {
    const bench = new UpperBench(undefined, 0);
    const meter = bench.meter();
    bench.run(900);
    expect(sendDown(bench, meter, bytesOf(10), 1)).toBe(Result.BUSY);
    bench.run(200);
    expect(sendDown(bench, meter, bytesOf(10), 1)).toBe(Result.KEPT);
  });

  test("is refused when it has no bytes, or more than 4,096", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    expect(sendDown(bench, meter, bytesOf(10), 1, { total: 4097 })).toBe(Result.TOO_LONG);
    expect(sendDown(bench, meter, bytesOf(0), 2)).toBe(Result.TOO_LONG);
  });

  test("is refused when five wait already for that meter, and not for another", () => {
    const bench = new UpperBench();
    const [gas, other] = [bench.gasMeter(2), bench.gasMeter(3)];
    for (let id = 1; id <= 5; id++) {
      expect(sendDown(bench, gas, bytesOf(10 * id), id)).toBe(Result.KEPT);
    }
    expect(sendDown(bench, gas, bytesOf(10), 6)).toBe(Result.QUEUE_FULL);
    expect(sendDown(bench, other, bytesOf(10), 7)).toBe(Result.KEPT);
  });

  test("out of order in its stream ends the stream, and leaves nothing behind", () => {
    const bench = new UpperBench();
    const gas = bench.gasMeter();
    const open = Buffer.alloc(24);
    open[0] = 16;
    open.writeUInt16LE(3, 2);
    open.writeUInt16LE(300, 4);
    bench.eui64Of(gas).copy(open, 8);
    bench.say(Party.FIREWALL, open);
    bench.firewall.take();
    bench.say(Party.FIREWALL, Buffer.from([17, 0, 3, 0, 9, 0, 0, 0, 1, 2, 3]));
    bench.run(200);
    expect(bench.firewall.only()[1]).toBe(Result.BUSY);
    expect(bench.app.tunnelling.mailbox.waitingFor(bench.eui64Of(gas), 0)).toBe(0);
  });

  test("not fetched within 24 h is dropped, and its provider is told EXPIRED", () => {
    const bench = new UpperBench();
    const provider = new Provider(bench);
    const gas = bench.gasMeter();
    sendDown(bench, gas, bytesOf(10), 5, { provider: 1 });
    bench.run(86_400_000 - 60_000);
    provider.run(1_000);
    expect(provider.fates).toEqual([]);
    bench.run(120_000);
    provider.run(1_000);
    expect(provider.fates).toEqual([[Result.EXPIRED, 1, 5]]);
    expect(sendDown(bench, gas, bytesOf(10), 6)).toBe(Result.KEPT);
  });

  test("with a time of its own expires then", () => {
    const bench = new UpperBench();
    const provider = new Provider(bench);
    sendDown(bench, bench.gasMeter(), bytesOf(10), 5, { expires: START_S + 600 });
    bench.run(580_000);
    provider.run(1_000);
    expect(provider.fates).toEqual([]);
    bench.run(40_000);
    provider.run(1_000);
    expect(provider.fates).toEqual([[Result.EXPIRED, 0, 5]]);
  });

  test("survives a restart of the hub, and so does what is delivered and not yet answered", () => {
    const { second, meter, provider } = restartedWithOneDelivered();
    provider.run(1_000);
    // Told once more rather than never.
    expect(provider.fates).toEqual([[Result.DELIVERED, 1, 5]]);
    expect(transferred(second.data()).length).toBe(0);
    second.zcl(meter, 1, TUNNELLING, SERVER | 0x10, 3, 1, [8, 0, 66]);
    provider.run(1_000);
    expect(provider.up).toMatchObject([{ provider: 1, isAnswer: 1, id: 5 }]);
  });

  test("is told unanswered 35 minutes after a restart, when its meter has forgotten the answer", () => {
    const { second, provider } = restartedWithOneDelivered();
    provider.run(2_000_000);
    expect(provider.fates).toEqual([[Result.DELIVERED, 1, 5]]);
    provider.run(120_000);
    expect(provider.fates.slice(1)).toEqual([[Result.UNANSWERED, 1, 5]]);
    // It is gone from flash: the next start tells nothing.
    const third = new UpperBench(second.memory);
    third.meter();
    const later = new Provider(third);
    later.run(60_000);
    expect(later.fates).toEqual([]);
  });

  test("waits for the firewall's room: nothing is lost on the way up", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    const provider = new Provider(bench);
    openTunnel(bench, meter);
    bench.firewall.answer = Sent.FULL;
    bench.zcl(meter, 1, TUNNELLING, SERVER | 0x10, 3, 1, [7, 0, 1, 2, 3]);
    bench.run(5_000);
    bench.firewall.answer = Sent.OK;
    provider.run(2_000);
    expect(provider.up.length).toBe(1);
  });

  test("of a device that nobody may have is dropped; one that is refused for now is kept", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    const provider = new Provider(bench);
    openTunnel(bench, meter);
    provider.result = Result.BUSY;
    bench.zcl(meter, 1, TUNNELLING, SERVER | 0x10, 3, 1, [7, 0, 1]);
    provider.run(10_000);
    provider.result = Result.KEPT;
    provider.run(60_000);
    expect(provider.up.length).toBe(1);
    provider.result = 8 as Result;
    bench.zcl(meter, 1, TUNNELLING, SERVER | 0x10, 4, 1, [7, 0, 2]);
    provider.run(10_000);
    expect(bench.app.tunnelling.up[0].dropped).toBe(1);
    expect(bench.app.tunnelling.mailbox.countUp()).toBe(0);
  });
});
