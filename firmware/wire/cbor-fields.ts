// Small maps with the keys 0, 1, 2 ..: how the hub's own resources take and give their fields.
// A field is where its value's head is; -1: the map does not have it.

import { Major } from "./cbor";
import { CborCheck, checkCbor, headArgument } from "./cbor-check";

export const enum CborField {
  NONE = -1,
  /** Our largest map has four keys. */
  COUNT = 4,
}

/** False: no deterministic map of at most four such keys. After true, the functions below hold. */
export function checkFields(bytes: Uint8Array, start: number, length: number): boolean {
  if (checkCbor(bytes, start, length) !== CborCheck.OK) return false;
  if (bytes[start]! >> 5 !== Major.MAP || headArgument(bytes, start) > CborField.COUNT)
    return false;
  const count = headArgument(bytes, start);
  let at = headEnd(bytes, start);
  for (let i = 0; i < count; i++) {
    if (bytes[at]! >= CborField.COUNT) return false;
    at = itemEnd(bytes, at + 1);
  }
  return true;
}

/** Where the value of a key is. */
export function findField(bytes: Uint8Array, start: number, key: number): number {
  const count = headArgument(bytes, start);
  let at = headEnd(bytes, start);
  for (let i = 0; i < count; i++) {
    if (bytes[at] === key) return at + 1;
    at = itemEnd(bytes, at + 1);
  }
  return CborField.NONE;
}

/** Whether every key is less than `count`: what we do not understand we do not half obey. */
export function hasOnlyFields(bytes: Uint8Array, start: number, count: number): boolean {
  for (let key = count; key < CborField.COUNT; key++) {
    if (findField(bytes, start, key) !== CborField.NONE) return false;
  }
  return true;
}

export function isUnsignedField(bytes: Uint8Array, field: number): boolean {
  return field !== CborField.NONE && bytes[field]! >> 5 === Major.UNSIGNED;
}

export function isBytesField(bytes: Uint8Array, field: number): boolean {
  return field !== CborField.NONE && bytes[field]! >> 5 === Major.BYTES;
}

/** The number, or a byte string's length. */
export function fieldValue(bytes: Uint8Array, field: number): number {
  return headArgument(bytes, field);
}

/** A byte string's first byte. */
export function fieldStart(bytes: Uint8Array, field: number): number {
  return headEnd(bytes, field);
}

function headEnd(bytes: Uint8Array, at: number): number {
  const short = bytes[at]! & 31;
  return at + 1 + (short < 24 ? 0 : 1 << (short - 24));
}

function itemEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let items = 1; items > 0; items--) {
    const major = (bytes[at]! >> 5) as Major;
    const argument = headArgument(bytes, at);
    at = headEnd(bytes, at);
    if (major === Major.BYTES || major === Major.TEXT) at += argument;
    else if (major === Major.ARRAY) items += argument;
    else if (major === Major.MAP) items += 2 * argument;
    else if (major === Major.TAG) items++;
  }
  return at;
}
