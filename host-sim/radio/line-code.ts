// HDLC-lite as the co-processor speaks it, independent of the firmware's codec.
// @source RFC 1662 sections 4.2, C.2; OpenThread, HDLC-lite

import { crcStep } from "../air/fcs";

const FLAG = 0x7e;
const ESCAPE = 0x7d;
const SPECIAL = new Set([FLAG, ESCAPE, 0x11, 0x13, 0xf8]);

/** Frames `length` bytes into `out` from its start; returns how many bytes go on the line. */
export function frameLine(bytes: Uint8Array, length: number, out: Uint8Array): number {
  let at = 0;
  let crc = 0xffff;
  const put = (byte: number): void => {
    if (SPECIAL.has(byte)) {
      out[at++] = ESCAPE;
      out[at++] = byte ^ 0x20;
    } else out[at++] = byte;
  };
  for (let i = 0; i < length; i++) {
    put(bytes[i]!);
    crc = crcStep(crc, bytes[i]!);
  }
  crc ^= 0xffff;
  put(crc & 0xff);
  put(crc >> 8);
  out[at++] = FLAG;
  return at;
}

/** Finds frames in a stream of bytes. */
export class LineReader {
  private readonly buffer = new Uint8Array(2048);
  private used = 0;
  private escaped = false;
  /** Frames that were damaged or too long. */
  errors = 0;

  /** @param onFrame the bytes are valid until it returns */
  constructor(private readonly onFrame: (frame: Uint8Array, length: number) => void) {}

  take(bytes: Uint8Array, length: number): void {
    for (let i = 0; i < length; i++) this.byte(bytes[i]!);
  }

  reset(): void {
    this.used = 0;
    this.escaped = false;
  }

  private byte(byte: number): void {
    if (byte === FLAG) {
      const length = this.used;
      this.reset();
      if (length === 0) return;
      let crc = 0xffff;
      for (let i = 0; i < length; i++) crc = crcStep(crc, this.buffer[i]!);
      if (length < 3 || crc !== 0xf0b8) this.errors++;
      else this.onFrame(this.buffer, length - 2);
    } else if (byte === ESCAPE) {
      this.escaped = true;
    } else {
      const plain = this.escaped ? byte ^ 0x20 : byte;
      this.escaped = false;
      if (this.used < this.buffer.length) this.buffer[this.used++] = plain;
    }
  }
}
