// CoAP options: a check of the whole list, a walk over it, and a writer in ascending order.
// @source RFC 7252 section 3.1

const MARKER = 0xff;

/**
 * Looks at options and payload of `bytes[start .. end)`. False: a message format error (a reserved
 * nibble, an option past the end, a number over 65535, a marker without a payload).
 */
export function checkOptions(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  let number = 0;
  while (at < end) {
    const first = bytes[at++]!;
    if (first === MARKER) return at < end;
    const deltaNibble = first >> 4;
    const lengthNibble = first & 15;
    if (deltaNibble === 15 || lengthNibble === 15) return false;
    const extended = extensionLength(deltaNibble) + extensionLength(lengthNibble);
    if (at + extended > end) return false;
    number += extend(bytes, at, deltaNibble);
    const length = extend(bytes, at + extensionLength(deltaNibble), lengthNibble);
    at += extended + length;
    if (number > 0xffff || at > end) return false;
  }
  return true;
}

/** A walk over options that `checkOptions` found good. It belongs to its user. */
export class OptionReader {
  /** Of the option that `next` found. */
  number = 0;
  start = 0;
  length = 0;
  /** After the last option: where the payload begins; the end when there is none. */
  payload = 0;
  private at = 0;
  private end = 0;

  open(start: number, end: number): void {
    this.at = start;
    this.end = end;
    this.number = 0;
    this.payload = end;
  }

  /** False: no further option; `payload` is then right. */
  next(bytes: Uint8Array): boolean {
    if (this.at >= this.end) return false;
    const first = bytes[this.at]!;
    if (first === MARKER) {
      this.payload = this.at + 1;
      return false;
    }
    const lengthAt = this.at + 1 + extensionLength(first >> 4);
    this.number += extend(bytes, this.at + 1, first >> 4);
    this.length = extend(bytes, lengthAt, first & 15);
    this.start = lengthAt + extensionLength(first & 15);
    this.at = this.start + this.length;
    return true;
  }
}

/** Writes options in ascending order, then the payload's marker. It belongs to its user. */
export class OptionWriter {
  /** Where the next byte goes. */
  at = 0;
  private number = 0;

  open(at: number): void {
    this.at = at;
    this.number = 0;
  }

  /** @param number not less than that of the option before */
  put(
    bytes: Uint8Array,
    number: number,
    value: Uint8Array,
    valueStart: number,
    length: number,
  ): void {
    this.head(bytes, number, length);
    for (let i = 0; i < length; i++) bytes[this.at++] = value[valueStart + i]!;
  }

  /** A number in as few bytes as it needs, 0 in none. @source RFC 7252 section 3.2 */
  putUint(bytes: Uint8Array, number: number, value: number): void {
    let length = 0;
    for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) length++;
    this.head(bytes, number, length);
    let rest = value;
    for (let i = length - 1; i >= 0; i--) {
      bytes[this.at + i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    this.at += length;
  }

  /** @param text ASCII */
  putText(bytes: Uint8Array, number: number, text: string): void {
    this.head(bytes, number, text.length);
    for (let i = 0; i < text.length; i++) bytes[this.at++] = text.charCodeAt(i);
  }

  /** An EUI-64 as 16 hexadecimal digits. @param start least significant byte first */
  putEui64(bytes: Uint8Array, number: number, eui64: Uint8Array, start: number): void {
    this.head(bytes, number, 16);
    for (let i = 7; i >= 0; i--) {
      bytes[this.at++] = hexDigit(eui64[start + i]! >> 4);
      bytes[this.at++] = hexDigit(eui64[start + i]! & 15);
    }
  }

  /** Before a payload that is not empty. */
  marker(bytes: Uint8Array): void {
    bytes[this.at++] = MARKER;
  }

  private head(bytes: Uint8Array, number: number, length: number): void {
    const delta = number - this.number;
    this.number = number;
    bytes[this.at++] = (nibble(delta) << 4) | nibble(length);
    this.extension(bytes, delta);
    this.extension(bytes, length);
  }

  private extension(bytes: Uint8Array, value: number): void {
    if (value >= 269) {
      bytes[this.at++] = (value - 269) >> 8;
      bytes[this.at++] = value - 269;
    } else if (value >= 13) bytes[this.at++] = value - 13;
  }
}

/** An option's value as a number. Up to 6 bytes are exact; our options have at most 4. */
export function optionUint(bytes: Uint8Array, start: number, length: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) value = value * 256 + bytes[start + i]!;
  return value;
}

/** A critical option must be understood. @source RFC 7252 section 5.4.1 */
export function isCritical(number: number): boolean {
  return (number & 1) === 1;
}

function extensionLength(nibbleValue: number): number {
  return nibbleValue === 13 ? 1 : nibbleValue === 14 ? 2 : 0;
}

function extend(bytes: Uint8Array, at: number, nibbleValue: number): number {
  if (nibbleValue === 13) return bytes[at]! + 13;
  if (nibbleValue === 14) return ((bytes[at]! << 8) | bytes[at + 1]!) + 269;
  return nibbleValue;
}

function hexDigit(value: number): number {
  return value < 10 ? 0x30 + value : 0x57 + value;
}

function nibble(value: number): number {
  return value < 13 ? value : value < 269 ? 13 : 14;
}
