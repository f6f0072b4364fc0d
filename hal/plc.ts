// A HomePlug AV / Green PHY modem on a serial line (QCA700x UART framing).

import type { Sent } from "./sent";

/** Whole Ethernet frames both ways; framing is the board's codec. */
export interface Plc {
  /** Queues one Ethernet frame without FCS, 14 to 1514 bytes. */
  send(frame: Uint8Array, length: number): Sent;
  /** Pulses the modem's reset line. */
  reset(): void;
}
