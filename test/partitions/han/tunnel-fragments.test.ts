import { describe, expect, test } from "vitest";
import {
  bytesOf,
  openTunnel,
  Provider,
  Result,
  SERVER,
  sendDown,
  sendFragments,
  TUNNELLING,
  transferred,
} from "./tunnel-bench";
import { ackOf, UpperBench } from "./upper-bench";

describe("fragments to a device (Zigbee 2.2.8.4.5)", () => {
  const BLOCKS = 6;

  test.each(Array.from({ length: BLOCKS }, (_, i) => i))(
    "with block %i lost three times arrive whole",
    (lost) => {
      const bench = new UpperBench();
      const meter = bench.meter();
      const provider = new Provider(bench);
      openTunnel(bench, meter);
      let losses = 3;
      bench.acknowledges = (frame) => {
        const block = frame.fragment === 2 ? frame.block : 0;
        return frame.fragment === 0 || block !== lost || losses-- <= 0;
      };
      sendDown(bench, meter, bytesOf(BLOCKS * 80 - 5 - 3), 4);
      provider.run(20_000);
      expect(transferred(bench.data()).subarray(5)).toEqual(bytesOf(BLOCKS * 80 - 8));
      expect(provider.fates).toEqual([[Result.DELIVERED, 0, 4]]);
    },
  );

  test("carry the number of blocks in the first and their place in the others", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    openTunnel(bench, meter);
    sendDown(bench, meter, bytesOf(200), 4);
    bench.run(3_000);
    const blocks = bench.data().filter(({ fragment }) => fragment > 0);
    expect(blocks.map(({ fragment, block }) => [fragment, block])).toEqual([
      [1, 3],
      [2, 1],
      [2, 2],
    ]);
    expect(new Set(blocks.map(({ counter }) => counter)).size).toBe(1);
    expect(ackOf(blocks[0]!).length).toBe(11);
  });
});

describe("fragments of a device", () => {
  function openFor(bench: UpperBench): number {
    const meter = bench.meter();
    openTunnel(bench, meter);
    return meter;
  }

  const payload = Buffer.concat([Buffer.from([SERVER | 0x10, 3, 1, 7, 0]), bytesOf(300)]);

  test("are acknowledged one by one, the last when all lies in flash; bits beyond are set", () => {
    const bench = new UpperBench();
    const meter = openFor(bench);
    bench.frames.length = 0;
    expect(sendFragments(bench, meter, payload, 9)).toEqual([0, 1, 2, 3, 4]);
  });

  test("repeated are acknowledged again and count once", () => {
    const bench = new UpperBench();
    const meter = openFor(bench);
    const provider = new Provider(bench);
    const total = Math.ceil(payload.length / 76);
    for (let block = 0; block < total; block++) {
      for (let turn = 0; turn < 3; turn++) {
        const part = payload.subarray(block * 76, block * 76 + 76);
        const extension = block === 0 ? [1, total] : [2, block];
        bench.hear(meter, 1, TUNNELLING, part, { counter: 9, extension });
        bench.run(5);
        expect(bench.acknowledgements().every((ack) => ack.block === block)).toBe(true);
      }
    }
    provider.run(2_000);
    expect(provider.up.map(({ message }) => message)).toEqual([bytesOf(300)]);
  });

  test("out of order or without a beginning are not taken", () => {
    const bench = new UpperBench();
    const meter = openFor(bench);
    bench.frames.length = 0;
    bench.hear(meter, 1, TUNNELLING, payload.subarray(76, 152), { counter: 9, extension: [2, 1] });
    expect(bench.acknowledgements()).toEqual([]);
    bench.hear(meter, 1, TUNNELLING, payload.subarray(0, 76), { counter: 9, extension: [1, 5] });
    bench.hear(meter, 1, TUNNELLING, payload.subarray(152, 228), { counter: 9, extension: [2, 2] });
    expect(bench.acknowledgements().map(({ block }) => block)).toEqual([0]);
  });

  test("that stop are forgotten after 15 s, and their slot is free again", () => {
    const bench = new UpperBench();
    const meter = openFor(bench);
    bench.hear(meter, 1, TUNNELLING, payload.subarray(0, 76), { counter: 9, extension: [1, 5] });
    bench.run(16_000);
    expect(bench.app.aps.receiver.aborted).toBe(1);
    expect(bench.app.tunnelling.mailbox.countUp()).toBe(0);
  });

  test("of more than a message may have are refused: data overflow", () => {
    const bench = new UpperBench();
    const meter = openFor(bench);
    bench.data();
    bench.hear(meter, 1, TUNNELLING, payload.subarray(0, 76), { counter: 9, extension: [1, 60] });
    const error = bench.data().find((frame) => frame.payload.length === 6);
    expect([...error!.payload.subarray(3)]).toEqual([7, 0, 2]);
    expect(bench.app.tunnelling.mailbox.countUp()).toBe(0);
  });

  test("of anything but TransferData are not taken", () => {
    const bench = new UpperBench();
    const meter = openFor(bench);
    bench.frames.length = 0;
    const other = Buffer.from([0x08, 1, 0x0a, ...bytesOf(70)]);
    bench.hear(meter, 1, 0x0702, other, { counter: 9, extension: [1, 2] });
    expect(bench.acknowledgements()).toEqual([]);
  });
});
