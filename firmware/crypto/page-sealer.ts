// Answers for the sealed pages of a backup, in each partition that owns some of it: a page is made
// when it is asked for, from what the owner's journal holds, and nothing of it is kept.

import type { CryptoProvider } from "../../hal/crypto";
import type { Entropy } from "../../hal/entropy";
import { Message, Operation } from "../ipc/operation";
import { type Book, Page, PageAsk, PageResult } from "../ipc/page";
import type { Port } from "../kernel/partition";
import { copyBytes, readU16 } from "../wire/little-endian";
import { putPageHead, SealedPage, SealingKey, sealPage } from "./sealed-page";

/** What a partition has in a backup: places of at most one record each. */
export interface BackupRecords {
  /** Empty when none was agreed at manufacture. */
  readonly sealingKey: Uint8Array;
  /** Flash was read, and there is something to back up. */
  isReady(): boolean;
  /** Writes the record of a place, at most `SealedPage.VALUE_MAX` bytes; its length, 0: none. */
  copyEntry(place: number, bytes: Uint8Array, at: number): number;
  /** The number that a restoring program knows the record by; not 0. */
  keyOf(place: number): number;
}

export class PageSealer {
  private readonly nonce = new Uint8Array(SealedPage.NONCE_LENGTH);

  constructor(
    private readonly crypto: CryptoProvider,
    private readonly entropy: Entropy,
    private readonly port: Port,
    private readonly records: BackupRecords,
    private readonly book: Book,
    private readonly pages: number,
    /** Scratch of at least `Page.LENGTH` bytes. */
    private readonly page: Uint8Array,
  ) {}

  /** `PAGE_ASK`. Without room for the answer whoever asked will ask again. */
  asked(message: Uint8Array): void {
    const { page, records, book } = this;
    const number = readU16(message, PageAsk.NUMBER);
    if (message[PageAsk.BOOK] !== book || number >= this.pages) return;
    page.fill(0, 0, Page.LENGTH);
    page[Message.OPERATION] = Operation.PAGE;
    page[Page.BOOK] = book;
    copyBytes(message, PageAsk.REFERENCE, page, Page.REFERENCE, 2);
    if (!records.isReady()) page[Page.RESULT] = PageResult.NOT_NOW;
    else if (records.sealingKey.length !== SealingKey.LENGTH) {
      page[Page.RESULT] = PageResult.NO_KEY;
    } else this.seal(message, number);
    this.port.send(page, Page.LENGTH);
    page.fill(0, 0, Page.LENGTH);
  }

  private seal(message: Uint8Array, number: number): void {
    const { crypto, entropy, nonce, page, records } = this;
    const at = Page.DATA;
    putPageHead(page, at, this.book, number, message, PageAsk.SERIES);
    const length = records.copyEntry(number, page, at + SealedPage.VALUE);
    const key = length === 0 ? 0 : records.keyOf(number);
    sealPage(crypto, entropy, records.sealingKey, nonce, page, at, key, length);
  }
}
