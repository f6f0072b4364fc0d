// One OSCORE session with the head-end: its context from the journal, its sequence numbers, its
// serving and its asking side, over the channel to one instance of `wan`.

import { Sent } from "../../hal/sent";
import { OscoreContext } from "../crypto/oscore-context";
import { ExchangeFailed, ServeCancel, WanBind } from "../ipc/exchange";
import { Operation } from "../ipc/operation";
import { check, type Port, type Surroundings } from "../kernel/partition";
import type { Journal } from "../storage/journal";
import { readU16 } from "../wire/little-endian";
import { Oscore } from "../wire/oscore-option";
import { SessionKey, SessionRecordReader } from "../wire/session-record";
import { Client, type ClientTask } from "./client";
import { Composer } from "./composer";
import { Freshness } from "./freshness";
import type { Registration } from "./registration";
import { SequenceNumbers, SessionToken } from "./sequence-numbers";
import { type Resources, Server } from "./server";
import { SessionAudit } from "./session-audit";

const BIND_RETRY_MS = 200;

export interface SessionParts {
  readonly surroundings: Surroundings;
  readonly wan: Port;
  readonly audit: Port;
  readonly journal: Journal;
  readonly resources: Resources;
  readonly registration: Registration;
  /** In order of importance, the registration first. */
  readonly tasks: readonly ClientTask[];
}

export class Session {
  readonly audit: SessionAudit;
  readonly composer: Composer;
  readonly client: Client;
  readonly server: Server;
  private readonly context = new OscoreContext();
  private readonly sequences: SequenceNumbers;
  private readonly freshness: Freshness;
  private hasContext = false;
  private isBound = false;
  private bindAt = Number.POSITIVE_INFINITY;

  constructor(private readonly parts: SessionParts) {
    const { surroundings, journal } = parts;
    this.audit = new SessionAudit(parts.audit, surroundings.startedAt);
    this.sequences = new SequenceNumbers(journal);
    this.composer = new Composer(surroundings, this.context, parts.wan);
    this.freshness = new Freshness(surroundings.entropy);
    this.server = new Server(
      this.composer,
      this.freshness,
      this.sequences,
      this.audit,
      parts.resources,
    );
    this.client = new Client(
      this.composer,
      this.sequences,
      surroundings.entropy,
      parts.tasks,
      (now) => parts.registration.want(now),
    );
  }

  /** How often the session has started, this time included. */
  readonly starts = (): number => this.sequences.starts;

  /** A provisioned context is there, and numbers to send with. */
  isReady(): boolean {
    return this.isBound;
  }

  /** No number is left: the context must be replaced. */
  isExhausted(): boolean {
    return this.sequences.isExhausted();
  }

  /** A record of the journal. False: it is not one of the session's. */
  restored(key: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (key === SessionKey.RESERVED) this.sequences.restored(bytes, start, length);
    else if (key !== SessionKey.CONTEXT) return false;
    else {
      const record = new SessionRecordReader();
      this.hasContext = record.read(bytes, start, length);
      if (this.hasContext) this.context.derive(this.parts.surroundings.crypto, record, bytes);
    }
    return true;
  }

  /** The journal is open. Without a context the session stays silent for ever. */
  opened(now: number): void {
    if (!this.hasContext) return;
    this.sequences.opened(now);
    // Requests are served only once this start is on record, so a first start has served none.
    if (this.sequences.starts === 1) this.freshness.beginUnused();
  }

  /** False: the token is not one of the session's. */
  stored(now: number, token: number, ok: boolean): boolean {
    if (token !== SessionToken.RESERVED) return false;
    this.sequences.stored(now, ok);
    if (!this.isBound && this.sequences.isReady()) this.bind(now);
    return true;
  }

  /** A message of `wan`. */
  receive(now: number, buffer: Uint8Array, length: number): void {
    switch (buffer[0] as Operation) {
      case Operation.SERVE_REQUEST:
        if (this.isBound) this.server.request(now, buffer, length);
        return;
      case Operation.SERVE_CANCEL:
        this.server.cancelled(now, readU16(buffer, ServeCancel.EXCHANGE));
        return;
      case Operation.EXCHANGE_RESPONSE:
        this.client.response(now, buffer, length);
        return;
      case Operation.EXCHANGE_FAILED:
        this.client.exchangeFailed(now, readU16(buffer, ExchangeFailed.EXCHANGE));
        return;
      default:
        check(false, "the table lets no other operation through");
    }
  }

  /** `wan` died and is back, or will be. */
  wanRestarted(now: number): void {
    this.composer.drop();
    this.server.reset(now);
    this.client.reset(now);
    if (this.isBound) this.bind(now);
  }

  tick(now: number): void {
    this.composer.tick(now);
    this.sequences.tick(now);
    if (now >= this.bindAt) this.bind(now);
    if (this.isBound) this.client.tick(now);
  }

  dueAt(): number {
    const due = Math.min(this.composer.dueAt(), this.sequences.dueAt(), this.bindAt);
    return this.isBound ? Math.min(due, this.client.dueAt()) : due;
  }

  private bind(now: number): void {
    const { context } = this;
    const message = new Uint8Array(WanBind.KID + Oscore.ID_MAX);
    message[0] = Operation.WAN_BIND;
    message[WanBind.KID_LENGTH] = context.recipientIdLength;
    for (let i = 0; i < context.recipientIdLength; i++) {
      message[WanBind.KID + i] = context.recipientId[i]!;
    }
    const sent = this.parts.wan.send(message, WanBind.KID + context.recipientIdLength);
    if (sent === Sent.OK) {
      if (!this.isBound) this.parts.registration.want(now);
      this.isBound = true;
      this.bindAt = Number.POSITIVE_INFINITY;
    } else this.bindAt = now + BIND_RETRY_MS;
  }
}
