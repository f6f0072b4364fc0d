// The separation that the table must show: between the HAN side and the WAN side there is no way
// but the firewall, and the leaf services that serve both sides are no way either.

import { type ChannelRow, type PartitionRow, Side, type SystemTable } from "./table";

export function separationProblems(table: SystemTable): string[] {
  return [
    ...firewallProblems(table),
    ...bypassProblems(table),
    ...leafReplyProblems(table),
    ...leafBridgeProblems(table),
  ];
}

function firewallProblems(table: SystemTable): string[] {
  const firewalls = table.partitions.filter((row) => row.side === Side.FIREWALL);
  if (firewalls.length <= 1) return [];
  return [`two firewalls: ${firewalls.map((row) => row.name).join(", ")}`];
}

/** Leaves aside, remove the firewall: no path joins the two sides, in whichever direction. */
function bypassProblems(table: SystemTable): string[] {
  const problems: string[] = [];
  for (const start of table.partitions) {
    if (start.side !== Side.HAN) continue;
    const path = pathTo(table, [start], endsOnWan, neighboursAcross);
    if (path !== undefined) problems.push(`a way past the firewall: ${path}`);
  }
  return problems;
}

/** A leaf answers its callers. Whoever it sends to without being asked by, it has named itself. */
function leafReplyProblems(table: SystemTable): string[] {
  const problems: string[] = [];
  for (const { from, to } of table.channels) {
    if (sideOf(table, from) !== Side.LEAF || sideOf(table, to) === Side.LEAF) continue;
    if (table.channels.some((other) => other.from === to && other.to === from)) continue;
    problems.push(`leaf ${from} sends to ${to}, which never asks it anything`);
  }
  return problems;
}

/** What one side hands to a leaf must not come out on the other side by way of another leaf. */
function leafBridgeProblems(table: SystemTable): string[] {
  const problems: string[] = [];
  for (const start of table.partitions) {
    if (start.side !== Side.HAN && start.side !== Side.WAN) continue;
    const other = start.side === Side.HAN ? Side.WAN : Side.HAN;
    const ends = (row: PartitionRow, before: number): boolean =>
      row.side === other && before >= LEAVES_IN_A_BRIDGE;
    const path = pathTo(table, [start], ends, receiversThroughLeaves);
    if (path !== undefined) problems.push(`a bridge over leaf services: ${path}`);
  }
  return problems;
}

// The start and two leaves stand before the end: one leaf alone keeps its callers apart itself.
const LEAVES_IN_A_BRIDGE = 3;

type Ends = (row: PartitionRow, before: number) => boolean;
type Next = (table: SystemTable, row: PartitionRow) => PartitionRow[];

/**
 * The first path without a loop, as text. Tables have some ten rows: a search in depth is quick.
 */
function pathTo(
  table: SystemTable,
  path: readonly PartitionRow[],
  ends: Ends,
  next: Next,
): string | undefined {
  for (const row of next(table, path[path.length - 1]!)) {
    if (path.includes(row)) continue;
    if (ends(row, path.length)) return [...path, row].map((step) => step.name).join(" - ");
    const found = pathTo(table, [...path, row], ends, next);
    if (found !== undefined) return found;
  }
  return undefined;
}

function endsOnWan(row: PartitionRow): boolean {
  return row.side === Side.WAN;
}

/** Who shares a channel with it, firewall and leaves aside. */
function neighboursAcross(table: SystemTable, row: PartitionRow): PartitionRow[] {
  return table.partitions.filter((other) => {
    if (other.side === Side.FIREWALL || other.side === Side.LEAF) return false;
    return table.channels.some((channel) => joins(channel, row, other));
  });
}

function joins(channel: ChannelRow, one: PartitionRow, other: PartitionRow): boolean {
  if (channel.from === one.name) return channel.to === other.name;
  return channel.from === other.name && channel.to === one.name;
}

/** Leaves that it sends to; from a leaf, whoever that leaf sends to. */
function receiversThroughLeaves(table: SystemTable, row: PartitionRow): PartitionRow[] {
  return table.partitions.filter((other) => {
    if (row.side !== Side.LEAF && other.side !== Side.LEAF) return false;
    return table.channels.some(({ from, to }) => from === row.name && to === other.name);
  });
}

function sideOf(table: SystemTable, name: string): Side | undefined {
  return table.partitions.find((row) => row.name === name)?.side;
}
