// A page of a backup: what it looks like, and who can open it.

import { createDecipheriv } from "node:crypto";
import { Decoder } from "cbor-x";
import { describe, expect, test } from "vitest";
import { type BackupRecords, PageSealer } from "../../firmware/crypto/page-sealer";
import { SealedPage } from "../../firmware/crypto/sealed-page";
import { Book, Page, PageAsk, PageResult, PageSize } from "../../firmware/ipc/page";
import { writeU16 } from "../../firmware/wire/little-endian";
import { nodeCrypto } from "../../hal/node/crypto";
import { Sent } from "../../hal/sent";

const KEY = Uint8Array.from({ length: 16 }, (_, i) => i);

function records(values: ReadonlyMap<number, Uint8Array>, sealingKey = KEY): BackupRecords {
  return {
    sealingKey,
    isReady: () => values.size > 0,
    copyEntry: (place, bytes, at) => {
      const value = values.get(place) ?? new Uint8Array(0);
      bytes.set(value, at);
      return value.length;
    },
    keyOf: (place) => 0x100 * place + 1,
  };
}

function ask(from: BackupRecords, number: number, book = Book.NETWORK): Buffer[] {
  const said: Buffer[] = [];
  const send = (bytes: Uint8Array, length: number): Sent => {
    said.push(Buffer.from(bytes.slice(0, length)));
    return Sent.OK;
  };
  let chance = 0;
  const entropy = { fill: (b: Uint8Array, s: number, n: number) => b.fill(++chance, s, s + n) };
  const crypto = nodeCrypto();
  const scratch = new Uint8Array(Page.LENGTH);
  const sealer = new PageSealer(crypto, entropy, { send }, from, Book.NETWORK, 66, scratch);
  const question = new Uint8Array(PageAsk.LENGTH).fill(9, PageAsk.SERIES);
  question[PageAsk.BOOK] = book;
  writeU16(question, PageAsk.NUMBER, number);
  sealer.asked(question);
  sealer.asked(question);
  // What stays behind in scratch is seen by whoever uses it next.
  expect(scratch.every((byte) => byte === 0)).toBe(true);
  return said;
}

function open(page: Buffer): Buffer {
  const nonce = page.subarray(SealedPage.NONCE, SealedPage.SEALED);
  const cipher = createDecipheriv("aes-128-ccm", KEY, nonce, { authTagLength: 16 });
  cipher.setAAD(page.subarray(0, SealedPage.SEALED), { plaintextLength: 85 });
  cipher.setAuthTag(page.subarray(112));
  const plain = cipher.update(page.subarray(SealedPage.SEALED, 112));
  cipher.final();
  return plain;
}

describe("a sealed page", () => {
  test.each([0, 1, 4, 23, 24, 40, 79])("holds a record of %i bytes and its key", (length) => {
    const value = Uint8Array.from({ length }, (_, i) => i + 1);
    const [message] = ask(records(new Map([[3, value]])), 3);
    expect(message![Page.RESULT]).toBe(PageResult.OK);
    const page = message!.subarray(Page.DATA);
    expect(page).toHaveLength(PageSize.PAGE);
    const whole = new Decoder().decode(page) as Uint8Array;
    expect(whole).toHaveLength(126);
    const plain = open(page);
    const used = length === 0 ? 3 : 1 + 3 + (length < 24 ? 1 : 2) + length;
    const [key, found] = new Decoder().decode(plain.subarray(0, used)) as [number, Uint8Array];
    expect([key, Buffer.from(found)]).toEqual([length === 0 ? 0 : 0x301, Buffer.from(value)]);
    expect(plain.subarray(used).every((byte) => byte === 0)).toBe(true);
  });

  test("sealed twice has another nonce, and other bytes", () => {
    const [first, second] = ask(records(new Map([[0, KEY]])), 0);
    expect(first!.equals(second!)).toBe(false);
    const nonce = (page: Buffer) =>
      page.subarray(Page.DATA + SealedPage.NONCE, Page.DATA + SealedPage.SEALED).toString("hex");
    expect(nonce(first!)).not.toBe(nonce(second!));
  });

  test("opens no more when any byte in clear was changed", () => {
    const [message] = ask(records(new Map([[0, KEY]])), 0);
    for (let at = 0; at < PageSize.PAGE; at++) {
      const page = Buffer.from(message!.subarray(Page.DATA));
      page[at] = page[at]! ^ 1;
      expect(() => open(page)).toThrow();
    }
  });

  test("is refused without a key or before flash was read; another's book is not answered", () => {
    const one = new Map([[0, KEY]]);
    expect(ask(records(one, new Uint8Array(0)), 0)[0]![Page.RESULT]).toBe(PageResult.NO_KEY);
    expect(ask(records(new Map()), 0)[0]![Page.RESULT]).toBe(PageResult.NOT_NOW);
    expect(ask(records(one), 0, Book.CREDENTIALS)).toEqual([]);
    expect(ask(records(one), 66)).toEqual([]);
  });
});
