// The wiring of `firewall`.

import type { Environment } from "../../system";
import { Firewall } from "./firewall";

export function createFirewall(environment: Environment<"firewall">): Firewall {
  return new Firewall(environment);
}
