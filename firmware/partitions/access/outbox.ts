// Short messages on their way out of `access`, kept while a channel is full or its reader is dead.

import { Sent } from "../../../hal/sent";
import type { Port } from "../../kernel/partition";
import { copyBytes } from "../../wire/little-endian";

export const enum To {
  HAN = 0,
  FIREWALL = 1,
  AUDIT = 2,
  CONSOLE = 3,
}

const enum Limit {
  /** A result and an event for each of a few devices, and their audit lines. */
  MESSAGES = 24,
  RETRY_MS = 50,
}

const enum Entry {
  TO = 0,
  LENGTH = 1,
  MESSAGE = 2,
  SIZE = 18,
}

export class Outbox {
  /** Messages that found no room. */
  dropped = 0;
  private readonly entries = new Uint8Array(Limit.MESSAGES * Entry.SIZE);
  /** A bit for each receiver that has no room. */
  private blocked = 0;
  private count = 0;
  private due = Infinity;

  /** @param message scratch, in which the caller puts its messages together too */
  constructor(
    private readonly ports: readonly Port[],
    private readonly message: Uint8Array,
  ) {}

  /** Sends at most 16 bytes as soon as the channel takes them, in order for each receiver. */
  send(now: number, to: To, message: Uint8Array, length: number): void {
    if (this.count === Limit.MESSAGES) {
      this.dropped++;
      return;
    }
    const at = this.count++ * Entry.SIZE;
    this.entries[at + Entry.TO] = to;
    this.entries[at + Entry.LENGTH] = length;
    copyBytes(message, 0, this.entries, at + Entry.MESSAGE, length);
    this.flush(now);
  }

  /** A receiver died: what waits for it is stale. */
  forget(to: To): void {
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      if (this.entries[i * Entry.SIZE + Entry.TO] === to) continue;
      this.move(i, kept++);
    }
    this.count = kept;
  }

  tick(now: number): void {
    if (now >= this.due) this.flush(now);
  }

  dueAt(): number {
    return this.due;
  }

  private flush(now: number): void {
    this.blocked = 0;
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      if (!this.hand(i)) this.move(i, kept++);
    }
    this.count = kept;
    this.due = kept > 0 ? now + Limit.RETRY_MS : Infinity;
  }

  private hand(i: number): boolean {
    const at = i * Entry.SIZE;
    const to = this.entries[at + Entry.TO]!;
    if ((this.blocked & (1 << to)) !== 0) return false;
    const length = this.entries[at + Entry.LENGTH]!;
    copyBytes(this.entries, at + Entry.MESSAGE, this.message, 0, length);
    if (this.ports[to]!.send(this.message, length) === Sent.OK) return true;
    this.blocked |= 1 << to;
    return false;
  }

  private move(from: number, to: number): void {
    if (from === to) return;
    copyBytes(this.entries, from * Entry.SIZE, this.entries, to * Entry.SIZE, Entry.SIZE);
  }
}
