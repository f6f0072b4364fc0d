// One record of a backup, sealed: a CBOR byte string with version, book, number, series and nonce
// in clear, then a deterministic CBOR array of key and value under AES-128-CCM. Whoever holds keys
// seals its own records, one at a time, under a key of its own that was agreed at manufacture.
// @source RFC 8949 section 4.2.1 (deterministic encoding); RFC 3610

import type { CryptoProvider } from "../../hal/crypto";
import type { Entropy } from "../../hal/entropy";
import { PageSize } from "../ipc/page";
import { Major, putHead } from "../wire/cbor";
import { copyBytes, writeU16 } from "../wire/little-endian";

export const enum SealedPage {
  /** Of the byte string's head: 0x58, 126. */
  VERSION = 2,
  BOOK = 3,
  NUMBER = 4,
  SERIES = 6,
  SERIES_LENGTH = 8,
  NONCE = 14,
  NONCE_LENGTH = 13,
  /** What is before is authenticated with it. */
  SEALED = 27,
  PLAIN_LENGTH = 85,
  TAG_LENGTH = 16,
  /** Array of two, key of two bytes, head of the value: six bytes in all. */
  VALUE = 33,
  VALUE_MAX = 79,
}

export const enum SealingKey {
  LENGTH = 16,
}

const enum BackupVersion {
  CURRENT = 1,
}

/**
 * Seals the value that stands at `SealedPage.VALUE` of the page at `at`; key 0 and no value: the
 * place is empty.
 * @param nonce 13 bytes of room
 */
export function sealPage(
  crypto: CryptoProvider,
  entropy: Entropy,
  sealingKey: Uint8Array,
  nonce: Uint8Array,
  bytes: Uint8Array,
  at: number,
  key: number,
  length: number,
): void {
  const plain = at + SealedPage.SEALED;
  putPageString(bytes, at);
  bytes[at + SealedPage.VERSION] = BackupVersion.CURRENT;
  let value = putHead(bytes, plain, Major.ARRAY, 2);
  value = putHead(bytes, value, Major.UNSIGNED, key);
  value = putHead(bytes, value, Major.BYTES, length);
  copyBytes(bytes, at + SealedPage.VALUE, bytes, value, length);
  bytes.fill(0, value + length, plain + SealedPage.PLAIN_LENGTH);
  // The same record sealed again may have other contents: no nonce may follow from its place.
  entropy.fill(nonce, 0, SealedPage.NONCE_LENGTH);
  copyBytes(nonce, 0, bytes, at + SealedPage.NONCE, SealedPage.NONCE_LENGTH);
  crypto.ccmSeal(
    sealingKey,
    nonce,
    bytes,
    at,
    SealedPage.SEALED,
    bytes,
    plain,
    SealedPage.PLAIN_LENGTH,
    SealedPage.TAG_LENGTH,
  );
}

/** The head of the byte string that every page is. */
export function putPageString(bytes: Uint8Array, at: number): void {
  putHead(bytes, at, Major.BYTES, PageSize.PAGE - PageSize.HEAD);
}

/** Writes where a page belongs: before its value is put there. */
export function putPageHead(
  bytes: Uint8Array,
  at: number,
  book: number,
  number: number,
  series: Uint8Array,
  seriesAt: number,
): void {
  bytes[at + SealedPage.BOOK] = book;
  writeU16(bytes, at + SealedPage.NUMBER, number);
  copyBytes(series, seriesAt, bytes, at + SealedPage.SERIES, SealedPage.SERIES_LENGTH);
}
