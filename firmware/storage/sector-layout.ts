// A sector of a log in flash starts with a header; what follows never crosses a page of 256 bytes,
// so that behind something torn the next page is a sure place to look for more.
// The price: a record that decays takes with it what follows on its page.
//
// A sector is freed by overwriting its header with zeros, and erased before it is used again: half
// an erase can then not bring it back.

import { Flash } from "../../hal/flash";
import { equalBytes, readU16, readU32, writeU16, writeU32 } from "../wire/little-endian";
import { crc32 } from "./crc32";

export const enum Page {
  LENGTH = 256,
  PER_SECTOR = 16,
}

export const enum Sector {
  LENGTH = 4096,
  NONE = 0xffff,
}

export const enum SectorHeader {
  MAGIC = 0,
  /** Grows by one with each sector that is started. u32 */
  SEQUENCE = 4,
  /** The sector whose live records were copied to here, or `NONE`. u16 */
  REPLACES = 8,
  /** Zero. u16 */
  RESERVED = 10,
  /** The sequence of that sector: it may have been used anew since. u32 */
  REPLACED_SEQUENCE = 12,
  /** Over all before it. */
  CRC = 16,
  /** Zeros: the copy is whole, and the sector it replaces is dead. u32 */
  COMMITTED = 20,
  LENGTH = 24,
}

export const enum SectorMagic {
  /** "HS01", little-endian. */
  VALUE = 0x31305348,
  /** A header that claims more was never written by this code: 2^31 erases outlast any chip. */
  SEQUENCE_MAX = 0x7fffffff,
}

/** What overwrites heads and marks; nobody writes to it. */
export const ZEROS = new Uint8Array(SectorHeader.LENGTH);

/** What an erased page reads as; nobody writes to it. */
const ERASED = new Uint8Array(Page.LENGTH).fill(Flash.ERASED);

/** Whether `bytes[start .. end)`, a page at most, reads as erased. */
export function isErased(bytes: Uint8Array, start: number, end: number): boolean {
  return equalBytes(bytes, start, ERASED, 0, end - start);
}

/** A blank or broken header is none; a header that was overwritten with zeros is broken. */
export function checkSectorHeader(bytes: Uint8Array, at: number): boolean {
  if (readU32(bytes, at + SectorHeader.MAGIC) !== SectorMagic.VALUE) return false;
  if (readU32(bytes, at + SectorHeader.SEQUENCE) > SectorMagic.SEQUENCE_MAX) return false;
  return crc32(bytes, at, SectorHeader.CRC) === readU32(bytes, at + SectorHeader.CRC);
}

/** Everything but `COMMITTED`, which is a write of its own. */
export function putSectorHeader(
  bytes: Uint8Array,
  sequence: number,
  replaces: number,
  replacedSequence: number,
): void {
  writeU32(bytes, SectorHeader.MAGIC, SectorMagic.VALUE);
  writeU32(bytes, SectorHeader.SEQUENCE, sequence);
  writeU16(bytes, SectorHeader.REPLACES, replaces);
  writeU16(bytes, SectorHeader.RESERVED, 0);
  writeU32(bytes, SectorHeader.REPLACED_SEQUENCE, replacedSequence);
  writeU32(bytes, SectorHeader.CRC, crc32(bytes, 0, SectorHeader.CRC));
}

/** A sector that replaces none needs no commitment. */
export function isCommitted(bytes: Uint8Array, at: number): boolean {
  const replaces = readU16(bytes, at + SectorHeader.REPLACES);
  return replaces === Sector.NONE || readU32(bytes, at + SectorHeader.COMMITTED) === 0;
}
