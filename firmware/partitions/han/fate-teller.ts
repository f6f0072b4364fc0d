// Tells the providers what became of their messages: delivered, expired, undeliverable. What was
// told is noted in RAM alone, so that after a restart a fate may be told twice, and never not.

import { Sent } from "../../../hal/sent";
import { Operation } from "../../ipc/operation";
import { StreamEnd, StreamResult } from "../../ipc/stream";
import type { Port } from "../../kernel/partition";
import { copyBytes } from "../../wire/little-endian";
import { Mail, MailLimit, MailState } from "./mail-directory";
import type { Mailbox } from "./mailbox";

const enum Wait {
  RETRY_MS = 100,
}

export class FateTeller {
  told = 0;
  private readonly message = new Uint8Array(StreamEnd.LENGTH);
  private retryAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly mailbox: Mailbox,
    private readonly firewall: Port,
  ) {}

  /** Tells what is untold, one a call: the next follows at once by `dueAt`. */
  tell(now: number): void {
    this.retryAt = Number.POSITIVE_INFINITY;
    const slot = this.mailbox.untold();
    if (slot === MailLimit.NONE) return;
    this.retryAt = now + Wait.RETRY_MS;
    if (!this.send(slot)) return;
    this.told++;
    this.mailbox.told(now, slot);
  }

  tick(now: number): void {
    if (now >= this.retryAt) this.tell(now);
  }

  dueAt(): number {
    return this.retryAt;
  }

  private send(slot: number): boolean {
    const { message } = this;
    const at = this.mailbox.at(slot);
    const { bytes } = this.mailbox;
    const delivered = this.mailbox.state(slot) === MailState.DELIVERED;
    message.fill(0);
    message[0] = Operation.STREAM_END;
    message[StreamEnd.RESULT] = delivered ? StreamResult.DELIVERED : bytes[at + Mail.FATE]!;
    message[StreamEnd.STREAM] = bytes[at + Mail.PROVIDER]!;
    copyBytes(bytes, at + Mail.MESSAGE_ID, message, StreamEnd.MESSAGE_ID, 12);
    return this.firewall.send(message, StreamEnd.LENGTH) === Sent.OK;
  }
}
