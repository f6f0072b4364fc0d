// Answers to one caller that found its queue full: they wait here in order, and are tried again.

import { Sent } from "../../../hal/sent";
import { Message, type Operation } from "../../ipc/operation";
import type { Port } from "../../kernel/partition";
import { copyBytes, writeU16 } from "../../wire/little-endian";

const enum Layout {
  // `GRANT_ANSWER` and `GRANT_RESULT` have the same form.
  CODE = 1,
  REFERENCE = 2,
  LENGTH = 4,
}

// Twice the depth of a caller's queue: it cannot have more questions open than that.
const WAITING_MAX = 8;

/** Milliseconds after which a full queue is tried again. */
const RETRY_MS = 5;

export class Answers {
  dueAt = Number.POSITIVE_INFINITY;
  /** Answers that found no room even here. */
  dropped = 0;
  private readonly waiting = new Uint8Array(WAITING_MAX * Layout.LENGTH);
  private count = 0;

  /** @param message room for what is sent; its content is of no use between calls */
  constructor(
    private readonly port: Port,
    private readonly operation: Operation,
    private readonly message: Uint8Array,
  ) {}

  give(now: number, code: number, reference: number): void {
    this.message[Message.OPERATION] = this.operation;
    this.message[Layout.CODE] = code;
    writeU16(this.message, Layout.REFERENCE, reference);
    if (this.count === 0 && this.port.send(this.message, Layout.LENGTH) !== Sent.FULL) return;
    if (this.count === WAITING_MAX) {
      this.dropped++;
      return;
    }
    copyBytes(this.message, 0, this.waiting, this.count * Layout.LENGTH, Layout.LENGTH);
    this.count++;
    this.dueAt = now + RETRY_MS;
  }

  tick(now: number): void {
    if (now < this.dueAt) return;
    let sent = 0;
    for (; sent < this.count; sent++) {
      copyBytes(this.waiting, sent * Layout.LENGTH, this.message, 0, Layout.LENGTH);
      if (this.port.send(this.message, Layout.LENGTH) === Sent.FULL) break;
    }
    this.waiting.copyWithin(0, sent * Layout.LENGTH, this.count * Layout.LENGTH);
    this.count -= sent;
    this.dueAt = this.count === 0 ? Number.POSITIVE_INFINITY : now + RETRY_MS;
  }

  /** The caller died: nobody waits for them. */
  forget(): void {
    this.count = 0;
    this.dueAt = Number.POSITIVE_INFINITY;
  }
}
