// Tells the providers what became of their messages: delivered, expired, undeliverable. What was
// told is noted in RAM alone, so that after a restart a fate may be told twice, and never not.

import { Sent } from "../../../hal/sent";
import { Operation } from "../../ipc/operation";
import { StreamEnd, StreamResult } from "../../ipc/stream";
import type { Port } from "../../kernel/partition";
import { copyBytes } from "../../wire/little-endian";
import { Mail, MailLimit, MailState } from "./mail-directory";
import type { Mailbox } from "./mailbox";
import { Due, type Memory } from "./memory";

const enum Wait {
  PACE_MS = 100,
}

export class FateTeller {
  told = 0;
  private readonly message: Uint8Array;
  private readonly numbers: Float64Array;

  constructor(
    private readonly mailbox: Mailbox,
    private readonly firewall: Port,
    memory: Memory,
  ) {
    this.message = memory.scratch;
    this.numbers = memory.numbers;
  }

  /** Tells what is untold, one a call, so that the firewall's queue is not filled. */
  tick(now: number): void {
    if (now < this.numbers[Due.FATES]!) return;
    const slot = this.mailbox.untold();
    if (slot === MailLimit.NONE) {
      this.numbers[Due.FATES] = Number.POSITIVE_INFINITY;
      return;
    }
    this.mailbox.tellAt = now + Wait.PACE_MS;
    this.mailbox.hasNews();
    if (!this.send(slot)) return;
    this.told++;
    this.mailbox.told(now, slot);
  }

  private send(slot: number): boolean {
    const { message } = this;
    const at = this.mailbox.at(slot);
    const { bytes } = this.mailbox;
    const delivered = this.mailbox.state(slot) === MailState.DELIVERED;
    message.fill(0, 0, StreamEnd.LENGTH);
    message[0] = Operation.STREAM_END;
    message[StreamEnd.RESULT] = delivered ? StreamResult.DELIVERED : bytes[at + Mail.FATE]!;
    message[StreamEnd.STREAM] = bytes[at + Mail.PROVIDER]!;
    copyBytes(bytes, at + Mail.MESSAGE_ID, message, StreamEnd.MESSAGE_ID, 12);
    return this.firewall.send(message, StreamEnd.LENGTH) === Sent.OK;
  }
}
