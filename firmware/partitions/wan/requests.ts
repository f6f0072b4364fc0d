// What the hub asks: confirmable requests of the sessions' owners, each with a token of its own,
// until a response, a reset, or a time-out ends it.
// @source RFC 7252 sections 4.2, 4.4, 5.2 and 5.3

import { Datagram } from "../../../hal/datagram";
import { Sent } from "../../../hal/sent";
import { Exchange, ExchangeFailed, ExchangeFailure } from "../../ipc/exchange";
import { Operation } from "../../ipc/operation";
import { check } from "../../kernel/partition";
import { CoapType } from "../../wire/coap";
import { equalBytes, readU16, writeU16 } from "../../wire/little-endian";
import type { Line } from "./line";
import { type WanCounts, WanLimit, type WanOwner } from "./link";
import { Transmission } from "./transmission";

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

class Request extends Transmission {
  state = RequestState.FREE;
  owner = 0;
  exchange = 0;
  readonly token = new Uint8Array(WanLimit.TOKEN_LENGTH);
  reason = ExchangeFailure.TIMEOUT;
}

export class Requests {
  private readonly slots: Request[] = [];
  private readonly failed = new Uint8Array(ExchangeFailed.LENGTH);

  constructor(
    private readonly owners: readonly WanOwner[],
    private readonly line: Line,
    private readonly counts: WanCounts,
  ) {
    for (let i = 0; i < owners.length * WanLimit.REQUESTS_EACH; i++) this.slots.push(new Request());
  }

  /** `EXCHANGE_REQUEST` of an owner. */
  open(now: number, owner: number, message: Uint8Array, length: number): void {
    const exchange = readU16(message, Exchange.EXCHANGE);
    const slot = this.freeFor(owner);
    if (slot === undefined) {
      this.refuse(owner, exchange);
      return;
    }
    this.line.entropy.fill(slot.token, 0, WanLimit.TOKEN_LENGTH);
    const id = this.line.nextMessageId();
    const isLaid = this.line.lay(
      slot,
      CoapType.CON,
      id,
      slot.token,
      WanLimit.TOKEN_LENGTH,
      message,
      length,
    );
    check(isLaid, "an owner's request fits a datagram");
    slot.state = RequestState.SENT;
    slot.owner = owner;
    slot.exchange = exchange;
    this.line.send(slot);
    slot.await(now, this.line.entropy, this.line.scratch);
  }

  /** An empty ACK. False: none of these. */
  acknowledged(now: number, messageId: number): boolean {
    const slot = this.sent(messageId);
    if (slot === undefined) return false;
    slot.state = RequestState.ACKNOWLEDGED;
    slot.dueAt = now + RequestTime.SEPARATE_MS;
    return true;
  }

  /** A RST. False: none of these. */
  reset(now: number, messageId: number): boolean {
    const slot = this.sent(messageId);
    if (slot === undefined) return false;
    this.fail(now, slot, ExchangeFailure.RESET);
    return true;
  }

  /** Whose exchange a response is, by its token. -1: nobody's. */
  find(bytes: Uint8Array, token: number, tokenLength: number): number {
    if (tokenLength !== WanLimit.TOKEN_LENGTH) return -1;
    for (let i = 0; i < this.slots.length; i++) {
      const slot = this.slots[i]!;
      const isOpen = slot.state === RequestState.SENT || slot.state === RequestState.ACKNOWLEDGED;
      if (isOpen && equalBytes(bytes, token, slot.token, 0, tokenLength)) return i;
    }
    return -1;
  }

  /** A piggybacked response must acknowledge that very request. @source RFC 7252 section 5.3.2 */
  isMessage(index: number, messageId: number): boolean {
    return this.slots[index]!.messageId === messageId;
  }

  /**
   * Hands a response to its owner; the exchange is then over. False: the channel was full, and it
   * stays open: the response comes again, because our acknowledgement or our silence makes it so.
   */
  answer(index: number, response: Uint8Array, length: number): boolean {
    const slot = this.slots[index]!;
    response[0] = Operation.EXCHANGE_RESPONSE;
    writeU16(response, Exchange.EXCHANGE, slot.exchange);
    const sent = this.owners[slot.owner]!.port.send(response, length);
    if (sent === Sent.FULL) {
      this.counts.full++;
      return false;
    }
    this.free(slot);
    return true;
  }

  ownerRestarted(owner: number): void {
    for (const slot of this.slots) if (slot.owner === owner) this.free(slot);
  }

  tick(now: number): void {
    for (const slot of this.slots) {
      if (slot.dueAt > now) continue;
      if (slot.state === RequestState.SENT && slot.again(now)) {
        this.counts.retransmissions++;
        this.line.send(slot);
      } else if (slot.state === RequestState.FAILED) this.tell(now, slot);
      else this.fail(now, slot, ExchangeFailure.TIMEOUT);
    }
  }

  dueAt(): number {
    let due = Number.POSITIVE_INFINITY;
    for (const slot of this.slots) due = Math.min(due, slot.dueAt);
    return due;
  }

  private freeFor(owner: number): Request | undefined {
    let free: Request | undefined;
    let mine = 0;
    for (const slot of this.slots) {
      if (slot.state === RequestState.FREE) free = slot;
      else if (slot.owner === owner) mine++;
    }
    return mine < WanLimit.REQUESTS_EACH ? free : undefined;
  }

  private sent(messageId: number): Request | undefined {
    for (const slot of this.slots) {
      if (slot.state === RequestState.SENT && slot.messageId === messageId) return slot;
    }
    return undefined;
  }

  private fail(now: number, slot: Request, reason: ExchangeFailure): void {
    slot.state = RequestState.FAILED;
    slot.reason = reason;
    this.tell(now, slot);
  }

  private tell(now: number, slot: Request): void {
    const sent = this.sendFailed(slot.owner, slot.exchange, slot.reason);
    if (sent !== Sent.FULL) {
      this.free(slot);
      return;
    }
    this.counts.full++;
    slot.dueAt = now + RequestTime.RETRY_MS;
  }

  /** With its channel full too, the owner's own time-out ends the exchange. */
  private refuse(owner: number, exchange: number): void {
    this.counts.refused++;
    this.sendFailed(owner, exchange, ExchangeFailure.BUSY);
  }

  private sendFailed(owner: number, exchange: number, reason: ExchangeFailure): Sent {
    this.failed[0] = Operation.EXCHANGE_FAILED;
    this.failed[ExchangeFailed.REASON] = reason;
    writeU16(this.failed, ExchangeFailed.EXCHANGE, exchange);
    return this.owners[owner]!.port.send(this.failed, ExchangeFailed.LENGTH);
  }

  private free(slot: Request): void {
    slot.state = RequestState.FREE;
    slot.stop();
    slot.bytes.fill(0, 0, Datagram.ADDRESS_LENGTH);
  }
}
