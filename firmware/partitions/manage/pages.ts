// What the management session reads page by page: `GET backup` and `GET coverage`, each block of
// Block2 a page of another partition. A backup is one series: its first block begins it, and a
// block of a series that nobody remembers is answered 4.08.
// @source RFC 7959 section 2.4

import { Sent } from "../../../hal/sent";
import { AuditCode } from "../../ipc/audit";
import { Operation } from "../../ipc/operation";
import { Book, Page, PageAsk, PageResult, PageSize } from "../../ipc/page";
import type { InnerMessage } from "../../session/inner-message";
import type { Session } from "../../session/session";
import type { Environment } from "../../system";
import { CoapCode, CoapOption, ContentFormat } from "../../wire/coap";
import { Block, blockNumber, blockSize, blockValue } from "../../wire/coap-block";
import { copyBytes, readU16, readU32, writeU16, writeU32 } from "../../wire/little-endian";
import { ManageMemory } from "./memory";

const enum Limit {
  /** The firewall gives a question up before. */
  ANSWER_MS = 3_000,
  /** 128 bytes. */
  SZX = 3,
  NO_SLOT = -1,
}

export class Pages {
  /** The slot of the request that waits. */
  private slot: number = Limit.NO_SLOT;
  private block = 0;
  private isBackup = false;
  private reference = 0;
  private deadline = Number.POSITIVE_INFINITY;

  constructor(
    private readonly environment: Environment<"manage">,
    private readonly session: Session,
  ) {}

  /** False: the request is for something else. */
  request(now: number, slot: number, request: InnerMessage, bytes: Uint8Array): boolean {
    if (request.segments !== 1) return false;
    const isBackup = request.isSegment(bytes, 0, "backup");
    if (!isBackup && !request.isSegment(bytes, 0, "coverage")) return false;
    const code = this.start(now, slot, isBackup, request);
    if (code !== CoapCode.EMPTY) this.session.server.refuseRequest(now, slot, code);
    return true;
  }

  cancelled(slot: number): void {
    if (this.slot === slot) this.end();
  }

  /** `PAGE`. */
  page(now: number, message: Uint8Array): void {
    if (this.slot === Limit.NO_SLOT || readU16(message, Page.REFERENCE) !== this.reference) return;
    switch (message[Page.RESULT] as PageResult) {
      case PageResult.OK:
        this.answer(now, message);
        return;
      case PageResult.NO_KEY:
        this.refuse(now, CoapCode.NOT_FOUND);
        return;
      default:
        this.refuse(now, CoapCode.SERVICE_UNAVAILABLE);
    }
  }

  /** The firewall or `trust` died: who was asked may never answer. */
  peerRestarted(now: number): void {
    if (this.slot !== Limit.NO_SLOT) this.refuse(now, CoapCode.SERVICE_UNAVAILABLE);
  }

  tick(now: number): void {
    if (now >= this.deadline) this.refuse(now, CoapCode.SERVICE_UNAVAILABLE);
  }

  dueAt(): number {
    return this.deadline;
  }

  /** EMPTY: it is under way. */
  private start(now: number, slot: number, isBackup: boolean, request: InnerMessage): CoapCode {
    const { code, accept, block2 } = request;
    if (code !== CoapCode.GET) return CoapCode.METHOD_NOT_ALLOWED;
    const isAccepted = accept === ContentFormat.NONE || accept === ContentFormat.CBOR_SEQUENCE;
    if (!isAccepted) return CoapCode.NOT_ACCEPTABLE;
    const block = block2 === Block.NONE ? 0 : blockNumber(block2);
    // A page is one block: who wants smaller ones cannot be served.
    if (block2 !== Block.NONE && blockSize(block2) < PageSize.PAGE) return CoapCode.BAD_OPTION;
    if (block >= pagesOf(isBackup)) return CoapCode.BAD_REQUEST;
    if (this.slot !== Limit.NO_SLOT) return CoapCode.SERVICE_UNAVAILABLE;
    const refusal = isBackup ? this.beginSeries(now, block) : CoapCode.EMPTY;
    if (refusal !== CoapCode.EMPTY) return refusal;
    if (!this.ask(isBackup, block)) return CoapCode.SERVICE_UNAVAILABLE;
    this.slot = slot;
    this.block = block;
    this.isBackup = isBackup;
    this.deadline = now + Limit.ANSWER_MS;
    return CoapCode.EMPTY;
  }

  /** A series is told by its Unix time, so that an old backup is known as one, and by chance. */
  private beginSeries(now: number, block: number): CoapCode {
    const { memory, audit } = this.session;
    const at = ManageMemory.SERIES;
    if (block > 0)
      return readU32(memory, at) === 0 ? CoapCode.REQUEST_ENTITY_INCOMPLETE : CoapCode.EMPTY;
    const seconds = Math.floor(this.environment.clock.utcMs() / 1000);
    if (seconds === 0) return CoapCode.SERVICE_UNAVAILABLE;
    writeU32(memory, at, seconds);
    this.environment.entropy.fill(memory, at + 4, 4);
    audit.write(now, AuditCode.BACKUP_READ, seconds);
    return CoapCode.EMPTY;
  }

  private ask(isBackup: boolean, block: number): boolean {
    const { memory, small: message } = this.session;
    const book = isBackup ? bookOf(block) : Book.COVERAGE;
    this.reference = (this.reference + 1) & 0xffff;
    message.fill(0, 0, PageAsk.LENGTH);
    message[0] = Operation.PAGE_ASK;
    message[PageAsk.BOOK] = book;
    writeU16(message, PageAsk.REFERENCE, this.reference);
    writeU16(message, PageAsk.NUMBER, block - firstOf(book));
    if (isBackup) copyBytes(memory, ManageMemory.SERIES, message, PageAsk.SERIES, 8);
    const { ports } = this.environment;
    const port = book === Book.GRANTS ? ports.trust : ports.firewall;
    return port.send(message, PageAsk.LENGTH) === Sent.OK;
  }

  private answer(now: number, message: Uint8Array): void {
    const { slot, block, isBackup } = this;
    const { server, composer } = this.session;
    this.end();
    if (!server.begin(slot, CoapCode.CONTENT)) return;
    composer.contentFormat(ContentFormat.CBOR_SEQUENCE);
    const { bytes, options } = composer;
    const pages = pagesOf(isBackup);
    options.putUint(bytes, CoapOption.BLOCK2, blockValue(block, block < pages - 1, Limit.SZX));
    if (block === 0) options.putUint(bytes, CoapOption.SIZE2, pages * PageSize.PAGE);
    const at = composer.payload();
    copyBytes(message, Page.DATA, bytes, at, PageSize.PAGE);
    server.end(now, at + PageSize.PAGE);
  }

  private refuse(now: number, code: CoapCode): void {
    const { slot } = this;
    this.end();
    this.session.server.refuseRequest(now, slot, code);
  }

  private end(): void {
    this.slot = Limit.NO_SLOT;
    this.deadline = Number.POSITIVE_INFINITY;
  }
}

function pagesOf(isBackup: boolean): number {
  return isBackup ? PageSize.BACKUP : PageSize.COVERAGE;
}

/** The books of a backup one after the other. */
function bookOf(block: number): Book {
  if (block < PageSize.CREDENTIALS) return Book.CREDENTIALS;
  return block < PageSize.CREDENTIALS + PageSize.NETWORK ? Book.NETWORK : Book.GRANTS;
}

function firstOf(book: Book): number {
  if (book === Book.NETWORK) return PageSize.CREDENTIALS;
  return book === Book.GRANTS ? PageSize.CREDENTIALS + PageSize.NETWORK : 0;
}
