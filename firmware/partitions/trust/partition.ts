// The wiring of `trust`.

import type { Partition } from "../../kernel/partition";
import type { Environment } from "../../system";
import { Trust } from "./trust";

export function createTrust(environment: Environment<"trust">): Partition {
  return new Trust(environment);
}
