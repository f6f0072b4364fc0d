// One OSCORE session with the head-end: its context from the journal, its sequence numbers, its
// serving and its asking side, over the channel to one instance of `wan`.

import type { FlashRegion } from "../../hal/flash";
import { Sent } from "../../hal/sent";
import { OscoreCipher } from "../crypto/oscore";
import { OscoreContext, OscoreMemory } from "../crypto/oscore-context";
import { ExchangeFailed, ServeCancel, WanBind } from "../ipc/exchange";
import { Operation } from "../ipc/operation";
import { check, type Port, type Surroundings } from "../kernel/partition";
import { Journal, type JournalOwner } from "../storage/journal";
import { readU16 } from "../wire/little-endian";
import { OscoreOption } from "../wire/oscore-option";
import { SessionKey, SessionRecord, SessionRecordReader } from "../wire/session-record";
import { Client, type ClientTask } from "./client";
import { Composer } from "./composer";
import { Freshness } from "./freshness";
import { InnerMessage } from "./inner-message";
import { Registration, type RegistrationUser } from "./registration";
import { SequenceNumbers, SessionToken } from "./sequence-numbers";
import { type Resources, Server } from "./server";
import { SessionAudit } from "./session-audit";
import { SessionMemory } from "./session-memory";

const BIND_RETRY_MS = 200;

/** The partition behind a session. */
export interface SessionUser extends Resources, RegistrationUser {
  /** What it has to say besides the registration, which comes first. */
  readonly task: ClientTask;
  /** A record of the journal that is not the session's, in order of writing. */
  recordRestored(key: number, bytes: Uint8Array, start: number, length: number): void;
  /** The journal's answer to a write with a token from `SessionToken.OTHERS` on. */
  recordStored(now: number, token: number, ok: boolean): void;
}

const enum State {
  /** Nothing was provisioned: it stays silent for ever. */
  NO_CONTEXT = 0,
  UNBOUND = 1,
  /** `wan` knows us; there are numbers to send with. */
  BOUND = 2,
}

export class Session implements JournalOwner {
  /** Layout `SessionMemory`, then the partition's own. */
  readonly memory: Uint8Array;
  /** `SMALL` in it, for ports and verbs that take an array's first bytes. */
  readonly small: Uint8Array;
  readonly journal: Journal;
  readonly audit: SessionAudit;
  readonly sequences: SequenceNumbers;
  readonly freshness: Freshness;
  readonly composer: Composer;
  readonly client: Client;
  readonly server: Server;
  readonly registration: Registration;
  /** Of the message that came in, of either direction. */
  readonly option = new OscoreOption();
  readonly message: InnerMessage;
  private readonly context: OscoreContext;
  private state = State.NO_CONTEXT;
  private bindAt = Number.POSITIVE_INFINITY;

  /**
   * @param journalKeys how many the journal in `region` may hold, the session's two among them
   * @param ownLength bytes of the memory that are the partition's
   */
  constructor(
    readonly surroundings: Surroundings,
    private readonly wan: Port,
    audit: Port,
    region: FlashRegion,
    journalKeys: number,
    readonly user: SessionUser,
    ownLength: number,
  ) {
    const memory = new Uint8Array(SessionMemory.LENGTH + ownLength);
    this.memory = memory;
    this.small = new Uint8Array(memory.buffer, SessionMemory.SMALL, SessionMemory.SMALL_LENGTH);
    this.context = new OscoreContext(surroundings.crypto, memory, SessionMemory.CONTEXT);
    this.audit = new SessionAudit(audit, this.small, surroundings.startedAt);
    this.journal = new Journal(region, this, journalKeys, SessionRecord.LENGTH_MAX);
    this.sequences = new SequenceNumbers(this.journal, this.small);
    this.freshness = new Freshness(surroundings.entropy, memory);
    this.message = new InnerMessage(memory);
    this.composer = new Composer(memory, this.context, new OscoreCipher(this.context), wan);
    this.registration = new Registration(this);
    this.client = new Client(this);
    this.server = new Server(this);
  }

  /** How often the session has started, this time included. */
  starts(): number {
    return this.sequences.starts;
  }

  /** A provisioned context is there, and numbers to send with. */
  isReady(): boolean {
    return this.state === State.BOUND;
  }

  /** No number is left: the context must be replaced. */
  isExhausted(): boolean {
    return this.sequences.isExhausted();
  }

  // What the journal tells.

  restored(key: number, bytes: Uint8Array, start: number, length: number): void {
    if (key === SessionKey.RESERVED) this.sequences.restored(bytes, start, length);
    else if (key !== SessionKey.CONTEXT) this.user.recordRestored(key, bytes, start, length);
    else {
      const record = new SessionRecordReader();
      const isGood = record.read(bytes, start, length);
      this.state = isGood ? State.UNBOUND : State.NO_CONTEXT;
      // No message is under way before the journal is open: its place serves the derivation.
      if (isGood) this.context.derive(record, bytes, this.memory);
    }
  }

  opened(now: number): void {
    if (this.state === State.NO_CONTEXT) return;
    this.sequences.opened(now);
    // Requests are served only once this start is on record, so a first start has served none.
    if (this.sequences.starts === 1) this.freshness.beginUnused();
  }

  stored(now: number, token: number, ok: boolean): void {
    if (token !== SessionToken.RESERVED) {
      this.user.recordStored(now, token, ok);
      return;
    }
    this.sequences.stored(now, ok);
    if (!this.isReady() && this.sequences.isReady()) this.bind(now);
  }

  /** A message of `wan`. */
  receive(now: number, buffer: Uint8Array, length: number): void {
    switch (buffer[0] as Operation) {
      case Operation.SERVE_REQUEST:
        if (this.isReady()) this.server.request(now, buffer, length);
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
    if (this.isReady()) this.bind(now);
  }

  tick(now: number): void {
    this.composer.tick(now);
    this.sequences.tick(now);
    if (now >= this.bindAt) this.bind(now);
    if (this.isReady()) this.client.tick(now);
  }

  dueAt(): number {
    const due = Math.min(this.composer.dueAt(), this.sequences.dueAt(), this.bindAt);
    return this.isReady() ? Math.min(due, this.client.dueAt()) : due;
  }

  private bind(now: number): void {
    const { small } = this;
    const end = this.context.putId(small, WanBind.KID, OscoreMemory.RECIPIENT_ID);
    small[0] = Operation.WAN_BIND;
    small[WanBind.KID_LENGTH] = end - WanBind.KID;
    if (this.wan.send(small, end) === Sent.OK) {
      if (!this.isReady()) this.registration.want(now);
      this.state = State.BOUND;
      this.bindAt = Number.POSITIVE_INFINITY;
    } else this.bindAt = now + BIND_RETRY_MS;
  }
}
