// Messages between providers and devices as they pass: admitted on their header under a grant, then
// segment by segment within that header and the receiver's credit, in both directions alike.

import { Sent } from "../../../hal/sent";
import { Right } from "../../ipc/grant";
import { Operation } from "../../ipc/operation";
import { Party, Provider } from "../../ipc/party";
import {
  Stream,
  StreamCredit,
  StreamEnd,
  StreamOpen,
  StreamResult,
  StreamSegment,
} from "../../ipc/stream";
import { check } from "../../kernel/partition";
import { copyBytes, readU16, writeU16 } from "../../wire/little-endian";
import { Deadlines, type Gate, providerOf, Refusal } from "./gate";
import { type GrantDesk, GrantReference } from "./grant-desk";
import { HeldSegments } from "./held-segments";
import { StreamAnswers } from "./stream-answers";
import {
  Direction,
  Owed,
  StreamEntry,
  StreamLimit,
  StreamState,
  StreamTable,
} from "./stream-table";

export const enum StreamTime {
  /** Trust, the other end's flash. */
  ADMIT_MS = 15_000,
  /** Both ends give up after a minute of silence; this is for an end that does not. */
  SILENCE_MS = 70_000,
  /** Until an end that has no room even for the end of a stream is left alone. */
  END_MS = 10_000,
  RETRY_MS = 20,
}

export class Streams {
  expired = 0;
  readonly table = new StreamTable();
  private readonly held = new HeldSegments();
  private readonly answers: StreamAnswers;
  private retryAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly gate: Gate,
    private readonly desk: GrantDesk,
  ) {
    this.answers = new StreamAnswers(gate, this.table);
  }

  /** `STREAM_OPEN`. The provider of a downward stream is its sender, whatever it says. */
  open(now: number, from: Party, open: Uint8Array): void {
    const isUp = from === Party.HAN;
    const direction = isUp ? Direction.UP : Direction.DOWN;
    const provider = isUp ? open[StreamOpen.PROVIDER]! : providerOf(from);
    const number = readU16(open, StreamOpen.STREAM);
    const isFresh = this.table.findOpened(from, number) === StreamLimit.NONE;
    // Down goes a command, up an answer or what nobody asked for.
    const isFitting = open[StreamOpen.IS_ANSWER]! <= direction && provider < Provider.COUNT;
    if (number >= Stream.FIREWALL_NUMBERS || !isFresh || !isFitting) {
      this.gate.refuse(now, from, Operation.STREAM_OPEN, Refusal.MALFORMED);
      return;
    }
    const total = readU16(open, StreamOpen.TOTAL);
    if (total === 0 || total > Stream.MESSAGE_MAX) {
      this.turnAway(now, from, open, provider, StreamResult.TOO_LONG, Refusal.OVERRUN);
      return;
    }
    const index = this.table.findFree(direction, provider);
    if (index === StreamLimit.NONE) {
      this.turnAway(now, from, open, provider, StreamResult.BUSY, Refusal.NO_ROOM);
      return;
    }
    const at = index * StreamEntry.LENGTH;
    const { bytes } = this.table;
    bytes.fill(0, at, at + StreamEntry.LENGTH);
    bytes[at + StreamEntry.STATE] = StreamState.TO_ASK;
    bytes[at + StreamEntry.DIRECTION] = direction;
    bytes[at + StreamEntry.PROVIDER] = provider;
    bytes[at + StreamEntry.IS_ANSWER] = open[StreamOpen.IS_ANSWER]!;
    writeU16(bytes, at + StreamEntry.THEIRS, number);
    writeU16(bytes, at + StreamEntry.OURS, this.table.newNumber());
    writeU16(bytes, at + StreamEntry.TOTAL, total);
    // EUI-64, message and expiry stand together.
    copyBytes(open, StreamOpen.EUI64, bytes, at + StreamEntry.EUI64, 16);
    this.gate.deadlines[Deadlines.STREAMS + index] = now + StreamTime.ADMIT_MS;
    this.advance(now, index);
  }

  /** `GRANT_ANSWER`. False: to no question of ours. */
  granted(now: number, reference: number, allowed: boolean): boolean {
    for (let index = 0; index < StreamLimit.ENTRIES; index++) {
      const at = index * StreamEntry.LENGTH;
      if (this.table.state(index) !== StreamState.ASKED) continue;
      if (readU16(this.table.bytes, at + StreamEntry.GRANT) !== reference) continue;
      if (allowed) this.table.setState(index, StreamState.TO_OPEN);
      else {
        this.refuse(now, index, Operation.STREAM_OPEN, Refusal.NO_GRANT);
        this.close(now, index, StreamResult.NO_GRANT, Owed.OPENER_END);
      }
      this.advance(now, index);
      return true;
    }
    return false;
  }

  /** `STREAM_SEGMENT`: the next piece of an open stream, or the stream is cut. */
  segment(now: number, from: Party, segment: Uint8Array, length: number): void {
    const index = this.table.findOpened(from, readU16(segment, StreamSegment.STREAM));
    if (index === StreamLimit.NONE || this.table.state(index) !== StreamState.OPEN) {
      this.gate.refuse(now, from, Operation.STREAM_SEGMENT, Refusal.UNASKED);
      return;
    }
    const at = index * StreamEntry.LENGTH;
    const { bytes } = this.table;
    const passed = readU16(bytes, at + StreamEntry.PASSED);
    const end = passed + length - StreamSegment.DATA;
    const isNext = readU16(segment, StreamSegment.OFFSET) === passed;
    // The credit never goes beyond the header's total.
    if (!isNext || end > readU16(bytes, at + StreamEntry.LIMIT)) {
      const isLonger = end > readU16(bytes, at + StreamEntry.TOTAL);
      this.refuse(now, index, Operation.STREAM_SEGMENT, Refusal.OVERRUN);
      this.cut(now, index, isLonger ? StreamResult.TOO_LONG : StreamResult.BUSY);
      return;
    }
    writeU16(bytes, at + StreamEntry.PASSED, end);
    this.gate.deadlines[Deadlines.STREAMS + index] = now + StreamTime.SILENCE_MS;
    if (this.held.has(index) || !this.sendSegment(index, segment, length)) {
      const isHeld = !this.held.has(index) && this.held.hold(index, segment, length);
      if (isHeld) this.retryAt = now + StreamTime.RETRY_MS;
      else this.cut(now, index, StreamResult.BUSY);
    }
  }

  /** `STREAM_CREDIT` from a receiver. */
  credit(now: number, from: Party, credit: Uint8Array): void {
    const index = this.table.findReceived(from, readU16(credit, StreamCredit.STREAM));
    if (index === StreamLimit.NONE || this.table.state(index) !== StreamState.OPEN) {
      this.gate.refuse(now, from, Operation.STREAM_CREDIT, Refusal.UNASKED);
      return;
    }
    const at = index * StreamEntry.LENGTH;
    const { bytes } = this.table;
    const taken = readU16(credit, StreamCredit.TAKEN);
    const limit = readU16(credit, StreamCredit.LIMIT);
    const isTrue =
      taken <= readU16(bytes, at + StreamEntry.PASSED) &&
      taken >= readU16(bytes, at + StreamEntry.TAKEN) &&
      limit <= readU16(bytes, at + StreamEntry.TOTAL) &&
      limit >= readU16(bytes, at + StreamEntry.LIMIT);
    if (!isTrue) {
      this.refuse(now, index, Operation.STREAM_CREDIT, Refusal.OVERRUN);
      this.cut(now, index, StreamResult.BUSY);
      return;
    }
    writeU16(bytes, at + StreamEntry.TAKEN, taken);
    writeU16(bytes, at + StreamEntry.LIMIT, limit);
    this.gate.deadlines[Deadlines.STREAMS + index] = now + StreamTime.SILENCE_MS;
    bytes[at + StreamEntry.OWED]! |= Owed.CREDIT;
    this.advance(now, index);
  }

  /** `STREAM_END` of a stream under way, from either end. */
  end(now: number, from: Party, end: Uint8Array): void {
    const number = readU16(end, StreamEnd.STREAM);
    const isReceiver = number >= Stream.FIREWALL_NUMBERS;
    const { table } = this;
    const index = isReceiver ? table.findReceived(from, number) : table.findOpened(from, number);
    if (index === StreamLimit.NONE || table.state(index) === StreamState.ENDING) {
      this.gate.refuse(now, from, Operation.STREAM_END, Refusal.UNASKED);
      return;
    }
    if (isReceiver) this.receiverEnds(now, index, end[StreamEnd.RESULT]! as StreamResult);
    else {
      const isOpen = table.state(index) === StreamState.OPEN;
      this.close(now, index, StreamResult.BUSY, isOpen ? Owed.RECEIVER_END : Owed.NOTHING);
    }
    this.gate.passed++;
    this.advance(now, index);
  }

  peerRestarted(now: number, peer: Party): void {
    for (let index = 0; index < StreamLimit.ENTRIES; index++) {
      const state = this.table.state(index);
      if (state === StreamState.FREE) continue;
      if (peer === Party.TRUST && state === StreamState.ASKED) {
        this.table.setState(index, StreamState.TO_ASK);
      } else if (peer === this.table.opener(index)) {
        const isOpen = state === StreamState.OPEN;
        this.close(now, index, StreamResult.BUSY, isOpen ? Owed.RECEIVER_END : Owed.NOTHING);
      } else if (peer === this.table.receiver(index) && state === StreamState.OPEN) {
        this.close(now, index, StreamResult.BUSY, Owed.OPENER_END);
      }
      this.advance(now, index);
    }
  }

  tick(now: number): void {
    const isRetry = now >= this.retryAt;
    if (isRetry) this.retryAt = Number.POSITIVE_INFINITY;
    for (let index = 0; index < StreamLimit.ENTRIES; index++) {
      if (this.table.state(index) === StreamState.FREE) continue;
      if (now >= this.gate.deadlines[Deadlines.STREAMS + index]!) this.expire(now, index);
      else if (isRetry) this.advance(now, index);
    }
  }

  dueAt(): number {
    let due = this.retryAt;
    for (let index = 0; index < StreamLimit.ENTRIES; index++) {
      if (this.table.state(index) === StreamState.FREE) continue;
      due = Math.min(due, this.gate.deadlines[Deadlines.STREAMS + index]!);
    }
    return due;
  }

  private advance(now: number, index: number): void {
    if (this.table.state(index) === StreamState.TO_ASK) this.ask(index);
    if (this.table.state(index) === StreamState.TO_OPEN) this.openAtReceiver(now, index);
    if (this.table.state(index) === StreamState.OPEN) this.sendHeld(index);
    const isPaid = this.answers.pay(index);
    const state = this.table.state(index);
    if (state === StreamState.ENDING && isPaid) this.table.setState(index, StreamState.FREE);
    const waits = state === StreamState.TO_ASK || state === StreamState.TO_OPEN;
    if (!isPaid || waits || this.held.has(index)) this.retryAt = now + StreamTime.RETRY_MS;
  }

  private ask(index: number): void {
    const at = index * StreamEntry.LENGTH;
    const { bytes } = this.table;
    const provider = bytes[at + StreamEntry.PROVIDER]!;
    const reference = this.desk.ask(provider, Right.MESSAGE, bytes, at + StreamEntry.EUI64);
    if (reference === GrantReference.NONE) return;
    writeU16(bytes, at + StreamEntry.GRANT, reference);
    this.table.setState(index, StreamState.ASKED);
  }

  private openAtReceiver(now: number, index: number): void {
    const at = index * StreamEntry.LENGTH;
    const { message } = this.gate;
    const { bytes } = this.table;
    message.fill(0);
    message[0] = Operation.STREAM_OPEN;
    message[StreamOpen.PROVIDER] = bytes[at + StreamEntry.PROVIDER]!;
    copyBytes(bytes, at + StreamEntry.OURS, message, StreamOpen.STREAM, 2);
    copyBytes(bytes, at + StreamEntry.TOTAL, message, StreamOpen.TOTAL, 2);
    message[StreamOpen.IS_ANSWER] = bytes[at + StreamEntry.IS_ANSWER]!;
    copyBytes(bytes, at + StreamEntry.EUI64, message, StreamOpen.EUI64, 16);
    if (this.relay(index, message, StreamOpen.LENGTH) === Sent.OK) {
      this.table.setState(index, StreamState.OPEN);
      this.gate.deadlines[Deadlines.STREAMS + index] = now + StreamTime.SILENCE_MS;
      // Asked for anew otherwise: the grant may be gone by the time there is room.
    } else this.table.setState(index, StreamState.TO_ASK);
  }

  private receiverEnds(now: number, index: number, result: StreamResult): void {
    const at = index * StreamEntry.LENGTH;
    const { bytes } = this.table;
    const passed = readU16(bytes, at + StreamEntry.PASSED);
    const isWhole = passed === readU16(bytes, at + StreamEntry.TOTAL) && !this.held.has(index);
    // Kept, what was not whole: the receiver is wrong, and the opener must not believe it.
    const isTrue = result !== StreamResult.KEPT || isWhole;
    if (!isTrue) this.refuse(now, index, Operation.STREAM_END, Refusal.OVERRUN);
    this.close(now, index, isTrue ? result : StreamResult.BUSY, Owed.OPENER_END);
  }

  private sendSegment(index: number, segment: Uint8Array, length: number): boolean {
    const bytes = this.gate.message;
    if (segment !== bytes) copyBytes(segment, 0, bytes, 0, length);
    bytes.fill(0, 1, StreamSegment.STREAM);
    const at = index * StreamEntry.LENGTH;
    copyBytes(this.table.bytes, at + StreamEntry.OURS, bytes, StreamSegment.STREAM, 2);
    bytes.fill(0, StreamSegment.OFFSET + 2, StreamSegment.DATA);
    return this.relay(index, bytes, length) === Sent.OK;
  }

  private sendHeld(index: number): void {
    const { message } = this.gate;
    const length = this.held.look(index, message);
    if (length > 0 && this.sendSegment(index, message, length)) this.held.drop(index);
  }

  private relay(index: number, message: Uint8Array, length: number): Sent {
    return this.gate.forward(this.table.opener(index), this.table.receiver(index), message, length);
  }

  /** Ends a stream towards both sides. */
  private cut(now: number, index: number, result: StreamResult): void {
    this.close(now, index, result, Owed.OPENER_END | Owed.RECEIVER_END);
    this.advance(now, index);
  }

  private close(now: number, index: number, result: StreamResult, owed: number): void {
    check(this.table.state(index) !== StreamState.FREE, "the end of no stream");
    const at = index * StreamEntry.LENGTH;
    this.held.drop(index);
    this.table.setState(index, StreamState.ENDING);
    this.table.bytes[at + StreamEntry.OWED] = owed;
    this.table.bytes[at + StreamEntry.RESULT] = result;
    this.gate.deadlines[Deadlines.STREAMS + index] = now + StreamTime.END_MS;
  }

  private expire(now: number, index: number): void {
    const state = this.table.state(index);
    this.expired++;
    if (state === StreamState.ENDING) this.table.setState(index, StreamState.FREE);
    else if (state === StreamState.OPEN) this.cut(now, index, StreamResult.BUSY);
    else {
      this.close(now, index, StreamResult.BUSY, Owed.OPENER_END);
      this.advance(now, index);
    }
  }

  private refuse(now: number, index: number, operation: Operation, reason: Refusal): void {
    const at = index * StreamEntry.LENGTH;
    const { bytes } = this.table;
    const opens = operation === Operation.STREAM_OPEN || operation === Operation.STREAM_SEGMENT;
    const from = opens ? this.table.opener(index) : this.table.receiver(index);
    const provider = bytes[at + StreamEntry.PROVIDER]!;
    this.gate.refuse(now, from, operation, reason, provider, bytes, at + StreamEntry.EUI64);
  }

  private turnAway(
    now: number,
    from: Party,
    open: Uint8Array,
    provider: number,
    result: StreamResult,
    reason: Refusal,
  ): void {
    this.gate.refuse(now, from, Operation.STREAM_OPEN, reason, provider, open, StreamOpen.EUI64);
    this.answers.turnAway(from, open, result);
  }
}
