// Messages that devices send through their tunnels: written to the mailbox as they come, matched to
// the command that they answer, and then sent up by `stream-outbox.ts`.

import { Provider } from "../../ipc/party";
import { Stream } from "../../ipc/stream";
import { copyBytes, readU16, writeU16 } from "../../wire/little-endian";
import { Mail, MailHeader, MailLimit, MailShare, MailState } from "./mail-directory";
import type { Mailbox } from "./mailbox";
import type { Memory } from "./memory";
import type { Network } from "./network";
import type { TunnelDelivery } from "./tunnel-delivery";

export class TunnelInbox {
  received = 0;
  unasked = 0;
  refused = 0;
  private readonly header: Uint8Array;

  constructor(
    private readonly network: Network,
    private readonly mailbox: Mailbox,
    private readonly delivery: TunnelDelivery,
    memory: Memory,
  ) {
    this.header = memory.scratch;
  }

  isOpen(): boolean {
    return this.mailbox.isOpen;
  }

  /**
   * A message of a node begins; at most `bound` bytes. Answers its slot, `MailLimit.NONE`: not now,
   * its sender is to try again.
   */
  begin(
    now: number,
    node: number,
    bound: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): number {
    this.network.nodes.copyEui64(node, this.header, Mail.EUI64);
    const isFull = this.mailbox.countUpOf(this.header, Mail.EUI64) >= MailShare.UP_MAX;
    if (isFull || this.mailbox.countUp() >= MailLimit.UP_MAX) {
      this.refused++;
      return MailLimit.NONE;
    }
    // What the device says may be the answer to what is only just on its way to it.
    this.delivery.spoke(now, node);
    this.layHeader(node, Math.min(bound, Stream.MESSAGE_MAX));
    const slot = this.mailbox.begin(now, this.header);
    if (slot === MailLimit.NONE) {
      this.refused++;
      return MailLimit.NONE;
    }
    if (this.write(slot, bytes, start, length)) return slot;
    this.mailbox.remove(now, slot);
    this.refused++;
    return MailLimit.NONE;
  }

  /** False: no room now, or more than a message may have. */
  write(slot: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (this.mailbox.state(slot) !== MailState.WRITING) return false;
    if (length === 0) return true;
    const written = readU16(this.mailbox.bytes, this.mailbox.at(slot) + Mail.WRITTEN);
    if (written + length > this.mailbox.total(slot)) return false;
    return this.mailbox.write(slot, bytes, start, length);
  }

  complete(now: number, slot: number): void {
    if (this.mailbox.state(slot) !== MailState.WRITING) return;
    this.received++;
    this.mailbox.keep(now, slot);
  }

  abort(now: number, slot: number): void {
    if (this.mailbox.state(slot) === MailState.WRITING) this.mailbox.remove(now, slot);
  }

  private layHeader(node: number, total: number): void {
    const { header, mailbox } = this;
    header.fill(0, 0, MailHeader.LENGTH);
    header[Mail.IS_UP] = 1;
    header[Mail.PROVIDER] = Provider.SUPPLIER;
    this.network.nodes.copyEui64(node, header, Mail.EUI64);
    writeU16(header, Mail.TOTAL, total);
    const command = mailbox.unanswered(header, Mail.EUI64);
    if (command === MailLimit.NONE) {
      this.unasked++;
      return;
    }
    const at = mailbox.at(command);
    header[Mail.IS_ANSWER] = 1;
    header[Mail.PROVIDER] = mailbox.bytes[at + Mail.PROVIDER]!;
    copyBytes(mailbox.bytes, at + Mail.MESSAGE_ID, header, Mail.MESSAGE_ID, 4);
  }
}
