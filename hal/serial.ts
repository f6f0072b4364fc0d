// A plain serial line: the intimate link to the meter that the hub sits on.

import type { Sent } from "./sent";

export interface Serial {
  /** Queues `length` bytes. */
  send(bytes: Uint8Array, length: number): Sent;
}
