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
import type { Session } from "../../session/session";
import type { Ring } from "../../storage/ring";
import { copyBytes, readU16, writeU16 } from "../../wire/little-endian";
import { EsiMemory } from "./memory";

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
  readonly ring: Ring;
  readonly session: Session;
  /** Another entry lies in flash. */
  kept(now: number): void;
  /** A reading was kept: who observes its meter is told. */
  readingKept(now: number, reading: Uint8Array, start: number): void;
}

export class Outbox {
  /** Entries and streams that found no room. */
  full = 0;
  lost = 0;
  private step = Step.IDLE;
  private queued = 0;
  private isOpen = false;
  private retryAt = Number.POSITIVE_INFINITY;
  /** The upward stream; 0: none. */
  private total = 0;
  private taken = 0;
  private pieceLength = 0;
  private streamDeadline = Number.POSITIVE_INFINITY;
  /** A credit that found no room in the channel. */
  private owesCredit = false;

  constructor(
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
      this.tell(reading, 0, Stored.FULL);
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
    if (this.total > 0) {
      this.refuse(open, 0, StreamResult.BUSY);
      return;
    }
    if (total === 0 || total > Stream.MESSAGE_MAX) {
      this.refuse(open, 0, StreamResult.TOO_LONG);
      return;
    }
    copyBytes(open, 0, this.user.session.memory, EsiMemory.STREAM, StreamOpen.LENGTH);
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
    if (this.total > 0) this.closeStream(now);
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
    const at = EsiMemory.QUEUE + this.queued++ * Limit.ENTRY;
    copyBytes(entry, 0, this.user.session.memory, at, length);
    return true;
  }

  private dequeue(now: number): void {
    const end = EsiMemory.QUEUE + this.queued-- * Limit.ENTRY;
    const { memory } = this.user.session;
    memory.copyWithin(EsiMemory.QUEUE, EsiMemory.QUEUE + Limit.ENTRY, end);
    this.step = Step.IDLE;
    this.next(now);
  }

  /** Begins the next write when none is under way: entries first, they are short. */
  private next(now: number): void {
    if (this.step === Step.IDLE && this.isOpen && this.queued > 0) this.beginEntry(now);
    if (this.step === Step.IDLE && this.isOpen && this.total > 0) this.beginStream(now);
  }

  private beginEntry(now: number): void {
    const { ring, session } = this.user;
    const { memory } = session;
    const isReading = memory[EsiMemory.QUEUE] === Operation.READING;
    const length = isReading ? Reading.LENGTH : StreamEnd.LENGTH;
    if (ring.begin(length) && ring.write(memory, EsiMemory.QUEUE, length, Token.ENTRY)) {
      this.step = Step.WRITING;
      return;
    }
    this.full++;
    this.step = Step.TELLING;
    this.finishEntry(now, false);
  }

  /** The queue's first entry is kept, or was refused; its sender is told. */
  private finishEntry(now: number, ok: boolean): void {
    const { memory } = this.user.session;
    if (memory[EsiMemory.QUEUE] === Operation.READING) {
      if (!this.tell(memory, EsiMemory.QUEUE, ok ? Stored.OK : Stored.FULL) && ok) {
        this.retryAt = now + Limit.RETRY_MS;
        return;
      }
      if (ok) this.user.readingKept(now, memory, EsiMemory.QUEUE);
    } else if (!ok) this.lost++;
    this.dequeue(now);
    if (ok) this.user.kept(now);
  }

  private tell(reading: Uint8Array, start: number, code: Stored): boolean {
    const message = this.user.session.small;
    message.fill(0, 0, ReadingStored.LENGTH);
    message[0] = Operation.READING_STORED;
    message[ReadingStored.CODE] = code;
    message[ReadingStored.COMMODITY] = reading[start + Reading.COMMODITY]!;
    copyBytes(reading, start + Reading.REFERENCE, message, ReadingStored.REFERENCE, 4);
    copyBytes(reading, start + Reading.EUI64, message, ReadingStored.EUI64, 8);
    return this.firewall.send(message, ReadingStored.LENGTH) !== Sent.FULL;
  }

  private isStream(stream: number): boolean {
    return this.total > 0 && this.stream() === stream;
  }

  private stream(): number {
    return readU16(this.user.session.memory, EsiMemory.STREAM + StreamOpen.STREAM);
  }

  private beginStream(now: number): void {
    const { ring, session } = this.user;
    const { memory } = session;
    if (!ring.begin(StreamOpen.LENGTH + this.total)) {
      this.full++;
      this.total = 0;
      this.streamDeadline = Number.POSITIVE_INFINITY;
      this.refuse(memory, EsiMemory.STREAM, StreamResult.BUSY);
      return;
    }
    this.pieceLength = 0;
    const isTaken = ring.write(memory, EsiMemory.STREAM, StreamOpen.LENGTH, Token.STREAM);
    check(isTaken, "a new entry takes its first piece");
    this.step = Step.STREAM_WRITING;
    this.streamDeadline = now + Limit.SILENCE_MS;
  }

  private writeStream(now: number, bytes: Uint8Array, start: number, length: number): void {
    this.pieceLength = length;
    const isTaken = this.user.ring.write(bytes, start, length, Token.STREAM);
    check(isTaken, "the piece before is stored");
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
    const { memory, small: message } = this.user.session;
    const isWhole = this.taken === this.total;
    message[0] = isWhole ? Operation.STREAM_END : Operation.STREAM_CREDIT;
    message[1] = 0;
    let length = StreamCredit.LENGTH as number;
    if (isWhole) length = this.layEnd(memory, EsiMemory.STREAM, StreamResult.KEPT);
    else {
      writeU16(message, StreamCredit.STREAM, this.stream());
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
    this.total = 0;
    this.step = Step.IDLE;
    this.streamDeadline = Number.POSITIVE_INFINITY;
    this.user.kept(now);
    this.next(now);
  }

  private dropStream(now: number, result: StreamResult): void {
    this.refuse(this.user.session.memory, EsiMemory.STREAM, result);
    this.closeStream(now);
  }

  private closeStream(now: number): void {
    const isBegun = this.step === Step.STREAM_WRITING || this.step === Step.STREAM_WAITING;
    this.total = 0;
    this.owesCredit = false;
    this.streamDeadline = Number.POSITIVE_INFINITY;
    if (!isBegun) return;
    this.user.ring.abort();
    this.step = Step.IDLE;
    this.next(now);
  }

  /** With its channel full the sender's own time-out ends the stream. */
  private refuse(open: Uint8Array, start: number, result: StreamResult): void {
    const length = this.layEnd(open, start, result);
    this.firewall.send(this.user.session.small, length);
  }

  private layEnd(open: Uint8Array, start: number, result: StreamResult): number {
    const message = this.user.session.small;
    message[0] = Operation.STREAM_END;
    message[StreamEnd.RESULT] = result;
    writeU16(message, StreamEnd.STREAM, readU16(open, start + StreamOpen.STREAM));
    copyBytes(open, start + StreamOpen.MESSAGE_ID, message, StreamEnd.MESSAGE_ID, 4);
    copyBytes(open, start + StreamOpen.EUI64, message, StreamEnd.EUI64, 8);
    return StreamEnd.LENGTH;
  }
}
