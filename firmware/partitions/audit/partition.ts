// The wiring of `audit`.

import type { Partition } from "../../kernel/partition";
import type { Environment } from "../../system";
import { Audit } from "./audit";

export function createAudit(environment: Environment<"audit">): Partition {
  return new Audit(environment);
}
