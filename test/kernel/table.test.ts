// The check that refuses a bad table: each rule has a table that breaks it.

import { describe, expect, test } from "vitest";
import { WanBind } from "../../firmware/ipc/exchange";
import { JoinAnswer } from "../../firmware/ipc/join";
import { longestMessage } from "../../firmware/ipc/longest";
import { Operation } from "../../firmware/ipc/operation";
import { problemsOf } from "../../firmware/kernel/check-table";
import { Kernel } from "../../firmware/kernel/kernel";
import {
  type ChannelRow,
  type PartitionRow,
  Side,
  type SystemTable,
} from "../../firmware/kernel/table";
import { queueBytes } from "../../firmware/kernel/table-inputs";
import { Slot } from "../../firmware/partitions/han/join-slots";
import { SYSTEM } from "../../firmware/system";
import { Oscore } from "../../firmware/wire/oscore-option";
import { PUPPET_TABLE } from "../conformance/puppet-table";
import { bareBoard } from "./bare-board";

function partition(id: number, name: string, side: Side, priority = 1): PartitionRow {
  return { id, name, side, priority, heapBytes: 1024, codeBytes: 1024, stepsPerCall: 1000 };
}

function channel(from: string, to: string, change: Partial<ChannelRow> = {}): ChannelRow {
  const row = { from, to, carries: [1], depth: 1, perSecond: 1, burst: 1, waits: false };
  return { ...row, ...change };
}

/** in - firewall - out, and two leaves that both sides may ask. */
const GOOD: SystemTable = {
  machineStackBytes: 1024,
  boards: [
    { name: "b", ramBytes: 32_000, systemBytes: 8000, reservePermille: 250, flashBytes: 16_000 },
  ],
  partitions: [
    partition(0, "in", Side.HAN, 2),
    partition(1, "firewall", Side.FIREWALL, 1),
    partition(2, "out", Side.WAN, 2),
    partition(3, "leaf", Side.LEAF, 0),
    partition(4, "log", Side.LEAF, 0),
  ],
  channels: [
    channel("in", "firewall"),
    channel("firewall", "out"),
    channel("in", "leaf", { waits: true }),
    channel("leaf", "in"),
    channel("out", "leaf"),
    channel("leaf", "out"),
    channel("leaf", "log"),
    channel("in", "log"),
    channel("out", "log"),
  ],
  devices: [{ name: "radio", party: 64, owner: "in", depth: 2, maxBytes: 1514 }],
  regions: [{ name: "notes", id: 0, owner: "in", bytes: 4096 }],
};

function withChannel(...rows: ChannelRow[]): SystemTable {
  return { ...GOOD, channels: [...GOOD.channels, ...rows] };
}

function withPartition(...rows: PartitionRow[]): SystemTable {
  return { ...GOOD, partitions: [...GOOD.partitions, ...rows] };
}

const [RADIO] = GOOD.devices;
const [NOTES] = GOOD.regions;
const [BOARD] = GOOD.boards;

const BAD: readonly (readonly [string, SystemTable])[] = [
  ["two partitions are called in", withPartition(partition(9, "in", Side.HAN))],
  ["two partitions have the number 0", withPartition(partition(0, "other", Side.HAN))],
  [
    "two rows own the device radio",
    { ...GOOD, devices: [RADIO!, { ...RADIO!, party: 65, owner: "out" }] },
  ],
  [
    "two devices have the number 64",
    { ...GOOD, devices: [RADIO!, { ...RADIO!, name: "plc", owner: "out" }] },
  ],
  [
    "two rows own the flash region notes",
    { ...GOOD, regions: [NOTES!, { ...NOTES!, id: 1, owner: "out" }] },
  ],
  [
    "two flash regions have the number 0",
    { ...GOOD, regions: [NOTES!, { ...NOTES!, name: "more" }] },
  ],
  ["two boards are called b", { ...GOOD, boards: [BOARD!, BOARD!] }],
  ["two rows declare the channel in -> firewall", withChannel(channel("in", "firewall"))],
  ["channel in -> ghost: there is no partition ghost", withChannel(channel("in", "ghost"))],
  ["channel ghost -> in: there is no partition ghost", withChannel(channel("ghost", "in"))],
  [
    "radio: there is no partition ghost to own it",
    { ...GOOD, devices: [{ ...RADIO!, owner: "ghost" }] },
  ],
  [
    "notes: there is no partition ghost to own it",
    { ...GOOD, regions: [{ ...NOTES!, owner: "ghost" }] },
  ],
  [
    "partition far: its number 63 is not below the kernel's",
    withPartition(partition(63, "far", Side.HAN)),
  ],
  ["partition odd: bad priority", withPartition(partition(9, "odd", Side.HAN, -1))],
  [
    "partition bare: it has no heap",
    withPartition({ ...partition(9, "bare", Side.HAN), heapBytes: 0 }),
  ],
  [
    "partition bare: it has no room for its code",
    withPartition({ ...partition(9, "bare", Side.HAN), codeBytes: 0 }),
  ],
  [
    "partition bare: it may not take a step",
    withPartition({ ...partition(9, "bare", Side.HAN), stepsPerCall: 0 }),
  ],
  ["channel in -> in: a partition does not send to itself", withChannel(channel("in", "in"))],
  [
    "channel firewall -> in: its depth 0 is not 1 to 255",
    withChannel(channel("firewall", "in", { depth: 0 })),
  ],
  [
    "channel firewall -> in: its rate 0 is not 1 to 10,000 a second",
    withChannel(channel("firewall", "in", { perSecond: 0 })),
  ],
  [
    "channel firewall -> in: its burst 0 is not 1 to 255",
    withChannel(channel("firewall", "in", { burst: 0 })),
  ],
  [
    "channel firewall -> in: it carries nothing",
    withChannel(channel("firewall", "in", { carries: [] })),
  ],
  [
    "channel firewall -> in: 64 is no operation",
    withChannel(channel("firewall", "in", { carries: [64 as never] })),
  ],
  [
    "channel firewall -> in: 0 is no operation",
    withChannel(channel("firewall", "in", { carries: [0 as never] })),
  ],
  [
    "channel firewall -> in: its messages of 321 bytes are not 1 to 320 bytes",
    withChannel(channel("firewall", "in", { maxBytes: 321 })),
  ],
  [
    "channel firewall -> in: a request that waits goes to a less important partition",
    withChannel(channel("firewall", "in", { waits: true })),
  ],
  [
    "device radio: 12 is no device's number",
    { ...GOOD, devices: [{ ...RADIO!, party: 12 as never }] },
  ],
  [
    "device radio: 74 is no device's number",
    { ...GOOD, devices: [{ ...RADIO!, party: 74 as never }] },
  ],
  ["device radio: its queue has no depth", { ...GOOD, devices: [{ ...RADIO!, depth: 0 }] }],
  [
    "device radio: its inputs of 0 bytes are not 1 to 65,535",
    { ...GOOD, devices: [{ ...RADIO!, maxBytes: 0 }] },
  ],
  ["region notes: its number is not 0 to 255", { ...GOOD, regions: [{ ...NOTES!, id: 256 }] }],
  [
    "region notes: 4097 bytes are no whole sectors",
    { ...GOOD, regions: [{ ...NOTES!, bytes: 4097 }] },
  ],
  [
    // 24,000 of 32,000 may be used; five heaps, the stack, the queues and the kernel want 21,488.
    "board b: 25588 bytes of RAM are wanted, 24000 may be used",
    withPartition({ ...partition(9, "big", Side.HAN), heapBytes: 4096 }),
  ],
  [
    // Ten messages more, each with its length beside it.
    "board b: 24712 bytes of RAM are wanted, 23000 may be used",
    {
      ...GOOD,
      boards: [{ ...BOARD!, ramBytes: 23_000, reservePermille: 0 }],
      channels: [...GOOD.channels, channel("firewall", "in", { depth: 10, maxBytes: 320 })],
    },
  ],
  [
    "board b: 17408 bytes of code do not fit into 16000 of flash",
    withPartition({ ...partition(9, "big", Side.HAN), codeBytes: 12_288 }),
  ],
  ["two firewalls: firewall, hole", withPartition(partition(9, "hole", Side.FIREWALL))],
  ["a way past the firewall: in - out", withChannel(channel("in", "out"))],
  ["a way past the firewall: in - out", withChannel(channel("out", "in"))],
  [
    "a way past the firewall: in - between - out",
    {
      ...withPartition(partition(9, "between", Side.HAN)),
      channels: [...GOOD.channels, channel("in", "between"), channel("out", "between")],
    },
  ],
  [
    "leaf log sends to firewall, which never asks it anything",
    withChannel(channel("log", "firewall")),
  ],
  ["a bridge over leaf services: in - leaf - log - out", withChannel(channel("log", "out"))],
  [
    "a bridge over leaf services: out - leaf - third - in",
    {
      ...withPartition(partition(9, "third", Side.LEAF, 0)),
      channels: [
        ...GOOD.channels,
        channel("leaf", "third"),
        channel("in", "third"),
        channel("third", "in"),
      ],
    },
  ],
];

test("the system table keeps every rule of the design", () => {
  expect(problemsOf(SYSTEM)).toEqual([]);
  expect(problemsOf(PUPPET_TABLE)).toEqual([]);
  expect(problemsOf(GOOD)).toEqual([]);
});

test("a fifth of each board's RAM stays free: a plan that takes of it is refused", () => {
  const [nrf52840] = SYSTEM.boards;
  expect(SYSTEM.boards.map(({ reservePermille }) => reservePermille)).toEqual([200, 200]);
  const fifth = Math.floor(nrf52840.ramBytes / 5);
  const [audit, ...others] = SYSTEM.partitions;
  const greedy = { ...audit, heapBytes: audit.heapBytes + fifth };
  expect(problemsOf({ ...SYSTEM, partitions: [greedy, ...others] })).toEqual([
    expect.stringMatching(/^board nrf52840: \d+ bytes of RAM are wanted, 209715 may be used$/),
  ]);
});

describe("a bad table is refused", () => {
  test.each(BAD)("%s", (sentence, table) => {
    expect(problemsOf(table)).toContain(sentence);
    expect(() => new Kernel(table, {}, bareBoard())).toThrow(sentence);
  });
});

test("the queue of a channel holds the longest message that the channel carries", () => {
  for (const { from, to, carries, maxBytes } of SYSTEM.channels) {
    const longest = Math.max(...carries.map(longestMessage));
    expect(maxBytes, `${from} -> ${to}`).toBe(longest);
    expect(Math.min(...carries.map(longestMessage)), `${from} -> ${to}`).toBeGreaterThan(0);
  }
  expect(longestMessage(Operation.JOIN_ANSWER)).toBe(JoinAnswer.APS_FRAME + Slot.APS_MAX);
  expect(longestMessage(Operation.WAN_BIND)).toBe(WanBind.KID + Oscore.ID_MAX);
});

test("every queue is counted: a notice, a device, a region, a channel", () => {
  // 64 x (16 + 2), 2 x (1516 + 2), 260 + 2, 9 x (320 + 2)
  expect(queueBytes(GOOD)).toBe(1152 + 3036 + 262 + 2898);
});

test("several problems are all named", () => {
  const table = withChannel(channel("in", "out"), channel("in", "ghost", { depth: 0 }));
  expect(problemsOf(table)).toEqual([
    "channel in -> ghost: there is no partition ghost",
    "channel in -> ghost: its depth 0 is not 1 to 255",
    "a way past the firewall: in - out",
  ]);
});

test("with the firewall gone no path of the system table joins the sides", () => {
  const channels = SYSTEM.channels.filter(
    ({ from, to }) => ![from, to].some((end) => isAside(end)),
  );
  const reached = new Set(
    SYSTEM.partitions.filter((row) => row.side === Side.HAN).map((r) => r.name as string),
  );
  for (let size = 0; size !== reached.size; ) {
    size = reached.size;
    for (const { from, to } of channels) {
      if (reached.has(from)) reached.add(to);
      if (reached.has(to)) reached.add(from);
    }
  }
  const outside = SYSTEM.partitions.filter((row) => row.side === Side.WAN);
  expect(outside.filter((row) => reached.has(row.name))).toEqual([]);
});

function isAside(name: string): boolean {
  const side = SYSTEM.partitions.find((row) => row.name === name)?.side;
  return side === Side.FIREWALL || side === Side.LEAF;
}
