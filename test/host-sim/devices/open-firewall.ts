// A partition in the firewall's place that lets all pass and plays the WAN side itself: tests see
// what the HAN side does with devices, without head-end, grants or sessions.

import {
  DeviceAdd,
  DeviceEventMessage,
  type DeviceKind,
  DeviceResultMessage,
  NetworkRule,
} from "../../../firmware/ipc/device";
import { Operation } from "../../../firmware/ipc/operation";
import { Party, Provider } from "../../../firmware/ipc/party";
import { Reading, ReadingStored, Stored } from "../../../firmware/ipc/reading";
import {
  StreamCredit,
  StreamEnd,
  StreamOpen,
  StreamResult,
  StreamSegment,
} from "../../../firmware/ipc/stream";
import type { Partition, Port } from "../../../firmware/kernel/partition";
import type { Environment } from "../../../firmware/system";
import { Sent } from "../../../hal/sent";

export interface Registration {
  readonly eui64: bigint;
  readonly kind: DeviceKind;
  readonly installCode: Buffer;
}

export interface SeenReading {
  readonly eui64: bigint;
  readonly time: number;
  readonly value: number;
  readonly intervalSeconds: number;
}

interface Down {
  readonly stream: number;
  readonly eui64: bigint;
  readonly messageId: number;
  readonly message: Buffer;
  opened: boolean;
  at: number;
  limit: number;
  /** Monotonic milliseconds of the hub. */
  notBefore: number;
}

/** The world outside, which outlives the partition. */
export class Outside {
  readonly readings: SeenReading[] = [];
  readonly events: { event: number; reason: number; eui64: bigint }[] = [];
  readonly results: number[] = [];
  readonly fates: { messageId: number; result: StreamResult }[] = [];
  readonly answers: { messageId: number; isAnswer: boolean; message: Buffer }[] = [];
  /** Whether readings are stored; false: the providers say nothing. */
  stores = true;
  readonly toSend: Down[] = [];
  readonly registrations: Registration[];
  /** What the management party asks of the network next: `NetworkRule`. */
  readonly rules: { readonly action: number; readonly seconds: number }[] = [];
  private streams = 1;

  constructor(registrations: readonly Registration[]) {
    this.registrations = [...registrations];
  }

  send(eui64: bigint, messageId: number, message: Buffer): void {
    const stream = this.streams++;
    this.toSend.push({
      stream,
      eui64,
      messageId,
      message,
      opened: false,
      at: 0,
      limit: 0,
      notBefore: 0,
    });
  }
}

const TURN_MS = 20;
const AGAIN_MS = 5_000;

export class OpenFirewall implements Partition {
  private due: number;
  private registered = 0;
  private readonly posted: { port: Port; message: Buffer }[] = [];
  private readonly up = new Map<number, { open: Buffer; data: Buffer; at: number }>();

  constructor(
    private readonly environment: Environment<"firewall">,
    private readonly outside: Outside,
  ) {
    this.due = environment.startedAt + 500;
  }

  receive(now: number, from: number, buffer: Uint8Array, length: number): void {
    const message = Buffer.from(buffer.subarray(0, length));
    switch (message[0]) {
      case Operation.READING:
        this.reading(from, message);
        break;
      case Operation.DEVICE_RESULT:
        this.outside.results.push(message[DeviceResultMessage.RESULT]!);
        break;
      case Operation.DEVICE_EVENT:
        this.outside.events.push({
          event: message[DeviceEventMessage.EVENT]!,
          reason: message[DeviceEventMessage.REASON]!,
          eui64: message.readBigUInt64LE(DeviceEventMessage.EUI64),
        });
        break;
      case Operation.STREAM_OPEN:
        this.opened(message);
        break;
      case Operation.STREAM_SEGMENT:
        this.segment(message);
        break;
      case Operation.STREAM_CREDIT:
        this.credit(message);
        break;
      case Operation.STREAM_END:
        this.ended(now, message);
        break;
    }
  }

  tick(now: number): void {
    this.due = now + TURN_MS;
    this.flush();
    this.register();
    this.rule();
    this.pump(now);
  }

  dueAt(): number {
    return this.due;
  }

  private rule(): void {
    const rule = this.outside.rules.shift();
    if (rule === undefined) return;
    const message = Buffer.alloc(NetworkRule.LENGTH);
    message[0] = Operation.NETWORK_RULE;
    message[NetworkRule.ACTION] = rule.action;
    message.writeUInt16LE(rule.seconds, NetworkRule.SECONDS);
    this.environment.ports.access.send(message, message.length);
  }

  peerRestarted(): void {}

  private register(): void {
    const next = this.outside.registrations[this.registered];
    if (next === undefined) return;
    const message = Buffer.alloc(DeviceAdd.LENGTH);
    message[0] = Operation.DEVICE_ADD;
    message[DeviceAdd.KIND] = next.kind;
    message.writeUInt16LE(this.registered, DeviceAdd.REFERENCE);
    message[DeviceAdd.CODE_LENGTH] = next.installCode.length;
    message.writeBigUInt64LE(next.eui64, DeviceAdd.EUI64);
    next.installCode.copy(message, DeviceAdd.CODE);
    if (this.send(this.environment.ports.access, message)) {
      this.registered++;
      this.due += 1000;
    }
  }

  private reading(from: number, message: Buffer): void {
    this.outside.readings.push({
      eui64: message.readBigUInt64LE(Reading.EUI64),
      time: message.readUInt32LE(Reading.METER_TIME),
      value: message.readUIntLE(Reading.VALUE, 6),
      intervalSeconds: message.readUInt16LE(Reading.INTERVAL_SECONDS),
    });
    if (!this.outside.stores) return;
    const answer = Buffer.alloc(ReadingStored.LENGTH);
    answer[0] = Operation.READING_STORED;
    answer[ReadingStored.CODE] = Stored.OK;
    answer[ReadingStored.COMMODITY] = message[Reading.COMMODITY]!;
    message.copy(answer, ReadingStored.REFERENCE, Reading.REFERENCE, Reading.REFERENCE + 4);
    message.copy(answer, ReadingStored.EUI64, Reading.EUI64, Reading.EUI64 + 8);
    const { demand, gas } = this.environment.ports;
    this.post(from === Party.DEMAND ? demand : gas, answer);
  }

  private pump(now: number): void {
    for (const one of this.outside.toSend) {
      if (now < one.notBefore) continue;
      if (!one.opened) {
        one.opened = this.openDown(one);
        return;
      }
      const end = Math.min(one.at + 256, one.limit, one.message.length);
      if (end <= one.at) continue;
      const message = Buffer.alloc(StreamSegment.DATA + end - one.at);
      message[0] = Operation.STREAM_SEGMENT;
      message.writeUInt16LE(one.stream, StreamSegment.STREAM);
      message.writeUInt16LE(one.at, StreamSegment.OFFSET);
      one.message.copy(message, StreamSegment.DATA, one.at, end);
      if (this.send(this.environment.ports.han, message)) one.at = end;
    }
  }

  private openDown(one: Down): boolean {
    const message = Buffer.alloc(StreamOpen.LENGTH);
    message[0] = Operation.STREAM_OPEN;
    message[StreamOpen.PROVIDER] = Provider.SUPPLIER;
    message.writeUInt16LE(one.stream, StreamOpen.STREAM);
    message.writeUInt16LE(one.message.length, StreamOpen.TOTAL);
    message.writeBigUInt64LE(one.eui64, StreamOpen.EUI64);
    message.writeUInt32LE(one.messageId, StreamOpen.MESSAGE_ID);
    return this.send(this.environment.ports.han, message);
  }

  private credit(message: Buffer): void {
    const stream = message.readUInt16LE(StreamCredit.STREAM);
    const one = this.outside.toSend.find((down) => down.stream === stream);
    if (one !== undefined) one.limit = message.readUInt16LE(StreamCredit.LIMIT);
  }

  private ended(now: number, message: Buffer): void {
    const result: StreamResult = message[StreamEnd.RESULT]!;
    const stream = message.readUInt16LE(StreamEnd.STREAM);
    this.outside.fates.push({ messageId: message.readUInt32LE(StreamEnd.MESSAGE_ID), result });
    const at = this.outside.toSend.findIndex((down) => down.stream === stream);
    const one = this.outside.toSend[at];
    if (one === undefined) return;
    if (result === StreamResult.KEPT) this.outside.toSend.splice(at, 1);
    // Busy, or the queue of the device is full: again later, from its beginning.
    else Object.assign(one, { opened: false, at: 0, limit: 0, notBefore: now + AGAIN_MS });
  }

  private opened(message: Buffer): void {
    const stream = message.readUInt16LE(StreamOpen.STREAM);
    const total = message.readUInt16LE(StreamOpen.TOTAL);
    this.up.set(stream, { open: message, data: Buffer.alloc(total), at: 0 });
    this.grant(stream, 0, total);
  }

  private segment(message: Buffer): void {
    const stream = message.readUInt16LE(StreamSegment.STREAM);
    const one = this.up.get(stream);
    if (one === undefined) return;
    message.copy(one.data, message.readUInt16LE(StreamSegment.OFFSET), StreamSegment.DATA);
    one.at += message.length - StreamSegment.DATA;
    this.grant(stream, one.at, one.data.length);
    if (one.at < one.data.length) return;
    this.up.delete(stream);
    this.outside.answers.push({
      messageId: one.open.readUInt32LE(StreamOpen.MESSAGE_ID),
      isAnswer: one.open[StreamOpen.IS_ANSWER] === 1,
      message: one.data,
    });
    const end = Buffer.alloc(StreamEnd.LENGTH);
    end[0] = Operation.STREAM_END;
    end[StreamEnd.RESULT] = StreamResult.KEPT;
    end.writeUInt16LE(stream, StreamEnd.STREAM);
    one.open.copy(end, StreamEnd.MESSAGE_ID, StreamOpen.MESSAGE_ID, StreamOpen.MESSAGE_ID + 4);
    one.open.copy(end, StreamEnd.EUI64, StreamOpen.EUI64, StreamOpen.EUI64 + 8);
    this.post(this.environment.ports.han, end);
  }

  private grant(stream: number, taken: number, limit: number): void {
    const message = Buffer.alloc(StreamCredit.LENGTH);
    message[0] = Operation.STREAM_CREDIT;
    message.writeUInt16LE(stream, StreamCredit.STREAM);
    message.writeUInt16LE(taken, StreamCredit.TAKEN);
    message.writeUInt16LE(limit, StreamCredit.LIMIT);
    this.post(this.environment.ports.han, message);
  }

  /** Sends it when there is room, after all that was posted before. */
  private post(port: Port, message: Buffer): void {
    this.posted.push({ port, message });
    this.flush();
  }

  private flush(): void {
    while (this.posted.length > 0) {
      const { port, message } = this.posted[0]!;
      if (!this.send(port, message)) return;
      this.posted.shift();
    }
  }

  private send(port: Port, message: Buffer): boolean {
    return port.send(message, message.length) === Sent.OK;
  }
}
