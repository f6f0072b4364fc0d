// Spinel: what the hub and the radio co-processor say to each other, one frame at a time:
// header byte, command, and for property commands the property and its value.
// @source OpenThread src/lib/spinel/spinel.h

import { Parsed } from "./parsed";

export const enum Spinel {
  /** Bits 7 and 6 of the header are always 10. */
  FLAG = 0x80,
  FLAG_MASK = 0xc0,
  /** Interface, 0 for the only one. */
  INTERFACE_MASK = 0x30,
  /** Transaction: an answer has its question's; 0 is unasked-for. */
  TRANSACTION_MASK = 0x0f,
  TRANSACTION_MAX = TRANSACTION_MASK,
  /** The longest frame on the line. */
  FRAME_MAX = 320,
  /** The longest packed integer that is in use, and the greatest one. */
  PACKED_LENGTH_MAX = 3,
  PACKED_MAX = 0x1fffff,
}

export const enum SpinelCommand {
  NOOP = 0,
  /** Value: an optional reset kind, `SpinelReset`. */
  RESET = 1,
  GET = 2,
  SET = 3,
  INSERT = 4,
  REMOVE = 5,
  IS = 6,
  INSERTED = 7,
  REMOVED = 8,
}

export const enum SpinelReset {
  PLATFORM = 1,
  STACK = 2,
  BOOTLOADER = 3,
}

/** Looks at one frame: header, command, and the property of a property command. */
export function checkSpinel(bytes: Uint8Array, start: number, length: number): Parsed {
  const end = start + length;
  if (length < 2) return Parsed.TRUNCATED;
  if (length > Spinel.FRAME_MAX) return Parsed.TOO_LONG;
  if ((bytes[start]! & Spinel.FLAG_MASK) !== Spinel.FLAG) return Parsed.INVALID;
  const command = checkPacked(bytes, start + 1, end);
  if (command !== Parsed.OK) return command;
  if (!hasProperty(spinelCommand(bytes, start))) return Parsed.OK;
  return checkPacked(bytes, propertyAt(bytes, start), end);
}

export function spinelTransaction(bytes: Uint8Array, start: number): number {
  return bytes[start]! & Spinel.TRANSACTION_MASK;
}

export function spinelInterface(bytes: Uint8Array, start: number): number {
  return (bytes[start]! & Spinel.INTERFACE_MASK) >> 4;
}

/** A `SpinelCommand`, or a number that is none of ours. */
export function spinelCommand(bytes: Uint8Array, start: number): number {
  return readPacked(bytes, start + 1);
}

/**
 * The property of `GET` to `REMOVED`, a `SpinelProperty` or a number that is none of ours; else -1.
 */
export function spinelProperty(bytes: Uint8Array, start: number): number {
  return hasProperty(spinelCommand(bytes, start))
    ? readPacked(bytes, propertyAt(bytes, start))
    : -1;
}

/** Where the property's value starts (of a command without property, its payload). */
export function spinelValueAt(bytes: Uint8Array, start: number): number {
  const at = propertyAt(bytes, start);
  return hasProperty(spinelCommand(bytes, start)) ? at + packedLength(bytes, at) : at;
}

/** Writes header, command and property; the value follows at the offset it returns. */
export function putSpinel(
  bytes: Uint8Array,
  at: number,
  transaction: number,
  command: SpinelCommand,
  property: number,
): number {
  return putPacked(bytes, putSpinelCommand(bytes, at, transaction, command), property);
}

/** Writes header and command alone (`NOOP`, `RESET`). */
export function putSpinelCommand(
  bytes: Uint8Array,
  at: number,
  transaction: number,
  command: SpinelCommand,
): number {
  bytes[at] = Spinel.FLAG | transaction;
  return putPacked(bytes, at + 1, command);
}

/** Whether a packed unsigned integer lies whole in `bytes[at .. end)`. */
export function checkPacked(bytes: Uint8Array, at: number, end: number): Parsed {
  return at < end && bytes[at]! < 0x80 ? Parsed.OK : checkLong(bytes, at, end);
}

function checkLong(bytes: Uint8Array, at: number, end: number): Parsed {
  for (let i = 0; i < Spinel.PACKED_LENGTH_MAX; i++) {
    if (at + i >= end) return Parsed.TRUNCATED;
    if (bytes[at + i]! < 0x80) return Parsed.OK;
  }
  return Parsed.INVALID;
}

/** Seven bits a byte, least significant first; only after `checkPacked`. */
export function readPacked(bytes: Uint8Array, at: number): number {
  return bytes[at]! < 0x80 ? bytes[at]! : readLong(bytes, at);
}

function readLong(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 0; i < Spinel.PACKED_LENGTH_MAX; i++) {
    const byte = bytes[at + i]!;
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) break;
  }
  return value;
}

export function packedLength(bytes: Uint8Array, at: number): number {
  return bytes[at]! < 0x80 ? 1 : longLength(bytes, at);
}

function longLength(bytes: Uint8Array, at: number): number {
  let length = 1;
  while (length < Spinel.PACKED_LENGTH_MAX && bytes[at + length - 1]! >= 0x80) length++;
  return length;
}

/** @param value at most `Spinel.PACKED_MAX` */
export function putPacked(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  while (rest >= 0x80) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>= 7;
  }
  bytes[at++] = rest;
  return at;
}

/** A signed byte: dBm. */
export function readI8(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) >> 24;
}

/**
 * Copies an EUI-64 the other way round: Spinel has the most significant byte first, the radio last.
 */
export function copyReversed8(
  from: Uint8Array,
  fromStart: number,
  to: Uint8Array,
  toStart: number,
): void {
  for (let i = 0; i < 8; i++) to[toStart + i] = from[fromStart + 7 - i]!;
}

function hasProperty(command: number): boolean {
  return command >= SpinelCommand.GET && command <= SpinelCommand.REMOVED;
}

function propertyAt(bytes: Uint8Array, start: number): number {
  return start + 1 + packedLength(bytes, start + 1);
}
