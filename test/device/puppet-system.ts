// The puppets' table in the place of the system's, for the machines' environments.

export { PUPPET_TABLE as SYSTEM } from "../conformance/puppet-table";
