// The ends of a tunnel as tests play them: the firewall and its provider, and the device.

import { expect } from "vitest";
import { Party } from "../../../firmware/ipc/party";
import { type Frame, type UpperBench, u16 } from "./upper-bench";

export const TUNNELLING = 0x0704;
export const CLIENT = 0x01;
export const SERVER = 0x09;

export const enum Result {
  KEPT = 0,
  DELIVERED = 1,
  EXPIRED = 2,
  UNDELIVERABLE = 3,
  UNANSWERED = 4,
  UNKNOWN_DEVICE = 9,
  QUEUE_FULL = 10,
  TOO_LONG = 11,
  BUSY = 12,
}

export function bytesOf(length: number, seed = 1): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => (i * 31 + seed * 17) & 0xff));
}

/** The firewall's side of one stream down; answers what the hub said at its end. */
export function sendDown(
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

export class Provider {
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
export function openTunnel(
  bench: UpperBench,
  meter: number,
  id = 7,
  status = 0,
  maximum = 4352,
): Frame {
  bench.run(20);
  const request = bench.data().find(({ payload }) => payload[0] === CLIENT && payload[2] === 0);
  if (request === undefined) throw new Error("no RequestTunnel");
  const answer = [...u16(id), status, ...u16(maximum)];
  bench.zcl(meter, 1, TUNNELLING, SERVER | 0x10, request.payload[1]!, 0, answer);
  return request;
}

/** TransferData as a device gets it: blocks in order, each once. */
export function transferred(frames: Frame[]): Buffer {
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
export function sendFragments(
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
