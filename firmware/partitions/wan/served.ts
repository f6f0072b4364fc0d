// What the head-end asks: requests on their way to the session's owner and back. A duplicate gets
// the cached reply; a slow reply is acknowledged first and sent as a message of its own; an
// observation stays open for its notifications.
// @source RFC 7252 sections 4.5, 5.2.1 and 5.2.2; RFC 7641 section 4.5

import { Sent } from "../../../hal/sent";
import { Exchange, ExchangeFlags, ServeCancel } from "../../ipc/exchange";
import { Operation } from "../../ipc/operation";
import { Coap, CoapCode, CoapType, coapMessageId, coapTokenLength } from "../../wire/coap";
import { equalBytes, readU16, writeU16 } from "../../wire/little-endian";
import type { Line } from "./line";
import { type WanCounts, WanLimit, type WanOwner } from "./link";
import { Transmission } from "./transmission";

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

class Served extends Transmission {
  state = ServedState.FREE;
  owner = 0;
  exchange = 0;
  /** Of the request. */
  requestId = 0;
  requestedAt = 0;
  isConfirmable = false;
  isAcknowledged = false;
  readonly token = new Uint8Array(Coap.TOKEN_MAX);
  tokenLength = 0;
  /** When the empty ACK, then when the patience with the owner, runs out. */
  waitUntil = Number.POSITIVE_INFINITY;
  /** Retransmission waits for an acknowledgement. */
  isSeparate = false;
  usedAt = 0;
}

export class ServedRequests {
  private readonly slots: Served[] = [];
  private readonly cancel = new Uint8Array(ServeCancel.LENGTH);
  private exchange = 0;

  constructor(
    private readonly owners: readonly WanOwner[],
    private readonly line: Line,
    private readonly counts: WanCounts,
  ) {
    for (let i = 0; i < owners.length * WanLimit.SERVED_EACH; i++) this.slots.push(new Served());
  }

  /**
   * True: this request was met before; what there is to repeat has been repeated. The token counts
   * too: who guesses the peer's next message ID must not have its request taken for his.
   */
  isDuplicate(now: number, datagram: Uint8Array, start: number): boolean {
    const messageId = coapMessageId(datagram, start);
    for (const slot of this.slots) {
      if (slot.state === ServedState.FREE || slot.requestId !== messageId) continue;
      if (now - slot.requestedAt >= ServedTime.LIFETIME_MS) continue;
      if (!isToken(slot, datagram, start)) continue;
      this.counts.duplicates++;
      if (slot.isConfirmable && slot.isAcknowledged) this.line.empty(CoapType.ACK, messageId);
      else if (slot.state !== ServedState.OPEN && slot.messageId === messageId) {
        this.line.send(slot);
      }
      return true;
    }
    return false;
  }

  /** Hands a request on. False: there is no slot for it now. */
  open(
    now: number,
    owner: number,
    datagram: Uint8Array,
    start: number,
    type: CoapType,
    message: Uint8Array,
    length: number,
  ): boolean {
    const slot = this.slotFor(owner);
    if (slot === undefined) return false;
    this.exchange = (this.exchange + 1) & 0xffff;
    message[0] = Operation.SERVE_REQUEST;
    writeU16(message, Exchange.EXCHANGE, this.exchange);
    slot.tokenLength = coapTokenLength(datagram, start);
    for (let i = 0; i < slot.tokenLength; i++) {
      slot.token[i] = datagram[start + Coap.HEADER_LENGTH + i]!;
    }
    this.releaseSameToken(owner, slot);
    if (this.owners[owner]!.port.send(message, length) !== Sent.OK) {
      // As if it were lost on its way: the peer sends it again.
      this.counts.full++;
      this.free(slot);
      return true;
    }
    slot.state = ServedState.OPEN;
    slot.owner = owner;
    slot.exchange = this.exchange;
    slot.requestId = coapMessageId(datagram, start);
    slot.requestedAt = now;
    slot.isConfirmable = type === CoapType.CON;
    slot.isAcknowledged = false;
    slot.isSeparate = false;
    slot.usedAt = now;
    slot.waitUntil = now + (slot.isConfirmable ? ServedTime.ACKNOWLEDGE_MS : ServedTime.ANSWER_MS);
    return true;
  }

  /** `SERVE_RESPONSE` of an owner. A late one, of an exchange that is over, is dropped. */
  respond(now: number, owner: number, message: Uint8Array, length: number): void {
    const slot = this.find(owner, readU16(message, Exchange.EXCHANGE));
    if (slot === undefined) return;
    const isMore = (message[Exchange.FLAGS]! & ExchangeFlags.MORE) !== 0;
    if (message[Exchange.CODE] === CoapCode.EMPTY) {
      if (!isMore) this.free(slot);
      return;
    }
    const isFirst = slot.state === ServedState.OPEN;
    const type =
      !isFirst || (slot.isConfirmable && slot.isAcknowledged)
        ? CoapType.CON
        : slot.isConfirmable
          ? CoapType.ACK
          : CoapType.NON;
    const id = type === CoapType.ACK ? slot.requestId : this.line.nextMessageId();
    const isLaid = this.line.lay(slot, type, id, slot.token, slot.tokenLength, message, length);
    if (!isLaid) {
      this.counts.malformed++;
      return;
    }
    this.line.send(slot);
    slot.isSeparate = type === CoapType.CON;
    if (slot.isSeparate) slot.await(now, this.line.entropy, this.line.scratch);
    slot.state = isMore ? ServedState.OBSERVED : ServedState.ANSWERED;
    slot.waitUntil = isMore ? now + ServedTime.OBSERVED_MS : Number.POSITIVE_INFINITY;
    slot.usedAt = now;
  }

  /** An empty ACK. */
  acknowledged(messageId: number): boolean {
    const slot = this.separate(messageId);
    if (slot === undefined) return false;
    slot.isSeparate = false;
    slot.stop();
    return true;
  }

  /** A RST: to a notification, the observer wants no more. @source RFC 7641 section 3.6 */
  reset(now: number, messageId: number): boolean {
    const slot = this.separate(messageId);
    if (slot === undefined) return false;
    this.abandon(now, slot);
    return true;
  }

  ownerRestarted(owner: number): void {
    for (const slot of this.slots) if (slot.owner === owner) this.free(slot);
  }

  tick(now: number): void {
    for (const slot of this.slots) {
      if (slot.waitUntil <= now) this.waited(now, slot);
      if (slot.dueAt > now) continue;
      if (slot.again(now)) {
        this.counts.retransmissions++;
        this.line.send(slot);
      } else this.abandon(now, slot);
    }
  }

  dueAt(): number {
    let due = Number.POSITIVE_INFINITY;
    for (const slot of this.slots) due = Math.min(due, slot.dueAt, slot.waitUntil);
    return due;
  }

  private waited(now: number, slot: Served): void {
    if (slot.state === ServedState.CANCELLED) {
      this.tell(now, slot);
      return;
    }
    if (slot.state === ServedState.OBSERVED) {
      this.abandon(now, slot);
      return;
    }
    if (slot.isConfirmable && !slot.isAcknowledged) {
      slot.isAcknowledged = true;
      slot.waitUntil = now + ServedTime.ANSWER_MS;
      this.line.empty(CoapType.ACK, slot.requestId);
      return;
    }
    this.free(slot);
  }

  /** The peer does not listen any more. */
  private abandon(now: number, slot: Served): void {
    slot.stop();
    slot.isSeparate = false;
    if (slot.state !== ServedState.OBSERVED) return;
    slot.state = ServedState.CANCELLED;
    this.tell(now, slot);
  }

  private tell(now: number, slot: Served): void {
    this.cancel[0] = Operation.SERVE_CANCEL;
    writeU16(this.cancel, ServeCancel.EXCHANGE, slot.exchange);
    const sent = this.owners[slot.owner]!.port.send(this.cancel, ServeCancel.LENGTH);
    if (sent !== Sent.FULL) {
      this.free(slot);
      return;
    }
    this.counts.full++;
    slot.waitUntil = now + ServedTime.RETRY_MS;
  }

  /** A free one, or the oldest whose reply is only kept for duplicates. */
  private slotFor(owner: number): Served | undefined {
    let best: Served | undefined;
    let mine = 0;
    for (const slot of this.slots) {
      const isBusy = slot.state !== ServedState.FREE && slot.state !== ServedState.ANSWERED;
      if (isBusy || slot.isSeparate) {
        if (slot.owner === owner) mine++;
        continue;
      }
      if (slot.state === ServedState.FREE) slot.usedAt = Number.NEGATIVE_INFINITY;
      if (best === undefined || slot.usedAt < best.usedAt) best = slot;
    }
    return mine < WanLimit.SERVED_EACH ? best : undefined;
  }

  /** A request with an observation's token takes its place. @source RFC 7641 section 4.1 */
  private releaseSameToken(owner: number, fresh: Served): void {
    for (const slot of this.slots) {
      if (slot === fresh || slot.owner !== owner || slot.state !== ServedState.OBSERVED) continue;
      const isSame = slot.tokenLength === fresh.tokenLength;
      if (isSame && equalBytes(slot.token, 0, fresh.token, 0, slot.tokenLength)) this.free(slot);
    }
  }

  private find(owner: number, exchange: number): Served | undefined {
    for (const slot of this.slots) {
      const isOpen = slot.state === ServedState.OPEN || slot.state === ServedState.OBSERVED;
      if (isOpen && slot.owner === owner && slot.exchange === exchange) return slot;
    }
    return undefined;
  }

  private separate(messageId: number): Served | undefined {
    for (const slot of this.slots) {
      if (slot.isSeparate && slot.messageId === messageId) return slot;
    }
    return undefined;
  }

  private free(slot: Served): void {
    slot.state = ServedState.FREE;
    slot.isSeparate = false;
    slot.waitUntil = Number.POSITIVE_INFINITY;
    slot.stop();
  }
}

function isToken(slot: Served, datagram: Uint8Array, start: number): boolean {
  if (slot.tokenLength !== coapTokenLength(datagram, start)) return false;
  return equalBytes(slot.token, 0, datagram, start + Coap.HEADER_LENGTH, slot.tokenLength);
}
