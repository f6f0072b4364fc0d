// The firewall as a partition: every message goes through the gate, then to the one state machine
// that its operation belongs to.

import { GrantAnswer } from "../../ipc/grant";
import { Message, Operation } from "../../ipc/operation";
import { Party } from "../../ipc/party";
import { StreamEnd, StreamResult } from "../../ipc/stream";
import { check, type Partition } from "../../kernel/partition";
import type { Environment } from "../../system";
import { readU16 } from "../../wire/little-endian";
import { DeviceLog } from "./device-log";
import { Fates } from "./fates";
import { Gate, Refusal } from "./gate";
import { GrantDesk } from "./grant-desk";
import { MirrorQuestions } from "./mirror-questions";
import { Pages } from "./pages";
import { Readings } from "./readings";
import { Streams } from "./streams";

export class Firewall implements Partition {
  readonly gate: Gate;
  readonly readings: Readings;
  readonly mirror: MirrorQuestions;
  readonly streams: Streams;
  readonly fates: Fates;
  readonly devices: DeviceLog;
  readonly pages: Pages;

  constructor(environment: Environment<"firewall">) {
    this.gate = new Gate(environment.ports, environment.startedAt);
    const desk = new GrantDesk(this.gate);
    this.readings = new Readings(this.gate, desk);
    this.mirror = new MirrorQuestions(this.gate, desk);
    this.streams = new Streams(this.gate, desk);
    this.fates = new Fates(this.gate, desk);
    this.devices = new DeviceLog(this.gate);
    this.pages = new Pages(this.gate);
  }

  receive(now: number, from: number, buffer: Uint8Array, length: number): void {
    if (!this.gate.admit(now, from, buffer, length)) return;
    switch (buffer[Message.OPERATION] as Operation) {
      case Operation.READING:
        this.readings.reading(now, from, buffer);
        return;
      case Operation.READING_STORED:
        this.readings.stored(now, from, buffer);
        return;
      case Operation.MIRROR_READ:
        this.mirror.read(now, from, buffer);
        return;
      case Operation.MIRROR_VALUE:
        this.mirror.value(now, buffer);
        return;
      case Operation.STREAM_OPEN:
        this.streams.open(now, from, buffer);
        return;
      case Operation.STREAM_SEGMENT:
        this.streams.segment(now, from, buffer, length);
        return;
      case Operation.STREAM_CREDIT:
        this.streams.credit(now, from, buffer);
        return;
      case Operation.STREAM_END:
        this.streamEnd(now, from, buffer);
        return;
      case Operation.GRANT_ANSWER:
        this.granted(now, buffer);
        return;
      case Operation.DEVICE_RESULT:
        this.devices.result(now, buffer);
        return;
      case Operation.DEVICE_EVENT:
        this.devices.event(now, buffer);
        return;
      case Operation.DEVICE_ADD:
      case Operation.DEVICE_REMOVE:
      case Operation.NETWORK_RULE:
        this.devices.ask(now, buffer, length);
        return;
      case Operation.PAGE_ASK:
        this.pages.ask(now, buffer);
        return;
      case Operation.PAGE:
        this.pages.answer(now, from, buffer);
        return;
      default:
        check(false, "the gate admits what nobody handles");
    }
  }

  tick(now: number): void {
    this.readings.tick(now);
    this.mirror.tick(now);
    this.streams.tick(now);
    this.fates.tick(now);
    this.devices.tick(now);
    this.pages.tick(now);
  }

  dueAt(): number {
    return Math.min(
      this.readings.dueAt(),
      this.mirror.dueAt(),
      this.streams.dueAt(),
      this.fates.dueAt(),
      this.devices.dueAt(),
      this.pages.dueAt(),
    );
  }

  peerRestarted(now: number, peer: number): void {
    this.readings.peerRestarted(now, peer);
    this.mirror.peerRestarted(now, peer);
    this.streams.peerRestarted(now, peer);
    this.fates.peerRestarted(now, peer);
    this.devices.peerRestarted(now, peer);
    this.pages.peerRestarted(peer);
  }

  /** A fate comes from `han` alone, after the stream; everything else belongs to a stream. */
  private streamEnd(now: number, from: Party, end: Uint8Array): void {
    const result = end[StreamEnd.RESULT]! as StreamResult;
    const isFate = result >= StreamResult.DELIVERED && result <= StreamResult.UNANSWERED;
    const isKnown = isFate
      ? from === Party.HAN
      : result === StreamResult.KEPT ||
        (result >= StreamResult.NO_GRANT && result <= StreamResult.BUSY);
    if (!isKnown) this.gate.refuse(now, from, Operation.STREAM_END, Refusal.MALFORMED);
    else if (isFate) this.fates.fate(now, end);
    else this.streams.end(now, from, end);
  }

  private granted(now: number, answer: Uint8Array): void {
    const reference = readU16(answer, GrantAnswer.REFERENCE);
    const allowed = answer[GrantAnswer.ALLOWED] === 1;
    const isOurs =
      this.readings.granted(now, reference, allowed) ||
      this.mirror.granted(now, reference, allowed) ||
      this.streams.granted(now, reference, allowed) ||
      this.fates.granted(now, reference, allowed);
    if (!isOurs) this.gate.refuse(now, Party.TRUST, Operation.GRANT_ANSWER, Refusal.UNASKED);
  }
}
