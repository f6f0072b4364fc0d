// The simulated co-processor for a hub that is elsewhere: its serial line, byte for byte.

import type { Hub } from "../hub/hub";
import type { LineServer } from "./line-server";

export function offerRadio(hub: Hub, line: LineServer): void {
  hub.fromRadio.onBytes = (bytes, length) => line.write(bytes, length);
  line.onBytes = (bytes, length) => hub.toRadio.write(bytes, length);
}
