// How each partition of the table is made: the one list of partitions besides the table itself.
// `vault`, `policy` and `console` hold their memory in the table and are not written yet.

import type { Constructors } from "./kernel/board";
import { createAccess } from "./partitions/access/partition";
import { createAudit } from "./partitions/audit/partition";
import { createDemand } from "./partitions/demand/partition";
import { createEsiOperator, createEsiSupplier } from "./partitions/esi/partition";
import { createFirewall } from "./partitions/firewall/partition";
import { createGas } from "./partitions/gas/partition";
import { createHan } from "./partitions/han/partition";
import { createManage } from "./partitions/manage/partition";
import { createTrust } from "./partitions/trust/partition";
import { createWanApplication, createWanManagement } from "./partitions/wan/partition";

export const CONSTRUCTORS: Constructors = {
  audit: createAudit,
  trust: createTrust,
  access: createAccess,
  han: createHan,
  "wan-management": createWanManagement,
  "wan-application": createWanApplication,
  firewall: createFirewall,
  manage: createManage,
  "esi-supplier": createEsiSupplier,
  "esi-operator": createEsiOperator,
  gas: createGas,
  demand: createDemand,
};
