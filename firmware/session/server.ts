// The serving side of a session: opens requests, refuses replays and what is not authentic, asks
// for Echo after a restart, hands the rest to its user, and protects the answers.
// @source RFC 8613 sections 8.2, 8.3 and 8.4

import { OscoreKey } from "../crypto/oscore-context";
import { AuditCode, SessionRefusal } from "../ipc/audit";
import { Exchange } from "../ipc/exchange";
import { check } from "../kernel/partition";
import { CoapCode, CoapOption } from "../wire/coap";
import { nextObserve } from "../wire/coap-observe";
import { readU16, readU48, writeU16, writeU48 } from "../wire/little-endian";
import { Oscore } from "../wire/oscore-option";
import { EchoLimit } from "./freshness";
import { InnerCheck, type InnerMessage } from "./inner-message";
import type { Session } from "./session";
import { ServerSlot, SessionMemory } from "./session-memory";

/** The partition behind a session: its resources. */
export interface Resources {
  /**
   * A request that is authentic and fresh. Answer it by `Server.begin` or `reply`, now or later;
   * until then it keeps its slot. `request` and `bytes` are valid until return.
   */
  request(now: number, slot: number, request: InnerMessage, bytes: Uint8Array): void;
  /** The observer in this slot is gone, or the request: the slot is free. */
  cancelled(now: number, slot: number): void;
}

export const enum ServerLimit {
  /** As many as `wan` keeps open for one owner, and one that it gave up. */
  SLOTS = 4,
}

const enum SlotState {
  FREE = 0,
  OPEN = 1,
  OBSERVED = 2,
}

/** `wan` gives up an exchange before this; a slot that is open longer is nobody's. */
const OPEN_MS = 60_000;

export class Server {
  /** Requests that no key opened, replays included. */
  refused = 0;

  constructor(private readonly session: Session) {}

  /** `SERVE_REQUEST`. It is opened in place. */
  request(now: number, bytes: Uint8Array, length: number): void {
    const { composer, option, freshness } = this.session;
    // Nothing to answer with: `wan` gives the exchange up, and the peer asks again.
    if (composer.isBusy()) return;
    const exchange = readU16(bytes, Exchange.EXCHANGE);
    const optionLength = bytes[Exchange.OPTION_LENGTH]!;
    const start = Exchange.OPTION + optionLength;
    const plainLength = length - start - OscoreKey.TAG_LENGTH;
    const isRead = option.read(bytes, Exchange.OPTION, optionLength);
    const sequence = option.sequence;
    if (!isRead || sequence === Oscore.NO_SEQUENCE) {
      this.refuse(now, exchange, SessionRefusal.BAD_OPTION);
      return;
    }
    if (!composer.isOurs(option, bytes)) {
      this.refuse(now, exchange, SessionRefusal.UNKNOWN_KID);
      return;
    }
    if (!freshness.isNew(sequence)) {
      this.refuse(now, exchange, SessionRefusal.REPLAY);
      return;
    }
    const isAuthentic =
      plainLength > 0 && composer.cipher.openRequest(sequence, bytes, start, plainLength);
    if (!isAuthentic) {
      this.refuse(now, exchange, SessionRefusal.NOT_AUTHENTIC);
      return;
    }
    this.opened(now, exchange, sequence, bytes, start, start + plainLength);
  }

  /** `SERVE_CANCEL`. */
  cancelled(now: number, exchange: number): void {
    for (let i = 0; i < ServerLimit.SLOTS; i++) {
      if (this.state(i) !== SlotState.FREE && this.exchange(i) === exchange) this.release(now, i);
    }
  }

  /** All exchanges are gone: `wan` restarted. */
  reset(now: number): void {
    for (let i = 0; i < ServerLimit.SLOTS; i++) {
      if (this.state(i) !== SlotState.FREE) this.release(now, i);
    }
  }

  /** Answers with a code alone. */
  reply(now: number, slot: number, code: CoapCode): void {
    if (this.begin(slot, code)) this.end(now);
  }

  /** Answers with a refusal: counted, and audited. */
  refuseRequest(now: number, slot: number, code: CoapCode): void {
    this.session.audit.write(now, AuditCode.REQUEST_REFUSED, code);
    this.reply(now, slot, code);
  }

  /**
   * Begins the answer of a slot, which is then free. Add options and a payload to the composer,
   * then `end`. False: it cannot be sent now; the request dies by its time-out.
   */
  begin(index: number, code: CoapCode): boolean {
    const { composer } = this.session;
    check(this.state(index) === SlotState.OPEN, "an open request is answered once");
    this.setState(index, SlotState.FREE);
    if (composer.isBusy()) return false;
    const asked = this.requestSequence(index);
    composer.beginResponse(this.exchange(index), asked, Oscore.NO_SEQUENCE, code, -1);
    return true;
  }

  /**
   * Begins a notification, the first of which accepts the observation. The slot stays.
   * False: it cannot be sent now; the next one will tell more.
   */
  beginNotification(now: number, index: number): boolean {
    const { composer, sequences } = this.session;
    check(this.state(index) !== SlotState.FREE, "only an open observation is told");
    if (composer.isBusy()) return false;
    const sequence = sequences.take(now);
    if (sequence === Oscore.NO_SEQUENCE) return false;
    this.setState(index, SlotState.OBSERVED);
    const observe = this.nextObserve(index);
    const asked = this.requestSequence(index);
    composer.beginResponse(this.exchange(index), asked, sequence, CoapCode.CONTENT, observe);
    return true;
  }

  end(now: number, payloadEnd = this.session.composer.options.at): void {
    this.session.composer.send(now, payloadEnd);
  }

  /** Ends an observation that the observer no longer wants. */
  endObservation(now: number, index: number): void {
    if (this.state(index) !== SlotState.OBSERVED) return;
    this.setState(index, SlotState.FREE);
    // With a full channel, the peer's RST to nothing and `wan`'s own limits end it.
    if (!this.session.composer.isBusy()) this.close(now, this.exchange(index));
  }

  private opened(
    now: number,
    exchange: number,
    sequence: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const { message, composer, freshness, memory, user } = this.session;
    const found = message.read(bytes, start, end);
    const isRequest = message.code > CoapCode.EMPTY && message.code < CoapCode.CREATED - 1;
    if (found === InnerCheck.MALFORMED || !isRequest) {
      this.refuse(now, exchange, SessionRefusal.MALFORMED);
      return;
    }
    if (!freshness.accept(now, sequence, bytes, message.echo, message.echoLength)) {
      this.challenge(now, exchange, sequence);
      return;
    }
    const index = this.freeSlot(now);
    if (index < 0) {
      const code = CoapCode.SERVICE_UNAVAILABLE;
      composer.beginResponse(exchange, sequence, Oscore.NO_SEQUENCE, code, -1);
      composer.send(now);
      return;
    }
    const slot = slotAt(index);
    memory[slot + ServerSlot.STATE] = SlotState.OPEN;
    writeU16(memory, slot + ServerSlot.EXCHANGE, exchange);
    writeU48(memory, slot + ServerSlot.SEQUENCE, sequence);
    writeU48(memory, slot + ServerSlot.OPENED_AT, now);
    if (found === InnerCheck.BAD_OPTION) {
      this.refuseRequest(now, index, CoapCode.BAD_OPTION);
      return;
    }
    user.request(now, index, message, bytes);
  }

  /**
   * 4.01 with Echo, protected with a Partial IV of ours: the request may be a replay, and its
   * nonce must not be used again.
   */
  private challenge(now: number, exchange: number, requestSequence: number): void {
    const { composer, freshness, sequences, memory } = this.session;
    if (!freshness.challenge(now)) {
      this.close(now, exchange);
      return;
    }
    const sequence = sequences.take(now);
    if (sequence === Oscore.NO_SEQUENCE) {
      this.close(now, exchange);
      return;
    }
    composer.beginResponse(exchange, requestSequence, sequence, CoapCode.UNAUTHORIZED, -1);
    const echo = SessionMemory.ECHO;
    composer.options.put(memory, CoapOption.ECHO, memory, echo, EchoLimit.VALUE_LENGTH);
    composer.send(now);
  }

  private close(now: number, exchange: number): void {
    this.session.composer.sendClose(now, exchange);
  }

  private refuse(now: number, exchange: number, reason: SessionRefusal): void {
    this.refused++;
    this.session.audit.write(now, AuditCode.SESSION_REFUSED, reason);
    switch (reason) {
      case SessionRefusal.REPLAY:
        this.outer(now, exchange, CoapCode.UNAUTHORIZED, "Replay detected");
        return;
      case SessionRefusal.UNKNOWN_KID:
        this.outer(now, exchange, CoapCode.UNAUTHORIZED, "Security context not found");
        return;
      case SessionRefusal.BAD_OPTION:
        this.outer(now, exchange, CoapCode.BAD_OPTION, "Failed to decode COSE");
        return;
      default:
        this.outer(now, exchange, CoapCode.BAD_REQUEST, "Decryption failed");
        return;
    }
  }

  private outer(now: number, exchange: number, code: CoapCode, diagnostic: string): void {
    this.session.composer.sendOuterError(now, exchange, code, diagnostic);
  }

  private freeSlot(now: number): number {
    const { memory } = this.session;
    for (let i = 0; i < ServerLimit.SLOTS; i++) {
      const openFor = now - readU48(memory, slotAt(i) + ServerSlot.OPENED_AT);
      if (this.state(i) === SlotState.OPEN && openFor > OPEN_MS) this.release(now, i);
      if (this.state(i) === SlotState.FREE) return i;
    }
    return -1;
  }

  private release(now: number, index: number): void {
    this.setState(index, SlotState.FREE);
    this.session.user.cancelled(now, index);
  }

  private state(index: number): SlotState {
    return this.session.memory[slotAt(index) + ServerSlot.STATE]!;
  }

  private setState(index: number, state: SlotState): void {
    this.session.memory[slotAt(index) + ServerSlot.STATE] = state;
  }

  private exchange(index: number): number {
    return readU16(this.session.memory, slotAt(index) + ServerSlot.EXCHANGE);
  }

  private requestSequence(index: number): number {
    return readU48(this.session.memory, slotAt(index) + ServerSlot.SEQUENCE);
  }

  private nextObserve(index: number): number {
    const { memory } = this.session;
    const at = slotAt(index) + ServerSlot.OBSERVE;
    const next = nextObserve(memory[at]! | (memory[at + 1]! << 8) | (memory[at + 2]! << 16));
    memory[at] = next;
    memory[at + 1] = next >> 8;
    memory[at + 2] = next >> 16;
    return next;
  }
}

function slotAt(index: number): number {
  return SessionMemory.SLOTS + index * ServerSlot.LENGTH;
}
