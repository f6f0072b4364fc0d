// An undeclared send does not compile. `npm run types` judges this file; nothing runs it.

import type { Environment } from "../../firmware/system";

export function typesOf(gas: Environment<"gas">, audit: Environment<"audit">): void {
  const message = new Uint8Array(16);
  gas.ports.firewall.send(message, 16);
  // @ts-expect-error the mirror has no channel to the WAN
  gas.ports["wan-application"].send(message, 16);
  // @ts-expect-error nor to an energy services interface
  gas.ports["esi-supplier"].send(message, 16);
  // @ts-expect-error nobody sends to itself
  gas.ports.gas.send(message, 16);
  // @ts-expect-error the audit log sends to nobody
  audit.ports.manage.send(message, 16);
  // @ts-expect-error the radio is another's
  gas.devices.radio.reset();
  // @ts-expect-error so is that flash region
  gas.regions.log.erase(0);
  gas.regions.mirror.erase(0);
}
