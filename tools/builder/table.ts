// Writes the table of the device kernel, in C, from a SystemTable: rows that lie in flash, and all
// storage of the kernel and the machines. hal/kernel/table.h says what each of it is.

import { AuditCode, AuditEvent } from "../../firmware/ipc/audit";
import { Message, Operation } from "../../firmware/ipc/operation";
import { Party } from "../../firmware/ipc/party";
import { problemsOf } from "../../firmware/kernel/check-table";
import { FaultKind } from "../../firmware/kernel/fault";
import type { PartitionRow, SystemTable } from "../../firmware/kernel/table";
import { type InputRow, inputsOf } from "../../firmware/kernel/table-inputs";
import { Flash, FlashDone, FlashOperation } from "../../hal/flash";
import { Sent } from "../../hal/sent";

const NONE = 255;

/**
 * The text of table.c.
 * @param written whether a partition has a constructor; others keep their memory and never start
 */
export function tableSource(table: SystemTable, written: (name: string) => boolean): string {
  const problems = [...problemsOf(table), ...formProblems(table)];
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const partitions = [...table.partitions].sort((a, b) => a.id - b.id);
  const inputs = inputsOf(table);
  return [
    "/* Written by tools/builder/table.ts from the system table. Do not edit. */",
    '#include "table.h"',
    '#include "board.h"\n#include "fault.h"\n#include "notices.h"\n#include "party.h"',
    '#include "sent.h"',
    ...asserts(),
    ...counts(table, inputs),
    ...storage(table, inputs),
    ...partitions.map((row) => partitionLists(table, row, inputs)),
    rows("const struct partition_row table_partitions[]", partitions.map(partitionRow(written))),
    rows("const struct input_row table_inputs[]", inputs.map(inputRow(table))),
    rows("const struct channel_row table_channels[]", channelRows(table, inputs)),
    rows("const struct device_row table_devices[]", deviceRows(table, inputs)),
    rows("const struct region_row table_regions[]", regionRows(table, inputs)),
    bytes("table_channel_between", between(table)),
    bytes(
      "table_order",
      scheduled(table).map(({ id }) => id),
    ),
    bytes("table_ends", ends(table)),
    "const uint8_t table_notices = 0;",
    machines(partitions),
    stack(table),
    "",
  ].join("\n");
}

/** What the C kernel needs beyond a good table: places are numbers, and fit into a byte. */
function formProblems(table: SystemTable): string[] {
  const problems: string[] = [];
  const ids = table.partitions.map(({ id }) => id as number).sort((a, b) => a - b);
  if (ids.some((id, place) => id !== place)) problems.push("partitions are not numbered from 0 on");
  if (table.partitions.every(({ name }) => name !== "audit")) problems.push("there is no audit");
  if (inputsOf(table).length >= NONE) problems.push("more inputs than a byte can number");
  return problems;
}

/** The numbers that C has for itself, against those of TypeScript. */
function asserts(): string[] {
  const pairs: [string, number][] = [
    ["PARTY_KERNEL", Party.KERNEL],
    ["PARTY_RADIO", Party.RADIO],
    ["PARTY_PLC", Party.PLC],
    ["PARTY_METER_SERIAL", Party.METER_SERIAL],
    ["PARTY_LAN", Party.LAN],
    ["PARTY_MANAGEMENT_LINK", Party.MANAGEMENT_LINK],
    ["PARTY_APPLICATION_LINK", Party.APPLICATION_LINK],
    ["PARTY_WALL_CLOCK", Party.WALL_CLOCK],
    ["PARTY_POWER", Party.POWER],
    ["PARTY_TAMPER", Party.TAMPER],
    ["PARTY_SECURE_ELEMENT", Party.SECURE_ELEMENT],
    ["PARTY_FLASH", Party.FLASH],
    ["SENT_OK", Sent.OK],
    ["SENT_FULL", Sent.FULL],
    ["SENT_RESTARTED", Sent.RESTARTED],
    ["SENT_REFUSED", Sent.REFUSED],
    ["FAULT_NONE", FaultKind.NONE],
    ["FAULT_THROW", FaultKind.THROW],
    ["FAULT_MEMORY", FaultKind.MEMORY],
    ["FAULT_CPU", FaultKind.CPU],
    ["FLASH_READ", FlashOperation.READ],
    ["FLASH_WRITE", FlashOperation.WRITE],
    ["FLASH_ERASE", FlashOperation.ERASE],
    ["FLASH_SECTOR_LENGTH", Flash.SECTOR_LENGTH],
    ["FLASH_TRANSFER_MAX", Flash.TRANSFER_MAX],
    ["FLASH_DONE_REGION", FlashDone.REGION],
    ["FLASH_DONE_OPERATION", FlashDone.OPERATION],
    ["FLASH_DONE_STATUS", FlashDone.STATUS],
    ["FLASH_DONE_DATA", FlashDone.DATA],
    ["OPERATION_AUDIT_EVENT", Operation.AUDIT_EVENT],
    ["AUDIT_EVENT_OPERATION", Message.OPERATION],
    ["AUDIT_EVENT_CODE", AuditEvent.CODE],
    ["AUDIT_EVENT_DETAIL", AuditEvent.DETAIL],
    ["AUDIT_EVENT_LENGTH", AuditEvent.LENGTH],
    ["AUDIT_CHANNEL_REFUSED", AuditCode.CHANNEL_REFUSED],
    ["AUDIT_PARTITION_FAULT", AuditCode.PARTITION_FAULT],
    ["AUDIT_PARTITION_HELD", AuditCode.PARTITION_HELD],
    ["AUDIT_BOOT", AuditCode.BOOT],
  ];
  return pairs.map(([name, value]) => `_Static_assert(${name} == ${value}, "${name}");`);
}

function counts({ partitions, channels, devices, regions }: SystemTable, inputs: InputRow[]) {
  return [
    `const unsigned table_partition_count = ${partitions.length};`,
    `const unsigned table_input_count = ${inputs.length};`,
    `const unsigned table_channel_count = ${channels.length};`,
    `const unsigned table_device_count = ${devices.length};`,
    `const unsigned table_region_count = ${regions.length};`,
  ];
}

function storage(table: SystemTable, inputs: readonly InputRow[]): string[] {
  const { partitions, channels, devices, regions } = table;
  const count = partitions.length;
  return [
    `struct instance table_instances[${count}];`,
    `struct partition_counters table_counters[${count}];`,
    `struct token_bucket table_quotas[${count}];`,
    `struct message_queue table_queues[${inputs.length}];`,
    `struct token_bucket table_rates[${channels.length}];`,
    // No row is no storage, and C has no array of nothing.
    `struct region_gate table_gates[${Math.max(regions.length, 1)}];`,
    `uint16_t table_dropped[${Math.max(devices.length, 1)}];`,
    `uint8_t table_turns[${count}];`,
    ...inputs.map(
      ({ depth, slotBytes }, place) =>
        `static _Alignas(8) uint8_t slots_${place}[${depth} * MESSAGE_QUEUE_STRIDE(${slotBytes})];\n` +
        `static uint16_t lengths_${place}[${depth}];`,
    ),
    ...partitions.map(
      ({ id, heapBytes }) =>
        `static _Alignas(16) uint8_t heap_${id}[TABLE_HEAP_BYTES(${heapBytes})];`,
    ),
  ];
}

function partitionLists(table: SystemTable, row: PartitionRow, inputs: readonly InputRow[]) {
  const own = places(inputs, ({ owner }) => owner === row.name);
  const peers = peersOf(table, row);
  return [bytes(`inputs_${row.id}`, own), bytes(`peers_${row.id}`, peers)]
    .map((line) => `static ${line}`)
    .concat(`enum { INPUTS_${row.id} = ${own.length}, PEERS_${row.id} = ${peers.length} };`)
    .join("\n");
}

function partitionRow(written: (name: string) => boolean): (row: PartitionRow) => string {
  return ({ id, name, stepsPerCall }) =>
    `"${name}", heap_${id}, sizeof heap_${id}, ${stepsPerCall}, ` +
    `inputs_${id}, peers_${id}, INPUTS_${id}, PEERS_${id}, ${written(name)}`;
}

function inputRow(table: SystemTable): (row: InputRow, place: number) => string {
  return ({ owner, source, kind, row, slotBytes, depth }, place) =>
    `{slots_${place}, lengths_${place}, ${slotBytes}, ${depth}}, ` +
    `${idOf(table, owner)}, ${source}, ${kind}, ${row}`;
}

function channelRows(table: SystemTable, inputs: readonly InputRow[]): string[] {
  return table.channels.map(({ carries, perSecond, burst }, row) => {
    let mask = 0n;
    for (const operation of carries) mask |= 1n << BigInt(operation);
    const input = places(inputs, (one) => one.kind === "INPUT_CHANNEL" && one.row === row);
    return `0x${mask.toString(16)}ull, ${perSecond}, ${burst}, ${input}`;
  });
}

function deviceRows(table: SystemTable, inputs: readonly InputRow[]): string[] {
  return table.devices.map(({ party }, row) => {
    const input = places(inputs, (one) => one.kind === "INPUT_DEVICE" && one.row === row);
    return `${party}, ${input}`;
  });
}

function regionRows(table: SystemTable, inputs: readonly InputRow[]): string[] {
  return table.regions.map(({ bytes: size, id }, row) => {
    const input = places(inputs, (one) => one.kind === "INPUT_REGION" && one.row === row);
    return `${size}, ${id}, ${input}`;
  });
}

function between(table: SystemTable): number[] {
  const count = table.partitions.length;
  const matrix = new Array<number>(count * count).fill(NONE);
  table.channels.forEach(({ from, to }, place) => {
    matrix[idOf(table, from) * count + idOf(table, to)] = place;
  });
  return matrix;
}

/** By importance, then by number. */
function scheduled(table: SystemTable): PartitionRow[] {
  return [...table.partitions].sort((a, b) => a.priority - b.priority || a.id - b.id);
}

function ends(table: SystemTable): number[] {
  return scheduled(table).map(
    (row) => table.partitions.filter((other) => other.priority <= row.priority).length,
  );
}

/** Everybody with a channel to or from it, in the order of the schedule. */
function peersOf(table: SystemTable, row: PartitionRow): number[] {
  const joined = (name: string): boolean =>
    table.channels.some(
      ({ from, to }) => (from === row.name && to === name) || (to === row.name && from === name),
    );
  return scheduled(table)
    .filter(({ name }) => joined(name))
    .map(({ id }) => id);
}

function idOf(table: SystemTable, name: string): number {
  return table.partitions.find((row) => row.name === name)!.id;
}

function places<T>(list: readonly T[], which: (item: T) => boolean): number[] {
  return list.flatMap((item, place) => (which(item) ? [place] : []));
}

function machines(partitions: readonly PartitionRow[]): string {
  return [
    `static _Alignas(16) uint8_t machines[${partitions.length}][MACHINE_STATE_BYTES];`,
    "struct machine *table_machine(unsigned partition)",
    "{\n\treturn (struct machine *)(void *)machines[partition];\n}",
  ].join("\n");
}

function stack({ machineStackBytes }: SystemTable): string {
  return [
    `_Alignas(16) uint8_t table_stack[TABLE_HEAP_BYTES(${machineStackBytes})];`,
    "const uint32_t table_stack_bytes = sizeof table_stack;",
  ].join("\n");
}

function rows(name: string, items: readonly string[]): string {
  // C has no array of nothing; what the kernel reads is limited by the counts.
  const lines = items.length === 0 ? ["0"] : items;
  return `${name} = {\n${lines.map((item) => `\t{${item}},\n`).join("")}};`;
}

function bytes(name: string, values: readonly number[]): string {
  return `const uint8_t ${name}[] = {${values.length === 0 ? "0" : values.join(", ")}};`;
}
