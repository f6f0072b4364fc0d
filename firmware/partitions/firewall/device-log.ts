// The device log's traffic: what the management session asks of `access`, the answers to it, and
// the news of devices. Install codes pass and are never kept here.

import { Sent } from "../../../hal/sent";
import {
  DeviceAdd,
  DeviceEventMessage,
  DeviceRemove,
  DeviceResult,
  DeviceResultMessage,
} from "../../ipc/device";
import { Operation } from "../../ipc/operation";
import { Party } from "../../ipc/party";
import { copyBytes, equalBytes, readU16, writeU16 } from "../../wire/little-endian";
import { Deadlines, type Gate, Refusal } from "./gate";

export const enum DeviceLogLimit {
  /** What `manage` serves at once. */
  QUESTIONS = 4,
  /** access answers after a write to flash. */
  ANSWER_MS = 15_000,
  /** A whole house that joins or leaves at once. */
  NEWS = 8,
  RETRY_MS = 50,
  NONE = -1,
}

const enum Question {
  IS_OPEN = 0,
  THEIRS = 2,
  OURS = 4,
  EUI64 = 8,
  LENGTH = 16,
}

export class DeviceLog {
  expired = 0;
  lostNews = 0;
  private readonly questions = new Uint8Array(DeviceLogLimit.QUESTIONS * Question.LENGTH);
  /** Results and events that found no room, oldest first; both have the same length. */
  private readonly news = new Uint8Array(DeviceLogLimit.NEWS * DeviceEventMessage.LENGTH);
  private newsCount = 0;
  private reference = 0;
  private retryAt = Number.POSITIVE_INFINITY;

  constructor(private readonly gate: Gate) {}

  /** Of `DEVICE_ADD`, `DEVICE_REMOVE`, `NETWORK_RULE`: reference and EUI-64 stand alike in all. */
  ask(now: number, question: Uint8Array, length: number): void {
    const index = this.findFree();
    const operation = question[0]!;
    if (operation === Operation.DEVICE_ADD && !isCodeLength(question[DeviceAdd.CODE_LENGTH]!)) {
      this.gate.refuse(now, Party.MANAGE, operation, Refusal.MALFORMED);
      this.answer(now, question, DeviceResult.BAD_CODE);
      return;
    }
    if (index === DeviceLogLimit.NONE) {
      this.gate.refuse(now, Party.MANAGE, operation, Refusal.NO_ROOM);
      this.answer(now, question, DeviceResult.BUSY);
      return;
    }
    this.reference = (this.reference + 1) & 0xffff;
    copyBytes(question, 0, this.gate.message, 0, length);
    writeU16(this.gate.message, DeviceRemove.REFERENCE, this.reference);
    const sent = this.gate.forward(Party.MANAGE, Party.ACCESS, this.gate.message, length);
    // It held an install code.
    this.gate.message.fill(0);
    if (sent !== Sent.OK) {
      this.answer(now, question, DeviceResult.BUSY);
      return;
    }
    const at = index * Question.LENGTH;
    this.questions[at + Question.IS_OPEN] = 1;
    copyBytes(question, DeviceRemove.REFERENCE, this.questions, at + Question.THEIRS, 2);
    writeU16(this.questions, at + Question.OURS, this.reference);
    copyBytes(question, DeviceRemove.EUI64, this.questions, at + Question.EUI64, 8);
    this.gate.deadlines[Deadlines.DEVICES + index] = now + DeviceLogLimit.ANSWER_MS;
  }

  /** `DEVICE_RESULT` from access. */
  result(now: number, result: Uint8Array): void {
    const index = this.find(result);
    if (index === DeviceLogLimit.NONE) {
      this.gate.refuse(now, Party.ACCESS, Operation.DEVICE_RESULT, Refusal.UNASKED);
      return;
    }
    const at = index * Question.LENGTH;
    this.questions[at + Question.IS_OPEN] = 0;
    copyBytes(result, 0, this.gate.message, 0, DeviceResultMessage.LENGTH);
    copyBytes(
      this.questions,
      at + Question.THEIRS,
      this.gate.message,
      DeviceResultMessage.REFERENCE,
      2,
    );
    this.tell(now, Party.ACCESS);
  }

  /** `DEVICE_EVENT` from access. */
  event(now: number, event: Uint8Array): void {
    copyBytes(event, 0, this.gate.message, 0, DeviceEventMessage.LENGTH);
    this.tell(now, Party.ACCESS);
  }

  peerRestarted(now: number, peer: Party): void {
    if (peer !== Party.MANAGE && peer !== Party.ACCESS) return;
    for (let index = 0; index < DeviceLogLimit.QUESTIONS; index++) {
      if (peer === Party.MANAGE) this.questions[index * Question.LENGTH + Question.IS_OPEN] = 0;
      else this.turnDown(now, index);
    }
  }

  tick(now: number): void {
    for (let index = 0; index < DeviceLogLimit.QUESTIONS; index++) {
      if (this.questions[index * Question.LENGTH + Question.IS_OPEN] === 0) continue;
      if (now < this.gate.deadlines[Deadlines.DEVICES + index]!) continue;
      this.expired++;
      this.turnDown(now, index);
    }
    if (now >= this.retryAt) this.tellLater(now);
  }

  dueAt(): number {
    let due = this.retryAt;
    for (let index = 0; index < DeviceLogLimit.QUESTIONS; index++) {
      if (this.questions[index * Question.LENGTH + Question.IS_OPEN] === 0) continue;
      due = Math.min(due, this.gate.deadlines[Deadlines.DEVICES + index]!);
    }
    return due;
  }

  private turnDown(now: number, index: number): void {
    const at = index * Question.LENGTH;
    if (this.questions[at + Question.IS_OPEN] === 0) return;
    this.questions[at + Question.IS_OPEN] = 0;
    const { questions } = this;
    this.answerAt(now, questions, at + Question.THEIRS, at + Question.EUI64, DeviceResult.BUSY);
  }

  private answer(now: number, question: Uint8Array, result: DeviceResult): void {
    this.answerAt(now, question, DeviceRemove.REFERENCE, DeviceRemove.EUI64, result);
  }

  private answerAt(
    now: number,
    source: Uint8Array,
    reference: number,
    eui64: number,
    result: DeviceResult,
  ): void {
    const { message } = this.gate;
    message.fill(0);
    message[0] = Operation.DEVICE_RESULT;
    message[DeviceResultMessage.RESULT] = result;
    copyBytes(source, reference, message, DeviceResultMessage.REFERENCE, 2);
    copyBytes(source, eui64, message, DeviceResultMessage.EUI64, 8);
    this.tell(now, Party.FIREWALL);
  }

  /** Sends `message` to `manage`, behind what waits already. */
  private tell(now: number, from: Party): void {
    const length = DeviceEventMessage.LENGTH;
    if (this.newsCount === 0) {
      const sent = this.gate.forward(from, Party.MANAGE, this.gate.message, length);
      if (sent === Sent.OK) return;
    }
    if (this.newsCount === DeviceLogLimit.NEWS) {
      this.lostNews++;
      return;
    }
    copyBytes(this.gate.message, 0, this.news, this.newsCount * length, length);
    this.newsCount++;
    this.retryAt = now + DeviceLogLimit.RETRY_MS;
  }

  private tellLater(now: number): void {
    const length = DeviceEventMessage.LENGTH;
    let told = 0;
    for (; told < this.newsCount; told++) {
      copyBytes(this.news, told * length, this.gate.message, 0, length);
      if (this.gate.forward(Party.ACCESS, Party.MANAGE, this.gate.message, length) !== Sent.OK)
        break;
    }
    this.news.copyWithin(0, told * length, this.newsCount * length);
    this.newsCount -= told;
    this.retryAt = this.newsCount > 0 ? now + DeviceLogLimit.RETRY_MS : Number.POSITIVE_INFINITY;
  }

  private find(result: Uint8Array): number {
    const reference = readU16(result, DeviceResultMessage.REFERENCE);
    for (let index = 0; index < DeviceLogLimit.QUESTIONS; index++) {
      const at = index * Question.LENGTH;
      if (this.questions[at + Question.IS_OPEN] === 0) continue;
      if (readU16(this.questions, at + Question.OURS) !== reference) continue;
      const subject = DeviceResultMessage.EUI64;
      const same = equalBytes(this.questions, at + Question.EUI64, result, subject, 8);
      return same ? index : DeviceLogLimit.NONE;
    }
    return DeviceLogLimit.NONE;
  }

  private findFree(): number {
    for (let index = 0; index < DeviceLogLimit.QUESTIONS; index++) {
      if (this.questions[index * Question.LENGTH + Question.IS_OPEN] === 0) return index;
    }
    return DeviceLogLimit.NONE;
  }
}

/** An install code with its CRC. @source Zigbee Base Device Behavior 10.1.1 */
function isCodeLength(length: number): boolean {
  return length === 8 || length === 10 || length === 14 || length === 18;
}
