// A provider's questions to the gas mirror: under its grant, one answer for each, to the one who
// asked.

import { Sent } from "../../../hal/sent";
import { Right } from "../../ipc/grant";
import { MirrorRead, MirrorStatus, MirrorValue } from "../../ipc/mirror";
import { Operation } from "../../ipc/operation";
import { Party } from "../../ipc/party";
import { copyBytes, equalBytes, readU16, writeU16 } from "../../wire/little-endian";
import { Deadlines, esiOf, type Gate, providerOf, Refusal } from "./gate";
import { type GrantDesk, GrantReference } from "./grant-desk";

export const enum MirrorLimit {
  ENTRIES = 8,
  /** So that one provider cannot keep the other from asking. */
  PER_PROVIDER = 4,
  /** gas answers from RAM. */
  ANSWER_MS = 5_000,
  RETRY_MS = 20,
  NONE = -1,
}

const enum State {
  FREE = 0,
  TO_ASK = 1,
  ASKED = 2,
  TO_SEND = 3,
  SENT = 4,
  /** A refusal is to be told. */
  TO_REFUSE = 5,
}

const enum Entry {
  STATE = 0,
  PROVIDER = 1,
  /** The asker's number, ours, and that of the question to trust. u16 each */
  THEIRS = 2,
  OURS = 4,
  GRANT = 6,
  EUI64 = 8,
  /** A `MirrorStatus`, in `TO_REFUSE`. */
  STATUS = 16,
  LENGTH = 18,
}

export class MirrorQuestions {
  expired = 0;
  private readonly bytes = new Uint8Array(MirrorLimit.ENTRIES * Entry.LENGTH);
  private reference = 0;
  private retryAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly gate: Gate,
    private readonly desk: GrantDesk,
  ) {}

  /** `MIRROR_READ` from an esi. */
  read(now: number, from: Party, question: Uint8Array): void {
    const provider = providerOf(from);
    const index = this.findFree(provider);
    if (index === MirrorLimit.NONE) {
      this.gate.refuse(now, from, Operation.MIRROR_READ, Refusal.NO_ROOM, provider);
      this.layRefusal(
        question,
        MirrorRead.REFERENCE,
        question,
        MirrorRead.EUI64,
        MirrorStatus.BUSY,
      );
      this.gate.forward(Party.FIREWALL, from, this.gate.message, MirrorValue.LENGTH);
      return;
    }
    const at = index * Entry.LENGTH;
    this.reference = (this.reference + 1) & 0xffff;
    this.bytes[at + Entry.STATE] = State.TO_ASK;
    this.bytes[at + Entry.PROVIDER] = provider;
    copyBytes(question, MirrorRead.REFERENCE, this.bytes, at + Entry.THEIRS, 2);
    writeU16(this.bytes, at + Entry.OURS, this.reference);
    copyBytes(question, MirrorRead.EUI64, this.bytes, at + Entry.EUI64, 8);
    this.gate.deadlines[Deadlines.MIRROR + index] = now + MirrorLimit.ANSWER_MS;
    this.advance(now, index);
  }

  /** `GRANT_ANSWER`. False: to no question of ours. */
  granted(now: number, reference: number, allowed: boolean): boolean {
    for (let index = 0; index < MirrorLimit.ENTRIES; index++) {
      const at = index * Entry.LENGTH;
      if (this.bytes[at + Entry.STATE] !== State.ASKED) continue;
      if (readU16(this.bytes, at + Entry.GRANT) !== reference) continue;
      if (allowed) this.bytes[at + Entry.STATE] = State.TO_SEND;
      else this.deny(now, at);
      this.advance(now, index);
      return true;
    }
    return false;
  }

  /** `MIRROR_VALUE` from gas. */
  value(now: number, value: Uint8Array): void {
    const index = this.findSent(value);
    const status = value[MirrorValue.STATUS]! as MirrorStatus;
    if (index === MirrorLimit.NONE || status > MirrorStatus.UNKNOWN_METER) {
      const reason = index === MirrorLimit.NONE ? Refusal.UNASKED : Refusal.MALFORMED;
      this.gate.refuse(now, Party.GAS, Operation.MIRROR_VALUE, reason);
      return;
    }
    const at = index * Entry.LENGTH;
    copyBytes(value, 0, this.gate.message, 0, MirrorValue.LENGTH);
    copyBytes(this.bytes, at + Entry.THEIRS, this.gate.message, MirrorValue.REFERENCE, 2);
    const to = esiOf(this.bytes[at + Entry.PROVIDER]!);
    const sent = this.gate.forward(Party.GAS, to, this.gate.message, MirrorValue.LENGTH);
    // The value is not kept: without room for it now, the asker hears BUSY and asks again.
    if (sent === Sent.FULL) this.turnDown(now, index, MirrorStatus.BUSY);
    else this.bytes[at + Entry.STATE] = State.FREE;
  }

  peerRestarted(now: number, peer: Party): void {
    for (let index = 0; index < MirrorLimit.ENTRIES; index++) {
      const at = index * Entry.LENGTH;
      const state = this.bytes[at + Entry.STATE]! as State;
      if (state === State.FREE) continue;
      if (peer === esiOf(this.bytes[at + Entry.PROVIDER]!)) {
        this.bytes[at + Entry.STATE] = State.FREE;
      } else if (peer === Party.TRUST && state === State.ASKED) {
        this.bytes[at + Entry.STATE] = State.TO_ASK;
        this.advance(now, index);
      } else if (peer === Party.GAS && state === State.SENT) {
        this.turnDown(now, index, MirrorStatus.BUSY);
      }
    }
  }

  tick(now: number): void {
    const isRetry = now >= this.retryAt;
    if (isRetry) this.retryAt = Number.POSITIVE_INFINITY;
    for (let index = 0; index < MirrorLimit.ENTRIES; index++) {
      const state = this.bytes[index * Entry.LENGTH + Entry.STATE]! as State;
      if (state === State.FREE) continue;
      if (now >= this.gate.deadlines[Deadlines.MIRROR + index]!) this.expire(now, index, state);
      else if (isRetry) this.advance(now, index);
    }
  }

  dueAt(): number {
    let due = this.retryAt;
    for (let index = 0; index < MirrorLimit.ENTRIES; index++) {
      if (this.bytes[index * Entry.LENGTH + Entry.STATE] === State.FREE) continue;
      due = Math.min(due, this.gate.deadlines[Deadlines.MIRROR + index]!);
    }
    return due;
  }

  private advance(now: number, index: number): void {
    const at = index * Entry.LENGTH;
    switch (this.bytes[at + Entry.STATE]! as State) {
      case State.TO_ASK:
        this.ask(now, at);
        break;
      case State.TO_SEND:
        this.send(now, at);
        break;
      case State.TO_REFUSE:
        this.sendRefusal(now, at);
        break;
      default:
    }
  }

  private ask(now: number, at: number): void {
    const provider = this.bytes[at + Entry.PROVIDER]!;
    const reference = this.desk.ask(provider, Right.READ, this.bytes, at + Entry.EUI64);
    if (reference === GrantReference.NONE) {
      this.retryAt = now + MirrorLimit.RETRY_MS;
      return;
    }
    writeU16(this.bytes, at + Entry.GRANT, reference);
    this.bytes[at + Entry.STATE] = State.ASKED;
  }

  private send(now: number, at: number): void {
    const { message } = this.gate;
    message.fill(0, 0, MirrorRead.LENGTH);
    message[0] = Operation.MIRROR_READ;
    copyBytes(this.bytes, at + Entry.OURS, message, MirrorRead.REFERENCE, 2);
    copyBytes(this.bytes, at + Entry.EUI64, message, MirrorRead.EUI64, 8);
    const from = esiOf(this.bytes[at + Entry.PROVIDER]!);
    const sent = this.gate.forward(from, Party.GAS, message, MirrorRead.LENGTH);
    if (sent === Sent.OK) {
      this.bytes[at + Entry.STATE] = State.SENT;
      return;
    }
    // Asked for anew: the grant may be gone by the time there is room.
    this.bytes[at + Entry.STATE] = State.TO_ASK;
    this.retryAt = now + MirrorLimit.RETRY_MS;
  }

  private deny(now: number, at: number): void {
    const provider = this.bytes[at + Entry.PROVIDER]!;
    const from = esiOf(provider);
    const subject = at + Entry.EUI64;
    this.gate.refuse(
      now,
      from,
      Operation.MIRROR_READ,
      Refusal.NO_GRANT,
      provider,
      this.bytes,
      subject,
    );
    this.bytes[at + Entry.STATE] = State.TO_REFUSE;
    this.bytes[at + Entry.STATUS] = MirrorStatus.NO_GRANT;
  }

  private turnDown(now: number, index: number, status: MirrorStatus): void {
    const at = index * Entry.LENGTH;
    this.bytes[at + Entry.STATE] = State.TO_REFUSE;
    this.bytes[at + Entry.STATUS] = status;
    this.gate.deadlines[Deadlines.MIRROR + index] = now + MirrorLimit.ANSWER_MS;
    this.advance(now, index);
  }

  private expire(now: number, index: number, state: State): void {
    this.expired++;
    // Not even the refusal found room in all that time.
    if (state === State.TO_REFUSE) this.bytes[index * Entry.LENGTH + Entry.STATE] = State.FREE;
    else this.turnDown(now, index, MirrorStatus.BUSY);
  }

  private sendRefusal(now: number, at: number): void {
    const { bytes } = this;
    const status = bytes[at + Entry.STATUS]! as MirrorStatus;
    this.layRefusal(bytes, at + Entry.THEIRS, bytes, at + Entry.EUI64, status);
    const to = esiOf(bytes[at + Entry.PROVIDER]!);
    const sent = this.gate.forward(Party.FIREWALL, to, this.gate.message, MirrorValue.LENGTH);
    if (sent === Sent.FULL) this.retryAt = now + MirrorLimit.RETRY_MS;
    else bytes[at + Entry.STATE] = State.FREE;
  }

  private layRefusal(
    references: Uint8Array,
    reference: number,
    eui64s: Uint8Array,
    eui64: number,
    status: MirrorStatus,
  ): void {
    const { message } = this.gate;
    message.fill(0);
    message[0] = Operation.MIRROR_VALUE;
    message[MirrorValue.STATUS] = status;
    copyBytes(references, reference, message, MirrorValue.REFERENCE, 2);
    copyBytes(eui64s, eui64, message, MirrorValue.EUI64, 8);
  }

  private findSent(value: Uint8Array): number {
    const reference = readU16(value, MirrorValue.REFERENCE);
    for (let index = 0; index < MirrorLimit.ENTRIES; index++) {
      const at = index * Entry.LENGTH;
      if (this.bytes[at + Entry.STATE] !== State.SENT) continue;
      if (readU16(this.bytes, at + Entry.OURS) !== reference) continue;
      const same = equalBytes(this.bytes, at + Entry.EUI64, value, MirrorValue.EUI64, 8);
      return same ? index : MirrorLimit.NONE;
    }
    return MirrorLimit.NONE;
  }

  private findFree(provider: number): number {
    let free: number = MirrorLimit.NONE;
    let count = 0;
    for (let index = 0; index < MirrorLimit.ENTRIES; index++) {
      const at = index * Entry.LENGTH;
      if (this.bytes[at + Entry.STATE] === State.FREE) free = index;
      else if (this.bytes[at + Entry.PROVIDER] === provider) count++;
    }
    return count < MirrorLimit.PER_PROVIDER ? free : MirrorLimit.NONE;
  }
}
