// A partition that does what it is told on its serial line and reports all that happens to it. It
// runs unchanged on every kernel, so that one set of scripts judges them all.

import { AuditEvent } from "../../firmware/ipc/audit";
import { Operation } from "../../firmware/ipc/operation";
import { Party } from "../../firmware/ipc/party";
import type { Partition, Port } from "../../firmware/kernel/partition";
import { FlashDone, FlashOperation, type FlashRegion } from "../../hal/flash";
import type { Power } from "../../hal/power";
import { Sent } from "../../hal/sent";
import type { Serial } from "../../hal/serial";
import { Command, LINE_PARTY, Report } from "./puppet-protocol";

export interface PuppetEnvironment {
  readonly startedAt: number;
  /** Indexed by name; the puppet finds them by `Party` with the names it was made with. */
  readonly ports: Readonly<Record<string, Port>>;
  readonly line: Serial;
  /** Off: it throws in its constructor. */
  readonly power: Power;
  readonly region: FlashRegion | undefined;
  /** Names by `Party`. */
  readonly names: readonly string[];
}

export class Puppet implements Partition {
  private due = Number.POSITIVE_INFINITY;
  private throwsAtMessage = false;
  private throwsAtNews = false;
  private echoes = false;
  private sendsAtNews = -1;
  private readonly report = new Uint8Array(16);
  private readonly message = new Uint8Array(400);
  private readonly answers = new Uint8Array(4);

  constructor(private readonly environment: PuppetEnvironment) {
    if (!environment.power.mainsPresent()) throw new Error("the switch is off");
    this.say(Report.STARTED);
  }

  receive(now: number, from: number, buffer: Uint8Array, length: number): void {
    if (from >= LINE_PARTY) this.obey(now, buffer);
    else if (from === Party.FLASH) {
      const data = length > FlashDone.DATA ? buffer[FlashDone.DATA]! : 0;
      const status = buffer[FlashDone.STATUS]!;
      this.say(Report.FLASH_DONE, buffer[FlashDone.OPERATION]!, status, data);
    } else this.takeMessage(from, buffer, length);
  }

  tick(_now: number): void {
    if (this.due === Number.NEGATIVE_INFINITY) return;
    this.due = Number.POSITIVE_INFINITY;
    this.say(Report.TICK);
  }

  dueAt(): number {
    return this.due;
  }

  peerRestarted(_now: number, peer: number): void {
    this.say(Report.NEWS, peer);
    if (this.throwsAtNews) throw new Error("told to throw at news");
    if (this.sendsAtNews >= 0) this.send(this.sendsAtNews, 1, 16, 1);
  }

  private takeMessage(from: number, buffer: Uint8Array, length: number): void {
    if (this.throwsAtMessage) throw new Error("told to throw at a message");
    // What lies behind the message is no part of it: kernels differ there.
    if (buffer[0] === Operation.AUDIT_EVENT && length === AuditEvent.LENGTH) {
      this.sayAudit(from, buffer);
      return;
    }
    let sum = 0;
    for (let i = 0; i < length; i++) sum = (sum + buffer[i]!) & 0xffff;
    this.say(Report.RECEIVED, from, buffer[0]!, length & 255, length >> 8, sum & 255, sum >> 8);
    if (this.echoes) this.portTo(from).send(buffer, length);
  }

  private obey(now: number, command: Uint8Array): void {
    const a = command[1]!;
    const b = command[2]!;
    const length = command[3]! | (command[4]! << 8);
    switch (command[0]! as Command) {
      case Command.SEND:
        this.send(a, b, length, command[5]!);
        break;
      case Command.THROW:
        throw new Error("told to throw");
      case Command.DUE:
        this.due = now + (a | (b << 8));
        break;
      case Command.SPIN:
        this.due = Number.NEGATIVE_INFINITY;
        break;
      case Command.FLASH:
        this.useFlash(a | (b << 8), length, command[5]!);
        break;
      case Command.THROW_AT_MESSAGE:
        this.throwsAtMessage = true;
        break;
      case Command.THROW_AT_NEWS:
        this.throwsAtNews = true;
        break;
      case Command.ECHO:
        this.echoes = true;
        break;
      case Command.SEND_AT_NEWS:
        this.sendsAtNews = a;
        break;
      case Command.SEND_BEYOND:
        this.sendBeyond(a, b, length);
        break;
    }
  }

  private send(to: number, operation: number, length: number, times: number): void {
    for (let i = 1; i < this.message.length; i++) this.message[i] = i * 7 + to;
    this.message[0] = operation;
    this.answers.fill(0);
    for (let i = 0; i < times; i++) this.count(this.portTo(to).send(this.message, length));
    this.sayAnswers(to, operation);
  }

  private sendBeyond(to: number, operation: number, length: number): void {
    const short = new Uint8Array([operation, 0, 0, 0]);
    this.answers.fill(0);
    this.count(this.portTo(to).send(short, length));
    this.sayAnswers(to, operation);
  }

  private useFlash(offset: number, length: number, operation: FlashOperation): void {
    const region = this.environment.region!;
    let answer = Sent.REFUSED;
    if (operation === FlashOperation.READ) answer = region.read(offset, length);
    if (operation === FlashOperation.ERASE) answer = region.erase(offset);
    if (operation === FlashOperation.SURVEY) answer = region.survey(offset, length);
    if (operation === FlashOperation.WRITE) {
      this.message.fill(0x5a);
      answer = region.write(offset, this.message, 0, length);
    }
    this.say(Report.FLASH_ANSWER, operation, answer);
  }

  private portTo(party: number): Port {
    return this.environment.ports[this.environment.names[party]!]!;
  }

  private count(answer: Sent): void {
    this.answers[answer] = this.answers[answer]! + 1;
  }

  private sayAnswers(to: number, operation: number): void {
    const [ok, full, restarted, refused] = this.answers;
    this.say(Report.ANSWERS, to, operation, ok, full, restarted, refused);
  }

  private sayAudit(from: number, event: Uint8Array): void {
    const at = AuditEvent.DETAIL;
    const code = event[AuditEvent.CODE]!;
    this.say(Report.AUDIT, from, code, event[at], event[at + 1], event[at + 2], event[at + 3]);
  }

  private say(...fields: (number | undefined)[]): void {
    for (let i = 0; i < fields.length; i++) this.report[i] = fields[i]!;
    this.environment.line.send(this.report, fields.length);
  }
}
