// The home's own network (Wi-Fi or Ethernet): UDP, addresses as `hal/datagram.ts` has them.

import type { Sent } from "./sent";

export interface Lan {
  /** Sends 18 bytes of destination address and the payload behind it. */
  send(datagram: Uint8Array, length: number): Sent;
}
