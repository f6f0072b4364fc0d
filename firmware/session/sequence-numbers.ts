// Our sender sequence numbers: taken from a stock that lies in flash as used already, so that no
// reboot and no power cut makes us use one twice. @source RFC 8613 sections 7.2.1 and 7.5

import { check } from "../kernel/partition";
import type { Journal } from "../storage/journal";
import { readU32, readU48 } from "../wire/little-endian";
import { Oscore } from "../wire/oscore-option";
import { putReserved, Reserved, SessionKey } from "../wire/session-record";

/** Tokens of the session's own journal writes; those of its partition begin at `OTHERS`. */
export const enum SessionToken {
  RESERVED = 1,
  OTHERS = 16,
}

const enum Stock {
  /** A day of readings takes about twenty of these: flash lasts, and a reboot wastes little. */
  STEP = 256,
  /** More are taken when this few are left. */
  LOW = 64,
  RETRY_MS = 200,
}

export class SequenceNumbers {
  /** How often this session has started, this time included. */
  starts = 1;
  private next = 0;
  /** Numbers below are ours to use. */
  private limit = 0;
  /** The limit that is being written; 0: none. */
  private writing = 0;
  private retryAt = Number.POSITIVE_INFINITY;

  /** @param small scratch memory for a record */
  constructor(
    private readonly journal: Journal,
    private readonly small: Uint8Array,
  ) {}

  /** The value of `SessionKey.RESERVED`. */
  restored(bytes: Uint8Array, start: number, length: number): void {
    check(length === Reserved.LENGTH, "the reservation is of our making");
    this.next = this.limit = readU48(bytes, start + Reserved.LIMIT);
    this.starts = readU32(bytes, start + Reserved.STARTS) + 1;
  }

  opened(now: number): void {
    this.reserve(now);
  }

  /** Answers of the journal with `SessionToken.RESERVED`. */
  stored(now: number, ok: boolean): void {
    if (ok) this.limit = this.writing;
    else this.retryAt = now + Stock.RETRY_MS;
    this.writing = 0;
  }

  isReady(): boolean {
    return this.next < this.limit;
  }

  /** A number that nobody ever used; `NO_SEQUENCE`: none now, or never again. */
  take(now: number): number {
    if (this.limit - this.next <= Stock.LOW && this.retryAt === Number.POSITIVE_INFINITY) {
      this.reserve(now);
    }
    return this.next < this.limit ? this.next++ : Oscore.NO_SEQUENCE;
  }

  /** All 2^40 numbers are used: this context is dead and must be replaced. */
  isExhausted(): boolean {
    return this.next > Oscore.SEQUENCE_MAX;
  }

  tick(now: number): void {
    if (now >= this.retryAt) this.reserve(now);
  }

  dueAt(): number {
    return this.retryAt;
  }

  private reserve(now: number): void {
    this.retryAt = Number.POSITIVE_INFINITY;
    const wanted = Math.min(this.limit + Stock.STEP, Oscore.SEQUENCE_MAX + 1);
    if (this.writing > 0 || wanted === this.limit) return;
    const length = putReserved(this.small, wanted, this.starts);
    const isTaken = this.journal.put(
      SessionKey.RESERVED,
      this.small,
      0,
      length,
      SessionToken.RESERVED,
    );
    if (isTaken) this.writing = wanted;
    else this.retryAt = now + Stock.RETRY_MS;
  }
}
