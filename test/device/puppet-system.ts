// The puppets' table in the place of the system's, for the machines' environments.

import { PUPPET_TABLE } from "../conformance/puppet-table";

export const SYSTEM = PUPPET_TABLE;
