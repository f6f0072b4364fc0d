// Messages of the provider for a device, block by block: `POST devices/{eui64}/messages`. Each
// block goes on as a stream segment as soon as there is credit for it; nothing is kept here.
// @source RFC 7959 sections 2.3, 2.5 and 4

import { Sent } from "../../../hal/sent";
import { Operation } from "../../ipc/operation";
import type { Provider } from "../../ipc/party";
import {
  Stream,
  StreamCredit,
  StreamEnd,
  StreamOpen,
  StreamResult,
  StreamSegment,
} from "../../ipc/stream";
import type { Port } from "../../kernel/partition";
import type { InnerMessage } from "../../session/inner-message";
import type { Session } from "../../session/session";
import { Major, putHead } from "../../wire/cbor";
import { CoapCode, CoapOption, ContentFormat } from "../../wire/coap";
import {
  Block,
  blockMore,
  blockNumber,
  blockOffset,
  blockSize,
  blockValue,
} from "../../wire/coap-block";
import { copyBytes, equalBytes, readU16, writeU16, writeU32 } from "../../wire/little-endian";
import { EsiMemory } from "./memory";

const enum Limit {
  BLOCK_MAX = 256,
  SZX = 3,
  /** Firewall, trust and flash together take milliseconds. */
  PASS_MS = 20_000,
  /** The head-end sends block after block. */
  SILENCE_MS = 60_000,
  RETRY_MS = 20,
  NO_SLOT = -1,
}

const enum State {
  IDLE = 0,
  /** A block waits for credit, the first one for the stream's admission. */
  PASSING = 1,
  /** The head-end's next block is awaited. */
  RECEIVING = 2,
  /** All is passed on; it must still be kept. */
  FINISHING = 3,
}

export class Commands {
  private state = State.IDLE;
  private slot = Limit.NO_SLOT as number;
  /** `EsiMemory.BLOCK`: a port sends from an array's start. */
  private readonly block: Uint8Array;
  private blockLength = 0;
  private blockOption = Block.NONE as number;
  private total = 0;
  private passed = 0;
  private limit = 0;
  private stream = 0;
  /** Messages since the start: the low half of their ids. */
  private count = 0;
  private deadline = Number.POSITIVE_INFINITY;
  private retryAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly provider: Provider,
    private readonly firewall: Port,
    private readonly session: Session,
  ) {
    const { buffer } = session.memory;
    this.block = new Uint8Array(buffer, EsiMemory.BLOCK, EsiMemory.BLOCK_LENGTH);
  }

  /** A POST, of the device at `REQUEST_EUI64`. */
  request(now: number, slot: number, request: InnerMessage, bytes: Uint8Array): void {
    const code = this.accept(request);
    if (code !== CoapCode.EMPTY) {
      this.session.server.refuseRequest(now, slot, code);
      return;
    }
    const isFirst = request.block1 === Block.NONE || blockNumber(request.block1) === 0;
    if (isFirst && !this.open(request)) {
      this.state = State.IDLE;
      this.session.server.refuseRequest(now, slot, CoapCode.SERVICE_UNAVAILABLE);
      return;
    }
    this.slot = slot;
    this.blockOption = request.block1;
    this.blockLength = request.payloadLength;
    copyBytes(bytes, request.payload, this.block, StreamSegment.DATA, this.blockLength);
    this.state = State.PASSING;
    this.deadline = now + Limit.PASS_MS;
    this.pass(now);
  }

  /** `STREAM_CREDIT`. */
  credit(now: number, message: Uint8Array): void {
    if (this.state === State.IDLE || readU16(message, StreamCredit.STREAM) !== this.stream) return;
    this.limit = Math.max(this.limit, readU16(message, StreamCredit.LIMIT));
    this.pass(now);
  }

  /** `STREAM_END` of the stream under way. False: of none of ours, or of one that is over. */
  end(now: number, message: Uint8Array): boolean {
    if (this.state === State.IDLE || readU16(message, StreamEnd.STREAM) !== this.stream) {
      return false;
    }
    const result = message[StreamEnd.RESULT]! as StreamResult;
    if (result === StreamResult.KEPT && this.state === State.FINISHING) this.kept(now);
    else this.finish(now, codeOf(result));
    return true;
  }

  /** The request in this slot is gone. */
  cancelled(slot: number): void {
    if (slot === this.slot) this.slot = Limit.NO_SLOT;
  }

  firewallRestarted(now: number): void {
    if (this.state !== State.IDLE) this.finish(now, CoapCode.SERVICE_UNAVAILABLE);
  }

  tick(now: number): void {
    if (now >= this.deadline) {
      this.sendEnd();
      this.finish(now, CoapCode.SERVICE_UNAVAILABLE);
    }
    if (now >= this.retryAt) this.pass(now);
  }

  dueAt(): number {
    return Math.min(this.deadline, this.retryAt);
  }

  /** EMPTY: go on. Otherwise the code of the refusal. */
  private accept(request: InnerMessage): CoapCode {
    const { block1, contentFormat, payloadLength } = request;
    const isOpaque =
      contentFormat === ContentFormat.NONE || contentFormat === ContentFormat.OCTET_STREAM;
    if (!isOpaque) return CoapCode.UNSUPPORTED_CONTENT_FORMAT;
    const isMore = block1 !== Block.NONE && blockMore(block1);
    if (payloadLength === 0 || (isMore && payloadLength !== blockSize(block1))) {
      return CoapCode.BAD_REQUEST;
    }
    if (payloadLength > Limit.BLOCK_MAX) return CoapCode.REQUEST_ENTITY_TOO_LARGE;
    if (block1 !== Block.NONE && blockNumber(block1) > 0) return this.acceptNext(request);
    const isAgain = this.state === State.RECEIVING && this.isSameDevice();
    if (this.state !== State.IDLE && !isAgain) return CoapCode.SERVICE_UNAVAILABLE;
    if (!isMore) return CoapCode.EMPTY;
    // The stream's header tells the whole length: the firewall and the device's queue decide on it.
    if (request.size1 === 0) return CoapCode.BAD_REQUEST;
    if (request.size1 > Stream.MESSAGE_MAX) return CoapCode.REQUEST_ENTITY_TOO_LARGE;
    return request.size1 > payloadLength ? CoapCode.EMPTY : CoapCode.BAD_REQUEST;
  }

  private acceptNext(request: InnerMessage): CoapCode {
    const isNext =
      this.state === State.RECEIVING &&
      this.isSameDevice() &&
      blockOffset(request.block1) === this.passed;
    if (!isNext) return CoapCode.REQUEST_ENTITY_INCOMPLETE;
    const end = this.passed + request.payloadLength;
    if (end > this.total) return CoapCode.REQUEST_ENTITY_TOO_LARGE;
    const isWhole = end === this.total;
    return isWhole === blockMore(request.block1)
      ? CoapCode.REQUEST_ENTITY_INCOMPLETE
      : CoapCode.EMPTY;
  }

  /** Opens a stream for a new message. False: the firewall's channel is full. */
  private open(request: InnerMessage): boolean {
    if (this.state !== State.IDLE) this.sendEnd();
    const isMore = request.block1 !== Block.NONE && blockMore(request.block1);
    this.total = isMore ? request.size1 : request.payloadLength;
    this.passed = 0;
    this.limit = 0;
    this.stream = (this.stream + 1) & (Stream.FIREWALL_NUMBERS - 1);
    this.count = (this.count + 1) & 0xffff;
    const { memory, small: message } = this.session;
    copyBytes(memory, EsiMemory.REQUEST_EUI64, memory, EsiMemory.COMMAND_EUI64, 8);
    message.fill(0);
    message[0] = Operation.STREAM_OPEN;
    message[StreamOpen.PROVIDER] = this.provider;
    writeU16(message, StreamOpen.STREAM, this.stream);
    writeU16(message, StreamOpen.TOTAL, this.total);
    copyBytes(memory, EsiMemory.COMMAND_EUI64, message, StreamOpen.EUI64, 8);
    writeU32(message, StreamOpen.MESSAGE_ID, this.messageId());
    return this.firewall.send(message, StreamOpen.LENGTH) === Sent.OK;
  }

  private pass(now: number): void {
    this.retryAt = Number.POSITIVE_INFINITY;
    if (this.state !== State.PASSING || this.passed + this.blockLength > this.limit) return;
    const block = this.block;
    block[0] = Operation.STREAM_SEGMENT;
    block[1] = 0;
    writeU16(block, StreamSegment.STREAM, this.stream);
    writeU16(block, StreamSegment.OFFSET, this.passed);
    writeU16(block, StreamSegment.OFFSET + 2, 0);
    if (this.firewall.send(block, StreamSegment.DATA + this.blockLength) === Sent.FULL) {
      this.retryAt = now + Limit.RETRY_MS;
      return;
    }
    this.passed += this.blockLength;
    if (this.passed === this.total) {
      this.state = State.FINISHING;
      return;
    }
    this.state = State.RECEIVING;
    this.deadline = now + Limit.SILENCE_MS;
    this.goOn(now);
  }

  /** 2.31, with our block size when the head-end's was larger. */
  private goOn(now: number): void {
    const slot = this.takeSlot();
    const { server, composer } = this.session;
    if (slot < 0 || !server.begin(slot, CoapCode.CONTINUE)) return;
    const szx = Math.min(this.blockOption & 7, Limit.SZX);
    const value = blockValue(blockNumber(this.blockOption), true, szx);
    composer.options.putUint(composer.bytes, CoapOption.BLOCK1, value);
    server.end(now);
  }

  private kept(now: number): void {
    const slot = this.takeSlot();
    this.close();
    const { server, composer } = this.session;
    if (slot < 0 || !server.begin(slot, CoapCode.CREATED)) return;
    const { bytes, options } = composer;
    composer.contentFormat(ContentFormat.CBOR);
    if (this.blockOption !== Block.NONE) {
      options.putUint(bytes, CoapOption.BLOCK1, this.blockOption);
    }
    const at = putHead(bytes, composer.payload(), Major.MAP, 1);
    const value = putHead(bytes, at, Major.UNSIGNED, 0);
    server.end(now, putHead(bytes, value, Major.UNSIGNED, this.messageId()));
  }

  private finish(now: number, code: CoapCode): void {
    const slot = this.takeSlot();
    this.close();
    if (slot >= 0) this.session.server.refuseRequest(now, slot, code);
  }

  private close(): void {
    this.state = State.IDLE;
    this.deadline = this.retryAt = Number.POSITIVE_INFINITY;
  }

  /** Of the last message that was opened; unlike any id given before a restart. */
  private messageId(): number {
    return (this.session.starts() & 0xffff) * 0x10000 + this.count;
  }

  /** Whether a request is for the device of the message under way. */
  private isSameDevice(): boolean {
    const { memory } = this.session;
    return equalBytes(memory, EsiMemory.REQUEST_EUI64, memory, EsiMemory.COMMAND_EUI64, 8);
  }

  private takeSlot(): number {
    const slot = this.slot;
    this.slot = Limit.NO_SLOT;
    return slot;
  }

  /** We give the stream up; the receiver's own time-out ends it when its channel is full. */
  private sendEnd(): void {
    const { memory, small: message } = this.session;
    message.fill(0);
    message[0] = Operation.STREAM_END;
    message[StreamEnd.RESULT] = StreamResult.BUSY;
    writeU16(message, StreamEnd.STREAM, this.stream);
    writeU32(message, StreamEnd.MESSAGE_ID, this.messageId());
    copyBytes(memory, EsiMemory.COMMAND_EUI64, message, StreamEnd.EUI64, 8);
    this.firewall.send(message, StreamEnd.LENGTH);
  }
}

function codeOf(result: StreamResult): CoapCode {
  switch (result) {
    case StreamResult.NO_GRANT:
      return CoapCode.FORBIDDEN;
    case StreamResult.UNKNOWN_DEVICE:
      return CoapCode.NOT_FOUND;
    case StreamResult.TOO_LONG:
      return CoapCode.REQUEST_ENTITY_TOO_LARGE;
    default:
      return CoapCode.SERVICE_UNAVAILABLE;
  }
}
