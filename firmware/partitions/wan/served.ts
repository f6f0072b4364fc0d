// What the head-end asks: requests on their way to the session's owner and back. A duplicate gets
// the cached reply; a slow reply is acknowledged first and sent as a message of its own; an
// observation stays open for its notifications.
// @source RFC 7252 sections 4.5, 5.2.1 and 5.2.2; RFC 7641 section 4.5

import { Sent } from "../../../hal/sent";
import { Exchange, ExchangeFlags, ServeCancel } from "../../ipc/exchange";
import { Operation } from "../../ipc/operation";
import { Coap, CoapCode, CoapType, coapMessageId, coapTokenLength } from "../../wire/coap";
import {
  copyBytes,
  equalBytes,
  readU16,
  readU48,
  writeU16,
  writeU48,
} from "../../wire/little-endian";
import type { Line } from "./line";
import { WanLimit } from "./link";
import { RequestRecord, ServedRecord, Transmission, WanMemory } from "./memory";
import { awaitAcknowledgement, dueOf, momentAt, setDue, tryAgain } from "./transmission";

const enum ServedState {
  FREE = 0,
  /** Its owner has it. */
  OPEN = 1,
  /** The reply is kept for duplicates until the slot is wanted. */
  ANSWERED = 2,
  /** Observed: notifications may come. */
  OBSERVED = 3,
  /** The observer is gone; its owner has not been told yet. */
  CANCELLED = 4,
}

const enum ServedTime {
  /** An owner that is quicker than this has its reply piggybacked. Well before ACK_TIMEOUT. */
  ACKNOWLEDGE_MS = 700,
  /** No owner may take longer: a dead exchange must not keep its slot. */
  ANSWER_MS = 45_000,
  /** The mirror has news each half-hour: an observation without any for a day is forgotten. */
  OBSERVED_MS = 86_400_000,
  RETRY_MS = 50,
  /** EXCHANGE_LIFETIME: after it the same message ID is another message. */
  LIFETIME_MS = 247_000,
}

/** No record: they lie behind the requests' table. */
const NONE = -1;

/** A record is named by its place in memory. */
export class ServedRequests {
  private readonly first: number;
  private readonly end: number;
  private exchange = 0;

  constructor(private readonly line: Line) {
    const owners = line.wan.owners.length;
    this.first = WanMemory.TABLES + owners * WanLimit.REQUESTS_EACH * RequestRecord.LENGTH;
    this.end = this.first + owners * WanLimit.SERVED_EACH * ServedRecord.LENGTH;
  }

  /**
   * True: this request was met before; what there is to repeat has been repeated. The token counts
   * too: who guesses the peer's next message ID must not have its request taken for his.
   */
  isDuplicate(now: number, datagram: Uint8Array, start: number): boolean {
    const { memory, counts } = this.line;
    const messageId = coapMessageId(datagram, start);
    for (let at = this.first; at < this.end; at += ServedRecord.LENGTH) {
      const state = this.state(at);
      const requestId = readU16(memory, at + ServedRecord.REQUEST_ID);
      if (state === ServedState.FREE || requestId !== messageId) continue;
      const age = now - readU48(memory, at + ServedRecord.REQUESTED_AT);
      if (age >= ServedTime.LIFETIME_MS || !this.isToken(at, datagram, start)) continue;
      counts.duplicates++;
      if (this.isAcknowledged(at)) this.line.empty(CoapType.ACK, messageId);
      else if (state !== ServedState.OPEN && this.messageId(at) === messageId) this.send(at);
      return true;
    }
    return false;
  }

  /** Hands the request in `OUT` on. False: there is no slot for it now. */
  open(
    now: number,
    owner: number,
    datagram: Uint8Array,
    start: number,
    type: CoapType,
    length: number,
  ): boolean {
    const { memory, counts } = this.line;
    const at = this.slotFor(owner);
    if (at < 0) return false;
    this.exchange = (this.exchange + 1) & 0xffff;
    memory[WanMemory.OUT] = Operation.SERVE_REQUEST;
    writeU16(memory, WanMemory.OUT + Exchange.EXCHANGE, this.exchange);
    const tokenLength = coapTokenLength(datagram, start);
    memory[at + ServedRecord.TOKEN_LENGTH] = tokenLength;
    copyBytes(datagram, start + Coap.HEADER_LENGTH, memory, at + ServedRecord.TOKEN, tokenLength);
    this.releaseSameToken(owner, at);
    if (this.tellOwner(owner, length) !== Sent.OK) {
      // As if it were lost on its way: the peer sends it again.
      counts.full++;
      this.free(at);
      return true;
    }
    const isConfirmable = type === CoapType.CON;
    this.setState(at, ServedState.OPEN);
    memory[at + ServedRecord.OWNER] = owner;
    writeU16(memory, at + ServedRecord.EXCHANGE, this.exchange);
    writeU16(memory, at + ServedRecord.REQUEST_ID, coapMessageId(datagram, start));
    writeU48(memory, at + ServedRecord.REQUESTED_AT, now);
    memory[at + ServedRecord.IS_CONFIRMABLE] = Number(isConfirmable);
    memory[at + ServedRecord.IS_ACKNOWLEDGED] = 0;
    memory[at + ServedRecord.IS_SEPARATE] = 0;
    writeU48(memory, at + ServedRecord.USED_AT, now);
    this.waitFor(at, now + (isConfirmable ? ServedTime.ACKNOWLEDGE_MS : ServedTime.ANSWER_MS));
    return true;
  }

  /** `SERVE_RESPONSE` of an owner. A late one, of an exchange that is over, is dropped. */
  respond(now: number, owner: number, message: Uint8Array, length: number): void {
    const at = this.find(owner, readU16(message, Exchange.EXCHANGE));
    if (at < 0) return;
    const isMore = (message[Exchange.FLAGS]! & ExchangeFlags.MORE) !== 0;
    if (message[Exchange.CODE] === CoapCode.EMPTY) {
      if (!isMore) this.free(at);
      return;
    }
    const type = this.typeOfReply(at);
    if (!this.lay(at, type, message, length)) {
      this.line.counts.malformed++;
      return;
    }
    this.send(at);
    const { memory } = this.line;
    const isSeparate = type === CoapType.CON;
    memory[at + ServedRecord.IS_SEPARATE] = Number(isSeparate);
    if (isSeparate) awaitAcknowledgement(memory, at, now, this.line.randomByte());
    this.setState(at, isMore ? ServedState.OBSERVED : ServedState.ANSWERED);
    this.waitFor(at, isMore ? now + ServedTime.OBSERVED_MS : 0);
    writeU48(memory, at + ServedRecord.USED_AT, now);
  }

  /** An empty ACK. */
  acknowledged(messageId: number): boolean {
    const at = this.separate(messageId);
    if (at < 0) return false;
    this.stop(at);
    return true;
  }

  /** A RST: to a notification, the observer wants no more. @source RFC 7641 section 3.6 */
  reset(now: number, messageId: number): boolean {
    const at = this.separate(messageId);
    if (at < 0) return false;
    this.abandon(now, at);
    return true;
  }

  ownerRestarted(owner: number): void {
    for (let at = this.first; at < this.end; at += ServedRecord.LENGTH) {
      if (this.owner(at) === owner) this.free(at);
    }
  }

  tick(now: number): void {
    const { memory, counts } = this.line;
    for (let at = this.first; at < this.end; at += ServedRecord.LENGTH) {
      if (momentAt(memory, at + ServedRecord.WAIT_UNTIL) <= now) this.waited(now, at);
      if (dueOf(memory, at) > now) continue;
      if (tryAgain(memory, at, now)) {
        counts.retransmissions++;
        this.send(at);
      } else this.abandon(now, at);
    }
  }

  dueAt(): number {
    const { memory } = this.line;
    let due = Number.POSITIVE_INFINITY;
    for (let at = this.first; at < this.end; at += ServedRecord.LENGTH) {
      due = Math.min(due, dueOf(memory, at), momentAt(memory, at + ServedRecord.WAIT_UNTIL));
    }
    return due;
  }

  private waited(now: number, at: number): void {
    const { memory } = this.line;
    const state = this.state(at);
    if (state === ServedState.CANCELLED) this.tell(now, at);
    else if (state === ServedState.OBSERVED) this.abandon(now, at);
    else if (this.isConfirmable(at) && !this.isAcknowledged(at)) {
      memory[at + ServedRecord.IS_ACKNOWLEDGED] = 1;
      this.waitFor(at, now + ServedTime.ANSWER_MS);
      this.line.empty(CoapType.ACK, readU16(memory, at + ServedRecord.REQUEST_ID));
    } else this.free(at);
  }

  /** The peer does not listen any more. */
  private abandon(now: number, at: number): void {
    this.stop(at);
    if (this.state(at) !== ServedState.OBSERVED) return;
    this.setState(at, ServedState.CANCELLED);
    this.tell(now, at);
  }

  private tell(now: number, at: number): void {
    const { memory, counts } = this.line;
    memory[WanMemory.OUT] = Operation.SERVE_CANCEL;
    const exchange = readU16(memory, at + ServedRecord.EXCHANGE);
    writeU16(memory, WanMemory.OUT + ServeCancel.EXCHANGE, exchange);
    if (this.tellOwner(this.owner(at), ServeCancel.LENGTH) !== Sent.FULL) {
      this.free(at);
      return;
    }
    counts.full++;
    this.waitFor(at, now + ServedTime.RETRY_MS);
  }

  private tellOwner(owner: number, length: number): Sent {
    return this.line.wan.owners[owner]!.port.send(this.line.memory, length);
  }

  /** A free one, or the oldest whose reply is only kept for duplicates. */
  private slotFor(owner: number): number {
    const { memory } = this.line;
    let best = NONE as number;
    let mine = 0;
    for (let at = this.first; at < this.end; at += ServedRecord.LENGTH) {
      const state = this.state(at);
      const isBusy = state !== ServedState.FREE && state !== ServedState.ANSWERED;
      if (isBusy || this.isSeparate(at)) {
        if (this.owner(at) === owner) mine++;
        continue;
      }
      if (state === ServedState.FREE) writeU48(memory, at + ServedRecord.USED_AT, 0);
      if (best < 0 || this.usedAt(at) < this.usedAt(best)) best = at;
    }
    return mine < WanLimit.SERVED_EACH ? best : NONE;
  }

  /** A request with an observation's token takes its place. @source RFC 7641 section 4.1 */
  private releaseSameToken(owner: number, fresh: number): void {
    const { memory } = this.line;
    const length = memory[fresh + ServedRecord.TOKEN_LENGTH]!;
    for (let at = this.first; at < this.end; at += ServedRecord.LENGTH) {
      const isObserved = at !== fresh && this.state(at) === ServedState.OBSERVED;
      if (!isObserved || this.owner(at) !== owner) continue;
      if (memory[at + ServedRecord.TOKEN_LENGTH] !== length) continue;
      const token = at + ServedRecord.TOKEN;
      if (equalBytes(memory, token, memory, fresh + ServedRecord.TOKEN, length)) this.free(at);
    }
  }

  private find(owner: number, exchange: number): number {
    for (let at = this.first; at < this.end; at += ServedRecord.LENGTH) {
      const state = this.state(at);
      const isOpen = state === ServedState.OPEN || state === ServedState.OBSERVED;
      if (!isOpen || this.owner(at) !== owner) continue;
      if (readU16(this.line.memory, at + ServedRecord.EXCHANGE) === exchange) return at;
    }
    return NONE;
  }

  private separate(messageId: number): number {
    for (let at = this.first; at < this.end; at += ServedRecord.LENGTH) {
      if (this.isSeparate(at) && this.messageId(at) === messageId) return at;
    }
    return NONE;
  }

  private typeOfReply(at: number): CoapType {
    const isFirst = this.state(at) === ServedState.OPEN;
    if (!isFirst || (this.isConfirmable(at) && this.isAcknowledged(at))) return CoapType.CON;
    return this.isConfirmable(at) ? CoapType.ACK : CoapType.NON;
  }

  private lay(at: number, type: CoapType, message: Uint8Array, length: number): boolean {
    const { line } = this;
    const { memory } = line;
    const isAck = type === CoapType.ACK;
    return line.lay(
      at,
      at + ServedRecord.MESSAGE,
      ServedRecord.MESSAGE_MAX,
      type,
      isAck ? readU16(memory, at + ServedRecord.REQUEST_ID) : line.nextMessageId(),
      at + ServedRecord.TOKEN,
      memory[at + ServedRecord.TOKEN_LENGTH]!,
      message,
      length,
    );
  }

  private send(at: number): void {
    this.line.send(at, at + ServedRecord.MESSAGE);
  }

  private free(at: number): void {
    this.setState(at, ServedState.FREE);
    this.waitFor(at, 0);
    this.stop(at);
  }

  /** Nothing is sent again. */
  private stop(at: number): void {
    this.line.memory[at + ServedRecord.IS_SEPARATE] = 0;
    setDue(this.line.memory, at, 0);
  }

  private isToken(at: number, datagram: Uint8Array, start: number): boolean {
    const { memory } = this.line;
    const length = memory[at + ServedRecord.TOKEN_LENGTH]!;
    if (length !== coapTokenLength(datagram, start)) return false;
    const token = at + ServedRecord.TOKEN;
    return equalBytes(memory, token, datagram, start + Coap.HEADER_LENGTH, length);
  }

  private state(at: number): ServedState {
    return this.line.memory[at + ServedRecord.STATE]!;
  }

  private setState(at: number, state: ServedState): void {
    this.line.memory[at + ServedRecord.STATE] = state;
  }

  private owner(at: number): number {
    return this.line.memory[at + ServedRecord.OWNER]!;
  }

  private messageId(at: number): number {
    return readU16(this.line.memory, at + Transmission.MESSAGE_ID);
  }

  private isConfirmable(at: number): boolean {
    return this.line.memory[at + ServedRecord.IS_CONFIRMABLE] === 1;
  }

  /** The request, by an empty message. */
  private isAcknowledged(at: number): boolean {
    return this.line.memory[at + ServedRecord.IS_ACKNOWLEDGED] === 1;
  }

  private isSeparate(at: number): boolean {
    return this.line.memory[at + ServedRecord.IS_SEPARATE] === 1;
  }

  private usedAt(at: number): number {
    return readU48(this.line.memory, at + ServedRecord.USED_AT);
  }

  /** @param moment 0: for nothing any more */
  private waitFor(at: number, moment: number): void {
    writeU48(this.line.memory, at + ServedRecord.WAIT_UNTIL, moment);
  }
}
