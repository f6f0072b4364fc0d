// Messages of devices on their way to a provider: read from the mailbox and sent up under credit,
// one at a time for each provider; removed when the provider's side has it in its own flash.

import { Sent } from "../../../hal/sent";
import { Operation } from "../../ipc/operation";
import { Provider } from "../../ipc/party";
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
import { Mail, MailHeader, MailLimit, MailState } from "./mail-directory";
import type { Mailbox } from "./mailbox";
import { Due, type Memory } from "./memory";

export const enum OutboxStream {
  /** The other side's flash takes milliseconds a piece. */
  ANSWER_WAIT_MS = 30_000,
  RETRY_MS = 20,
  /** After BUSY or silence; doubled each time up to the longest. */
  FIRST_PAUSE_MS = 1_000,
  LONGEST_PAUSE_MS = 60_000,
}

const enum State {
  IDLE = 0,
  /** The message's true length is being read. */
  MEASURING = 1,
  /** To be opened: no room before. */
  OPENING = 2,
  /** Opened, or all credit used: credit is awaited. */
  WAITING = 3,
  READING = 4,
  /** All is sent; `KEPT` is awaited. */
  FINISHING = 5,
  PAUSED = 6,
}

export class StreamOutbox {
  delivered = 0;
  dropped = 0;
  private state: State = State.IDLE;
  private slot: number = MailLimit.NONE;
  private stream: number;
  private total = 0;
  private given = 0;
  private limit = 0;
  private readonly numbers: Float64Array;
  private pause: number = OutboxStream.FIRST_PAUSE_MS;
  private readonly message: Uint8Array;

  /** @param reader the number under which the mailbox answers its reads */
  constructor(
    private readonly provider: Provider,
    private readonly mailbox: Mailbox,
    private readonly firewall: Port,
    readonly reader: number,
    memory: Memory,
  ) {
    this.message = memory.scratch;
    this.numbers = memory.numbers;
    // The providers' streams are numbered apart.
    this.stream = provider;
  }

  /** Something may wait in the mailbox. */
  look(now: number): void {
    if (this.state !== State.IDLE) return;
    const slot = this.mailbox.oldestUp(this.provider);
    if (slot === MailLimit.NONE) return;
    this.slot = slot;
    this.mailbox.setState(slot, MailState.SENDING);
    this.state = State.MEASURING;
    this.read(now, this.mailbox.total(slot), MailHeader.TRAILER);
  }

  /** The mailbox's answer to a read. */
  piece(now: number, ok: boolean, bytes: Uint8Array, start: number, length: number): void {
    if (!ok) {
      this.drop(now);
    } else if (this.state === State.MEASURING) {
      this.measured(now, readU16(bytes, start));
    } else if (this.state === State.READING) {
      this.sendSegment(now, bytes, start, length);
    }
  }

  /** `STREAM_CREDIT`. False: of another stream. */
  credit(now: number, message: Uint8Array): boolean {
    if (!this.isMine(readU16(message, StreamCredit.STREAM))) return false;
    this.limit = Math.max(this.limit, readU16(message, StreamCredit.LIMIT));
    if (this.state === State.WAITING) this.next(now);
    return true;
  }

  /** `STREAM_END`. False: of another stream. */
  end(now: number, message: Uint8Array): boolean {
    if (!this.isMine(readU16(message, StreamEnd.STREAM))) return false;
    switch (message[StreamEnd.RESULT] as StreamResult) {
      case StreamResult.KEPT:
        this.delivered++;
        this.pause = OutboxStream.FIRST_PAUSE_MS;
        this.mailbox.remove(now, this.slot);
        this.idle(now);
        break;
      case StreamResult.NO_GRANT:
      case StreamResult.UNKNOWN_DEVICE:
      case StreamResult.TOO_LONG:
        this.drop(now);
        break;
      default:
        this.retreat(now);
    }
    return true;
  }

  firewallRestarted(now: number): void {
    if (this.state !== State.IDLE && this.state !== State.PAUSED) this.retreat(now);
  }

  tick(now: number): void {
    if (now < this.numbers[Due.OUTBOX + this.provider]!) return;
    switch (this.state) {
      case State.OPENING:
        this.open(now);
        break;
      case State.MEASURING:
        this.read(now, this.mailbox.total(this.slot), MailHeader.TRAILER);
        break;
      case State.READING:
        this.readNext(now);
        break;
      case State.PAUSED:
        this.idle(now);
        break;
      default:
        this.retreat(now);
    }
  }

  private measured(now: number, total: number): void {
    if (total === 0 || total > this.mailbox.total(this.slot)) {
      this.drop(now);
      return;
    }
    this.total = total;
    this.state = State.OPENING;
    this.open(now);
  }

  private open(now: number): void {
    const { message } = this;
    const at = this.mailbox.at(this.slot);
    const mail = this.mailbox.bytes;
    this.stream = (this.stream + Provider.COUNT) & (Stream.FIREWALL_NUMBERS - 1);
    message.fill(0, 0, StreamOpen.LENGTH);
    message[0] = Operation.STREAM_OPEN;
    message[StreamOpen.PROVIDER] = this.provider;
    writeU16(message, StreamOpen.STREAM, this.stream);
    writeU16(message, StreamOpen.TOTAL, this.total);
    message[StreamOpen.IS_ANSWER] = mail[at + Mail.IS_ANSWER]!;
    copyBytes(mail, at + Mail.EUI64, message, StreamOpen.EUI64, 8);
    copyBytes(mail, at + Mail.MESSAGE_ID, message, StreamOpen.MESSAGE_ID, 4);
    if (this.firewall.send(message, StreamOpen.LENGTH) !== Sent.OK) {
      this.numbers[Due.OUTBOX + this.provider] = now + OutboxStream.RETRY_MS;
      return;
    }
    this.given = 0;
    this.limit = 0;
    this.state = State.WAITING;
    this.numbers[Due.OUTBOX + this.provider] = now + OutboxStream.ANSWER_WAIT_MS;
  }

  private next(now: number): void {
    if (this.given === this.total) {
      this.state = State.FINISHING;
      this.numbers[Due.OUTBOX + this.provider] = now + OutboxStream.ANSWER_WAIT_MS;
    } else if (this.limit > this.given) {
      this.state = State.READING;
      this.readNext(now);
    } else {
      this.state = State.WAITING;
      this.numbers[Due.OUTBOX + this.provider] = now + OutboxStream.ANSWER_WAIT_MS;
    }
  }

  private readNext(now: number): void {
    const end = Math.min(this.total, this.limit);
    this.read(now, this.given, Math.min(end - this.given, Stream.SEGMENT_MAX));
  }

  private read(now: number, offset: number, length: number): void {
    const asked = this.mailbox.read(this.slot, offset, length, this.reader);
    // Asked, the answer comes by `piece`; the flash never takes as long as this.
    this.numbers[Due.OUTBOX + this.provider] =
      now + (asked ? OutboxStream.ANSWER_WAIT_MS : OutboxStream.RETRY_MS);
  }

  /** Without room for it, it is read once more, soon. */
  private sendSegment(now: number, from: Uint8Array, start: number, length: number): void {
    const { message } = this;
    message.fill(0, 0, StreamSegment.DATA);
    message[0] = Operation.STREAM_SEGMENT;
    writeU16(message, StreamSegment.STREAM, this.stream);
    writeU16(message, StreamSegment.OFFSET, this.given);
    for (let i = 0; i < length; i++) message[StreamSegment.DATA + i] = from[start + i]!;
    if (this.firewall.send(message, StreamSegment.DATA + length) !== Sent.OK) {
      this.numbers[Due.OUTBOX + this.provider] = now + OutboxStream.RETRY_MS;
      return;
    }
    this.given += length;
    this.next(now);
  }

  private isMine(stream: number): boolean {
    if (this.state < State.WAITING || this.state === State.PAUSED) return false;
    return stream === this.stream;
  }

  /** Nobody takes it: it is lost on purpose, and counted. */
  private drop(now: number): void {
    this.dropped++;
    this.mailbox.remove(now, this.slot);
    this.idle(now);
  }

  private retreat(now: number): void {
    if (this.mailbox.state(this.slot) === MailState.SENDING) {
      this.mailbox.setState(this.slot, MailState.WAITING);
    }
    this.state = State.PAUSED;
    this.numbers[Due.OUTBOX + this.provider] = now + this.pause;
    this.pause = Math.min(2 * this.pause, OutboxStream.LONGEST_PAUSE_MS);
  }

  private idle(now: number): void {
    this.state = State.IDLE;
    this.slot = MailLimit.NONE;
    this.numbers[Due.OUTBOX + this.provider] = Number.POSITIVE_INFINITY;
    this.look(now);
  }
}
