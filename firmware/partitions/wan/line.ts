// Sending on the link: message ids, the peer's address in front, and messages without content.

import { Datagram } from "../../../hal/datagram";
import type { Entropy } from "../../../hal/entropy";
import { Sent } from "../../../hal/sent";
import { Exchange, ExchangeFlags } from "../../ipc/exchange";
import { CoapCode, CoapOption, CoapType, putCoapHeader } from "../../wire/coap";
import { OptionWriter } from "../../wire/coap-options";
import type { WanCounts, WanLink } from "./link";
import type { Transmission } from "./transmission";

/** The longest diagnostic is 30 characters. */
const SMALL_MAX = Datagram.ADDRESS_LENGTH + 64;

export class Line {
  /** For random bytes; its content means nothing between calls. */
  readonly scratch = new Uint8Array(8);
  private readonly small = new Uint8Array(SMALL_MAX);
  private readonly options = new OptionWriter();
  private messageId: number;

  constructor(
    private readonly wan: WanLink,
    private readonly counts: WanCounts,
    readonly entropy: Entropy,
  ) {
    // A random start, so that the peer does not take messages after a restart for duplicates.
    entropy.fill(this.scratch, 0, 2);
    this.messageId = (this.scratch[0]! << 8) | this.scratch[1]!;
  }

  nextMessageId(): number {
    this.messageId = (this.messageId + 1) & 0xffff;
    return this.messageId;
  }

  /**
   * Lays a message with the content of a channel message (layout `Exchange`) into a transmission.
   * False: it is too long.
   */
  lay(
    out: Transmission,
    type: CoapType,
    messageId: number,
    token: Uint8Array,
    tokenLength: number,
    message: Uint8Array,
    length: number,
  ): boolean {
    const bytes = out.bytes;
    const options = this.options;
    const flags = message[Exchange.FLAGS]!;
    const optionLength = message[Exchange.OPTION_LENGTH]!;
    const payload = Exchange.OPTION + optionLength;
    // Header, token, heads of three options, marker.
    const overhead = 4 + tokenLength + 12;
    if (payload > length || Datagram.ADDRESS_LENGTH + overhead + length > bytes.length) {
      return false;
    }
    const code = message[Exchange.CODE]!;
    this.address(bytes);
    const start = Datagram.ADDRESS_LENGTH;
    options.open(putCoapHeader(bytes, start, type, code, messageId, token, 0, tokenLength));
    if ((flags & ExchangeFlags.HAS_OBSERVE) !== 0) {
      options.putUint(bytes, CoapOption.OBSERVE, observeOf(message));
    }
    if ((flags & ExchangeFlags.HAS_OSCORE) !== 0) {
      options.put(bytes, CoapOption.OSCORE, message, Exchange.OPTION, optionLength);
    } else if (code >= CoapCode.BAD_REQUEST) options.putUint(bytes, CoapOption.MAX_AGE, 0);
    if (payload < length) {
      options.marker(bytes);
      for (let i = payload; i < length; i++) bytes[options.at++] = message[i]!;
    }
    out.length = options.at;
    out.messageId = messageId;
    return true;
  }

  send(out: Transmission): void {
    this.put(out.bytes, out.length);
  }

  /** An empty ACK or RST. */
  empty(type: CoapType, messageId: number): void {
    this.address(this.small);
    const start = Datagram.ADDRESS_LENGTH;
    this.put(
      this.small,
      putCoapHeader(this.small, start, type, CoapCode.EMPTY, messageId, this.small, 0, 0),
    );
  }

  /**
   * An error outside OSCORE, which nobody caches: of no lasting effect, so a duplicate of the
   * request may well cause it again. @source RFC 8613 section 8.2
   */
  error(
    request: Uint8Array,
    start: number,
    code: number,
    messageId: number,
    type: CoapType,
    diagnostic: string,
  ): void {
    const bytes = this.small;
    const tokenLength = request[start]! & 15;
    const isConfirmable = type === CoapType.CON;
    this.address(bytes);
    const after = putCoapHeader(
      bytes,
      Datagram.ADDRESS_LENGTH,
      isConfirmable ? CoapType.ACK : CoapType.NON,
      code,
      isConfirmable ? messageId : this.nextMessageId(),
      request,
      start + 4,
      tokenLength,
    );
    this.options.open(after);
    if (diagnostic.length > 0) {
      this.options.putUint(bytes, CoapOption.MAX_AGE, 0);
      this.options.marker(bytes);
    }
    let at = this.options.at;
    for (let i = 0; i < diagnostic.length; i++) bytes[at++] = diagnostic.charCodeAt(i);
    this.put(bytes, at);
  }

  private address(bytes: Uint8Array): void {
    for (let i = 0; i < Datagram.ADDRESS_LENGTH; i++) bytes[i] = this.wan.link.peer[i]!;
  }

  /** A datagram that the link does not take is as good as lost on its way: CoAP repeats it. */
  private put(bytes: Uint8Array, length: number): void {
    if (this.wan.link.send(bytes, length) !== Sent.OK) this.counts.full++;
  }
}

function observeOf(message: Uint8Array): number {
  const at = Exchange.OBSERVE;
  return message[at]! | (message[at + 1]! << 8) | (message[at + 2]! << 16);
}
