// An IEEE 802.15.4 radio co-processor that speaks Spinel over a serial line.
// @source OpenThread, Spinel host-controller interface

import type { Sent } from "./sent";

/**
 * Whole Spinel frames both ways: HDLC-lite framing and its CRC are the board's codec.
 * A received frame comes to the owner as `receive(now, Party.RADIO, buffer, length)`.
 */
export interface Radio {
  /** Queues one Spinel frame of at most 320 bytes. `FULL`: the line is behind; try again later. */
  send(frame: Uint8Array, length: number): Sent;
  /** Pulses the co-processor's reset line; it announces itself anew. */
  reset(): void;
}
