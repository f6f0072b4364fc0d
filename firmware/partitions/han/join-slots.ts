// The fixed table of nodes that are on their way in. A flood of strangers can fill it and nothing
// else: each one leaves after seconds, and no record of a node is taken before `access` said yes.

import { earliest } from "../../kernel/partition";
import { copyBytes, equalBytes, findByte, readU16, writeU16 } from "../../wire/little-endian";
import { MacCapability } from "../../wire/mac-command";
import type { Memory } from "./memory";
import { NodeLimit, type Nodes } from "./nodes";

export const enum SlotLimit {
  /** Three devices of a home join at once; the rest is room under attack. */
  SLOTS = 6,
  NONE = -1,
}

export const enum SlotState {
  FREE = 0,
  /** `access` is asked. */
  ASKING = 1,
  /** The association response waits for the node's data request. */
  ANSWERING = 2,
  /** The wrapped key is on its way. */
  KEYING = 3,
  /** It has the wrapped key; a frame secured with what is in it must follow. */
  PROVING = 4,
  /** The refusal waits for the node's data request. */
  REFUSING = 5,
}

export const enum Slot {
  EUI64 = 0,
  SHORT = 8,
  CAPABILITY = 10,
  STATE = 11,
  APS_LENGTH = 12,
  /** The record taken for it plus one; 0: none. */
  NODE = 13,
  /** The index of the router at which it joins plus one; 0: at the hub. */
  PARENT = 14,
  APS = 15,
  /** A Transport-Key frame has 57 bytes; a longer header would still fit. */
  APS_MAX = 66,
  LENGTH = 81,
}

export class JoinSlots {
  readonly bytes: Uint8Array;
  readonly start: number;
  private readonly numbers: Float64Array;
  private readonly deadlines: number;
  private readonly dues: number;
  /** How often the slot was taken: late news of an earlier node is not taken for this one's. */
  private readonly turns: number;

  constructor(memory: Memory) {
    this.bytes = memory.bytes;
    this.start = memory.take(SlotLimit.SLOTS * Slot.LENGTH);
    this.numbers = memory.numbers;
    this.deadlines = memory.takeNumbers(SlotLimit.SLOTS, Infinity);
    this.dues = memory.takeDues(SlotLimit.SLOTS);
    this.turns = memory.takeNumbers(SlotLimit.SLOTS, 0);
  }

  at(slot: number): number {
    return this.start + slot * Slot.LENGTH;
  }

  take(eui64: Uint8Array, start: number, short: number, capability: number): number {
    for (let slot = 0; slot < SlotLimit.SLOTS; slot++) {
      if (this.state(slot) !== SlotState.FREE) continue;
      const at = this.at(slot);
      copyBytes(eui64, start, this.bytes, at + Slot.EUI64, 8);
      writeU16(this.bytes, at + Slot.SHORT, short);
      this.bytes[at + Slot.CAPABILITY] = capability;
      this.bytes[at + Slot.NODE] = 0;
      this.bytes[at + Slot.PARENT] = 0;
      this.bytes[at + Slot.APS_LENGTH] = 0;
      this.numbers[this.turns + slot]!++;
      return slot;
    }
    return SlotLimit.NONE;
  }

  /** Enters a state that lasts until `deadline` at most. */
  enter(slot: number, state: SlotState, deadline: number): void {
    this.bytes[this.at(slot) + Slot.STATE] = state;
    this.numbers[this.deadlines + slot] = deadline;
    this.numbers[this.dues + slot] = deadline;
  }

  free(slot: number): void {
    const at = this.at(slot);
    this.bytes.fill(0, at, at + Slot.LENGTH);
    this.numbers[this.deadlines + slot] = Infinity;
    this.numbers[this.dues + slot] = Infinity;
  }

  state(slot: number): SlotState {
    return this.bytes[this.at(slot) + Slot.STATE]!;
  }

  /** How many slots nodes have that are in already. */
  ofMembers(nodes: Nodes): number {
    let count = 0;
    for (let slot = 0; slot < SlotLimit.SLOTS; slot++) {
      if (this.state(slot) === SlotState.FREE) continue;
      const node = nodes.findEui64(this.bytes, this.at(slot) + Slot.EUI64);
      if (node !== NodeLimit.NONE && nodes.isNetworked(node)) count++;
    }
    return count;
  }

  /** How many slots are in this state. */
  count(state: SlotState): number {
    let count = 0;
    for (let slot = 0; slot < SlotLimit.SLOTS; slot++) if (this.state(slot) === state) count++;
    return count;
  }

  short(slot: number): number {
    return readU16(this.bytes, this.at(slot) + Slot.SHORT);
  }

  capability(slot: number): number {
    return this.bytes[this.at(slot) + Slot.CAPABILITY]!;
  }

  sleeps(slot: number): boolean {
    return (this.capability(slot) & MacCapability.RX_ON_WHEN_IDLE) === 0;
  }

  node(slot: number): number {
    return this.bytes[this.at(slot) + Slot.NODE]! - 1;
  }

  setNode(slot: number, node: number): void {
    this.bytes[this.at(slot) + Slot.NODE] = node + 1;
  }

  /** The router at which it joins; `NodeLimit.NONE`: at the hub. */
  parent(slot: number): number {
    return this.bytes[this.at(slot) + Slot.PARENT]! - 1;
  }

  setParent(slot: number, router: number): void {
    this.bytes[this.at(slot) + Slot.PARENT] = router + 1;
  }

  apsLength(slot: number): number {
    return this.bytes[this.at(slot) + Slot.APS_LENGTH]!;
  }

  setAps(slot: number, aps: Uint8Array, start: number, length: number): void {
    this.bytes[this.at(slot) + Slot.APS_LENGTH] = length;
    copyBytes(aps, start, this.bytes, this.at(slot) + Slot.APS, length);
  }

  deadline(slot: number): number {
    return this.numbers[this.deadlines + slot]!;
  }

  /** The earliest of all. */
  firstDue(): number {
    return earliest(this.numbers, this.dues, SlotLimit.SLOTS);
  }

  dueAt(slot: number): number {
    return this.numbers[this.dues + slot]!;
  }

  setDue(slot: number, due: number): void {
    this.numbers[this.dues + slot] = Math.min(due, this.numbers[this.deadlines + slot]!);
  }

  /** Names this use of the slot. */
  ticket(slot: number): number {
    return this.numbers[this.turns + slot]! * SlotLimit.SLOTS + slot;
  }

  ofTicket(ticket: number): number {
    const slot = ticket % SlotLimit.SLOTS;
    if (this.state(slot) === SlotState.FREE) return SlotLimit.NONE;
    return this.ticket(slot) === ticket ? slot : SlotLimit.NONE;
  }

  ofNode(node: number): number {
    // A free slot is all zeroes, and so has no node.
    return findByte(this.bytes, this.start + Slot.NODE, Slot.LENGTH, SlotLimit.SLOTS, node + 1);
  }

  find(eui64: Uint8Array, start: number): number {
    for (let slot = 0; slot < SlotLimit.SLOTS; slot++) {
      if (this.state(slot) === SlotState.FREE) continue;
      if (equalBytes(this.bytes, this.at(slot) + Slot.EUI64, eui64, start, 8)) return slot;
    }
    return SlotLimit.NONE;
  }

  hasShort(short: number): boolean {
    for (let slot = 0; slot < SlotLimit.SLOTS; slot++) {
      if (this.state(slot) !== SlotState.FREE && this.short(slot) === short) return true;
    }
    return false;
  }
}
