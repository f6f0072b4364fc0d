// `GET devices/{eui64}/mirror`: the gas mirror's value and meter time, and its observation.
// @source RFC 7641 sections 3 and 4

import { Sent } from "../../../hal/sent";
import { MirrorRead, MirrorStatus, MirrorValue } from "../../ipc/mirror";
import { Operation } from "../../ipc/operation";
import { Commodity, Reading } from "../../ipc/reading";
import type { Port } from "../../kernel/partition";
import type { InnerMessage } from "../../session/inner-message";
import { ServerLimit } from "../../session/server";
import type { Session } from "../../session/session";
import { CoapCode, ContentFormat } from "../../wire/coap";
import { Block, blockNumber, blockSize } from "../../wire/coap-block";
import { Observe } from "../../wire/coap-observe";
import { equalBytes, readU16, readU32, readU48, writeU16 } from "../../wire/little-endian";
import { SenmlKind, SenmlWriter } from "../../wire/senml";

const enum Limit {
  /** The mirror answers from memory. */
  ANSWER_MS = 5000,
  /** One value's pack. */
  PACK = 96,
}

const enum Asked {
  NOTHING = 0,
  VALUE = 1,
  /** The value, and those after it. */
  OBSERVATION = 2,
  /** It has been accepted. */
  OBSERVED = 3,
}

/** One for each slot of the session's server. */
class Question {
  asked = Asked.NOTHING;
  reference = 0;
  deadline = Number.POSITIVE_INFINITY;
  readonly eui64 = new Uint8Array(8);
}

export class Mirror {
  private readonly questions: Question[] = [];
  private readonly message = new Uint8Array(MirrorRead.LENGTH);
  private readonly senml = new SenmlWriter();
  private reference = 0;

  constructor(
    private readonly firewall: Port,
    private readonly session: () => Session,
  ) {
    for (let i = 0; i < ServerLimit.SLOTS; i++) this.questions.push(new Question());
  }

  /** A GET. @param eui64 of the meter, in radio order */
  request(now: number, slot: number, request: InnerMessage, eui64: Uint8Array): void {
    const { accept, block2, observe } = request;
    const { server } = this.session();
    if (accept !== ContentFormat.NONE && accept !== ContentFormat.SENML_CBOR) {
      server.refuseRequest(now, slot, CoapCode.NOT_ACCEPTABLE);
      return;
    }
    // The value is one block; who wants smaller ones, or a later one, cannot be served.
    const isWhole =
      block2 === Block.NONE || (blockNumber(block2) === 0 && blockSize(block2) >= Limit.PACK);
    if (!isWhole) {
      server.refuseRequest(now, slot, CoapCode.BAD_OPTION);
      return;
    }
    // One observation of a meter: a new one takes the old one's place, or says that it is over.
    if (observe >= 0) this.endObservation(now, eui64);
    this.reference = (this.reference + 1) & 0xffff;
    const question = this.questions[slot]!;
    for (let i = 0; i < 8; i++) question.eui64[i] = eui64[i]!;
    const message = this.message;
    message[0] = Operation.MIRROR_READ;
    writeU16(message, MirrorRead.REFERENCE, this.reference);
    for (let i = 0; i < 8; i++) message[MirrorRead.EUI64 + i] = eui64[i]!;
    if (this.firewall.send(message, MirrorRead.LENGTH) !== Sent.OK) {
      server.refuseRequest(now, slot, CoapCode.SERVICE_UNAVAILABLE);
      return;
    }
    question.asked = observe === Observe.REGISTER ? Asked.OBSERVATION : Asked.VALUE;
    question.reference = this.reference;
    question.deadline = now + Limit.ANSWER_MS;
  }

  /** `MIRROR_VALUE`. */
  value(now: number, message: Uint8Array): void {
    const slot = this.waiting(readU16(message, MirrorValue.REFERENCE));
    if (slot < 0) return;
    const code = codeOf(message[MirrorValue.STATUS]! as MirrorStatus);
    if (code !== CoapCode.CONTENT) {
      this.refuse(now, slot, code);
      return;
    }
    const time = readU32(message, MirrorValue.METER_TIME);
    const value = readU48(message, MirrorValue.VALUE);
    if (this.questions[slot]!.asked === Asked.OBSERVATION) this.tell(now, slot, time, value);
    else this.answer(now, slot, time, value);
  }

  /** A reading was kept: observers of its meter are told. */
  reading(now: number, reading: Uint8Array): void {
    if (reading[Reading.COMMODITY] !== Commodity.GAS || reading[Reading.FLAGS] !== 0) return;
    for (let slot = 0; slot < this.questions.length; slot++) {
      const question = this.questions[slot]!;
      const isObserved = question.asked === Asked.OBSERVED;
      if (!isObserved || !equalBytes(question.eui64, 0, reading, Reading.EUI64, 8)) continue;
      this.tell(now, slot, readU32(reading, Reading.METER_TIME), readU48(reading, Reading.VALUE));
    }
  }

  cancelled(slot: number): void {
    this.clear(slot);
  }

  firewallRestarted(now: number): void {
    for (let slot = 0; slot < this.questions.length; slot++) {
      const asked = this.questions[slot]!.asked;
      if (asked === Asked.VALUE || asked === Asked.OBSERVATION) {
        this.refuse(now, slot, CoapCode.SERVICE_UNAVAILABLE);
      }
    }
  }

  tick(now: number): void {
    for (let slot = 0; slot < this.questions.length; slot++) {
      if (now >= this.questions[slot]!.deadline) {
        this.refuse(now, slot, CoapCode.SERVICE_UNAVAILABLE);
      }
    }
  }

  dueAt(): number {
    let due = Number.POSITIVE_INFINITY;
    for (const question of this.questions) due = Math.min(due, question.deadline);
    return due;
  }

  private waiting(reference: number): number {
    for (let slot = 0; slot < this.questions.length; slot++) {
      const question = this.questions[slot]!;
      const isWaiting = question.deadline !== Number.POSITIVE_INFINITY;
      if (isWaiting && question.reference === reference) return slot;
    }
    return -1;
  }

  private answer(now: number, slot: number, time: number, value: number): void {
    const { server } = this.session();
    const isBegun = server.begin(slot, CoapCode.CONTENT);
    if (isBegun) server.end(now, this.pack(slot, time, value));
    this.clear(slot);
  }

  private tell(now: number, slot: number, time: number, value: number): void {
    const { server } = this.session();
    const question = this.questions[slot]!;
    if (server.beginNotification(now, slot)) server.end(now, this.pack(slot, time, value));
    else if (question.asked === Asked.OBSERVATION) {
      this.refuse(now, slot, CoapCode.SERVICE_UNAVAILABLE);
      return;
    }
    question.asked = Asked.OBSERVED;
    question.deadline = Number.POSITIVE_INFINITY;
  }

  /** The payload of an answer; its end. */
  private pack(slot: number, time: number, value: number): number {
    const { composer } = this.session();
    composer.contentFormat(ContentFormat.SENML_CBOR);
    const start = composer.payload();
    this.senml.open(start, start + Limit.PACK);
    const eui64 = this.questions[slot]!.eui64;
    this.senml.put(composer.bytes, eui64, 0, SenmlKind.GAS, time, value);
    return start + this.senml.close(composer.bytes);
  }

  private endObservation(now: number, eui64: Uint8Array): void {
    for (let slot = 0; slot < this.questions.length; slot++) {
      const question = this.questions[slot]!;
      const isObserved = question.asked === Asked.OBSERVED;
      if (!isObserved || !equalBytes(question.eui64, 0, eui64, 0, 8)) continue;
      this.clear(slot);
      this.session().server.endObservation(now, slot);
    }
  }

  private refuse(now: number, slot: number, code: CoapCode): void {
    this.clear(slot);
    this.session().server.refuseRequest(now, slot, code);
  }

  private clear(slot: number): void {
    this.questions[slot]!.asked = Asked.NOTHING;
    this.questions[slot]!.deadline = Number.POSITIVE_INFINITY;
  }
}

function codeOf(status: MirrorStatus): CoapCode {
  switch (status) {
    case MirrorStatus.OK:
      return CoapCode.CONTENT;
    case MirrorStatus.NO_GRANT:
      return CoapCode.FORBIDDEN;
    case MirrorStatus.BUSY:
      return CoapCode.SERVICE_UNAVAILABLE;
    default:
      return CoapCode.NOT_FOUND;
  }
}
