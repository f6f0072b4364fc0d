// What the hub asks: confirmable requests of the sessions' owners, each with a token of its own,
// until a response, a reset, or a time-out ends it.
// @source RFC 7252 sections 4.2, 4.4, 5.2 and 5.3

import { Sent } from "../../../hal/sent";
import { Exchange, ExchangeFailed, ExchangeFailure } from "../../ipc/exchange";
import { Operation } from "../../ipc/operation";
import { check } from "../../kernel/partition";
import { CoapType } from "../../wire/coap";
import { equalBytes, readU16, writeU16 } from "../../wire/little-endian";
import type { Line } from "./line";
import { WanLimit } from "./link";
import { RequestRecord, Transmission, WanMemory } from "./memory";
import { awaitAcknowledgement, dueOf, setDue, tryAgain } from "./transmission";

const enum RequestState {
  FREE = 0,
  /** Sent, and sent again until it is acknowledged. */
  SENT = 1,
  /** Acknowledged; the response comes in a message of its own. */
  ACKNOWLEDGED = 2,
  /** Over; its owner has not been told yet. */
  FAILED = 3,
}

const enum RequestTime {
  /** PROCESSING_DELAY is 2 s; a head-end that wrote to its store may need some more. */
  SEPARATE_MS = 30_000,
  RETRY_MS = 50,
}

/** No record: they lie behind `TABLES`. */
const NONE = -1;

/** A record is named by its place in memory. */
export class Requests {
  private readonly end: number;

  constructor(private readonly line: Line) {
    const count = line.wan.owners.length * WanLimit.REQUESTS_EACH;
    this.end = WanMemory.TABLES + count * RequestRecord.LENGTH;
  }

  /** `EXCHANGE_REQUEST` of an owner. */
  open(now: number, owner: number, message: Uint8Array, length: number): void {
    const { line } = this;
    const { memory } = line;
    const exchange = readU16(message, Exchange.EXCHANGE);
    const at = this.freeFor(owner);
    if (at < 0) {
      this.refuse(owner, exchange);
      return;
    }
    line.makeToken(at + RequestRecord.TOKEN, WanLimit.TOKEN_LENGTH);
    const isLaid = line.lay(
      at,
      at + RequestRecord.MESSAGE,
      RequestRecord.MESSAGE_MAX,
      CoapType.CON,
      line.nextMessageId(),
      at + RequestRecord.TOKEN,
      WanLimit.TOKEN_LENGTH,
      message,
      length,
    );
    check(isLaid, "an owner's request fits a datagram");
    this.setState(at, RequestState.SENT);
    memory[at + RequestRecord.OWNER] = owner;
    writeU16(memory, at + RequestRecord.EXCHANGE, exchange);
    line.send(at, at + RequestRecord.MESSAGE);
    awaitAcknowledgement(memory, at, now, line.randomByte());
  }

  /** An empty ACK. False: none of these. */
  acknowledged(now: number, messageId: number): boolean {
    const at = this.sent(messageId);
    if (at < 0) return false;
    this.setState(at, RequestState.ACKNOWLEDGED);
    setDue(this.line.memory, at, now + RequestTime.SEPARATE_MS);
    return true;
  }

  /** A RST. False: none of these. */
  reset(now: number, messageId: number): boolean {
    const at = this.sent(messageId);
    if (at < 0) return false;
    this.fail(now, at, ExchangeFailure.RESET);
    return true;
  }

  /** Whose exchange a response is, by its token. Negative: nobody's. */
  find(bytes: Uint8Array, token: number, tokenLength: number): number {
    if (tokenLength !== WanLimit.TOKEN_LENGTH) return NONE;
    const { memory } = this.line;
    for (let at = this.first(); at < this.end; at += RequestRecord.LENGTH) {
      const state = this.state(at);
      const isOpen = state === RequestState.SENT || state === RequestState.ACKNOWLEDGED;
      const own = at + RequestRecord.TOKEN;
      if (isOpen && equalBytes(bytes, token, memory, own, tokenLength)) return at;
    }
    return NONE;
  }

  /** A piggybacked response must acknowledge that very request. @source RFC 7252 section 5.3.2 */
  isMessage(at: number, messageId: number): boolean {
    return readU16(this.line.memory, at + Transmission.MESSAGE_ID) === messageId;
  }

  /**
   * Hands the response in `OUT` to its owner; the exchange is then over. False: the channel was
   * full, and it stays open: the response comes again, because our acknowledgement or our silence
   * makes it so.
   */
  answer(at: number, length: number): boolean {
    const { memory } = this.line;
    memory[WanMemory.OUT] = Operation.EXCHANGE_RESPONSE;
    const exchange = readU16(memory, at + RequestRecord.EXCHANGE);
    writeU16(memory, WanMemory.OUT + Exchange.EXCHANGE, exchange);
    if (this.tellOwner(memory[at + RequestRecord.OWNER]!, length) === Sent.FULL) {
      this.line.counts.full++;
      return false;
    }
    this.free(at);
    return true;
  }

  ownerRestarted(owner: number): void {
    for (let at = this.first(); at < this.end; at += RequestRecord.LENGTH) {
      if (this.line.memory[at + RequestRecord.OWNER] === owner) this.free(at);
    }
  }

  tick(now: number): void {
    const { line } = this;
    for (let at = this.first(); at < this.end; at += RequestRecord.LENGTH) {
      if (dueOf(line.memory, at) > now) continue;
      const state = this.state(at);
      if (state === RequestState.SENT && tryAgain(line.memory, at, now)) {
        line.counts.retransmissions++;
        line.send(at, at + RequestRecord.MESSAGE);
      } else if (state === RequestState.FAILED) this.tell(now, at);
      else this.fail(now, at, ExchangeFailure.TIMEOUT);
    }
  }

  dueAt(): number {
    let due = Number.POSITIVE_INFINITY;
    for (let at = this.first(); at < this.end; at += RequestRecord.LENGTH) {
      due = Math.min(due, dueOf(this.line.memory, at));
    }
    return due;
  }

  private first(): number {
    return WanMemory.TABLES;
  }

  private freeFor(owner: number): number {
    let free = NONE as number;
    let mine = 0;
    for (let at = this.first(); at < this.end; at += RequestRecord.LENGTH) {
      if (this.state(at) === RequestState.FREE) free = at;
      else if (this.line.memory[at + RequestRecord.OWNER] === owner) mine++;
    }
    return mine < WanLimit.REQUESTS_EACH ? free : NONE;
  }

  private sent(messageId: number): number {
    for (let at = this.first(); at < this.end; at += RequestRecord.LENGTH) {
      if (this.state(at) === RequestState.SENT && this.isMessage(at, messageId)) return at;
    }
    return NONE;
  }

  private fail(now: number, at: number, reason: ExchangeFailure): void {
    this.setState(at, RequestState.FAILED);
    this.line.memory[at + RequestRecord.REASON] = reason;
    this.tell(now, at);
  }

  private tell(now: number, at: number): void {
    const { memory, counts } = this.line;
    const exchange = readU16(memory, at + RequestRecord.EXCHANGE);
    const owner = memory[at + RequestRecord.OWNER]!;
    const reason = memory[at + RequestRecord.REASON]! as ExchangeFailure;
    if (this.sendFailed(owner, exchange, reason) !== Sent.FULL) {
      this.free(at);
      return;
    }
    counts.full++;
    setDue(memory, at, now + RequestTime.RETRY_MS);
  }

  /** With its channel full too, the owner's own time-out ends the exchange. */
  private refuse(owner: number, exchange: number): void {
    this.line.counts.refused++;
    this.sendFailed(owner, exchange, ExchangeFailure.BUSY);
  }

  private sendFailed(owner: number, exchange: number, reason: ExchangeFailure): Sent {
    const { memory } = this.line;
    memory[WanMemory.OUT] = Operation.EXCHANGE_FAILED;
    memory[WanMemory.OUT + ExchangeFailed.REASON] = reason;
    writeU16(memory, WanMemory.OUT + ExchangeFailed.EXCHANGE, exchange);
    return this.tellOwner(owner, ExchangeFailed.LENGTH);
  }

  private tellOwner(owner: number, length: number): Sent {
    return this.line.wan.owners[owner]!.port.send(this.line.memory, length);
  }

  private free(at: number): void {
    this.setState(at, RequestState.FREE);
    setDue(this.line.memory, at, 0);
  }

  private state(at: number): RequestState {
    return this.line.memory[at + RequestRecord.STATE]!;
  }

  private setState(at: number, state: RequestState): void {
    this.line.memory[at + RequestRecord.STATE] = state;
  }
}
