// The hub's device log: whose install code was registered, and what became of it. One fixed table;
// the first bytes of a record are what the journal keeps. Link keys never leave this partition.

import type { DeviceKind } from "../../ipc/device";
import { check } from "../../kernel/partition";
import { copyBytes, equalBytes, readU32, writeU32 } from "../../wire/little-endian";

export const enum DeviceLimit {
  /**
   * Requirement: no fewer than sixteen; twice that leaves room for a house and its replacements.
   */
  MAX = 32,
  NONE = -1,
}

export const enum DeviceState {
  FREE = 0,
  /** Being written; not registered yet. */
  ADDING = 1,
  /** Its install code is known; it may join while the window is open. */
  REGISTERED = 2,
  JOINED = 3,
  /** Being erased; not registered any more. */
  REMOVING = 4,
}

export const enum DeviceRecord {
  LENGTH = 32,
}

const enum Field {
  EUI64 = 0,
  KIND = 8,
  /** As stored: REGISTERED or JOINED. */
  STATE = 9,
  /** The `JoinPath`s by which it is in, a bit each. */
  PATHS = 10,
  /** A `Denial`. */
  DENIAL = 11,
  /** APS frame counters below this may have been used. */
  COUNTER_LIMIT = 12,
  LINK_KEY = 16,

  /** Behind `DeviceRecord.LENGTH`: the next APS frame counter. */
  COUNTER = 32,
  LENGTH = 36,
}

const enum Denial {
  NONE = 0,
  DENIED = 1,
  /** Being lifted; it counts until that lies in flash. */
  LIFTING = 2,
}

const enum Counter {
  /** Joins between two writes; a restart skips at most as many. */
  STEP = 16,
  NONE = -1,
}

export class DeviceLog {
  private readonly records = new Uint8Array(DeviceLimit.MAX * Field.LENGTH);

  state(device: number): DeviceState {
    return this.records[this.at(device) + Field.STATE]!;
  }

  setState(device: number, state: DeviceState): void {
    this.records[this.at(device) + Field.STATE] = state;
  }

  /** Whether it may join, or has. */
  isRegistered(device: number): boolean {
    if (this.isDenied(device)) return false;
    const state = this.state(device);
    return state === DeviceState.REGISTERED || state === DeviceState.JOINED;
  }

  /** Whether it may stay in: registered, or being registered anew, and not kept out. */
  isKept(device: number): boolean {
    return this.isRegistered(device) || this.state(device) === DeviceState.ADDING;
  }

  /** Whether some device is registered and has not joined. */
  isAwaited(): boolean {
    for (let device = 0; device < DeviceLimit.MAX; device++) {
      if (this.state(device) === DeviceState.REGISTERED && !this.isDenied(device)) return true;
    }
    return false;
  }

  /** Whether the consumer keeps it out. */
  isDenied(device: number): boolean {
    return this.records[this.at(device) + Field.DENIAL] !== Denial.NONE;
  }

  /** Denies it at once, or begins to lift that. */
  deny(device: number, isDenied: boolean): void {
    const at = this.at(device) + Field.DENIAL;
    if (isDenied) this.records[at] = Denial.DENIED;
    else if (this.records[at] === Denial.DENIED) this.records[at] = Denial.LIFTING;
  }

  /** What was written of it, or was not: then it stays denied. */
  denialStored(device: number, ok: boolean): void {
    const at = this.at(device) + Field.DENIAL;
    if (this.records[at] === Denial.LIFTING) this.records[at] = ok ? Denial.NONE : Denial.DENIED;
  }

  /** The `JoinPath`s by which it is in, a bit each. */
  paths(device: number): number {
    return this.records[this.at(device) + Field.PATHS]!;
  }

  setPaths(device: number, paths: number): void {
    this.records[this.at(device) + Field.PATHS] = paths;
  }

  kind(device: number): DeviceKind {
    return this.records[this.at(device) + Field.KIND]!;
  }

  copyEui64(device: number, bytes: Uint8Array, start: number): void {
    copyBytes(this.records, this.at(device) + Field.EUI64, bytes, start, 8);
  }

  copyLinkKey(device: number, key: Uint8Array): void {
    copyBytes(this.records, this.at(device) + Field.LINK_KEY, key, 0, 16);
  }

  /** The device in any state but FREE; `NONE`. */
  find(eui64: Uint8Array, start: number): number {
    for (let device = 0; device < DeviceLimit.MAX; device++) {
      if (this.state(device) === DeviceState.FREE) continue;
      const at = this.at(device) + Field.EUI64;
      if (equalBytes(this.records, at, eui64, start, 8)) return device;
    }
    return DeviceLimit.NONE;
  }

  /** A free record for this device, state ADDING; `NONE`: the log is full. */
  take(eui64: Uint8Array, start: number): number {
    for (let device = 0; device < DeviceLimit.MAX; device++) {
      if (this.state(device) !== DeviceState.FREE) continue;
      this.free(device);
      copyBytes(eui64, start, this.records, this.at(device) + Field.EUI64, 8);
      this.setState(device, DeviceState.ADDING);
      return device;
    }
    return DeviceLimit.NONE;
  }

  /** Sets what a registration brings. The counter goes on from where it was. */
  register(device: number, kind: DeviceKind, linkKey: Uint8Array): void {
    const at = this.at(device);
    this.records[at + Field.KIND] = kind;
    this.records[at + Field.PATHS] = 0;
    copyBytes(linkKey, 0, this.records, at + Field.LINK_KEY, 16);
    this.extendCounter(device);
  }

  free(device: number): void {
    const at = this.at(device);
    this.records.fill(0, at, at + Field.LENGTH);
  }

  /** The next APS frame counter for this device, once; `Counter.NONE`: extend it first. */
  takeCounter(device: number): number {
    const at = this.at(device);
    const counter = readU32(this.records, at + Field.COUNTER);
    if (counter >= readU32(this.records, at + Field.COUNTER_LIMIT)) return Counter.NONE;
    writeU32(this.records, at + Field.COUNTER, counter + 1);
    return counter;
  }

  /** Moves the limit up; it must be stored before `takeCounter` is called again. */
  extendCounter(device: number): void {
    const at = this.at(device);
    const limit = readU32(this.records, at + Field.COUNTER) + Counter.STEP;
    check(limit < 0xffffffff, "APS frame counter used up");
    writeU32(this.records, at + Field.COUNTER_LIMIT, limit);
  }

  /** Writes the record as the journal keeps it: as the device will stand once it is stored. */
  copyRecord(device: number, bytes: Uint8Array, start: number): void {
    copyBytes(this.records, this.at(device), bytes, start, DeviceRecord.LENGTH);
    if (this.state(device) === DeviceState.ADDING)
      bytes[start + Field.STATE] = DeviceState.REGISTERED;
    if (bytes[start + Field.DENIAL] === Denial.LIFTING) bytes[start + Field.DENIAL] = Denial.NONE;
  }

  restore(device: number, bytes: Uint8Array, start: number): void {
    const at = this.at(device);
    copyBytes(bytes, start, this.records, at, DeviceRecord.LENGTH);
    const limit = readU32(this.records, at + Field.COUNTER_LIMIT);
    writeU32(this.records, at + Field.COUNTER, limit);
  }

  private at(device: number): number {
    check(device >= 0 && device < DeviceLimit.MAX, "no such device");
    return device * Field.LENGTH;
  }
}
