import { describe, expect, test } from "vitest";
import { Known } from "../../../firmware/partitions/han/knowledge";
import {
  bytesOf,
  CLIENT,
  openTunnel,
  Provider,
  Result,
  SERVER,
  sendDown,
  sendFragments,
  TUNNELLING,
  transferred,
} from "./tunnel-bench";
import { UpperBench, u16 } from "./upper-bench";

describe("a tunnel to an electricity meter (Smart Energy D.6)", () => {
  test("is asked for at start: protocol 6, no manufacturer, no flow control, room for 4,097", () => {
    const bench = new UpperBench();
    const request = openTunnel(bench, bench.meter());
    expect([...request.payload.subarray(3, 7)]).toEqual([6, 0xff, 0xff, 0]);
    expect(request.payload.readUInt16LE(7)).toBeGreaterThanOrEqual(4097);
  });

  test("busy: it is asked again in three minutes, and not before", () => {
    const bench = new UpperBench();
    openTunnel(bench, bench.meter(), 0xffff, 1);
    bench.run(179_000);
    expect(bench.data().filter(({ cluster }) => cluster === TUNNELLING)).toEqual([]);
    bench.run(2_000);
    expect(bench.data().some(({ payload }) => payload[2] === 0)).toBe(true);
  });

  test("no more of them: what we had is closed, and then it is asked again", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    bench.app.knowledge.setNumber(meter, Known.TUNNEL_ID, 33, 2);
    openTunnel(bench, meter, 0xffff, 2);
    bench.run(2_000);
    const sent = bench.data().filter(({ cluster }) => cluster === TUNNELLING);
    expect(sent.map(({ payload }) => payload[2])).toEqual([1, 0]);
    expect(sent[0]!.payload.readUInt16LE(3)).toBe(33);
  });

  test("another protocol's: waiting messages cannot be delivered", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    const provider = new Provider(bench);
    bench.acknowledges = () => false;
    expect(sendDown(bench, meter, bytesOf(40), 5)).toBe(Result.KEPT);
    bench.acknowledges = () => true;
    openTunnel(bench, meter, 0xffff, 3);
    provider.run(1_000);
    expect(provider.fates).toEqual([[Result.UNDELIVERABLE, 0, 5]]);
  });

  test("is kept, and asked for again after 0xffff seconds of silence", () => {
    const bench = new UpperBench();
    openTunnel(bench, bench.meter());
    bench.run(65_000_000);
    expect(bench.data().filter(({ cluster }) => cluster === TUNNELLING)).toEqual([]);
    bench.run(600_000);
    expect(
      bench.data().some(({ cluster, payload }) => cluster === TUNNELLING && payload[2] === 0),
    ).toBe(true);
  });

  test("closed by the meter is asked for again at once", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    openTunnel(bench, meter);
    bench.zcl(meter, 1, TUNNELLING, SERVER | 0x10, 1, 6, u16(7));
    openTunnel(bench, meter, 8);
    expect(bench.app.tunnelling.client.opened).toBe(2);
  });

  test.each([1, 40, 77, 78, 160, 1164, 4096])(
    "carries a message of %i bytes to the meter, byte for byte, and its answer back",
    (length) => {
      const bench = new UpperBench();
      const meter = bench.meter();
      const provider = new Provider(bench);
      openTunnel(bench, meter);
      expect(sendDown(bench, meter, bytesOf(length), 77, { provider: 1 })).toBe(Result.KEPT);
      provider.run(15_000);
      const message = transferred(bench.data());
      expect([message[0]! & 0x0f, message[2]]).toEqual([CLIENT, 2]);
      expect(message.subarray(5)).toEqual(bytesOf(length));
      expect(provider.fates).toEqual([[Result.DELIVERED, 1, 77]]);
      const answer = bytesOf(length, 2);
      const payload = Buffer.concat([Buffer.from([SERVER | 0x10, 3, 1, 7, 0]), answer]);
      if (payload.length <= 82) bench.hear(meter, 1, TUNNELLING, payload);
      else sendFragments(bench, meter, payload, 201);
      provider.run(15_000);
      expect(provider.up.length).toBe(1);
      expect(provider.up[0]).toMatchObject({ provider: 1, isAnswer: 1, id: 77 });
      expect(provider.up[0]!.message.equals(answer)).toBe(true);
    },
  );

  test("a message that the meter sends unasked goes to the supplier as no answer", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    const provider = new Provider(bench);
    openTunnel(bench, meter);
    bench.zcl(meter, 1, TUNNELLING, SERVER | 0x10, 3, 1, [7, 0, 1, 2, 3]);
    provider.run(1_000);
    expect(provider.up).toMatchObject([{ provider: 0, isAnswer: 0, id: 0 }]);
  });

  test("answers belong to the commands in the order of their delivery", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    const provider = new Provider(bench);
    openTunnel(bench, meter);
    sendDown(bench, meter, bytesOf(20), 1, { provider: 0 });
    sendDown(bench, meter, bytesOf(21), 2, { provider: 1 });
    provider.run(10_000);
    for (const answer of [11, 12]) {
      bench.zcl(meter, 1, TUNNELLING, SERVER | 0x10, answer, 1, [7, 0, answer]);
      provider.run(1_000);
    }
    expect(provider.up).toMatchObject([
      { provider: 0, isAnswer: 1, id: 1, message: Buffer.from([11]) },
      { provider: 1, isAnswer: 1, id: 2, message: Buffer.from([12]) },
    ]);
  });

  test("an answer that overtakes the acknowledgement of its command still belongs to it", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    const provider = new Provider(bench);
    openTunnel(bench, meter);
    bench.acknowledges = () => false;
    sendDown(bench, meter, bytesOf(20), 9);
    bench.run(500);
    bench.zcl(meter, 1, TUNNELLING, SERVER | 0x10, 3, 1, [7, 0, 55]);
    provider.run(1_000);
    expect(provider.up).toMatchObject([{ isAnswer: 1, id: 9 }]);
    bench.run(20_000);
    expect(bench.app.tunnelling.delivery.delivered).toBe(1);
  });

  test("a device that knows no such tunnel is asked for another, and gets the message there", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    const provider = new Provider(bench);
    openTunnel(bench, meter, 7);
    sendDown(bench, meter, bytesOf(30), 4);
    bench.run(300);
    bench.data();
    bench.zcl(meter, 1, TUNNELLING, SERVER | 0x10, 9, 2, [7, 0, 0]);
    openTunnel(bench, meter, 8);
    provider.run(11_000);
    const message = transferred(bench.data());
    expect(message.readUInt16LE(3)).toBe(8);
    expect(message.subarray(5)).toEqual(bytesOf(30));
    expect(provider.fates).toEqual([[Result.DELIVERED, 0, 4]]);
  });

  test("a message longer than the meter can take is undeliverable", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    const provider = new Provider(bench);
    openTunnel(bench, meter, 7, 0, 100);
    sendDown(bench, meter, bytesOf(101), 4);
    provider.run(1_000);
    expect(provider.fates).toEqual([[Result.UNDELIVERABLE, 0, 4]]);
  });

  test("data for a tunnel that is not open is refused: TransferDataError, no such tunnel", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    bench.data();
    bench.zcl(meter, 1, TUNNELLING, SERVER | 0x10, 3, 1, [9, 0, 1]);
    const error = bench.data().find(({ payload }) => payload[2] === 3);
    expect([...error!.payload.subarray(3)]).toEqual([9, 0, 0]);
  });

  test("a meter that does not acknowledge is tried again, later and later, and gets it", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    const provider = new Provider(bench);
    openTunnel(bench, meter);
    bench.acknowledges = () => false;
    sendDown(bench, meter, bytesOf(300), 4);
    provider.run(120_000);
    expect(provider.fates).toEqual([]);
    bench.acknowledges = () => true;
    bench.data();
    provider.run(400_000);
    expect(provider.fates).toEqual([[Result.DELIVERED, 0, 4]]);
    expect(transferred(bench.data()).subarray(5)).toEqual(bytesOf(300));
  });
});
