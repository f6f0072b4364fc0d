// Sending on the link: message ids, the peer's address in front, and messages without content.

import { Datagram } from "../../../hal/datagram";
import type { Entropy } from "../../../hal/entropy";
import { Sent } from "../../../hal/sent";
import { Exchange, ExchangeFlags } from "../../ipc/exchange";
import { CoapCode, CoapOption, CoapType, putCoapHeader } from "../../wire/coap";
import { OptionWriter } from "../../wire/coap-options";
import { copyBytes, readU16, writeU16 } from "../../wire/little-endian";
import type { WanCounts, WanLink } from "./link";
import { Transmission, WanMemory } from "./memory";

/** Where a datagram's CoAP message begins. */
const START = Datagram.ADDRESS_LENGTH;

export class Line {
  private readonly options = new OptionWriter();
  private messageId: number;

  constructor(
    readonly wan: WanLink,
    readonly memory: Uint8Array,
    readonly counts: WanCounts,
    private readonly entropy: Entropy,
  ) {
    // A random start, so that the peer does not take messages after a restart for duplicates.
    entropy.fill(memory, WanMemory.OUT, 2);
    this.messageId = (memory[WanMemory.OUT]! << 8) | memory[WanMemory.OUT + 1]!;
  }

  nextMessageId(): number {
    this.messageId = (this.messageId + 1) & 0xffff;
    return this.messageId;
  }

  randomByte(): number {
    this.entropy.fill(this.memory, WanMemory.OUT, 1);
    return this.memory[WanMemory.OUT]!;
  }

  makeToken(at: number, length: number): void {
    this.entropy.fill(this.memory, at, length);
  }

  /**
   * Lays a message with the content of a channel message (layout `Exchange`) at `start`, `most`
   * bytes at most, for the transmission at `at`. False: it is too long.
   */
  lay(
    at: number,
    start: number,
    most: number,
    type: CoapType,
    messageId: number,
    token: number,
    tokenLength: number,
    message: Uint8Array,
    length: number,
  ): boolean {
    const { memory, options } = this;
    const flags = message[Exchange.FLAGS]!;
    const optionLength = message[Exchange.OPTION_LENGTH]!;
    const payload = Exchange.OPTION + optionLength;
    // Header, token, heads of three options, marker; in the place of the channel message's head.
    const size = 4 + tokenLength + 12 + length - Exchange.OPTION;
    if (payload > length || size > most) return false;
    const code = message[Exchange.CODE]!;
    options.open(putCoapHeader(memory, start, type, code, messageId, memory, token, tokenLength));
    if ((flags & ExchangeFlags.HAS_OBSERVE) !== 0) {
      options.putUint(memory, CoapOption.OBSERVE, observeOf(message));
    }
    if ((flags & ExchangeFlags.HAS_OSCORE) !== 0) {
      options.put(memory, CoapOption.OSCORE, message, Exchange.OPTION, optionLength);
    } else if (code >= CoapCode.BAD_REQUEST) options.putUint(memory, CoapOption.MAX_AGE, 0);
    let end = options.at;
    if (payload < length) {
      options.marker(memory);
      copyBytes(message, payload, memory, options.at, length - payload);
      end = options.at + length - payload;
    }
    writeU16(memory, at + Transmission.SIZE, end - start);
    writeU16(memory, at + Transmission.MESSAGE_ID, messageId);
    return true;
  }

  /** Sends the message at `start` of the transmission at `at`. */
  send(at: number, start: number): void {
    const size = readU16(this.memory, at + Transmission.SIZE);
    this.memory.copyWithin(WanMemory.OUT + START, start, start + size);
    this.put(WanMemory.OUT + START + size);
  }

  /** An empty ACK or RST. */
  empty(type: CoapType, messageId: number): void {
    const { memory } = this;
    const start = WanMemory.OUT + START;
    this.put(putCoapHeader(memory, start, type, CoapCode.EMPTY, messageId, memory, 0, 0));
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
    const bytes = this.memory;
    const tokenLength = request[start]! & 15;
    const isConfirmable = type === CoapType.CON;
    const after = putCoapHeader(
      bytes,
      WanMemory.OUT + START,
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
    this.put(at);
  }

  /**
   * Puts the peer's address before the message in `OUT`, and sends both. A datagram that the link
   * does not take is as good as lost on its way: CoAP repeats it.
   */
  private put(length: number): void {
    const { link } = this.wan;
    copyBytes(link.peer, 0, this.memory, WanMemory.OUT, Datagram.ADDRESS_LENGTH);
    if (link.send(this.memory, length) !== Sent.OK) this.counts.full++;
  }
}

function observeOf(message: Uint8Array): number {
  const at = Exchange.OBSERVE;
  return message[at]! | (message[at + 1]! << 8) | (message[at + 2]! << 16);
}
