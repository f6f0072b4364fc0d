// Refuses a system table that breaks the rules of the design, with a sentence for each problem. It
// runs when the firmware is built, and again when a TypeScript kernel is made.

import { Flash } from "../../hal/flash";
import { Message } from "../ipc/operation";
import { Party } from "../ipc/party";
import { OPERATIONS } from "./channel";
import { separationProblems } from "./separation";
import type { BoardRow, ChannelRow, PartitionRow, SystemTable } from "./table";
import { queueBytes } from "./table-inputs";

/** Sentences, one for each problem; none: the table is good. */
export function problemsOf(table: SystemTable): string[] {
  return [
    ...duplicates(table),
    ...missing(table),
    ...table.partitions.flatMap(partitionProblems),
    ...table.channels.flatMap((channel) => channelProblems(table, channel)),
    ...deviceProblems(table),
    ...regionProblems(table),
    ...table.boards.flatMap((board) => boardProblems(table, board)),
    ...separationProblems(table),
  ];
}

function duplicates(table: SystemTable): string[] {
  const { partitions, channels, devices, regions, boards } = table;
  return [
    ...repeated(partitions, (row) => row.name, "two partitions are called"),
    ...repeated(partitions, (row) => row.id, "two partitions have the number"),
    ...repeated(devices, (row) => row.name, "two rows own the device"),
    ...repeated(devices, (row) => row.party, "two devices have the number"),
    ...repeated(regions, (row) => row.name, "two rows own the flash region"),
    ...repeated(regions, (row) => row.id, "two flash regions have the number"),
    ...repeated(boards, (row) => row.name, "two boards are called"),
    ...repeated(channels, (row) => `${row.from} -> ${row.to}`, "two rows declare the channel"),
  ];
}

function repeated<T>(rows: readonly T[], key: (row: T) => string | number, what: string): string[] {
  const seen = new Set<string | number>();
  const problems: string[] = [];
  for (const row of rows) {
    if (seen.has(key(row))) problems.push(`${what} ${key(row)}`);
    seen.add(key(row));
  }
  return problems;
}

function missing(table: SystemTable): string[] {
  const names = new Set(table.partitions.map((row) => row.name));
  const problems: string[] = [];
  for (const { from, to } of table.channels) {
    for (const end of [from, to]) {
      if (!names.has(end)) problems.push(`channel ${from} -> ${to}: there is no partition ${end}`);
    }
  }
  for (const { name, owner } of [...table.devices, ...table.regions]) {
    if (!names.has(owner)) problems.push(`${name}: there is no partition ${owner} to own it`);
  }
  return problems;
}

function partitionProblems(row: PartitionRow): string[] {
  const problems: string[] = [];
  if (!within(row.id, 0, Party.KERNEL - 1)) {
    problems.push(`partition ${row.name}: its number ${row.id} is not below the kernel's`);
  }
  if (!within(row.priority, 0, 255)) problems.push(`partition ${row.name}: bad priority`);
  if (row.heapBytes <= 0) problems.push(`partition ${row.name}: it has no heap`);
  if (row.codeBytes <= 0) problems.push(`partition ${row.name}: it has no room for its code`);
  if (row.stepsPerCall <= 0) problems.push(`partition ${row.name}: it may not take a step`);
  return problems;
}

function channelProblems(table: SystemTable, row: ChannelRow): string[] {
  const name = `channel ${row.from} -> ${row.to}`;
  const problems: string[] = [];
  if (row.from === row.to) problems.push(`${name}: a partition does not send to itself`);
  if (!within(row.depth, 1, 255)) problems.push(`${name}: its depth ${row.depth} is not 1 to 255`);
  if (!within(row.perSecond, 1, 10_000)) {
    problems.push(`${name}: its rate ${row.perSecond} is not 1 to 10,000 a second`);
  }
  if (!within(row.burst, 1, 255)) problems.push(`${name}: its burst ${row.burst} is not 1 to 255`);
  if (row.carries.length === 0) problems.push(`${name}: it carries nothing`);
  for (const operation of row.carries) {
    if (!within(operation, 1, OPERATIONS - 1)) {
      problems.push(`${name}: ${operation} is no operation`);
    }
  }
  if (!within(row.maxBytes ?? Message.MAX_LENGTH, 1, Message.MAX_LENGTH)) {
    problems.push(`${name}: its messages of ${row.maxBytes} bytes are not 1 to 320 bytes`);
  }
  return [...problems, ...waitProblems(table, row, name)];
}

/** Who waits for a less important partition waits for everybody in between. */
function waitProblems(table: SystemTable, row: ChannelRow, name: string): string[] {
  if (!row.waits) return [];
  const from = table.partitions.find((partition) => partition.name === row.from);
  const to = table.partitions.find((partition) => partition.name === row.to);
  if (from === undefined || to === undefined || to.priority <= from.priority) return [];
  return [`${name}: a request that waits goes to a less important partition`];
}

function deviceProblems(table: SystemTable): string[] {
  const problems: string[] = [];
  for (const row of table.devices) {
    if (!within(row.party, Party.KERNEL + 1, 255) || row.party === Party.FLASH) {
      problems.push(`device ${row.name}: ${row.party} is no device's number`);
    }
    if (!within(row.depth, 1, 255)) problems.push(`device ${row.name}: its queue has no depth`);
    if (!within(row.maxBytes, 1, 0xffff)) {
      problems.push(`device ${row.name}: its inputs of ${row.maxBytes} bytes are not 1 to 65,535`);
    }
  }
  return problems;
}

function regionProblems(table: SystemTable): string[] {
  const problems: string[] = [];
  for (const row of table.regions) {
    if (!within(row.id, 0, 255)) problems.push(`region ${row.name}: its number is not 0 to 255`);
    if (row.bytes <= 0 || row.bytes % Flash.SECTOR_LENGTH !== 0) {
      problems.push(`region ${row.name}: ${row.bytes} bytes are no whole sectors`);
    }
  }
  return problems;
}

function boardProblems(table: SystemTable, board: BoardRow): string[] {
  const heaps = table.partitions.reduce((sum, row) => sum + row.heapBytes, 0);
  const code = table.partitions.reduce((sum, row) => sum + row.codeBytes, 0);
  const usable = Math.floor((board.ramBytes * (1000 - board.reservePermille)) / 1000);
  const problems: string[] = [];
  const shared = table.machineStackBytes + board.systemBytes;
  const wanted = heaps + queueBytes(table) + shared;
  if (wanted > usable) {
    problems.push(`board ${board.name}: ${wanted} bytes of RAM are wanted, ${usable} may be used`);
  }
  if (code > board.flashBytes) {
    problems.push(
      `board ${board.name}: ${code} bytes of code do not fit into ${board.flashBytes} of flash`,
    );
  }
  return problems;
}

function within(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
