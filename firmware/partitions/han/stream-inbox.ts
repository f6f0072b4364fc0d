// Messages for devices as they come from the providers through the firewall: admitted on their
// header, taken segment by segment under credit, kept in the mailbox, and only then acknowledged.

import { Sent } from "../../../hal/sent";
import { DeviceKind } from "../../ipc/device";
import { Operation } from "../../ipc/operation";
import {
  Stream,
  StreamCredit,
  StreamEnd,
  StreamOpen,
  StreamResult,
  StreamSegment,
} from "../../ipc/stream";
import type { Port } from "../../kernel/partition";
import { copyBytes, readU16, writeU16 } from "../../wire/little-endian";
import { Mail, MailHeader, MailLimit } from "./mail-directory";
import type { Mailbox } from "./mailbox";
import { Due, type Memory } from "./memory";
import type { Network } from "./network";
import { NodeLimit } from "./nodes";

export const enum InboxLimit {
  /** One of each provider. */
  STREAMS = 2,
  /** Its sender has given up, or died. */
  SILENCE_MS = 60_000,
  RETRY_MS = 20,
  NONE = -1,
}

const enum State {
  FREE = 0,
  /** Credit is given, a segment awaited. */
  OPEN = 1,
  /** A segment is here that the flash had no room for. */
  HOLDING = 2,
  /** All is with the mailbox. */
  KEEPING = 3,
}

/** What the firewall is still to be told. */
const enum Owed {
  NOTHING = 0,
  CREDIT = 1,
  KEPT = 2,
  BUSY = 3,
}

const enum Entry {
  STATE = 0,
  OWED = 1,
  /** u16 each */
  STREAM = 2,
  TAKEN = 4,
  TOTAL = 6,
  HELD = 8,
  SLOT = 10,
  SEGMENT = 12,
  LENGTH = 268,
}

export class StreamInbox {
  refused = 0;
  kept = 0;
  private readonly bytes: Uint8Array;
  private readonly first: number;
  private readonly numbers: Float64Array;
  private readonly deadlines: number;
  private readonly message: Uint8Array;

  constructor(
    private readonly network: Network,
    private readonly mailbox: Mailbox,
    private readonly firewall: Port,
    memory: Memory,
  ) {
    this.bytes = memory.bytes;
    this.first = memory.take(InboxLimit.STREAMS * Entry.LENGTH);
    this.numbers = memory.numbers;
    this.deadlines = memory.takeDues(InboxLimit.STREAMS);
    this.message = memory.scratch;
  }

  open(now: number, open: Uint8Array): void {
    const reason = this.judge(open);
    if (reason !== StreamResult.KEPT) {
      this.refuse(open, reason);
      return;
    }
    const index = this.findFree();
    const slot = index === InboxLimit.NONE ? MailLimit.NONE : this.begin(now, open);
    if (slot === MailLimit.NONE) {
      this.refuse(open, StreamResult.BUSY);
      return;
    }
    const at = this.first + index * Entry.LENGTH;
    this.bytes[at + Entry.STATE] = State.OPEN;
    this.bytes[at + Entry.SLOT] = slot;
    copyBytes(open, StreamOpen.STREAM, this.bytes, at + Entry.STREAM, 2);
    copyBytes(open, StreamOpen.TOTAL, this.bytes, at + Entry.TOTAL, 2);
    writeU16(this.bytes, at + Entry.TAKEN, 0);
    this.numbers[this.deadlines + index] = now + InboxLimit.SILENCE_MS;
    this.owe(now, index, Owed.CREDIT);
  }

  segment(now: number, segment: Uint8Array, length: number): void {
    const index = this.find(readU16(segment, StreamSegment.STREAM));
    if (index === InboxLimit.NONE) return;
    const at = this.first + index * Entry.LENGTH;
    const size = length - StreamSegment.DATA;
    const taken = readU16(this.bytes, at + Entry.TAKEN);
    const fits = size > 0 && size <= this.limit(at) - taken;
    const next = readU16(segment, StreamSegment.OFFSET) === taken;
    if (this.bytes[at + Entry.STATE] !== State.OPEN || !fits || !next) {
      this.drop(now, index);
      return;
    }
    for (let i = 0; i < size; i++) {
      this.bytes[at + Entry.SEGMENT + i] = segment[StreamSegment.DATA + i]!;
    }
    writeU16(this.bytes, at + Entry.HELD, size);
    this.bytes[at + Entry.STATE] = State.HOLDING;
    this.numbers[this.deadlines + index] = now + InboxLimit.SILENCE_MS;
    this.write(now, index);
  }

  /** Its sender gives the stream up. */
  end(now: number, end: Uint8Array): void {
    const index = this.find(readU16(end, StreamEnd.STREAM));
    if (index !== InboxLimit.NONE) this.abandon(now, index);
  }

  /** The mailbox has it, or could not keep it. False: it was not one of these. */
  mailKept(now: number, slot: number, ok: boolean): boolean {
    for (let index = 0; index < InboxLimit.STREAMS; index++) {
      const at = this.first + index * Entry.LENGTH;
      if (this.bytes[at + Entry.STATE] === State.FREE) continue;
      if (this.bytes[at + Entry.SLOT] !== slot) continue;
      if (ok) this.kept++;
      this.bytes[at + Entry.STATE] = State.KEEPING;
      this.owe(now, index, ok ? Owed.KEPT : Owed.BUSY);
      return true;
    }
    return false;
  }

  /** The firewall died: nobody sends the rest. */
  firewallRestarted(now: number): void {
    for (let index = 0; index < InboxLimit.STREAMS; index++) {
      if (this.bytes[this.first + index * Entry.LENGTH + Entry.STATE] !== State.FREE)
        this.abandon(now, index);
    }
  }

  tick(now: number): void {
    if (now >= this.numbers[Due.INBOX_RETRY]!) this.retry(now);
    for (let index = 0; index < InboxLimit.STREAMS; index++) {
      if (now >= this.numbers[this.deadlines + index]!) this.drop(now, index);
    }
  }

  /** `KEPT`: nothing is against it. */
  private judge(open: Uint8Array): StreamResult {
    const total = readU16(open, StreamOpen.TOTAL);
    if (total === 0 || total > Stream.MESSAGE_MAX) return StreamResult.TOO_LONG;
    const { nodes } = this.network;
    const node = nodes.findEui64(open, StreamOpen.EUI64);
    if (node === NodeLimit.NONE || !nodes.isNetworked(node)) return StreamResult.UNKNOWN_DEVICE;
    const kind = nodes.kind(node);
    if (kind !== DeviceKind.ELECTRICITY_METER && kind !== DeviceKind.GAS_METER) {
      return StreamResult.UNKNOWN_DEVICE;
    }
    const waiting = this.mailbox.waitingFor(open, StreamOpen.EUI64);
    return waiting >= MailLimit.DEVICE_MAX ? StreamResult.QUEUE_FULL : StreamResult.KEPT;
  }

  private begin(now: number, open: Uint8Array): number {
    const header = this.message;
    header.fill(0, 0, MailHeader.LENGTH);
    header[Mail.PROVIDER] = open[StreamOpen.PROVIDER]!;
    header[Mail.IS_ANSWER] = open[StreamOpen.IS_ANSWER]!;
    copyBytes(open, StreamOpen.MESSAGE_ID, header, Mail.MESSAGE_ID, 4);
    copyBytes(open, StreamOpen.EUI64, header, Mail.EUI64, 8);
    copyBytes(open, StreamOpen.TOTAL, header, Mail.TOTAL, 2);
    copyBytes(open, StreamOpen.EXPIRES, header, Mail.EXPIRES, 4);
    return this.mailbox.begin(now, header);
  }

  private limit(at: number): number {
    const taken = readU16(this.bytes, at + Entry.TAKEN);
    return Math.min(readU16(this.bytes, at + Entry.TOTAL), taken + Stream.SEGMENT_MAX);
  }

  private write(now: number, index: number): void {
    const at = this.first + index * Entry.LENGTH;
    const size = readU16(this.bytes, at + Entry.HELD);
    const slot = this.bytes[at + Entry.SLOT]!;
    if (!this.mailbox.write(slot, this.bytes, at + Entry.SEGMENT, size)) {
      this.numbers[Due.INBOX_RETRY] = now + InboxLimit.RETRY_MS;
      return;
    }
    const taken = readU16(this.bytes, at + Entry.TAKEN) + size;
    writeU16(this.bytes, at + Entry.TAKEN, taken);
    if (taken < readU16(this.bytes, at + Entry.TOTAL)) {
      this.bytes[at + Entry.STATE] = State.OPEN;
      this.owe(now, index, Owed.CREDIT);
      return;
    }
    this.bytes[at + Entry.STATE] = State.KEEPING;
    this.mailbox.keep(now, slot);
  }

  private owe(now: number, index: number, owed: Owed): void {
    this.bytes[this.first + index * Entry.LENGTH + Entry.OWED] = owed;
    this.pay(now, index);
  }

  /** Tells the firewall what it is owed; without room, soon again. */
  private pay(now: number, index: number): void {
    const at = this.first + index * Entry.LENGTH;
    const owed = this.bytes[at + Entry.OWED]! as Owed;
    const { message } = this;
    message.fill(0, 0, StreamEnd.LENGTH);
    copyBytes(this.bytes, at + Entry.STREAM, message, StreamEnd.STREAM, 2);
    let length: number = StreamCredit.LENGTH;
    if (owed === Owed.CREDIT) {
      message[0] = Operation.STREAM_CREDIT;
      copyBytes(this.bytes, at + Entry.TAKEN, message, StreamCredit.TAKEN, 2);
      writeU16(message, StreamCredit.LIMIT, this.limit(at));
    } else {
      message[0] = Operation.STREAM_END;
      message[StreamEnd.RESULT] = owed === Owed.KEPT ? StreamResult.KEPT : StreamResult.BUSY;
      const mail = this.mailbox.at(this.bytes[at + Entry.SLOT]!);
      copyBytes(this.mailbox.bytes, mail + Mail.MESSAGE_ID, message, StreamEnd.MESSAGE_ID, 12);
      length = StreamEnd.LENGTH;
    }
    if (this.firewall.send(message, length) === Sent.FULL) {
      this.numbers[Due.INBOX_RETRY] = now + InboxLimit.RETRY_MS;
      return;
    }
    this.bytes[at + Entry.OWED] = Owed.NOTHING;
    if (owed !== Owed.CREDIT) this.free(index);
  }

  private retry(now: number): void {
    this.numbers[Due.INBOX_RETRY] = Number.POSITIVE_INFINITY;
    for (let index = 0; index < InboxLimit.STREAMS; index++) {
      const at = this.first + index * Entry.LENGTH;
      if (this.bytes[at + Entry.OWED] !== Owed.NOTHING) this.pay(now, index);
      if (this.bytes[at + Entry.STATE] === State.HOLDING) this.write(now, index);
    }
  }

  private refuse(open: Uint8Array, reason: StreamResult): void {
    const { message } = this;
    this.refused++;
    message.fill(0, 0, StreamEnd.LENGTH);
    message[0] = Operation.STREAM_END;
    message[StreamEnd.RESULT] = reason;
    copyBytes(open, StreamOpen.STREAM, message, StreamEnd.STREAM, 2);
    copyBytes(open, StreamOpen.MESSAGE_ID, message, StreamEnd.MESSAGE_ID, 4);
    copyBytes(open, StreamOpen.EUI64, message, StreamEnd.EUI64, 8);
    // Without room for it, its sender's own time-out ends the stream.
    this.firewall.send(message, StreamEnd.LENGTH);
  }

  /** Out of order, too long, or silent: its sender hears BUSY and tries again. */
  private drop(now: number, index: number): void {
    const at = this.first + index * Entry.LENGTH;
    if (this.bytes[at + Entry.STATE] !== State.KEEPING) {
      this.mailbox.remove(now, this.bytes[at + Entry.SLOT]!);
      this.refused++;
    }
    this.bytes[at + Entry.STATE] = State.KEEPING;
    this.numbers[this.deadlines + index] = Number.POSITIVE_INFINITY;
    this.owe(now, index, Owed.BUSY);
  }

  private abandon(now: number, index: number): void {
    const at = this.first + index * Entry.LENGTH;
    // What is being kept stays: its sender may not know, and sends it a second time at worst.
    if (this.bytes[at + Entry.STATE] !== State.KEEPING) {
      this.mailbox.remove(now, this.bytes[at + Entry.SLOT]!);
    }
    this.free(index);
  }

  private free(index: number): void {
    const at = this.first + index * Entry.LENGTH;
    this.bytes[at + Entry.STATE] = State.FREE;
    this.bytes[at + Entry.OWED] = Owed.NOTHING;
    this.numbers[this.deadlines + index] = Number.POSITIVE_INFINITY;
  }

  private find(stream: number): number {
    for (let index = 0; index < InboxLimit.STREAMS; index++) {
      const at = this.first + index * Entry.LENGTH;
      if (this.bytes[at + Entry.STATE] === State.FREE) continue;
      if (readU16(this.bytes, at + Entry.STREAM) === stream) return index;
    }
    return InboxLimit.NONE;
  }

  private findFree(): number {
    for (let index = 0; index < InboxLimit.STREAMS; index++) {
      if (this.bytes[this.first + index * Entry.LENGTH + Entry.STATE] === State.FREE) return index;
    }
    return InboxLimit.NONE;
  }
}
