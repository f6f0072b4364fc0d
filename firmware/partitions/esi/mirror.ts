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
import {
  copyBytes,
  equalBytes,
  readU16,
  readU32,
  readU48,
  writeU16,
  writeU48,
} from "../../wire/little-endian";
import { putSenmlPack, SenmlKind } from "../../wire/senml";
import { EsiMemory } from "./memory";

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
const enum Question {
  /** An `Asked`. */
  ASKED = 0,
  REFERENCE = 2,
  /** u48, 0: nothing is awaited. */
  DEADLINE = 4,
  EUI64 = 10,
  LENGTH = 18,
}

export class Mirror {
  private reference = 0;

  constructor(
    private readonly firewall: Port,
    private readonly session: Session,
  ) {}

  /** A GET, of the meter at `REQUEST_EUI64`. */
  request(now: number, slot: number, request: InnerMessage): void {
    const { accept, block2, observe } = request;
    const { server, memory, small: message } = this.session;
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
    if (observe >= 0) this.endObservation(now);
    this.reference = (this.reference + 1) & 0xffff;
    const question = questionAt(slot);
    copyBytes(memory, EsiMemory.REQUEST_EUI64, memory, question + Question.EUI64, 8);
    message.fill(0, 0, MirrorRead.LENGTH);
    message[0] = Operation.MIRROR_READ;
    writeU16(message, MirrorRead.REFERENCE, this.reference);
    copyBytes(memory, EsiMemory.REQUEST_EUI64, message, MirrorRead.EUI64, 8);
    if (this.firewall.send(message, MirrorRead.LENGTH) !== Sent.OK) {
      server.refuseRequest(now, slot, CoapCode.SERVICE_UNAVAILABLE);
      return;
    }
    const isObservation = observe === Observe.REGISTER;
    this.set(slot, isObservation ? Asked.OBSERVATION : Asked.VALUE, now + Limit.ANSWER_MS);
    writeU16(memory, question + Question.REFERENCE, this.reference);
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
    if (this.asked(slot) === Asked.OBSERVATION) this.tell(now, slot, time, value);
    else this.answer(now, slot, time, value);
  }

  /** A reading was kept: observers of its meter are told. */
  reading(now: number, reading: Uint8Array, start: number): void {
    const isGas = reading[start + Reading.COMMODITY] === Commodity.GAS;
    if (!isGas || reading[start + Reading.FLAGS] !== 0) return;
    const time = readU32(reading, start + Reading.METER_TIME);
    const value = readU48(reading, start + Reading.VALUE);
    for (let slot = 0; slot < ServerLimit.SLOTS; slot++) {
      if (!this.isObserved(slot, reading, start + Reading.EUI64)) continue;
      this.tell(now, slot, time, value);
    }
  }

  cancelled(slot: number): void {
    this.clear(slot);
  }

  firewallRestarted(now: number): void {
    for (let slot = 0; slot < ServerLimit.SLOTS; slot++) {
      const asked = this.asked(slot);
      if (asked === Asked.VALUE || asked === Asked.OBSERVATION) {
        this.refuse(now, slot, CoapCode.SERVICE_UNAVAILABLE);
      }
    }
  }

  tick(now: number): void {
    for (let slot = 0; slot < ServerLimit.SLOTS; slot++) {
      if (now >= this.deadline(slot)) {
        this.refuse(now, slot, CoapCode.SERVICE_UNAVAILABLE);
      }
    }
  }

  dueAt(): number {
    let due = Number.POSITIVE_INFINITY;
    for (let slot = 0; slot < ServerLimit.SLOTS; slot++) {
      due = Math.min(due, this.deadline(slot));
    }
    return due;
  }

  private waiting(reference: number): number {
    const { memory } = this.session;
    for (let slot = 0; slot < ServerLimit.SLOTS; slot++) {
      const isWaiting = this.deadline(slot) !== Number.POSITIVE_INFINITY;
      const own = readU16(memory, questionAt(slot) + Question.REFERENCE);
      if (isWaiting && own === reference) return slot;
    }
    return -1;
  }

  private answer(now: number, slot: number, time: number, value: number): void {
    const { server } = this.session;
    const isBegun = server.begin(slot, CoapCode.CONTENT);
    if (isBegun) server.end(now, this.pack(slot, time, value));
    this.clear(slot);
  }

  private tell(now: number, slot: number, time: number, value: number): void {
    const { server } = this.session;
    if (server.beginNotification(now, slot)) server.end(now, this.pack(slot, time, value));
    else if (this.asked(slot) === Asked.OBSERVATION) {
      this.refuse(now, slot, CoapCode.SERVICE_UNAVAILABLE);
      return;
    }
    this.set(slot, Asked.OBSERVED, 0);
  }

  /** The payload of an answer; its end. */
  private pack(slot: number, time: number, value: number): number {
    const { composer } = this.session;
    composer.contentFormat(ContentFormat.SENML_CBOR);
    const eui64 = questionAt(slot) + Question.EUI64;
    const { bytes } = composer;
    return putSenmlPack(bytes, composer.payload(), bytes, eui64, SenmlKind.GAS, time, value);
  }

  private endObservation(now: number): void {
    for (let slot = 0; slot < ServerLimit.SLOTS; slot++) {
      if (!this.isObserved(slot, this.session.memory, EsiMemory.REQUEST_EUI64)) continue;
      this.clear(slot);
      this.session.server.endObservation(now, slot);
    }
  }

  private refuse(now: number, slot: number, code: CoapCode): void {
    this.clear(slot);
    this.session.server.refuseRequest(now, slot, code);
  }

  private clear(slot: number): void {
    this.set(slot, Asked.NOTHING, 0);
  }

  /** @param deadline 0: none */
  private set(slot: number, asked: Asked, deadline: number): void {
    const { memory } = this.session;
    memory[questionAt(slot) + Question.ASKED] = asked;
    writeU48(memory, questionAt(slot) + Question.DEADLINE, deadline);
  }

  private asked(slot: number): Asked {
    return this.session.memory[questionAt(slot) + Question.ASKED]!;
  }

  private deadline(slot: number): number {
    const deadline = readU48(this.session.memory, questionAt(slot) + Question.DEADLINE);
    return deadline === 0 ? Number.POSITIVE_INFINITY : deadline;
  }

  private isObserved(slot: number, eui64: Uint8Array, start: number): boolean {
    if (this.asked(slot) !== Asked.OBSERVED) return false;
    return equalBytes(this.session.memory, questionAt(slot) + Question.EUI64, eui64, start, 8);
  }
}

function questionAt(slot: number): number {
  return EsiMemory.QUESTIONS + slot * Question.LENGTH;
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
