// The links of a hub to its WAN over one serial line, as hal/bare/wan-line.c has them: a frame of
// HDLC-lite holds the link's number and a datagram with its 18 bytes of address.

import { frameLine, LineReader } from "../radio/line-code";
import type { LineServer } from "./line-server";

/** A datagram with its address and the link's number, every byte escaped, check and flags. */
const ENCODED_MAX = 2 * (1 + 512 + 2) + 2;

export class WanLine {
  private readonly frame = new Uint8Array(ENCODED_MAX);
  private readonly encoded = new Uint8Array(ENCODED_MAX);

  /** @param received gets a link's number and a datagram, valid until it returns */
  constructor(
    private readonly line: LineServer,
    received: (link: number, datagram: Uint8Array, length: number) => void,
  ) {
    const reader = new LineReader((frame, length) => {
      received(frame[0]!, frame.subarray(1, length), length - 1);
    });
    line.onBytes = (bytes, length) => reader.take(bytes, length);
    line.onOpened = () => reader.reset();
  }

  send(link: number, datagram: Uint8Array, length: number): void {
    this.frame[0] = link;
    this.frame.set(datagram.subarray(0, length), 1);
    this.line.write(this.encoded, frameLine(this.frame, length + 1, this.encoded));
  }
}
