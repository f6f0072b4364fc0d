// Fragmentation with windows larger than Smart Energy's one, and the retries of single frames.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ApsOutbox } from "../../../firmware/partitions/han/aps-outbox";
import {
  FragmentReceiver,
  type FragmentSink,
} from "../../../firmware/partitions/han/fragment-receiver";
import {
  FragmentSender,
  type FragmentSource,
} from "../../../firmware/partitions/han/fragment-sender";
import { Memory } from "../../../firmware/partitions/han/memory";
import type { Network } from "../../../firmware/partitions/han/network";
import { Sent } from "../../../hal/sent";
import { earliestIn } from "./fixture";

const BLOCK = 80;

class Wire {
  readonly frames: Buffer[] = [];
  room: Sent = Sent.OK;
  token = 0;
  readonly network = {
    nodes: { sleeps: () => false },
    send: (_now: number, _node: number, bytes: Uint8Array, length: number, token: number) => {
      if (this.room !== Sent.OK) return this.room;
      this.frames.push(Buffer.from(bytes.slice(0, length)));
      this.token = token;
      return Sent.OK;
    },
  } as unknown as Network;
}

function payloadOf(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => (i * 7) & 0xff));
}

class Source implements FragmentSource {
  result: boolean | undefined;
  sender: FragmentSender | undefined;

  constructor(readonly payload: Buffer) {}

  fetch(now: number, transfer: number, offset: number, length: number): void {
    this.sender!.provide(now, transfer, this.payload, offset, length);
  }

  ended(_now: number, _transfer: number, delivered: boolean): void {
    this.result = delivered;
  }
}

class Sink implements FragmentSink {
  payload = Buffer.alloc(0);
  completed = 0;
  aborted = 0;
  refuses = false;
  busy = 0;

  begin(...[, , , , , , bytes, start, length]: Parameters<FragmentSink["begin"]>): number {
    if (this.refuses) return -1;
    this.payload = Buffer.from(bytes.subarray(start, start + length));
    return 5;
  }

  piece(_now: number, _payload: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (this.busy-- > 0) return false;
    this.payload = Buffer.concat([this.payload, bytes.subarray(start, start + length)]);
    return true;
  }

  complete(): void {
    this.completed++;
  }

  abort(): void {
    this.aborted++;
  }
}

/** Sender and receiver with a wire between them that loses what `lost` says. */
function exchange(length: number, window: number, lost: (frame: number) => boolean) {
  const [there, back] = [new Wire(), new Wire()];
  const source = new Source(payloadOf(length));
  const memory = new Memory();
  const sender = new FragmentSender(there.network, source, window, memory);
  source.sender = sender;
  const sink = new Sink();
  const receiver = new FragmentReceiver(back.network, sink, window, new Memory());
  sender.begin(0, 1, 1, 0x0704, 0x0109, 1, 44, length);
  let sent = 0;
  let now = 0;
  for (let turn = 0; turn < 2000 && source.result === undefined; turn++) {
    now = Math.max(now, Math.min(earliestIn(memory), now + 10_000));
    sender.tick(now);
    for (const frame of there.frames.splice(0)) {
      if (!lost(sent++)) receiver.block(now, 0, frame, 0, frame.length);
    }
    if (sink.completed === 1) receiver.kept(now, 5, true);
    for (const ack of back.frames.splice(0)) {
      if (!lost(sent++)) sender.acknowledged(now, 1, ack[7]!, ack[9]!, ack[10]!);
    }
  }
  return { source, sink, sender, receiver, sent };
}

describe.each([1, 2, 3])("fragments with a window of %i (Zigbee 2.2.8.4.5)", (window) => {
  test.each([81, 160, 161, 240, 800, 4102])("carry %i bytes without loss", (length) => {
    const { source, sink } = exchange(length, window, () => false);
    expect(source.result).toBe(true);
    expect(sink.payload).toEqual(payloadOf(length));
    expect(sink.completed).toBe(1);
  });

  test("carry everything with one loss in every position", () => {
    const { sent } = exchange(500, window, () => false);
    for (let position = 0; position < sent; position++) {
      const { source, sink } = exchange(500, window, (frame) => frame === position);
      expect([position, source.result, sink.payload.length]).toEqual([position, true, 500]);
      expect(sink.payload).toEqual(payloadOf(500));
    }
  });

  test("never deliver anything but the whole payload, whatever is lost (property)", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 81, max: 700 }),
        fc.infiniteStream(fc.nat(99)),
        (length, dice) => {
          const { source, sink } = exchange(length, window, () => dice.next().value! < 30);
          if (source.result !== true) return;
          expect(sink.completed).toBe(1);
          expect(sink.payload).toEqual(payloadOf(length));
        },
      ),
      { numRuns: 100 },
    );
  });

  test("give up after three repetitions in vain, and after a node that left", () => {
    const { source, sent } = exchange(500, window, () => true);
    expect(source.result).toBe(false);
    expect(sent).toBe(4 * Math.min(window, Math.ceil(500 / BLOCK)));
  });
});

describe("a window of three", () => {
  function block(number: number, total: number): Buffer {
    const first = number === 0;
    const head = [0xc0, 1, 4, 7, 9, 1, 1, 44, first ? 1 : 2, first ? total : number];
    const payload = payloadOf(500).subarray(number * BLOCK, number * BLOCK + BLOCK);
    return Buffer.concat([Buffer.from(head), payload]);
  }

  function receive(order: number[], total = 7) {
    const wire = new Wire();
    const sink = new Sink();
    const receiver = new FragmentReceiver(wire.network, sink, 3, new Memory());
    for (const number of order) {
      const frame = block(number, total);
      receiver.block(0, 0, frame, 0, frame.length);
    }
    return { wire, sink, receiver };
  }

  test("takes its blocks in any order, and acknowledges when the last of them is there", () => {
    const { wire, sink } = receive([1, 0, 2]);
    expect(sink.payload).toEqual(payloadOf(500).subarray(0, 240));
    // TP/PRO/BV-43: bits beyond the window are set.
    expect([...wire.frames.at(-1)!.subarray(8)]).toEqual([1, 0, 0xff]);
  });

  test("says which block is missing, and then takes that one alone", () => {
    const { wire, sink, receiver } = receive([0, 2]);
    expect([...wire.frames[0]!.subarray(8)]).toEqual([1, 0, 0xfd]);
    const frame = block(1, 7);
    receiver.block(0, 0, frame, 0, frame.length);
    expect([...wire.frames[1]!.subarray(8)]).toEqual([1, 0, 0xff]);
    expect(sink.payload.length).toBe(240);
  });

  test("takes no block of a window that has not begun", () => {
    const { sink } = receive([0, 3, 4, 1, 2]);
    expect(sink.payload.length).toBe(240);
  });
});

test("a sink without room gets the block again, and what it refuses is never acknowledged", () => {
  const wire = new Wire();
  const sink = new Sink();
  const receiver = new FragmentReceiver(wire.network, sink, 1, new Memory());
  sink.refuses = true;
  const head = (first: boolean, number: number) =>
    Buffer.from([0xc0, 1, 4, 7, 9, 1, 1, 44, first ? 1 : 2, number, 1, 2, 3]);
  receiver.block(0, 0, head(true, 3), 0, 13);
  expect(wire.frames).toEqual([]);
  sink.refuses = false;
  receiver.block(0, 0, head(true, 3), 0, 13);
  sink.busy = 1;
  receiver.block(0, 0, head(false, 1), 0, 13);
  expect(wire.frames.length).toBe(1);
  receiver.block(0, 0, head(false, 1), 0, 13);
  expect(wire.frames.length).toBe(2);
  expect(sink.payload.length).toBe(6);
});

describe("a single frame (Zigbee 2.2.8.4.2)", () => {
  function send() {
    const wire = new Wire();
    const fates: [number, boolean][] = [];
    const user = {
      confirm: (_now: number, token: number, ok: boolean) => fates.push([token, ok]),
    };
    const outbox = new ApsOutbox(wire.network, user, new Memory());
    const at = outbox.open(1, 1, 0x0702, 0x0109, 1, 9);
    outbox.bytes[at] = 0x55;
    return { wire, fates, outbox, end: at + 1 };
  }

  test("is repeated three times, 1.6 s after each, and then given up", () => {
    const { wire, fates, outbox, end } = send();
    outbox.close(0, end, 3);
    const times: number[] = [];
    for (let now = 0; now <= 20_000; now += 100) {
      outbox.tick(now);
      for (const _ of wire.frames.splice(0)) {
        times.push(now);
        outbox.sent(now, wire.token & 0xffff, true);
      }
    }
    expect(times).toEqual([0, 1600, 3200, 4800]);
    expect(fates).toEqual([[3, false]]);
  });

  test("is repeated at once when the radio could not deliver it", () => {
    const { wire, fates, outbox, end } = send();
    outbox.close(0, end, 3);
    for (let i = 0; i < 4; i++) outbox.sent(10, wire.token & 0xffff, false);
    expect(wire.frames.length).toBe(4);
    expect(fates).toEqual([[3, false]]);
  });

  test("is over when it is acknowledged, by that node and under that number", () => {
    const { wire, fates, outbox, end } = send();
    outbox.close(0, end, 3);
    expect(outbox.acknowledged(5, 2, 9)).toBe(false);
    expect(outbox.acknowledged(5, 1, 8)).toBe(false);
    expect(outbox.acknowledged(5, 1, 9)).toBe(true);
    expect(outbox.acknowledged(6, 1, 9)).toBe(false);
    expect(fates).toEqual([[3, true]]);
    // A late word about the first sending is not one about another frame in its place.
    const mark = wire.token & 0xffff;
    const at = outbox.open(1, 1, 0x0702, 0x0109, 1, 10);
    outbox.close(7, at, 4);
    for (let i = 0; i < 5; i++) outbox.sent(8, mark, false);
    expect(fates.length).toBe(1);
  });

  test("waits for room in the network, and is given up when none comes", () => {
    const { wire, fates, outbox, end } = send();
    wire.room = Sent.FULL;
    outbox.close(0, end, 3);
    for (let now = 0; now < 10_000; now += 10) outbox.tick(now);
    expect(fates).toEqual([[3, false]]);
  });

  test("finds no place among twelve others, and is counted", () => {
    const { outbox, end } = send();
    outbox.close(0, end, 1);
    for (let i = 1; i < 12; i++) outbox.close(0, outbox.open(1, 1, 0, 0, 1, i), 1);
    expect(outbox.open(1, 1, 0, 0, 1, 99)).toBe(-1);
    expect(outbox.full).toBe(1);
  });
});
