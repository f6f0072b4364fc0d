// The nodes of the network: one fixed table in one buffer, found by index, EUI-64 or short
// address. `network-store.ts` keeps one journal record for each, also of those that may have the
// network key or are gone.

import type { DeviceKind } from "../../ipc/device";
import { check } from "../../kernel/partition";
import {
  copyBytes,
  equalBytes,
  findByte,
  readU16,
  readU32,
  writeU16,
  writeU32,
} from "../../wire/little-endian";
import type { Memory } from "./memory";

export const enum NodeState {
  FREE = 0,
  /**
   * Its record lies in flash, and the wrapped network key is on its way to it, or there, or was
   * meant to be before a restart: a node that has it proves that, however late. Reaches nothing.
   */
  KEYED = 1,
  /** It proved that it has the key; its record is being stored. Reaches nothing yet. */
  STORING = 2,
  /** Its record lies in flash. */
  NETWORKED = 3,
  /** It left or was removed; that is being stored. Reaches nothing. */
  LEAVING = 4,
  /** It is not there any more; its frame counter is, so that nothing of its past is taken again. */
  GONE = 5,
  /** It may join; that is being stored, and no key goes to it before. Reaches nothing. */
  PLACED = 6,
}

/** The 802.15.4 capability byte of an association request. */
export const enum Capability {
  FULL_FUNCTION = 0x02,
  RX_ON_WHEN_IDLE = 0x08,
}

export const enum NodeLimit {
  /** As many as the device log of `access` holds. */
  MAX = 32,
  /** No such node. */
  NONE = -1,
}

export const enum NodeRecord {
  /** What the journal keeps of a node: the first bytes of its record. */
  LENGTH = 20,
}

const enum Field {
  EUI64 = 0,
  SHORT = 8,
  CAPABILITY = 10,
  KIND = 11,
  /** End device time-out as the node asked for it; 0xff: it never did. */
  TIMEOUT = 12,
  /** A `Place`. */
  PLACE = 13,
  /** The number of the network key that COUNTER belongs to. */
  KEY_SEQUENCE = 14,
  /** A `Standing`. */
  STANDING = 15,
  /** Frame counters below this are refused; as stored, it lies ahead of what was heard. */
  COUNTER = 16,

  /** Behind `NodeRecord.LENGTH`: what a restart forgets. */
  STATE = 20,
  /** The last MAC sequence number, for duplicate rejection. */
  MAC_SEQUENCE = 21,
  /** Signal of its own radio in dBm over -128, smoothed; 0: not measured since the start. */
  SIGNAL = 22,
  /** `Heard` bits. */
  HEARD = 23,
  /** The stored COUNTER, or the one that is being stored. */
  COUNTER_LIMIT = 24,
  LENGTH = 28,
}

/** What a stored record says of its node. */
const enum Standing {
  NETWORKED = 0,
  GONE = 1,
  /** It may have the network key, and has not proven it. */
  KEYED = 2,
}

const enum Heard {
  MAC = 1,
}

/** Where an end device is at home. A router's place is found by its routes. */
export const enum Place {
  /** The hub is its parent. */
  CHILD = 0,
  /** A router is. */
  BEHIND = 1,
}

export class Nodes {
  private readonly records: Uint8Array;
  private readonly start: number;
  private readonly heard: Float64Array;
  private readonly heardAt: number;

  constructor(memory: Memory) {
    this.records = memory.bytes;
    this.start = memory.take(NodeLimit.MAX * Field.LENGTH);
    this.heard = memory.numbers;
    this.heardAt = memory.takeNumbers(NodeLimit.MAX, -Infinity);
  }

  state(node: number): NodeState {
    return this.records[recordAt(this.start, node) + Field.STATE]!;
  }

  isNetworked(node: number): boolean {
    return this.state(node) === NodeState.NETWORKED;
  }

  /** `access` let it in, and no frame of it opened with the network key yet. */
  isUnproven(node: number): boolean {
    const state = this.state(node);
    return state === NodeState.KEYED || state === NodeState.PLACED;
  }

  short(node: number): number {
    return readU16(this.records, recordAt(this.start, node) + Field.SHORT);
  }

  capability(node: number): number {
    return this.records[recordAt(this.start, node) + Field.CAPABILITY]!;
  }

  /** Its receiver is off when idle: frames for it wait until it asks. */
  sleeps(node: number): boolean {
    return (this.capability(node) & Capability.RX_ON_WHEN_IDLE) === 0;
  }

  isRouter(node: number): boolean {
    return (this.capability(node) & Capability.FULL_FUNCTION) !== 0;
  }

  place(node: number): Place {
    return this.records[recordAt(this.start, node) + Field.PLACE]!;
  }

  setPlace(node: number, place: Place): void {
    this.records[recordAt(this.start, node) + Field.PLACE] = place;
  }

  kind(node: number): DeviceKind {
    return this.records[recordAt(this.start, node) + Field.KIND]!;
  }

  /**
   * Monotonic milliseconds of its last good APS frame; -Infinity: none since this start. Of one
   * that is not proven: since when it may have the key, as far as this start knows.
   */
  lastHeard(node: number): number {
    return this.heard[this.heardAt + node]!;
  }

  /** Copies its EUI-64, 8 bytes in radio order. */
  copyEui64(node: number, bytes: Uint8Array, start: number): void {
    copyBytes(this.records, recordAt(this.start, node) + Field.EUI64, bytes, start, 8);
  }

  hasEui64(node: number, bytes: Uint8Array, start: number): boolean {
    return equalBytes(this.records, recordAt(this.start, node) + Field.EUI64, bytes, start, 8);
  }

  /** The node with this EUI-64, unless it is gone; `NodeLimit.NONE`. */
  findEui64(bytes: Uint8Array, start: number): number {
    for (let node = 0; node < NodeLimit.MAX; node++) {
      if (this.isThere(node) && this.hasEui64(node, bytes, start)) return node;
    }
    return NodeLimit.NONE;
  }

  /** The node with this short address, unless it is gone; `NodeLimit.NONE`. */
  findShort(short: number): number {
    const low = short & 0xff;
    for (let node = 0; node < NodeLimit.MAX; node++) {
      const at = recordAt(this.start, node) + Field.SHORT;
      const found = findByte(this.records, at, Field.LENGTH, NodeLimit.MAX - node, low);
      if (found < 0) return NodeLimit.NONE;
      node += found;
      const record = recordAt(this.start, node);
      if (readU16(this.records, record + Field.SHORT) === short && this.isThere(node)) return node;
    }
    return NodeLimit.NONE;
  }

  /**
   * Takes a record for a node that may join, state PLACED; `NodeLimit.NONE`: full. The one it had
   * comes back with its frame counter; a free one goes before one of a node that is gone.
   */
  take(eui64: Uint8Array, start: number, short: number, capability: number): number {
    let node = this.findOld(eui64, start);
    if (node === NodeLimit.NONE) {
      node = this.findState(NodeState.FREE);
      if (node === NodeLimit.NONE) node = this.findState(NodeState.GONE);
      if (node === NodeLimit.NONE) return NodeLimit.NONE;
      const at = recordAt(this.start, node);
      this.records.fill(0, at, at + Field.LENGTH);
      copyBytes(eui64, start, this.records, at + Field.EUI64, 8);
    }
    const at = recordAt(this.start, node);
    writeU16(this.records, at + Field.SHORT, short);
    this.records[at + Field.CAPABILITY] = capability;
    this.records[at + Field.TIMEOUT] = 0xff;
    this.records[at + Field.HEARD] = 0;
    this.records[at + Field.STATE] = NodeState.PLACED;
    this.heard[this.heardAt + node] = -Infinity;
    return node;
  }

  setState(node: number, state: NodeState): void {
    this.records[recordAt(this.start, node) + Field.STATE] = state;
  }

  setShort(node: number, short: number): void {
    writeU16(this.records, recordAt(this.start, node) + Field.SHORT, short);
  }

  setKind(node: number, kind: DeviceKind): void {
    this.records[recordAt(this.start, node) + Field.KIND] = kind;
  }

  setCapability(node: number, capability: number): void {
    this.records[recordAt(this.start, node) + Field.CAPABILITY] = capability;
  }

  timeout(node: number): number {
    return this.records[recordAt(this.start, node) + Field.TIMEOUT]!;
  }

  setEndDeviceTimeout(node: number, timeout: number): void {
    this.records[recordAt(this.start, node) + Field.TIMEOUT] = timeout;
  }

  setHeard(node: number, now: number): void {
    this.heard[this.heardAt + node] = now;
  }

  /** The smallest frame counter that it may still use. */
  counter(node: number): number {
    return readU32(this.records, recordAt(this.start, node) + Field.COUNTER);
  }

  setCounter(node: number, counter: number): void {
    writeU32(this.records, recordAt(this.start, node) + Field.COUNTER, counter);
  }

  /** The number of the network key that `counter` belongs to. */
  keySequence(node: number): number {
    return this.records[recordAt(this.start, node) + Field.KEY_SEQUENCE]!;
  }

  setKeySequence(node: number, sequence: number): void {
    this.records[recordAt(this.start, node) + Field.KEY_SEQUENCE] = sequence;
  }

  /** Counters below this are in the store, or on their way there. */
  counterLimit(node: number): number {
    return readU32(this.records, recordAt(this.start, node) + Field.COUNTER_LIMIT);
  }

  /** Whether its counter comes within `ahead` of the limit. */
  isCounterLow(node: number, ahead: number): boolean {
    const { records } = this;
    const at = recordAt(this.start, node);
    return (
      readU32(records, at + Field.COUNTER) + ahead >= readU32(records, at + Field.COUNTER_LIMIT)
    );
  }

  setCounterLimit(node: number, limit: number): void {
    writeU32(this.records, recordAt(this.start, node) + Field.COUNTER_LIMIT, limit);
  }

  /** The record that is stored next is good for so many more frames of a node that speaks. */
  reserve(node: number, step: number): void {
    // Of one that has not spoken the first frame is to count, after a restart too.
    if (this.isUnproven(node) || this.state(node) === NodeState.GONE) return;
    this.setCounterLimit(node, this.counter(node) + step);
  }

  /** Its record lies in flash as it is now; the state that it had so long. */
  stored(node: number): NodeState {
    const before = this.state(node);
    if (before === NodeState.LEAVING) this.setState(node, NodeState.GONE);
    if (before === NodeState.STORING) this.setState(node, NodeState.NETWORKED);
    if (before === NodeState.PLACED) this.setState(node, NodeState.KEYED);
    return before;
  }

  /** Signal of its own radio here, dBm over -128; 0: not measured since the start. */
  signal(node: number): number {
    return this.records[recordAt(this.start, node) + Field.SIGNAL]!;
  }

  /** A genuine frame came straight from its radio. @param rssi dBm */
  measured(node: number, rssi: number): void {
    const at = recordAt(this.start, node) + Field.SIGNAL;
    const signal = rssi > -128 ? rssi + 128 : 1;
    const old = this.records[at]!;
    this.records[at] = old === 0 ? signal : (3 * old + signal + 2) >> 2;
  }

  /** Whether this is the last MAC frame once more, its acknowledgement having been lost. */
  isRepeatedMac(node: number, sequence: number): boolean {
    const at = recordAt(this.start, node);
    if ((this.records[at + Field.HEARD]! & Heard.MAC) === 0) return false;
    return this.records[at + Field.MAC_SEQUENCE] === sequence;
  }

  setMacSequence(node: number, sequence: number): void {
    const at = recordAt(this.start, node);
    this.records[at + Field.HEARD] = this.records[at + Field.HEARD]! | Heard.MAC;
    this.records[at + Field.MAC_SEQUENCE] = sequence;
  }

  /** Writes what the journal keeps: `NodeRecord.LENGTH` bytes. */
  copyRecord(node: number, bytes: Uint8Array, start: number): void {
    copyBytes(this.records, recordAt(this.start, node), bytes, start, NodeRecord.LENGTH);
    // After a restart nothing below the limit is taken: no frame counts twice.
    writeU32(bytes, start + Field.COUNTER, this.counterLimit(node));
    bytes[start + Field.STANDING] = this.standing(node);
  }

  /** Puts a stored record back; the node is Networked, or gone, or may have the key. */
  restore(node: number, bytes: Uint8Array, start: number): void {
    const at = recordAt(this.start, node);
    this.records.fill(0, at, at + Field.LENGTH);
    copyBytes(bytes, start, this.records, at, NodeRecord.LENGTH);
    this.setCounterLimit(node, this.counter(node));
    const standing = this.records[at + Field.STANDING]!;
    if (standing === Standing.NETWORKED) this.setState(node, NodeState.NETWORKED);
    else this.setState(node, standing === Standing.KEYED ? NodeState.KEYED : NodeState.GONE);
    this.heard[this.heardAt + node] = -Infinity;
  }

  private standing(node: number): Standing {
    if (this.isUnproven(node)) return Standing.KEYED;
    const state = this.state(node);
    const isGone = state === NodeState.LEAVING || state === NodeState.GONE;
    return isGone ? Standing.GONE : Standing.NETWORKED;
  }

  private isThere(node: number): boolean {
    const state = this.state(node);
    return state !== NodeState.FREE && state !== NodeState.GONE;
  }

  /** The record of this node, which is gone or did not prove itself. */
  private findOld(eui64: Uint8Array, start: number): number {
    for (let node = 0; node < NodeLimit.MAX; node++) {
      const isOld = this.state(node) === NodeState.GONE || this.isUnproven(node);
      if (isOld && this.hasEui64(node, eui64, start)) return node;
    }
    return NodeLimit.NONE;
  }

  private findState(state: NodeState): number {
    for (let node = 0; node < NodeLimit.MAX; node++) if (this.state(node) === state) return node;
    return NodeLimit.NONE;
  }
}

/** Where the record of a node starts. It is one expression, so the builder leaves no call of it. */
function recordAt(start: number, node: number): number {
  return node >= 0 && node < NodeLimit.MAX ? start + node * Field.LENGTH : nobody();
}

function nobody(): never {
  check(false, "no such node");
}
