// The shape of the system table. `firmware/system.ts` fills it; `check-table.ts` refuses a bad one.

import type { Operation } from "../ipc/operation";
import type { Party } from "../ipc/party";

/** Where a partition stands. Between `han` and `wan` the only way is the firewall. */
export const enum Side {
  HAN = 0,
  WAN = 1,
  FIREWALL = 2,
  /** Serves both sides; replies go to the caller alone and name no destination. */
  LEAF = 3,
}

export interface PartitionRow {
  readonly id: Party;
  readonly name: string;
  readonly side: Side;
  /** 0 runs first. A waiting request never goes to a greater number. */
  readonly priority: number;
  /** RAM of its machine: all but the stack. */
  readonly heapBytes: number;
  /** Flash of its code; the builder refuses more. */
  readonly codeBytes: number;
  /** Allowed in one call, about a bytecode each; a device meters them, here it can be injected. */
  readonly stepsPerCall: number;
}

export interface ChannelRow {
  readonly from: string;
  readonly to: string;
  readonly carries: readonly Operation[];
  /** The longest message; absent: `Message.MAX_LENGTH`, and never more than that. */
  readonly maxBytes?: number;
  /** Messages that wait at most. */
  readonly depth: number;
  /** Messages a second in the long run, and how many at once. */
  readonly perSecond: number;
  readonly burst: number;
  /** The sender's work waits for the answer; only towards a partition at least as important. */
  readonly waits: boolean;
}

export interface DeviceRow {
  readonly name: string;
  readonly party: Party;
  readonly owner: string;
  /** Inputs that wait at most, and the longest of them. */
  readonly depth: number;
  readonly maxBytes: number;
}

export interface RegionRow {
  readonly name: string;
  readonly id: number;
  readonly owner: string;
  readonly bytes: number;
}

export interface BoardRow {
  readonly name: string;
  readonly ramBytes: number;
  /** Kernel without its queues, engine's own state, C stack, crypto and line buffers. */
  readonly systemBytes: number;
  /** The part of RAM that stays free. */
  readonly reservePermille: number;
  readonly flashBytes: number;
}

export interface SystemTable {
  /** RAM of the one stack that all machines use, one at a time. */
  readonly machineStackBytes: number;
  readonly partitions: readonly PartitionRow[];
  readonly channels: readonly ChannelRow[];
  readonly devices: readonly DeviceRow[];
  readonly regions: readonly RegionRow[];
  readonly boards: readonly BoardRow[];
}
