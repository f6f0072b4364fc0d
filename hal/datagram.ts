// A datagram link to the WAN: UDP over whatever carries it.

import type { Sent } from "./sent";

export const enum Datagram {
  /** An IPv6 or IPv4-mapped address (16 bytes) and a port (2 bytes, big-endian). */
  ADDRESS_LENGTH = 18,
  /** Address and payload together. A longer datagram is dropped by the board and counted. */
  MAX_LENGTH = 512,
}

/**
 * One local port towards one head-end.
 * A datagram comes to the owner as `receive(now, Party.X_LINK, buffer, length)`: 18 bytes of
 * source address, then the payload. The board filters nothing: the owner checks who sent it.
 */
export interface DatagramLink {
  /** The address of the configured peer, 18 bytes. */
  readonly peer: Uint8Array;
  /** Sends 18 bytes of destination address and the payload behind it. */
  send(datagram: Uint8Array, length: number): Sent;
}
