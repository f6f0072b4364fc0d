// Commands from a file of exchanges, one after the other, and whether each answer came back
// exactly.

import { HeadEnd, type ReceivedFate, type ReceivedMessage } from "./head-end";

export interface ExchangePair {
  readonly name: string;
  /** The device's kind or EUI-64 as the file names it; the owner turns it into an EUI-64. */
  readonly to: string;
  readonly command: Buffer;
  readonly response: Buffer;
}

export interface ExchangeOutcome {
  readonly name: string;
  readonly exact: boolean;
  /** The hub told its fate, and that ended it. */
  readonly isFate: boolean;
  /** Why not, for a person. */
  readonly why: string;
}

/** A refused or lost command is tried again: the hub may be full, or the WAN away. */
const RETRY_MS = 15_000;
const TRIES_MAX = 20;
/** Answers that came before the receipt: those of other, given-up messages are among them. */
const EARLY_MAX = 8;
/** A sleeping gas meter fetches its command within half an hour, and answers in the same wake. */
const ANSWER_MS = 2 * 3_600_000;
/** Fates that end a message, by their numbers in docs/wan.md. */
const FATES: Readonly<Record<number, string>> = {
  2: "it expired before the device fetched it",
  3: "the device did not take it",
  4: "the device had it and did not answer",
};

/** One command at a time to one device: its answer is waited for before the next. */
export class ExchangeRun {
  readonly outcomes: ExchangeOutcome[] = [];
  sent = 0;
  private index = -1;
  private tries = 0;
  private messageId: number | undefined;
  private due = Number.POSITIVE_INFINITY;
  /** On a real network an answer or a fate may overtake the receipt. */
  private readonly early: ((now: number) => void)[] = [];

  constructor(
    private readonly headEnd: HeadEnd,
    private readonly context: string,
    private readonly pairs: readonly ExchangePair[],
    private readonly eui64Of: (to: string) => string,
  ) {}

  start(now: number): void {
    this.advance(now);
  }

  get done(): boolean {
    return this.index >= this.pairs.length;
  }

  get exact(): number {
    return this.outcomes.filter(({ exact }) => exact).length;
  }

  /** The pair of an outcome. */
  pairOf(name: string): ExchangePair {
    return this.pairs.find((pair) => pair.name === name)!;
  }

  dueAt(): number {
    return this.due;
  }

  tick(now: number): void {
    if (now < this.due || this.done) return;
    if (this.messageId === undefined) this.send(now);
    else this.finish(now, false, "no answer came");
  }

  message(now: number, message: ReceivedMessage): void {
    if (this.done || message.context !== this.context) return;
    if (this.messageId === undefined) {
      this.keep((at) => this.message(at, message));
      return;
    }
    if (message.messageId !== this.messageId) return;
    const { response } = this.pairs[this.index]!;
    const exact = message.bytes.equals(response);
    this.finish(now, exact, exact ? "" : "the answer differs");
  }

  fate(now: number, fate: ReceivedFate): void {
    const failed = FATES[fate.result] !== undefined;
    if (!failed || this.done || fate.context !== this.context) return;
    if (this.messageId === undefined) this.keep((at) => this.fate(at, fate));
    else if (fate.messageId === this.messageId) this.finish(now, false, FATES[fate.result]!, true);
  }

  private keep(one: (now: number) => void): void {
    if (this.early.length >= EARLY_MAX) this.early.shift();
    this.early.push(one);
  }

  private advance(now: number): void {
    this.index++;
    this.tries = 0;
    this.due = Number.POSITIVE_INFINITY;
    if (!this.done) this.send(now);
  }

  private send(now: number): void {
    const pair = this.pairs[this.index]!;
    this.messageId = undefined;
    this.early.length = 0;
    this.due = Number.POSITIVE_INFINITY;
    this.tries++;
    const eui64 = this.eui64Of(pair.to);
    this.headEnd.sendMessage(now, this.context, eui64, pair.command, (at, response) => {
      const messageId = response?.code === "2.01" ? HeadEnd.messageIdOf(response) : undefined;
      if (messageId !== undefined) {
        this.sent++;
        this.accepted(at, messageId);
      } else if (this.tries >= TRIES_MAX) {
        this.finish(at, false, `refused with ${response?.code ?? "no answer"}`);
      } else {
        this.due = at + RETRY_MS;
      }
    });
  }

  private accepted(now: number, messageId: number): void {
    this.messageId = messageId;
    this.due = now + ANSWER_MS;
    for (const one of this.early.splice(0)) one(now);
  }

  private finish(now: number, exact: boolean, why: string, isFate = false): void {
    this.outcomes.push({ name: this.pairs[this.index]!.name, exact, isFate, why });
    this.messageId = undefined;
    this.advance(now);
  }
}
