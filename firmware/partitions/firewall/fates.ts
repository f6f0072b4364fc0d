// What became of messages that were kept for a device: from `han` to the provider that sent them,
// if it still holds the grant.

import { Sent } from "../../../hal/sent";
import { Right } from "../../ipc/grant";
import { Operation } from "../../ipc/operation";
import { Party, Provider } from "../../ipc/party";
import { StreamEnd } from "../../ipc/stream";
import { copyBytes, readU16, writeU16 } from "../../wire/little-endian";
import { Deadlines, esiOf, type Gate, Refusal } from "./gate";
import { type GrantDesk, GrantReference } from "./grant-desk";

export const enum FateLimit {
  /** `han` tells one every 100 ms. */
  ENTRIES = 8,
  /** The provider's outbox may be busy with an erase, or its esi be starting anew. */
  WAIT_MS = 60_000,
  RETRY_MS = 50,
}

const enum State {
  FREE = 0,
  TO_ASK = 1,
  ASKED = 2,
  TO_SEND = 3,
}

/** The message as it came, then what belongs to it. */
const enum Entry {
  STATE = 16,
  /** Of the question to trust. u16 */
  GRANT = 18,
  LENGTH = 20,
}

export class Fates {
  /** Given up, or without room. */
  lost = 0;
  private readonly bytes = new Uint8Array(FateLimit.ENTRIES * Entry.LENGTH);
  private retryAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly gate: Gate,
    private readonly desk: GrantDesk,
  ) {}

  /** `STREAM_END` from `han` with a fate; its STREAM is the provider. */
  fate(now: number, end: Uint8Array): void {
    const provider = readU16(end, StreamEnd.STREAM);
    if (provider >= Provider.COUNT) {
      this.gate.refuse(now, Party.HAN, Operation.STREAM_END, Refusal.MALFORMED);
      return;
    }
    const index = this.findFree();
    if (index < 0) {
      this.lost++;
      this.gate.refuse(now, Party.HAN, Operation.STREAM_END, Refusal.NO_ROOM, provider);
      return;
    }
    const at = index * Entry.LENGTH;
    copyBytes(end, 0, this.bytes, at, StreamEnd.LENGTH);
    this.bytes[at + Entry.STATE] = State.TO_ASK;
    this.gate.deadlines[Deadlines.FATES + index] = now + FateLimit.WAIT_MS;
    this.advance(now, index);
  }

  /** `GRANT_ANSWER`. False: to no question of ours. */
  granted(now: number, reference: number, allowed: boolean): boolean {
    for (let index = 0; index < FateLimit.ENTRIES; index++) {
      const at = index * Entry.LENGTH;
      if (this.bytes[at + Entry.STATE] !== State.ASKED) continue;
      if (readU16(this.bytes, at + Entry.GRANT) !== reference) continue;
      this.bytes[at + Entry.STATE] = allowed ? State.TO_SEND : State.FREE;
      if (allowed) this.advance(now, index);
      else {
        const provider = readU16(this.bytes, at + StreamEnd.STREAM);
        const subject = at + StreamEnd.EUI64;
        const reason = Refusal.NO_GRANT;
        this.gate.refuse(
          now,
          Party.HAN,
          Operation.STREAM_END,
          reason,
          provider,
          this.bytes,
          subject,
        );
      }
      return true;
    }
    return false;
  }

  peerRestarted(now: number, peer: Party): void {
    for (let index = 0; index < FateLimit.ENTRIES; index++) {
      const at = index * Entry.LENGTH + Entry.STATE;
      // What `han` has told stays to be told: it does not tell it again.
      if (peer !== Party.TRUST || this.bytes[at] !== State.ASKED) continue;
      this.bytes[at] = State.TO_ASK;
      this.advance(now, index);
    }
  }

  tick(now: number): void {
    const isRetry = now >= this.retryAt;
    if (isRetry) this.retryAt = Number.POSITIVE_INFINITY;
    for (let index = 0; index < FateLimit.ENTRIES; index++) {
      const at = index * Entry.LENGTH + Entry.STATE;
      if (this.bytes[at] === State.FREE) continue;
      if (now >= this.gate.deadlines[Deadlines.FATES + index]!) {
        this.lost++;
        this.bytes[at] = State.FREE;
      } else if (isRetry) this.advance(now, index);
    }
  }

  dueAt(): number {
    let due = this.retryAt;
    for (let index = 0; index < FateLimit.ENTRIES; index++) {
      if (this.bytes[index * Entry.LENGTH + Entry.STATE] === State.FREE) continue;
      due = Math.min(due, this.gate.deadlines[Deadlines.FATES + index]!);
    }
    return due;
  }

  private advance(now: number, index: number): void {
    const at = index * Entry.LENGTH;
    const state = this.bytes[at + Entry.STATE]! as State;
    if (state === State.TO_ASK) this.ask(now, at);
    else if (state === State.TO_SEND) this.send(now, at);
  }

  private ask(now: number, at: number): void {
    const provider = readU16(this.bytes, at + StreamEnd.STREAM);
    const reference = this.desk.ask(provider, Right.MESSAGE, this.bytes, at + StreamEnd.EUI64);
    if (reference === GrantReference.NONE) {
      this.retryAt = now + FateLimit.RETRY_MS;
      return;
    }
    writeU16(this.bytes, at + Entry.GRANT, reference);
    this.bytes[at + Entry.STATE] = State.ASKED;
  }

  private send(now: number, at: number): void {
    copyBytes(this.bytes, at, this.gate.message, 0, StreamEnd.LENGTH);
    const to = esiOf(readU16(this.bytes, at + StreamEnd.STREAM));
    if (this.gate.forward(Party.HAN, to, this.gate.message, StreamEnd.LENGTH) === Sent.OK) {
      this.bytes[at + Entry.STATE] = State.FREE;
      return;
    }
    this.bytes[at + Entry.STATE] = State.TO_ASK;
    this.retryAt = now + FateLimit.RETRY_MS;
  }

  private findFree(): number {
    for (let index = 0; index < FateLimit.ENTRIES; index++) {
      if (this.bytes[index * Entry.LENGTH + Entry.STATE] === State.FREE) return index;
    }
    return -1;
  }
}
