// The asking side of a session: one request at a time, in the order of its tasks' importance, with
// back-off and jitter while the WAN or the head-end is away.
// @source RFC 8613 section 8.1 and 8.4; RFC 7252 section 4.7 (NSTART 1); RFC 9175 section 2.3

import { OscoreKey } from "../crypto/oscore-context";
import { Exchange, ExchangeFlags } from "../ipc/exchange";
import { check } from "../kernel/partition";
import { CoapCode, CoapOption } from "../wire/coap";
import { copyBytes, readU16 } from "../wire/little-endian";
import { Oscore } from "../wire/oscore-option";
import { InnerCheck, type InnerMessage } from "./inner-message";
import type { Session } from "./session";
import { SessionMemory } from "./session-memory";

/** Something that a session has to say now and then. */
export interface ClientTask {
  /** When it next wants to ask. `Infinity`: nothing to say. */
  dueAt(): number;
  /** Its turn: `Client.begin` was called with nothing; compose and `Client.send`, or leave it. */
  start(now: number): void;
  /** The authentic answer to its request. */
  answered(now: number, answer: InnerMessage, bytes: Uint8Array): void;
  /** No answer: it stays due, and gets its turn again after the pause. */
  failed(now: number): void;
}

const enum Pause {
  /** Doubled with each failure in a row, and taken half to one and a half times. */
  FIRST_MS = 2000,
  DOUBLINGS_MAX = 8,
  /** Longer than `wan` ever takes: 93 s of tries and 30 s for a separate response. */
  GIVE_UP_MS = 150_000,
  /** Without a sequence number or with a full channel. */
  SHORT_MS = 100,
}

export class Client {
  failures = 0;
  private running: ClientTask | undefined;
  private exchange = 0;
  private sequence = 0;
  /** Of what is running. */
  private giveUpAt = 0;
  private notBefore = 0;
  /** Failures in a row. */
  private doublings = 0;
  /** The peer wants to see `PEER_ECHO` in our next request; its length, 0: nothing. */
  private echoLength = 0;

  constructor(private readonly session: Session) {}

  /** Begins the request of the task whose turn it is. False: not now; it gets its turn again. */
  begin(now: number, code: CoapCode): boolean {
    check(this.running === undefined, "one exchange at a time");
    const { composer, sequences } = this.session;
    const sequence = composer.isBusy() ? Oscore.NO_SEQUENCE : sequences.take(now);
    if (sequence === Oscore.NO_SEQUENCE) {
      this.notBefore = now + Pause.SHORT_MS;
      return false;
    }
    this.exchange = (this.exchange + 1) & 0xffff;
    this.sequence = sequence;
    composer.beginRequest(this.exchange, sequence, code);
    return true;
  }

  /** After the options and before the payload: the Echo that the peer asked for. */
  endOptions(): void {
    if (this.echoLength === 0) return;
    const { bytes, options } = this.session.composer;
    options.put(bytes, CoapOption.ECHO, bytes, SessionMemory.PEER_ECHO, this.echoLength);
    this.echoLength = 0;
  }

  send(now: number, task: ClientTask, payloadEnd: number): void {
    this.running = task;
    this.giveUpAt = now + Pause.GIVE_UP_MS;
    this.session.composer.send(now, payloadEnd);
  }

  /** `EXCHANGE_RESPONSE`. It is opened in place. */
  response(now: number, bytes: Uint8Array, length: number): void {
    const task = this.running;
    if (task === undefined || readU16(bytes, Exchange.EXCHANGE) !== this.exchange) return;
    this.running = undefined;
    const answer = this.open(bytes, length);
    if (answer === undefined) {
      this.fail(now, task);
      return;
    }
    if (answer.code === CoapCode.UNAUTHORIZED && answer.echoLength > 0) {
      this.challenged(now, task, bytes, answer);
      return;
    }
    this.doublings = 0;
    task.answered(now, answer, bytes);
  }

  /** `EXCHANGE_FAILED`. */
  exchangeFailed(now: number, exchange: number): void {
    if (this.running !== undefined && exchange === this.exchange) this.fail(now, this.running);
  }

  /** `wan` restarted: what was under way is lost, and nobody's fault. */
  reset(now: number): void {
    if (this.running !== undefined) this.fail(now, this.running);
  }

  tick(now: number): void {
    if (this.running !== undefined && now >= this.giveUpAt) this.fail(now, this.running);
    this.turn(now, this.session.registration);
    this.turn(now, this.session.user.task);
  }

  dueAt(): number {
    if (this.running !== undefined) return this.giveUpAt;
    const { registration, user } = this.session;
    return Math.max(Math.min(registration.dueAt(), user.task.dueAt()), this.notBefore);
  }

  private turn(now: number, task: ClientTask): void {
    if (this.running !== undefined || now < this.notBefore) return;
    if (!this.session.composer.isBusy() && now >= task.dueAt()) task.start(now);
  }

  /** Nothing is asked for a while, longer with each failure in a row. */
  private pause(now: number): void {
    const { surroundings, small } = this.session;
    surroundings.entropy.fill(small, 0, 1);
    const full = Pause.FIRST_MS << this.doublings;
    this.notBefore = now + Math.floor((full * (128 + small[0]!)) / 256);
    if (this.doublings < Pause.DOUBLINGS_MAX) this.doublings++;
  }

  private open(bytes: Uint8Array, length: number): InnerMessage | undefined {
    const { composer, option, message } = this.session;
    const optionLength = bytes[Exchange.OPTION_LENGTH]!;
    const start = Exchange.OPTION + optionLength;
    const plainLength = length - start - OscoreKey.TAG_LENGTH;
    // An error outside OSCORE proves nothing, except that this exchange is over.
    if ((bytes[Exchange.FLAGS]! & ExchangeFlags.HAS_OSCORE) === 0 || plainLength <= 0) return;
    if (!option.read(bytes, Exchange.OPTION, optionLength)) return;
    const iv = option.sequence;
    if (!composer.cipher.openResponse(this.sequence, iv, bytes, start, plainLength)) return;
    const found = message.read(bytes, start, start + plainLength);
    const isResponse = message.code >= CoapCode.CREATED - 1;
    return found === InnerCheck.OK && isResponse ? message : undefined;
  }

  private challenged(now: number, task: ClientTask, bytes: Uint8Array, answer: InnerMessage): void {
    const { memory } = this.session;
    this.echoLength = answer.echoLength;
    copyBytes(bytes, answer.echo, memory, SessionMemory.PEER_ECHO, this.echoLength);
    // Once at once; a head-end that goes on asking is as good as one that is away.
    if (this.doublings > 0) {
      this.fail(now, task);
      return;
    }
    this.doublings++;
    task.failed(now);
  }

  private fail(now: number, task: ClientTask): void {
    this.running = undefined;
    this.failures++;
    this.pause(now);
    task.failed(now);
    this.session.registration.want(now);
  }
}
