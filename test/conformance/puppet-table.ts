// The table that the scripts run on: two sides, a firewall, a leaf, and equals that take turns.

import { Operation } from "../../firmware/ipc/operation";
import {
  type ChannelRow,
  type PartitionRow,
  Side,
  type SystemTable,
} from "../../firmware/kernel/table";
import { LINE_PARTY } from "./puppet-protocol";
import type { Name } from "./script";

/** The numbers of the partitions; `audit` has its real one. */
export const PUPPETS: Readonly<Record<Name, number>> = {
  audit: 0,
  alice: 1,
  bob: 2,
  carol: 3,
  wall: 4,
  dave: 5,
  erin: 6,
};

/** `alice` and `bob` are equals; `carol` comes after them; `erin` nobody has written. */
export const PUPPET_TABLE: SystemTable = {
  machineStackBytes: 4096,
  boards: [
    {
      name: "bench",
      ramBytes: 0x100000,
      systemBytes: 0x1000,
      reservePermille: 200,
      flashBytes: 0x100000,
    },
  ],
  partitions: [
    row("audit", Side.LEAF, 0),
    row("alice", Side.HAN, 2),
    row("bob", Side.HAN, 2),
    row("carol", Side.HAN, 3),
    row("wall", Side.FIREWALL, 1),
    row("dave", Side.WAN, 3),
    row("erin", Side.HAN, 4),
  ],
  channels: [
    channel("alice", "bob", [1, 2], 4, 10),
    channel("bob", "alice", [1], 4, 10),
    channel("carol", "alice", [1], 2, 100),
    channel("carol", "bob", [1], 2, 100),
    channel("alice", "wall", [1], 4, 100),
    channel("wall", "dave", [1], 4, 100),
    channel("dave", "wall", [1], 4, 100),
    channel("alice", "erin", [1], 4, 100),
    channel("bob", "audit", [Operation.AUDIT_EVENT], 4, 10),
  ],
  devices: lines(),
  regions: [{ name: "notes", id: 0, owner: "alice", bytes: 8192 }],
};

function row(name: Name, side: Side, priority: number): PartitionRow {
  const size = { heapBytes: 16_384, codeBytes: 8192, stepsPerCall: 100_000 };
  return { id: PUPPETS[name], name, side, priority, ...size };
}

function channel(
  from: Name,
  to: Name,
  carries: readonly number[],
  depth: number,
  perSecond: number,
): ChannelRow {
  return { from, to, carries, depth, perSecond, burst: depth, waits: false };
}

function lines(): SystemTable["devices"] {
  return Object.entries(PUPPETS).map(([name, id]) => ({
    name: `${name}-line`,
    party: LINE_PARTY + id,
    owner: name,
    depth: 4,
    maxBytes: 16,
  }));
}
