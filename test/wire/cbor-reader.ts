// A walk over CBOR that `checkCbor` found good: head by head, without objects.
// @source RFC 8949 section 3

import { Major } from "../../firmware/wire/cbor";
import { headArgument } from "../../firmware/wire/cbor-check";

/** It belongs to its user. */
export class CborReader {
  /** Of the head that `read` met. */
  major = Major.SIMPLE as Major;
  /**
   * The number, the length of a string, the count of an array or map, the tag, the simple value.
   */
  argument = 0;
  /** Of a string: its first byte. */
  start = 0;
  /** Where the next head is. */
  at = 0;

  open(start: number): void {
    this.at = start;
  }

  /** Reads one head; a string's bytes are passed over, an array's elements come next. */
  read(bytes: Uint8Array): Major {
    const first = bytes[this.at]!;
    const short = first & 31;
    this.major = first >> 5;
    this.argument = headArgument(bytes, this.at);
    this.start = this.at + 1 + (short < 24 ? 0 : 1 << (short - 24));
    const isString = this.major === Major.BYTES || this.major === Major.TEXT;
    this.at = this.start + (isString ? this.argument : 0);
    return this.major;
  }

  /** Passes over one whole item. */
  skip(bytes: Uint8Array): void {
    for (let items = 1; items > 0; items--) {
      const major = this.read(bytes);
      if (major === Major.ARRAY) items += this.argument;
      else if (major === Major.MAP) items += 2 * this.argument;
      else if (major === Major.TAG) items++;
    }
  }

  /** The integer that `read` met. */
  integer(): number {
    return this.major === Major.NEGATIVE ? -1 - this.argument : this.argument;
  }

  isInteger(): boolean {
    return this.major <= Major.NEGATIVE;
  }
}
