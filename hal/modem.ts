// A WAN modem that takes AT commands on a serial line.
// @source 3GPP TS 27.007

import type { Sent } from "./sent";

export interface Modem {
  /** Queues `length` bytes to the modem's command line. */
  send(bytes: Uint8Array, length: number): Sent;
  /** Drives the modem's power key. */
  power(on: boolean): void;
}
