import { describe, expect, test } from "vitest";
import { DeviceKind } from "../../../firmware/ipc/device";
import { Party } from "../../../firmware/ipc/party";
import { Known } from "../../../firmware/partitions/han/knowledge";
import { Sent } from "../../../hal/sent";
import { ackOf, type Frame, START_S, UpperBench, u16 } from "./upper-bench";

const TUNNELLING = 0x0704;
const CLIENT = 0x01;
const SERVER = 0x09;

const enum Result {
  KEPT = 0,
  DELIVERED = 1,
  EXPIRED = 2,
  UNDELIVERABLE = 3,
  UNKNOWN_DEVICE = 9,
  QUEUE_FULL = 10,
  TOO_LONG = 11,
  BUSY = 12,
}

function bytesOf(length: number, seed = 1): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => (i * 31 + seed * 17) & 0xff));
}

/** The firewall's side of one stream down; answers what the hub said at its end. */
function sendDown(
  bench: UpperBench,
  node: number,
  message: Buffer,
  id: number,
  options: { provider?: number; expires?: number; total?: number; stream?: number } = {},
): number {
  const stream = options.stream ?? id & 0xff;
  const open = Buffer.alloc(24);
  open[0] = 16;
  open[1] = options.provider ?? 0;
  open.writeUInt16LE(stream, 2);
  open.writeUInt16LE(options.total ?? message.length, 4);
  bench.eui64Of(node).copy(open, 8);
  open.writeUInt32LE(id, 16);
  open.writeUInt32LE(options.expires ?? 0, 20);
  bench.say(Party.FIREWALL, open);
  for (let turns = 0; turns < 200; turns++) {
    for (let said = bench.firewall.sent.shift(); said; said = bench.firewall.sent.shift()) {
      if (said[0] === 19 && said.readUInt16LE(2) === stream && (said[1]! === 0 || said[1]! > 3)) {
        return said[1]!;
      }
      if (said[0] !== 18) continue;
      const taken = said.readUInt16LE(4);
      const end = Math.min(said.readUInt16LE(6), taken + 128);
      if (taken === end) continue;
      const head = Buffer.from([17, 0, ...u16(stream), ...u16(taken), 0, 0]);
      bench.say(Party.FIREWALL, Buffer.concat([head, message.subarray(taken, end)]));
    }
    bench.run(20);
  }
  throw new Error("the stream never ended");
}

/** The firewall's side of what comes up; answers whole messages, as long as `ms`. */
interface Up {
  provider: number;
  isAnswer: number;
  id: number;
  message: Buffer;
}

class Provider {
  readonly fates: [number, number, number][] = [];
  readonly up: Up[] = [];
  result = Result.KEPT;
  private readonly open = new Map<number, Up & { total: number }>();

  constructor(private readonly bench: UpperBench) {}

  run(ms: number): void {
    for (let left = ms; left > 0; left -= 50) {
      this.bench.run(Math.min(50, left));
      for (const said of this.bench.firewall.take()) this.take(said);
    }
  }

  private take(said: Buffer): void {
    const stream = said.readUInt16LE(2);
    if (said[0] === 19) this.fates.push([said[1]!, stream, said.readUInt32LE(4)]);
    if (said[0] === 16) {
      const one = { provider: said[1]!, isAnswer: said[6]!, id: said.readUInt32LE(16) };
      const total = said.readUInt16LE(4);
      this.open.set(stream, { ...one, total, message: Buffer.alloc(0) });
      this.credit(stream, 0, Math.min(100, total));
    }
    if (said[0] === 17) this.segment(stream, said);
  }

  private segment(stream: number, said: Buffer): void {
    const one = this.open.get(stream)!;
    expect(said.readUInt16LE(4)).toBe(one.message.length);
    one.message = Buffer.concat([one.message, said.subarray(8)]);
    if (one.message.length < one.total) {
      this.credit(stream, one.message.length, Math.min(one.total, one.message.length + 100));
      return;
    }
    if (this.result === Result.KEPT) this.up.push(one);
    const end = Buffer.alloc(16);
    end[0] = 19;
    end[1] = this.result;
    end.writeUInt16LE(stream, 2);
    this.bench.say(Party.FIREWALL, end);
  }

  private credit(stream: number, taken: number, limit: number): void {
    const message = [18, 0, ...u16(stream), ...u16(taken), ...u16(limit)];
    this.bench.say(Party.FIREWALL, Buffer.from(message));
  }
}

/** The mains meter's side: answers RequestTunnel, puts TransferData together. */
function openTunnel(bench: UpperBench, meter: number, id = 7, status = 0, maximum = 4352): Frame {
  bench.run(20);
  const request = bench.data().find(({ payload }) => payload[0] === CLIENT && payload[2] === 0);
  if (request === undefined) throw new Error("no RequestTunnel");
  const answer = [...u16(id), status, ...u16(maximum)];
  bench.zcl(meter, 1, TUNNELLING, SERVER | 0x10, request.payload[1]!, 0, answer);
  return request;
}

/** TransferData as a device gets it: blocks in order, each once. */
function transferred(frames: Frame[]): Buffer {
  const blocks = new Map<number, Buffer>();
  for (const frame of frames) {
    if (frame.cluster !== TUNNELLING) continue;
    if (frame.fragment === 0 && frame.payload[2] !== 2 && frame.payload[2] !== 1) continue;
    blocks.set(frame.fragment === 2 ? frame.block : 0, frame.payload);
  }
  const order = [...blocks.keys()].sort((a, b) => a - b);
  return Buffer.concat(order.map((block) => blocks.get(block)!));
}

/** A device sends a long payload in blocks of 76 bytes, window one. */
function sendFragments(
  bench: UpperBench,
  node: number,
  payload: Buffer,
  counter: number,
): number[] {
  const total = Math.ceil(payload.length / 76);
  const acknowledged: number[] = [];
  for (let block = 0; block < total; block++) {
    const extension = block === 0 ? [1, total] : [2, block];
    const part = payload.subarray(block * 76, block * 76 + 76);
    bench.hear(node, 1, TUNNELLING, part, { counter, extension });
    acknowledged.push(...bench.acknowledgements().map((frame) => frame.block));
    bench.run(20);
  }
  acknowledged.push(...bench.acknowledgements().map((frame) => frame.block));
  return acknowledged;
}

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

describe("a message for a device", () => {
  test("is refused for a device that is unknown, or has no tunnel: a display", () => {
    const bench = new UpperBench();
    const display = bench.join(DeviceKind.DISPLAY, 3);
    expect(sendDown(bench, display, bytesOf(10), 1)).toBe(Result.UNKNOWN_DEVICE);
    bench.nodes.free(display);
    const stranger = bench.meter(9);
    bench.nodes.free(stranger);
    expect(sendDown(bench, stranger, bytesOf(10), 2)).toBe(Result.UNKNOWN_DEVICE);
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
    const first = new UpperBench();
    const meter = first.meter();
    openTunnel(first, meter);
    sendDown(first, meter, bytesOf(50), 5, { provider: 1 });
    new Provider(first).run(3_000);
    const second = new UpperBench(first.memory);
    second.meter();
    const provider = new Provider(second);
    openTunnel(second, meter, 8);
    provider.run(1_000);
    // Told once more rather than never.
    expect(provider.fates).toEqual([[Result.DELIVERED, 1, 5]]);
    expect(transferred(second.data()).length).toBe(0);
    second.zcl(meter, 1, TUNNELLING, SERVER | 0x10, 3, 1, [8, 0, 66]);
    provider.run(1_000);
    expect(provider.up).toMatchObject([{ provider: 1, isAnswer: 1, id: 5 }]);
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
