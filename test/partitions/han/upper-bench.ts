// The upper half of `han` alone: a network seam that only keeps what is sent, ports that keep what
// is said, flash that works at once, and nodes that are played by the test.

import { DeviceKind } from "../../../firmware/ipc/device";
import type { Party } from "../../../firmware/ipc/party";
import type { Port } from "../../../firmware/kernel/partition";
import { Application } from "../../../firmware/partitions/han/application";
import type { KnowledgeStore } from "../../../firmware/partitions/han/knowledge";
import { Known, Stage } from "../../../firmware/partitions/han/knowledge";
import { MailLimit } from "../../../firmware/partitions/han/mail-directory";
import { Memory } from "../../../firmware/partitions/han/memory";
import type { Network, RefusalLog } from "../../../firmware/partitions/han/network";
import { NodeState, Nodes } from "../../../firmware/partitions/han/nodes";
import type { Environment } from "../../../firmware/system";
import type { UtcClock } from "../../../hal/clock";
import { TimeQuality } from "../../../hal/clock";
import { nodeCrypto } from "../../../hal/node/crypto";
import { Sent } from "../../../hal/sent";
import { DirectFlash } from "../../../host-sim/flash-direct";
import { FlashMemory } from "../../../host-sim/flash-memory";
import { earliestIn, entropyOf } from "./fixture";

/** 2026-01-01T00:00:00Z */
export const START_S = 1_767_225_600;
export const ZCL_EPOCH_S = 946_684_800;

/** An APS frame as the hub sent it. */
export interface Frame {
  readonly node: number;
  readonly control: number;
  readonly destinationEndpoint: number;
  readonly cluster: number;
  readonly profile: number;
  readonly sourceEndpoint: number;
  readonly counter: number;
  readonly fragment: number;
  readonly block: number;
  readonly bits: number;
  readonly payload: Buffer;
}

export class KeptPort implements Port {
  readonly sent: Buffer[] = [];
  answer: Sent = Sent.OK;

  send(message: Uint8Array, length: number): Sent {
    if (this.answer === Sent.OK) this.sent.push(Buffer.from(message.slice(0, length)));
    return this.answer;
  }

  take(): Buffer[] {
    return this.sent.splice(0);
  }

  /** The only message since the last look. */
  only(): Buffer {
    const [one, ...more] = this.take();
    if (one === undefined || more.length > 0) throw new Error(`${more.length + 1} messages`);
    return one;
  }
}

export class UpperBench implements Network, KnowledgeStore {
  /** It starts, and has its mailbox open a second after the world began. */
  now = 1_000 - MailLimit.OPEN_AFTER_MS;
  readonly tables = new Memory();
  readonly nodes = new Nodes(new Memory());
  /** What nodes were refused: node, rule, command, cluster. */
  readonly refusals: number[][] = [];
  readonly link: RefusalLog = {
    refused: (_now, ...what) => this.refusals.push(what),
  };
  readonly eui64 = new Uint8Array([0xff, 1, 2, 3, 4, 5, 6, 7]);
  readonly gas = new KeptPort();
  readonly demand = new KeptPort();
  readonly firewall = new KeptPort();
  readonly flash: DirectFlash;
  readonly frames: Frame[] = [];
  readonly saved: number[] = [];
  quality: TimeQuality = TimeQuality.SYNCHRONISED;
  /** What the lower half answers to `send`. */
  room: Sent = Sent.OK;
  /** Whether a node acknowledges the hub's data frames by itself. */
  acknowledges: (frame: Frame) => boolean = () => true;
  app: Application;
  private readonly onAir: [number, Frame][] = [];
  private counter = 0;
  private readonly environment: Environment<"han">;

  /** @param waitsMs from its start on; 0: its mailbox is not open yet */
  constructor(
    readonly memory = new FlashMemory(256 * 1024),
    waitsMs: number = MailLimit.OPEN_AFTER_MS,
  ) {
    this.flash = new DirectFlash(memory, 1);
    const clock: UtcClock = {
      utcMs: () => (this.quality === TimeQuality.UNKNOWN ? 0 : START_S * 1000 + this.now),
      quality: () => this.quality,
    };
    this.environment = {
      crypto: nodeCrypto(),
      entropy: entropyOf(1),
      clock,
      startedAt: this.now,
      ports: {
        access: new KeptPort(),
        gas: this.gas,
        demand: this.demand,
        firewall: this.firewall,
      },
      devices: {},
      regions: { mailbox: this.flash },
      // The upper half touches no device and no other region and port.
    } as unknown as Environment<"han">;
    this.app = new Application(this.environment, this, this, this.tables);
    this.run(waitsMs);
  }

  isUp(): boolean {
    return true;
  }

  saveKnowledge(_now: number, node: number): void {
    this.saved.push(node);
  }

  eraseKnowledge(): void {}

  send(_now: number, node: number, aps: Uint8Array, length: number, token: number): Sent {
    if (this.room !== Sent.OK) return this.room;
    if (length > 90) throw new Error(`an APS frame of ${length} bytes`);
    const bytes = Buffer.from(aps.slice(0, length));
    const frame = readFrame(node, bytes);
    this.frames.push(frame);
    if (token !== 0) this.onAir.push([token, frame]);
    return Sent.OK;
  }

  /** A node that is Networked; electricity meters and displays listen, gas meters sleep. */
  join(kind: DeviceKind, last: number): number {
    const eui64 = Uint8Array.of(last, 0, 0, 0x60, 0x2b, 0xd5, 0xb3, 0x70);
    const sleeps = kind === DeviceKind.GAS_METER;
    const node = this.nodes.take(eui64, 0, 0x1000 + last, sleeps ? 0x80 : 0x8e);
    this.nodes.setKind(node, kind);
    this.nodes.setState(node, NodeState.NETWORKED);
    this.app.nodeJoined(this.now, node);
    return node;
  }

  /** An electricity meter of which everything is known: watt-hours, its tunnel on endpoint 1. */
  meter(last = 1): number {
    const node = this.join(DeviceKind.ELECTRICITY_METER, last);
    this.know(node, 0x00);
    this.app.knowledge.setByte(node, Known.TUNNEL_ENDPOINT, 1);
    this.app.nodeJoined(this.now, node);
    return node;
  }

  gasMeter(last = 2): number {
    const node = this.join(DeviceKind.GAS_METER, last);
    this.know(node, 0x01);
    this.app.nodeJoined(this.now, node);
    return node;
  }

  know(node: number, unit: number, multiplier = 1, divisor = 1000): void {
    const { knowledge } = this.app;
    knowledge.setByte(node, Known.STAGE, Stage.DONE);
    knowledge.setByte(node, Known.METERING_ENDPOINT, 1);
    knowledge.setByte(node, Known.UNIT, unit);
    knowledge.setNumber(node, Known.MULTIPLIER, multiplier, 3);
    knowledge.setNumber(node, Known.DIVISOR, divisor, 3);
  }

  eui64Of(node: number): Buffer {
    const bytes = Buffer.alloc(8);
    this.nodes.copyEui64(node, bytes, 0);
    return bytes;
  }

  /** A node's APS data frame that asks for an acknowledgement. */
  hear(
    node: number,
    endpoint: number,
    cluster: number,
    payload: Uint8Array,
    options: { profile?: number; counter?: number; source?: number; extension?: number[] } = {},
  ): void {
    const counter = options.counter ?? this.counter++ & 0xff;
    const extension = options.extension ?? [];
    const frame = Buffer.from([
      extension.length > 0 ? 0xc0 : 0x40,
      endpoint,
      cluster & 0xff,
      cluster >> 8,
      (options.profile ?? 0x0109) & 0xff,
      (options.profile ?? 0x0109) >> 8,
      options.source ?? 1,
      counter,
      ...extension,
      ...payload,
    ]);
    this.raw(node, frame);
  }

  raw(node: number, frame: Uint8Array): void {
    // The frame lies somewhere in a longer buffer, as it does in the radio's.
    const buffer = Buffer.concat([Buffer.alloc(5, 0xee), frame, Buffer.alloc(3, 0xee)]);
    this.app.apsFrame(this.now, node, buffer, 5, frame.length);
    this.settle();
  }

  zcl(
    node: number,
    endpoint: number,
    cluster: number,
    control: number,
    sequence: number,
    command: number,
    payload: readonly number[] | Buffer = [],
  ): void {
    this.hear(node, endpoint, cluster, Buffer.from([control, sequence, command, ...payload]));
  }

  /** Asks the hub; what it answered under the question's number. */
  ask(
    node: number,
    cluster: number,
    command: number,
    payload: readonly number[],
    control = 0x00,
    endpoint = 1,
  ): Buffer | undefined {
    const NUMBER = 77;
    this.data();
    this.zcl(node, endpoint, cluster, control, NUMBER, command, payload);
    return this.data().find((frame) => frame.payload[1] === NUMBER)?.payload;
  }

  /** A message of another partition. */
  say(from: Party, message: Uint8Array): void {
    const buffer = new Uint8Array(320);
    buffer.set(message);
    this.app.message(this.now, from, buffer, message.length);
    this.settle();
  }

  /** Lets time pass, ticking whenever it is due. */
  run(ms: number): void {
    const end = this.now + ms;
    this.settle();
    for (let turns = 0; ; turns++) {
      if (turns > 200_000) throw new Error("due at once, for ever");
      const due = Math.min(earliestIn(this.tables), this.app.tunnelling.mailbox.turn.due);
      if (due > end) break;
      this.now = Math.max(this.now, due);
      this.app.tick(this.now);
      this.settle();
    }
    this.now = end;
  }

  /** What the hub sent since the last look, without acknowledgements. */
  data(): Frame[] {
    return this.frames.splice(0).filter(({ control }) => (control & 3) === 0);
  }

  acknowledgements(): Frame[] {
    return this.frames.splice(0).filter(({ control }) => (control & 3) === 2);
  }

  /** Plays the lower half and the flash until both are idle. */
  settle(): void {
    for (let turns = 0; turns < 10_000; turns++) {
      const worked = this.flash.pump((message, length) =>
        this.app.flashDone(this.now, message, length),
      );
      const sent = this.onAir.shift();
      if (sent !== undefined) {
        this.app.sent(this.now, sent[0], true);
        this.answer(sent[1]);
      }
      if (!worked && sent === undefined) return;
    }
    throw new Error("never idle");
  }

  /** Nodes acknowledge what they got, in order; fragments with a window of one. */
  private answer(frame: Frame): void {
    if ((frame.control & 0x43) !== 0x40 || !this.acknowledges(frame)) return;
    const ack = ackOf(frame);
    this.app.apsFrame(this.now, frame.node, ack, 0, ack.length);
  }
}

export function ackOf(frame: Frame, bits = 0xff): Buffer {
  const header = [
    frame.fragment === 0 ? 0x02 : 0x82,
    frame.sourceEndpoint,
    frame.cluster & 0xff,
    frame.cluster >> 8,
    frame.profile & 0xff,
    frame.profile >> 8,
    frame.destinationEndpoint,
    frame.counter,
  ];
  if (frame.fragment === 0) return Buffer.from(header);
  const first = frame.fragment === 1;
  return Buffer.from([...header, first ? 1 : 2, first ? 0 : frame.block, bits]);
}

function readFrame(node: number, bytes: Buffer): Frame {
  const control = bytes[0]!;
  const extended = (control & 0x80) !== 0;
  const isAck = (control & 3) === 2;
  const header = extended ? (isAck ? 11 : 10) : 8;
  return {
    node,
    control,
    destinationEndpoint: bytes[1]!,
    cluster: bytes.readUInt16LE(2),
    profile: bytes.readUInt16LE(4),
    sourceEndpoint: bytes[6]!,
    counter: bytes[7]!,
    fragment: extended ? bytes[8]! & 3 : 0,
    block: extended ? bytes[9]! : 0,
    bits: extended && isAck ? bytes[10]! : 0,
    payload: bytes.subarray(header),
  };
}

export function u16(value: number): number[] {
  return [value & 0xff, value >> 8];
}

export function u24(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff];
}

export function u32(value: number): number[] {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return [...bytes];
}

export function u48(value: number): number[] {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntLE(value, 0, 6);
  return [...bytes];
}

/** A report of summation, demand and time, as ZCL 2.5.11 and Smart Energy D.3 lay it out. */
export function report(value: number, unixS: number, demand?: number): number[] {
  const demandRecord = demand === undefined ? [] : [0x00, 0x04, 0x2a, ...u24(demand & 0xffffff)];
  return [0x00, 0x00, 0x25, ...u48(value), ...demandRecord, ...time(unixS)];
}

export function time(unixS: number): number[] {
  return [0x07, 0x00, 0xe2, ...u32(unixS - ZCL_EPOCH_S)];
}
