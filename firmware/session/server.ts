// The serving side of a session: opens requests, refuses replays and what is not authentic, asks
// for Echo after a restart, hands the rest to its user, and protects the answers.
// @source RFC 8613 sections 8.2, 8.3 and 8.4

import { OscoreKey } from "../crypto/oscore-context";
import { AuditCode, SessionRefusal } from "../ipc/audit";
import { Exchange } from "../ipc/exchange";
import { check } from "../kernel/partition";
import { CoapCode, CoapOption } from "../wire/coap";
import { nextObserve } from "../wire/coap-observe";
import { readU16 } from "../wire/little-endian";
import { Oscore, OscoreOption } from "../wire/oscore-option";
import type { Composer } from "./composer";
import { EchoLimit, type Freshness } from "./freshness";
import { InnerCheck, InnerMessage } from "./inner-message";
import type { SequenceNumbers } from "./sequence-numbers";
import type { SessionAudit } from "./session-audit";

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

class Slot {
  state = SlotState.FREE;
  exchange = 0;
  requestSequence = 0;
  observe = 0;
  openedAt = 0;
}

/** `wan` gives up an exchange before this; a slot that is open longer is nobody's. */
const OPEN_MS = 60_000;

export class Server {
  /** Requests that no key opened, replays included. */
  refused = 0;
  served = 0;
  private readonly slots: Slot[] = [];
  private readonly message = new InnerMessage();
  private readonly option = new OscoreOption();

  constructor(
    private readonly composer: Composer,
    private readonly freshness: Freshness,
    private readonly sequences: SequenceNumbers,
    private readonly audit: SessionAudit,
    private readonly resources: Resources,
  ) {
    for (let i = 0; i < ServerLimit.SLOTS; i++) this.slots.push(new Slot());
  }

  /** `SERVE_REQUEST`. It is opened in place. */
  request(now: number, bytes: Uint8Array, length: number): void {
    // Nothing to answer with: `wan` gives the exchange up, and the peer asks again.
    if (this.composer.isBusy()) return;
    const exchange = readU16(bytes, Exchange.EXCHANGE);
    const optionLength = bytes[Exchange.OPTION_LENGTH]!;
    const start = Exchange.OPTION + optionLength;
    const plainLength = length - start - OscoreKey.TAG_LENGTH;
    const isRead = this.option.read(bytes, Exchange.OPTION, optionLength);
    const sequence = this.option.sequence;
    if (!isRead || sequence === Oscore.NO_SEQUENCE) {
      this.refuse(now, exchange, SessionRefusal.BAD_OPTION);
      return;
    }
    if (!this.composer.isOurs(this.option, bytes)) {
      this.refuse(now, exchange, SessionRefusal.UNKNOWN_KID);
      return;
    }
    if (!this.freshness.isNew(sequence)) {
      this.refuse(now, exchange, SessionRefusal.REPLAY);
      return;
    }
    const isAuthentic =
      plainLength > 0 && this.composer.cipher.openRequest(sequence, bytes, start, plainLength);
    if (!isAuthentic) {
      this.refuse(now, exchange, SessionRefusal.NOT_AUTHENTIC);
      return;
    }
    this.opened(now, exchange, sequence, bytes, start, start + plainLength);
  }

  /** `SERVE_CANCEL`. */
  cancelled(now: number, exchange: number): void {
    for (let i = 0; i < this.slots.length; i++) {
      const slot = this.slots[i]!;
      if (slot.state !== SlotState.FREE && slot.exchange === exchange) this.release(now, i);
    }
  }

  /** All exchanges are gone: `wan` restarted. */
  reset(now: number): void {
    for (let i = 0; i < this.slots.length; i++) {
      if (this.slots[i]!.state !== SlotState.FREE) this.release(now, i);
    }
  }

  /** Answers with a code alone. */
  reply(now: number, slot: number, code: CoapCode): void {
    if (this.begin(slot, code)) this.end(now);
  }

  /** Answers with a refusal: counted, and audited. */
  refuseRequest(now: number, slot: number, code: CoapCode): void {
    this.audit.write(now, AuditCode.REQUEST_REFUSED, code);
    this.reply(now, slot, code);
  }

  /**
   * Begins the answer of a slot, which is then free. Add options and a payload to the composer,
   * then `end`. False: it cannot be sent now; the request dies by its time-out.
   */
  begin(index: number, code: CoapCode): boolean {
    const slot = this.slots[index]!;
    check(slot.state === SlotState.OPEN, "an open request is answered once");
    slot.state = SlotState.FREE;
    if (this.composer.isBusy()) return false;
    this.composer.beginResponse(slot.exchange, slot.requestSequence, Oscore.NO_SEQUENCE, code, -1);
    return true;
  }

  /**
   * Begins a notification, the first of which accepts the observation. The slot stays.
   * False: it cannot be sent now; the next one will tell more.
   */
  beginNotification(now: number, index: number): boolean {
    const slot = this.slots[index]!;
    check(slot.state !== SlotState.FREE, "only an open observation is told");
    if (this.composer.isBusy()) return false;
    const sequence = this.sequences.take(now);
    if (sequence === Oscore.NO_SEQUENCE) return false;
    slot.state = SlotState.OBSERVED;
    slot.observe = nextObserve(slot.observe);
    this.composer.beginResponse(
      slot.exchange,
      slot.requestSequence,
      sequence,
      CoapCode.CONTENT,
      slot.observe,
    );
    return true;
  }

  end(now: number, payloadEnd = this.composer.options.at): void {
    this.composer.send(now, payloadEnd);
  }

  /** Ends an observation that the observer no longer wants. */
  endObservation(now: number, index: number): void {
    const slot = this.slots[index]!;
    if (slot.state !== SlotState.OBSERVED) return;
    slot.state = SlotState.FREE;
    // With a full channel, the peer's RST to nothing and `wan`'s own limits end it.
    if (!this.composer.isBusy()) this.composer.sendClose(now, slot.exchange);
  }

  private opened(
    now: number,
    exchange: number,
    sequence: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const message = this.message;
    const found = message.read(bytes, start, end);
    const isRequest = message.code > CoapCode.EMPTY && message.code < CoapCode.CREATED - 1;
    if (found === InnerCheck.MALFORMED || !isRequest) {
      this.refuse(now, exchange, SessionRefusal.MALFORMED);
      return;
    }
    if (!this.freshness.accept(now, sequence, bytes, message.echo, message.echoLength)) {
      this.challenge(now, exchange, sequence);
      return;
    }
    const index = this.freeSlot(now);
    if (index < 0) {
      this.composer.beginResponse(
        exchange,
        sequence,
        Oscore.NO_SEQUENCE,
        CoapCode.SERVICE_UNAVAILABLE,
        -1,
      );
      this.composer.send(now);
      return;
    }
    const slot = this.slots[index]!;
    slot.state = SlotState.OPEN;
    slot.exchange = exchange;
    slot.requestSequence = sequence;
    slot.openedAt = now;
    this.served++;
    if (found === InnerCheck.BAD_OPTION) {
      this.refuseRequest(now, index, CoapCode.BAD_OPTION);
      return;
    }
    this.resources.request(now, index, message, bytes);
  }

  /**
   * 4.01 with Echo, protected with a Partial IV of ours: the request may be a replay, and its
   * nonce must not be used again.
   */
  private challenge(now: number, exchange: number, requestSequence: number): void {
    if (!this.freshness.challenge(now)) {
      this.close(now, exchange);
      return;
    }
    const sequence = this.sequences.take(now);
    if (sequence === Oscore.NO_SEQUENCE) {
      this.close(now, exchange);
      return;
    }
    const composer = this.composer;
    composer.beginResponse(exchange, requestSequence, sequence, CoapCode.UNAUTHORIZED, -1);
    const echo = this.freshness.echo;
    composer.options.put(composer.bytes, CoapOption.ECHO, echo, 0, EchoLimit.VALUE_LENGTH);
    composer.send(now);
  }

  private close(now: number, exchange: number): void {
    this.composer.sendClose(now, exchange);
  }

  private refuse(now: number, exchange: number, reason: SessionRefusal): void {
    this.refused++;
    this.audit.write(now, AuditCode.SESSION_REFUSED, reason);
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
    this.composer.sendOuterError(now, exchange, code, diagnostic);
  }

  private freeSlot(now: number): number {
    for (let i = 0; i < this.slots.length; i++) {
      const slot = this.slots[i]!;
      if (slot.state === SlotState.OPEN && now - slot.openedAt > OPEN_MS) this.release(now, i);
      if (slot.state === SlotState.FREE) return i;
    }
    return -1;
  }

  private release(now: number, index: number): void {
    this.slots[index]!.state = SlotState.FREE;
    this.resources.cancelled(now, index);
  }
}
