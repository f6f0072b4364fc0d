// The asking side of a session: one request at a time, in the order of its tasks' importance, with
// back-off and jitter while the WAN or the head-end is away.
// @source RFC 8613 section 8.1 and 8.4; RFC 7252 section 4.7 (NSTART 1); RFC 9175 section 2.3

import type { Entropy } from "../../hal/entropy";
import { OscoreKey } from "../crypto/oscore-context";
import { Exchange, ExchangeFlags } from "../ipc/exchange";
import { check } from "../kernel/partition";
import { CoapCode, CoapOption } from "../wire/coap";
import { readU16 } from "../wire/little-endian";
import { Oscore, OscoreOption } from "../wire/oscore-option";
import type { Composer } from "./composer";
import { InnerCheck, InnerMessage } from "./inner-message";
import type { SequenceNumbers } from "./sequence-numbers";

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

const ECHO_MAX = 40;

export class Client {
  failures = 0;
  asked = 0;
  private running: ClientTask | undefined;
  private exchange = 0;
  private sequence = 0;
  private giveUpAt = Number.POSITIVE_INFINITY;
  private notBefore = 0;
  /** Failures in a row. */
  private doublings = 0;
  private readonly random = new Uint8Array(1);
  private readonly option = new OscoreOption();
  private readonly answer = new InnerMessage();
  /** The peer wants to see this in our next request; its length, 0: nothing. */
  private readonly echo = new Uint8Array(ECHO_MAX);
  private echoLength = 0;

  constructor(
    private readonly composer: Composer,
    private readonly sequences: SequenceNumbers,
    private readonly entropy: Entropy,
    private readonly tasks: readonly ClientTask[],
    private readonly trouble: (now: number) => void,
  ) {}

  /** Begins the request of the task whose turn it is. False: not now; it gets its turn again. */
  begin(now: number, code: CoapCode): boolean {
    check(this.running === undefined, "one exchange at a time");
    const sequence = this.composer.isBusy() ? Oscore.NO_SEQUENCE : this.sequences.take(now);
    if (sequence === Oscore.NO_SEQUENCE) {
      this.notBefore = now + Pause.SHORT_MS;
      return false;
    }
    this.exchange = (this.exchange + 1) & 0xffff;
    this.sequence = sequence;
    this.composer.beginRequest(this.exchange, sequence, code);
    return true;
  }

  /** After the options and before the payload: the Echo that the peer asked for. */
  endOptions(): void {
    if (this.echoLength === 0) return;
    const { bytes, options } = this.composer;
    options.put(bytes, CoapOption.ECHO, this.echo, 0, this.echoLength);
    this.echoLength = 0;
  }

  send(now: number, task: ClientTask, payloadEnd: number): void {
    this.running = task;
    this.giveUpAt = now + Pause.GIVE_UP_MS;
    this.asked++;
    this.composer.send(now, payloadEnd);
  }

  /** `EXCHANGE_RESPONSE`. It is opened in place. */
  response(now: number, bytes: Uint8Array, length: number): void {
    const task = this.running;
    if (task === undefined || readU16(bytes, Exchange.EXCHANGE) !== this.exchange) return;
    this.running = undefined;
    this.giveUpAt = Number.POSITIVE_INFINITY;
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
    for (const task of this.tasks) {
      if (this.running !== undefined || now < this.notBefore || this.composer.isBusy()) return;
      if (now >= task.dueAt()) task.start(now);
    }
  }

  dueAt(): number {
    if (this.running !== undefined) return this.giveUpAt;
    let due = Number.POSITIVE_INFINITY;
    for (const task of this.tasks) due = Math.min(due, task.dueAt());
    return Math.max(due, this.notBefore);
  }

  /** Nothing is asked for a while, longer with each failure in a row. */
  pause(now: number): void {
    this.entropy.fill(this.random, 0, 1);
    const full = Pause.FIRST_MS << this.doublings;
    this.notBefore = now + Math.floor((full * (128 + this.random[0]!)) / 256);
    if (this.doublings < Pause.DOUBLINGS_MAX) this.doublings++;
  }

  private open(bytes: Uint8Array, length: number): InnerMessage | undefined {
    const optionLength = bytes[Exchange.OPTION_LENGTH]!;
    const start = Exchange.OPTION + optionLength;
    const plainLength = length - start - OscoreKey.TAG_LENGTH;
    // An error outside OSCORE proves nothing, except that this exchange is over.
    if ((bytes[Exchange.FLAGS]! & ExchangeFlags.HAS_OSCORE) === 0 || plainLength <= 0) return;
    if (!this.option.read(bytes, Exchange.OPTION, optionLength)) return;
    const { cipher } = this.composer;
    const iv = this.option.sequence;
    if (!cipher.openResponse(this.sequence, iv, bytes, start, plainLength)) return;
    const found = this.answer.read(bytes, start, start + plainLength);
    const isResponse = this.answer.code >= CoapCode.CREATED - 1;
    return found === InnerCheck.OK && isResponse ? this.answer : undefined;
  }

  private challenged(now: number, task: ClientTask, bytes: Uint8Array, answer: InnerMessage): void {
    this.echoLength = answer.echoLength;
    for (let i = 0; i < this.echoLength; i++) this.echo[i] = bytes[answer.echo + i]!;
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
    this.giveUpAt = Number.POSITIVE_INFINITY;
    this.failures++;
    this.pause(now);
    task.failed(now);
    this.trouble(now);
  }
}
