// HDLC-lite: the framing of Spinel on a serial line. Flag, escaped bytes, CRC-16/X-25, flag.
// A device has this codec in C, beside its UART; this one serves simulation and host boards.
// @source RFC 1662 sections 4 and C.2; OpenThread, HDLC-lite

import { Crc16, crc16, crc16Step } from "./crc16";
import { Parsed } from "./parsed";

export const enum Hdlc {
  FLAG = 0x7e,
  ESCAPE = 0x7d,
  FLIP = 0x20,
  XON = 0x11,
  XOFF = 0x13,
  /** Reserved by OpenThread's framing for vendors; always escaped. */
  SPECIAL = 0xf8,
  /** Two flags and two check bytes around the data. */
  OVERHEAD = 4,
  /** What the CRC register holds after data and check sequence of a good frame. */
  GOOD = 0xf0b8,
}

/** The longest that `length` bytes can become: every byte escaped, the check sequence too. */
export function hdlcMaxLength(length: number): number {
  return 2 + 2 * (length + Crc16.LENGTH);
}

/**
 * Writes one frame; `out` has `hdlcMaxLength(length)` bytes from `at` on. Returns the new offset.
 */
export function putHdlc(
  out: Uint8Array,
  at: number,
  bytes: Uint8Array,
  start: number,
  length: number,
): number {
  const crc = crc16(bytes, start, length);
  out[at++] = Hdlc.FLAG;
  for (let i = 0; i < length; i++) at = putEscaped(out, at, bytes[start + i]!);
  at = putEscaped(out, at, crc & 0xff);
  at = putEscaped(out, at, crc >> 8);
  out[at++] = Hdlc.FLAG;
  return at;
}

/** Takes a line's bytes one by one and puts frames together in its own buffer. */
export class HdlcDecoder {
  /** The last whole frame, when `push` answered `OK`; good until the next `push`. */
  readonly frame: Uint8Array;
  /** Bytes of `frame`, without the check sequence. */
  length = 0;
  private filled = 0;
  private crc: number = Crc16.START;
  private escaped = false;
  private overrun = false;

  /** @param maxLength of a frame without its check sequence */
  constructor(maxLength: number) {
    this.frame = new Uint8Array(maxLength + Crc16.LENGTH);
  }

  /**
   * Takes one byte. `OK`: a frame is whole. `UNSUPPORTED`: nothing yet. Anything else: a frame
   * ended that was damaged, cut short or too long; the decoder is ready for the next one.
   */
  push(byte: number): Parsed {
    if (byte === Hdlc.FLAG) return this.end();
    if (byte === Hdlc.ESCAPE) {
      this.escaped = true;
      return Parsed.UNSUPPORTED;
    }
    const plain = this.escaped ? byte ^ Hdlc.FLIP : byte;
    this.escaped = false;
    if (this.filled === this.frame.length) this.overrun = true;
    else {
      this.frame[this.filled++] = plain;
      this.crc = crc16Step(this.crc, plain);
    }
    return Parsed.UNSUPPORTED;
  }

  /** Forgets a frame that was under way: the line was cut. */
  reset(): void {
    this.filled = 0;
    this.crc = Crc16.START;
    this.escaped = false;
    this.overrun = false;
  }

  private end(): Parsed {
    const code = this.judge();
    this.length = code === Parsed.OK ? this.filled - Crc16.LENGTH : 0;
    this.reset();
    return code;
  }

  private judge(): Parsed {
    // Two flags in a row are one flag: an empty frame is none.
    if (this.filled === 0 && !this.escaped && !this.overrun) return Parsed.UNSUPPORTED;
    if (this.overrun) return Parsed.TOO_LONG;
    if (this.escaped || this.filled < Crc16.LENGTH) return Parsed.TRUNCATED;
    return this.crc === Hdlc.GOOD ? Parsed.OK : Parsed.DAMAGED;
  }
}

function putEscaped(out: Uint8Array, at: number, byte: number): number {
  if (
    byte === Hdlc.FLAG ||
    byte === Hdlc.ESCAPE ||
    byte === Hdlc.XON ||
    byte === Hdlc.XOFF ||
    byte === Hdlc.SPECIAL
  ) {
    out[at++] = Hdlc.ESCAPE;
    out[at++] = byte ^ Hdlc.FLIP;
    return at;
  }
  out[at++] = byte;
  return at;
}
