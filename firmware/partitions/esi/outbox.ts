// What has to reach the head-end, on its way into flash: readings and fates one after another, and
// a device's answer as it streams in. Nothing is acknowledged before it lies there.

import { Sent } from "../../../hal/sent";
import { Operation } from "../../ipc/operation";
import { Reading, ReadingStored, Stored } from "../../ipc/reading";
import {
  Stream,
  StreamCredit,
  StreamEnd,
  StreamOpen,
  StreamResult,
  StreamSegment,
} from "../../ipc/stream";
import { check, type Port } from "../../kernel/partition";
import type { Ring } from "../../storage/ring";
import { readU16, writeU16 } from "../../wire/little-endian";

const enum Limit {
  /** Readings of the devices' reports at once, 32 at most in ten seconds, in a few milliseconds. */
  QUEUE = 8,
  /** Room for a reading; a fate is shorter. */
  ENTRY = 32,
  SEGMENT = 256,
  /** The other end sends a segment each time it is given credit. */
  SILENCE_MS = 10_000,
  RETRY_MS = 20,
}

const enum Step {
  IDLE = 0,
  /** The queue's first entry is being written. */
  WRITING = 1,
  /** It is done; the news of it finds no room in the channel yet. */
  TELLING = 2,
  /** A stream's header or segment is being written. */
  STREAM_WRITING = 3,
  /** The other end may send, up to the credit. */
  STREAM_WAITING = 4,
}

/** Tokens of the ring's writes. */
const enum Token {
  ENTRY = 1,
  STREAM = 2,
}

export interface OutboxUser {
  /** Another entry lies in flash. */
  kept(now: number): void;
  /** A reading was kept: who observes its meter is told. */
  readingKept(now: number, reading: Uint8Array): void;
}

export class Outbox {
  /** Entries and streams that found no room. */
  full = 0;
  lost = 0;
  private step = Step.IDLE;
  private readonly queue = new Uint8Array(Limit.QUEUE * Limit.ENTRY);
  private queued = 0;
  private readonly message = new Uint8Array(ReadingStored.LENGTH);
  private isOpen = false;
  private retryAt = Number.POSITIVE_INFINITY;
  /** The upward stream; TOTAL 0: none. */
  private readonly header = new Uint8Array(StreamOpen.LENGTH);
  private hasStream = false;
  private total = 0;
  private taken = 0;
  private pieceLength = 0;
  private streamDeadline = Number.POSITIVE_INFINITY;
  /** A credit that found no room in the channel. */
  private owesCredit = false;

  constructor(
    private readonly ring: Ring,
    private readonly firewall: Port,
    private readonly user: OutboxUser,
  ) {}

  opened(now: number): void {
    this.isOpen = true;
    this.next(now);
  }

  /** `READING`. */
  reading(now: number, reading: Uint8Array): void {
    if (!this.enqueue(reading, Reading.LENGTH)) {
      this.full++;
      // Without room for this either, silence says the same: not taken.
      this.tell(reading, Stored.FULL);
      return;
    }
    this.next(now);
  }

  /** `STREAM_END` after KEPT: what became of a message for a device. */
  fate(now: number, end: Uint8Array): void {
    if (!this.enqueue(end, StreamEnd.LENGTH)) this.lost++;
    this.next(now);
  }

  /** `STREAM_OPEN` from a device. */
  streamOpen(now: number, open: Uint8Array): void {
    const total = readU16(open, StreamOpen.TOTAL);
    if (this.hasStream) {
      this.refuse(open, StreamResult.BUSY);
      return;
    }
    if (total === 0 || total > Stream.MESSAGE_MAX) {
      this.refuse(open, StreamResult.TOO_LONG);
      return;
    }
    for (let i = 0; i < StreamOpen.LENGTH; i++) this.header[i] = open[i]!;
    this.hasStream = true;
    this.total = total;
    this.taken = 0;
    this.owesCredit = false;
    this.streamDeadline = now + Limit.SILENCE_MS;
    this.next(now);
  }

  /** `STREAM_SEGMENT`. What is not the next piece ends the stream. */
  streamSegment(now: number, segment: Uint8Array, length: number): void {
    if (!this.isStream(readU16(segment, StreamSegment.STREAM))) return;
    const size = length - StreamSegment.DATA;
    const isNext =
      this.step === Step.STREAM_WAITING &&
      readU16(segment, StreamSegment.OFFSET) === this.taken &&
      size > 0 &&
      size <= Math.min(Limit.SEGMENT, this.total - this.taken);
    if (!isNext) {
      this.dropStream(now, StreamResult.BUSY);
      return;
    }
    this.writeStream(now, segment, StreamSegment.DATA, size);
  }

  /** `STREAM_END` by the sender before the stream was whole. */
  streamEnd(now: number, stream: number): void {
    if (this.isStream(stream)) this.closeStream(now);
  }

  /** The ring's answer to a write. */
  stored(now: number, token: number, ok: boolean): void {
    if (token === Token.ENTRY) {
      this.step = Step.TELLING;
      this.finishEntry(now, ok);
    } else if (!ok) this.dropStream(now, StreamResult.BUSY);
    else this.pieceStored(now);
  }

  /** The firewall died: nobody waits for an answer any more, and its stream is gone. */
  firewallRestarted(now: number): void {
    if (this.hasStream) this.closeStream(now);
    if (this.step === Step.TELLING) this.dequeue(now);
  }

  tick(now: number): void {
    if (now >= this.streamDeadline) this.dropStream(now, StreamResult.BUSY);
    if (now < this.retryAt) return;
    this.retryAt = Number.POSITIVE_INFINITY;
    if (this.step === Step.TELLING) this.finishEntry(now, true);
    else if (this.owesCredit) this.credit(now);
    else this.next(now);
  }

  dueAt(): number {
    return Math.min(this.retryAt, this.streamDeadline);
  }

  private enqueue(entry: Uint8Array, length: number): boolean {
    if (this.queued === Limit.QUEUE) return false;
    const at = this.queued++ * Limit.ENTRY;
    for (let i = 0; i < length; i++) this.queue[at + i] = entry[i]!;
    return true;
  }

  private dequeue(now: number): void {
    this.queue.copyWithin(0, Limit.ENTRY, this.queued * Limit.ENTRY);
    this.queued--;
    this.step = Step.IDLE;
    this.next(now);
  }

  /** Begins the next write when none is under way: entries first, they are short. */
  private next(now: number): void {
    if (this.step === Step.IDLE && this.isOpen && this.queued > 0) this.beginEntry(now);
    if (this.step === Step.IDLE && this.isOpen && this.hasStream) this.beginStream(now);
  }

  private beginEntry(now: number): void {
    const length = this.queue[0] === Operation.READING ? Reading.LENGTH : StreamEnd.LENGTH;
    if (this.ring.begin(length) && this.ring.write(this.queue, 0, length, Token.ENTRY)) {
      this.step = Step.WRITING;
      return;
    }
    this.full++;
    this.step = Step.TELLING;
    this.finishEntry(now, false);
  }

  /** The queue's first entry is kept, or was refused; its sender is told. */
  private finishEntry(now: number, ok: boolean): void {
    if (this.queue[0] === Operation.READING) {
      if (!this.tell(this.queue, ok ? Stored.OK : Stored.FULL) && ok) {
        this.retryAt = now + Limit.RETRY_MS;
        return;
      }
      if (ok) this.user.readingKept(now, this.queue);
    } else if (!ok) this.lost++;
    this.dequeue(now);
    if (ok) this.user.kept(now);
  }

  private tell(reading: Uint8Array, code: Stored): boolean {
    const message = this.message;
    message[0] = Operation.READING_STORED;
    message[ReadingStored.CODE] = code;
    message[ReadingStored.COMMODITY] = reading[Reading.COMMODITY]!;
    for (let i = 0; i < 4; i++) {
      message[ReadingStored.REFERENCE + i] = reading[Reading.REFERENCE + i]!;
    }
    for (let i = 0; i < 8; i++) message[ReadingStored.EUI64 + i] = reading[Reading.EUI64 + i]!;
    return this.firewall.send(message, ReadingStored.LENGTH) !== Sent.FULL;
  }

  private isStream(stream: number): boolean {
    return this.hasStream && readU16(this.header, StreamOpen.STREAM) === stream;
  }

  private beginStream(now: number): void {
    if (!this.ring.begin(StreamOpen.LENGTH + this.total)) {
      this.full++;
      this.hasStream = false;
      this.streamDeadline = Number.POSITIVE_INFINITY;
      this.refuse(this.header, StreamResult.BUSY);
      return;
    }
    this.pieceLength = 0;
    const isTaken = this.ring.write(this.header, 0, StreamOpen.LENGTH, Token.STREAM);
    check(isTaken, "a new entry takes its first piece");
    this.step = Step.STREAM_WRITING;
    this.streamDeadline = now + Limit.SILENCE_MS;
  }

  private writeStream(now: number, bytes: Uint8Array, start: number, length: number): void {
    this.pieceLength = length;
    check(this.ring.write(bytes, start, length, Token.STREAM), "the piece before is stored");
    this.step = Step.STREAM_WRITING;
    this.streamDeadline = now + Limit.SILENCE_MS;
  }

  private pieceStored(now: number): void {
    if (this.step !== Step.STREAM_WRITING) return;
    this.taken += this.pieceLength;
    this.step = Step.STREAM_WAITING;
    this.credit(now);
  }

  /** Gives credit for the next piece, or says that the whole is kept. */
  private credit(now: number): void {
    const message = this.message;
    const isWhole = this.taken === this.total;
    message[0] = isWhole ? Operation.STREAM_END : Operation.STREAM_CREDIT;
    let length = StreamCredit.LENGTH as number;
    if (isWhole) length = this.layEnd(this.header, StreamResult.KEPT);
    else {
      writeU16(message, StreamCredit.STREAM, readU16(this.header, StreamOpen.STREAM));
      writeU16(message, StreamCredit.TAKEN, this.taken);
      writeU16(message, StreamCredit.LIMIT, Math.min(this.total, this.taken + Limit.SEGMENT));
    }
    this.owesCredit = this.firewall.send(message, length) === Sent.FULL;
    if (this.owesCredit) {
      this.retryAt = now + Limit.RETRY_MS;
      return;
    }
    if (!isWhole) return;
    // The last piece committed the entry; there is nothing left to abort.
    this.hasStream = false;
    this.step = Step.IDLE;
    this.streamDeadline = Number.POSITIVE_INFINITY;
    this.user.kept(now);
    this.next(now);
  }

  private dropStream(now: number, result: StreamResult): void {
    this.refuse(this.header, result);
    this.closeStream(now);
  }

  private closeStream(now: number): void {
    const isBegun = this.step === Step.STREAM_WRITING || this.step === Step.STREAM_WAITING;
    this.hasStream = false;
    this.owesCredit = false;
    this.streamDeadline = Number.POSITIVE_INFINITY;
    if (!isBegun) return;
    this.ring.abort();
    this.step = Step.IDLE;
    this.next(now);
  }

  /** With its channel full the sender's own time-out ends the stream. */
  private refuse(open: Uint8Array, result: StreamResult): void {
    this.firewall.send(this.message, this.layEnd(open, result));
  }

  private layEnd(open: Uint8Array, result: StreamResult): number {
    const message = this.message;
    message[0] = Operation.STREAM_END;
    message[StreamEnd.RESULT] = result;
    writeU16(message, StreamEnd.STREAM, readU16(open, StreamOpen.STREAM));
    for (let i = 0; i < 4; i++)
      message[StreamEnd.MESSAGE_ID + i] = open[StreamOpen.MESSAGE_ID + i]!;
    for (let i = 0; i < 8; i++) message[StreamEnd.EUI64 + i] = open[StreamOpen.EUI64 + i]!;
    return StreamEnd.LENGTH;
  }
}
