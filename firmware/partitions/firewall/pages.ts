// Pages that the management session reads of the HAN side: one question at a time, to the partition
// that owns the book, and its answer to that question alone.

import { Sent } from "../../../hal/sent";
import { Operation } from "../../ipc/operation";
import { Book, Page, PageAsk, PageSize } from "../../ipc/page";
import { Party } from "../../ipc/party";
import { copyBytes, readU16 } from "../../wire/little-endian";
import { Deadlines, type Gate, Refusal } from "./gate";

const enum Limit {
  /** A page is made at once; a queue may be full before it. */
  ANSWER_MS = 2_000,
  NO_BOOK = 0xff,
}

export class Pages {
  /** The book that is asked for. */
  private book: number = Limit.NO_BOOK;
  private reference = 0;

  constructor(private readonly gate: Gate) {}

  /** `PAGE_ASK` from manage. It gets no answer when it is refused, and will ask again. */
  ask(now: number, question: Uint8Array): void {
    const book = question[PageAsk.BOOK]!;
    if (readU16(question, PageAsk.NUMBER) >= pagesOf(book)) {
      this.gate.refuse(now, Party.MANAGE, Operation.PAGE_ASK, Refusal.MALFORMED);
      return;
    }
    if (this.book !== Limit.NO_BOOK) {
      this.gate.refuse(now, Party.MANAGE, Operation.PAGE_ASK, Refusal.NO_ROOM);
      return;
    }
    copyBytes(question, 0, this.gate.message, 0, PageAsk.LENGTH);
    const to = ownerOf(book);
    if (this.gate.forward(Party.MANAGE, to, this.gate.message, PageAsk.LENGTH) !== Sent.OK) return;
    this.book = book;
    this.reference = readU16(question, PageAsk.REFERENCE);
    this.gate.deadlines[Deadlines.PAGES] = now + Limit.ANSWER_MS;
  }

  /** `PAGE` from access or han. */
  answer(now: number, from: Party, page: Uint8Array): void {
    const isOurs =
      this.book !== Limit.NO_BOOK &&
      from === ownerOf(this.book) &&
      page[Page.BOOK] === this.book &&
      readU16(page, Page.REFERENCE) === this.reference;
    if (!isOurs) {
      this.gate.refuse(now, from, Operation.PAGE, Refusal.UNASKED);
      return;
    }
    this.book = Limit.NO_BOOK;
    copyBytes(page, 0, this.gate.message, 0, Page.LENGTH);
    // Without room it is lost, and asked for again.
    this.gate.forward(from, Party.MANAGE, this.gate.message, Page.LENGTH);
  }

  peerRestarted(peer: Party): void {
    if (this.book === Limit.NO_BOOK) return;
    if (peer === Party.MANAGE || peer === ownerOf(this.book)) this.book = Limit.NO_BOOK;
  }

  tick(now: number): void {
    if (now >= this.dueAt()) this.book = Limit.NO_BOOK;
  }

  dueAt(): number {
    if (this.book === Limit.NO_BOOK) return Number.POSITIVE_INFINITY;
    return this.gate.deadlines[Deadlines.PAGES]!;
  }
}

function ownerOf(book: number): Party {
  return book === Book.CREDENTIALS ? Party.ACCESS : Party.HAN;
}

/** Of the books that pass here; 0: it is none of them. */
function pagesOf(book: number): number {
  switch (book as Book) {
    case Book.CREDENTIALS:
      return PageSize.CREDENTIALS;
    case Book.NETWORK:
      return PageSize.NETWORK;
    case Book.COVERAGE:
      return PageSize.COVERAGE;
    default:
      return 0;
  }
}
