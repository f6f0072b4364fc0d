// Builds one protected message at the beginning of the session's memory, and hands it to `wan`.
// @source RFC 8613 sections 4.1.3.5, 4.2 and 8

import { Sent } from "../../hal/sent";
import type { OscoreCipher } from "../crypto/oscore";
import { type OscoreContext, OscoreKey } from "../crypto/oscore-context";
import { Exchange, ExchangeFlags } from "../ipc/exchange";
import { Message, Operation } from "../ipc/operation";
import { check, type Port } from "../kernel/partition";
import { CoapCode, CoapOption, type ContentFormat } from "../wire/coap";
import { OptionWriter } from "../wire/coap-options";
import { writeU16 } from "../wire/little-endian";
import { Oscore, type OscoreOption, putResponseOption } from "../wire/oscore-option";

const RETRY_MS = 20;

export class Composer {
  readonly options = new OptionWriter();
  /** Where the plaintext begins. */
  private start = 0;
  private requestSequence = 0;
  private sequence = Oscore.NO_SEQUENCE as number;
  /** A message that `wan` had no room for yet; 0: none. */
  private unsent = 0;
  private retryAt = Number.POSITIVE_INFINITY;

  /** @param bytes the session's memory */
  constructor(
    readonly bytes: Uint8Array,
    private readonly context: OscoreContext,
    readonly cipher: OscoreCipher,
    private readonly wan: Port,
  ) {}

  /** The buffer holds a message that is not sent yet: nothing new may be begun. */
  isBusy(): boolean {
    return this.unsent > 0;
  }

  /** Whether a request is meant for this context: its kid context, if it names one, is ours. */
  isOurs(option: OscoreOption, bytes: Uint8Array): boolean {
    if (!option.hasContext) return true;
    return this.context.isContext(bytes, option.contextStart, option.contextLength);
  }

  beginRequest(exchange: number, sequence: number, code: CoapCode): void {
    this.head(Operation.EXCHANGE_REQUEST, exchange, CoapCode.POST);
    const end = this.context.putOption(this.bytes, Exchange.OPTION, sequence);
    this.requestSequence = this.sequence = sequence;
    this.plaintext(end, code);
  }

  /**
   * @param requestSequence of the request that is answered
   * @param sequence a new one of ours, or `NO_SEQUENCE`
   * @param observe the number of a notification, or negative: none
   */
  beginResponse(
    exchange: number,
    requestSequence: number,
    sequence: number,
    code: CoapCode,
    observe: number,
  ): void {
    const bytes = this.bytes;
    const isObserved = observe >= 0;
    this.head(Operation.SERVE_RESPONSE, exchange, isObserved ? CoapCode.CONTENT : CoapCode.CHANGED);
    if (isObserved) {
      bytes[Exchange.FLAGS] =
        ExchangeFlags.HAS_OSCORE | ExchangeFlags.HAS_OBSERVE | ExchangeFlags.MORE;
      bytes[Exchange.OBSERVE] = observe;
      bytes[Exchange.OBSERVE + 1] = observe >> 8;
      bytes[Exchange.OBSERVE + 2] = observe >> 16;
    }
    this.requestSequence = requestSequence;
    this.sequence = sequence;
    this.plaintext(putResponseOption(bytes, Exchange.OPTION, sequence), code);
    // The inner Observe of a notification is empty: the Partial IV orders notifications.
    if (isObserved) this.options.putUint(bytes, CoapOption.OBSERVE, 0);
  }

  contentFormat(format: ContentFormat): void {
    this.options.putUint(this.bytes, CoapOption.CONTENT_FORMAT, format);
  }

  /** Begins a payload, which must not be empty. Answers where it goes. */
  payload(): number {
    this.options.marker(this.bytes);
    return this.options.at;
  }

  /** Seals and sends what was begun. @param payloadEnd the end of its payload, or of its options */
  send(now: number, payloadEnd = this.options.at): void {
    const length = payloadEnd - this.start;
    check(payloadEnd + OscoreKey.TAG_LENGTH <= Message.MAX_LENGTH, "a message fits its channel");
    const { bytes, start, cipher } = this;
    if (bytes[0] === Operation.EXCHANGE_REQUEST) {
      cipher.sealRequest(this.sequence, bytes, start, length);
    } else cipher.sealResponse(this.requestSequence, this.sequence, bytes, start, length);
    this.pass(now, payloadEnd + OscoreKey.TAG_LENGTH);
  }

  /** An error outside OSCORE, for a request that no key opened. @source RFC 8613 section 8.2 */
  sendOuterError(now: number, exchange: number, code: CoapCode, diagnostic: string): void {
    this.head(Operation.SERVE_RESPONSE, exchange, code);
    this.bytes[Exchange.FLAGS] = 0;
    let at = Exchange.OPTION as number;
    for (let i = 0; i < diagnostic.length; i++) this.bytes[at++] = diagnostic.charCodeAt(i);
    this.pass(now, at);
  }

  /** Has `wan` forget an exchange. */
  sendClose(now: number, exchange: number): void {
    this.head(Operation.SERVE_RESPONSE, exchange, CoapCode.EMPTY);
    this.bytes[Exchange.FLAGS] = 0;
    this.pass(now, Exchange.OPTION);
  }

  tick(now: number): void {
    if (now >= this.retryAt) this.pass(now, this.unsent);
  }

  dueAt(): number {
    return this.retryAt;
  }

  /** `wan` died: what waits for it concerns an exchange that is gone. */
  drop(): void {
    this.unsent = 0;
    this.retryAt = Number.POSITIVE_INFINITY;
  }

  private head(operation: Operation, exchange: number, outerCode: CoapCode): void {
    check(this.unsent === 0, "the outgoing buffer is free");
    this.bytes[0] = operation;
    this.bytes[Exchange.CODE] = outerCode;
    writeU16(this.bytes, Exchange.EXCHANGE, exchange);
    this.bytes[Exchange.FLAGS] = ExchangeFlags.HAS_OSCORE;
    this.bytes[Exchange.OPTION_LENGTH] = 0;
  }

  private plaintext(start: number, code: CoapCode): void {
    this.bytes[Exchange.OPTION_LENGTH] = start - Exchange.OPTION;
    this.start = start;
    this.bytes[start] = code;
    this.options.open(start + 1);
  }

  private pass(now: number, length: number): void {
    this.drop();
    if (this.wan.send(this.bytes, length) !== Sent.FULL) return;
    this.unsent = length;
    this.retryAt = now + RETRY_MS;
  }
}
