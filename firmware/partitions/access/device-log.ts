// The hub's device log: whose install code was registered, and what became of it. One fixed table;
// the first bytes of a record are what the journal keeps. Link keys never leave this partition.

import type { DeviceKind } from "../../ipc/device";
import { check } from "../../kernel/partition";
import {
  copyBytes,
  equalBytes,
  readU16,
  readU32,
  writeU16,
  writeU32,
} from "../../wire/little-endian";

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

/** Which link key a device has. */
export const enum KeyState {
  /** That of its install code. */
  INSTALL = 0,
  /** A key of its own was made and may have reached it; until it has shown so, both count. */
  PENDING = 1,
  /** One of its own. That of the install code opens nothing any more. */
  UNIQUE = 2,
}

export const enum DeviceRecord {
  COUNTER_LIMIT = 12,
  LENGTH = 56,
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
  /** `DeviceRecord.COUNTER_LIMIT`: APS frame counters below this may have been used. */
  COUNTER_LIMIT = 12,
  /** Of its install code. */
  LINK_KEY = 16,
  /** Its own, made here by chance. */
  UNIQUE_KEY = 32,
  /** The smallest APS frame counter that it may still use under its link key. */
  INCOMING = 48,
  /** A `KeyState`. */
  KEY_STATE = 52,

  /** Behind `DeviceRecord.LENGTH`: the next APS frame counter. */
  COUNTER = 56,
  LENGTH = 60,
}

/** What others note of each device. */
export const enum Aside {
  /** A `Write` that waits, and one that is under way. */
  WANTED = 0,
  FLYING = 1,
  /** The path by which `han` waits for the answer about this device, plus one. */
  WAITING = 2,
  /** What is to be sent to it as soon as its record is stored: `Owed` bits. */
  OWED = 3,
  /** Of the question that is being answered, u16. */
  REFERENCE = 4,
  /** 1: it was registered anew, so its install code is good for one more beginning. */
  IS_RENEWED = 6,
  LENGTH = 8,
}

export const enum Owed {
  NOTHING = 0,
  /** The network key that is spread, or the active one. */
  NETWORK_KEY = 1,
  LINK_KEY = 2,
  CONFIRMATION = 4,
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
  /** The records, and behind them what stands aside of each. */
  readonly bytes = new Uint8Array(DeviceLimit.MAX * (Field.LENGTH + Aside.LENGTH));

  /** Where what stands aside of a device begins in `bytes`; it goes with no record. */
  aside(device: number): number {
    return DeviceLimit.MAX * Field.LENGTH + device * Aside.LENGTH;
  }

  state(device: number): DeviceState {
    return this.bytes[this.at(device) + Field.STATE]!;
  }

  setState(device: number, state: DeviceState): void {
    this.bytes[this.at(device) + Field.STATE] = state;
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
    return this.bytes[this.at(device) + Field.DENIAL] !== Denial.NONE;
  }

  /** Denies it at once, or begins to lift that. */
  deny(device: number, isDenied: boolean): void {
    const at = this.at(device) + Field.DENIAL;
    if (isDenied) this.bytes[at] = Denial.DENIED;
    else if (this.bytes[at] === Denial.DENIED) this.bytes[at] = Denial.LIFTING;
  }

  /** What was written of it, or was not: then it stays denied. */
  denialStored(device: number, ok: boolean): void {
    const at = this.at(device) + Field.DENIAL;
    if (this.bytes[at] === Denial.LIFTING) this.bytes[at] = ok ? Denial.NONE : Denial.DENIED;
  }

  /** The `JoinPath`s by which it is in, a bit each. */
  paths(device: number): number {
    return this.bytes[this.at(device) + Field.PATHS]!;
  }

  setPaths(device: number, paths: number): void {
    this.bytes[this.at(device) + Field.PATHS] = paths;
  }

  kind(device: number): DeviceKind {
    return this.bytes[this.at(device) + Field.KIND]!;
  }

  copyEui64(device: number, bytes: Uint8Array, start: number): void {
    copyBytes(this.bytes, this.at(device) + Field.EUI64, bytes, start, 8);
  }

  /** That of its install code. */
  copyInstallKey(device: number, key: Uint8Array): void {
    copyBytes(this.bytes, this.at(device) + Field.LINK_KEY, key, 0, 16);
  }

  copyUniqueKey(device: number, key: Uint8Array): void {
    copyBytes(this.bytes, this.at(device) + Field.UNIQUE_KEY, key, 0, 16);
  }

  /** The one that it has shown to have. */
  copyLinkKey(device: number, key: Uint8Array): void {
    if (this.keyState(device) === KeyState.UNIQUE) this.copyUniqueKey(device, key);
    else this.copyInstallKey(device, key);
  }

  keyState(device: number): KeyState {
    return this.bytes[this.at(device) + Field.KEY_STATE]!;
  }

  /** A key of its own was made, `key[0 .. 16)`. */
  pendKey(device: number, key: Uint8Array): void {
    const at = this.at(device);
    copyBytes(key, 0, this.bytes, at + Field.UNIQUE_KEY, 16);
    this.bytes[at + Field.KEY_STATE] = KeyState.PENDING;
  }

  /** It has shown that it has the key made for it; a new key begins new counters. */
  proveKey(device: number): void {
    this.bytes[this.at(device) + Field.KEY_STATE] = KeyState.UNIQUE;
    this.setIncoming(device, 0);
  }

  /** It begins anew: what it had is void, its install code's key counts again. */
  dropKey(device: number): void {
    const at = this.at(device);
    this.bytes.fill(0, at + Field.UNIQUE_KEY, at + Field.UNIQUE_KEY + 16);
    this.bytes[at + Field.KEY_STATE] = KeyState.INSTALL;
    this.setIncoming(device, 0);
  }

  /** The smallest APS frame counter that it may still use under its link key. */
  incoming(device: number): number {
    return readU32(this.bytes, this.at(device) + Field.INCOMING);
  }

  setIncoming(device: number, counter: number): void {
    writeU32(this.bytes, this.at(device) + Field.INCOMING, counter);
  }

  owed(device: number): number {
    return this.bytes[this.aside(device) + Aside.OWED]!;
  }

  setOwed(device: number, owed: number): void {
    this.bytes[this.aside(device) + Aside.OWED] = owed;
  }

  isRenewed(device: number): boolean {
    return this.bytes[this.aside(device) + Aside.IS_RENEWED] !== 0;
  }

  setRenewed(device: number, isRenewed: boolean): void {
    this.bytes[this.aside(device) + Aside.IS_RENEWED] = isRenewed ? 1 : 0;
  }

  /** The device in any state but FREE; `NONE`. */
  find(eui64: Uint8Array, start: number): number {
    for (let device = 0; device < DeviceLimit.MAX; device++) {
      if (this.state(device) === DeviceState.FREE) continue;
      const at = this.at(device) + Field.EUI64;
      if (equalBytes(this.bytes, at, eui64, start, 8)) return device;
    }
    return DeviceLimit.NONE;
  }

  /** A free record for this device, state ADDING; `NONE`: the log is full. */
  take(eui64: Uint8Array, start: number): number {
    for (let device = 0; device < DeviceLimit.MAX; device++) {
      if (this.state(device) !== DeviceState.FREE) continue;
      this.free(device);
      copyBytes(eui64, start, this.bytes, this.at(device) + Field.EUI64, 8);
      this.setState(device, DeviceState.ADDING);
      return device;
    }
    return DeviceLimit.NONE;
  }

  /** Sets what a registration brings. The counter goes on from where it was. */
  register(device: number, kind: DeviceKind, linkKey: Uint8Array): void {
    const at = this.at(device);
    this.bytes[at + Field.KIND] = kind;
    this.bytes[at + Field.PATHS] = 0;
    copyBytes(linkKey, 0, this.bytes, at + Field.LINK_KEY, 16);
    this.dropKey(device);
    this.extendCounter(device);
  }

  free(device: number): void {
    const at = this.at(device);
    this.bytes.fill(0, at, at + Field.LENGTH);
    this.setOwed(device, Owed.NOTHING);
    this.setRenewed(device, false);
  }

  /** The next APS frame counter for this device, once; `Counter.NONE`: extend it first. */
  takeCounter(device: number): number {
    const at = this.at(device);
    const counter = readU32(this.bytes, at + Field.COUNTER);
    if (counter >= readU32(this.bytes, at + Field.COUNTER_LIMIT)) return Counter.NONE;
    writeU32(this.bytes, at + Field.COUNTER, counter + 1);
    return counter;
  }

  /** Moves the limit up; it must be stored before `takeCounter` is called again. */
  extendCounter(device: number): void {
    const at = this.at(device);
    const limit = readU32(this.bytes, at + Field.COUNTER) + Counter.STEP;
    check(limit < 0xffffffff, "APS frame counter used up");
    writeU32(this.bytes, at + Field.COUNTER_LIMIT, limit);
  }

  /** Writes the record as the journal keeps it: as the device will stand once it is stored. */
  copyRecord(device: number, bytes: Uint8Array, start: number): void {
    copyBytes(this.bytes, this.at(device), bytes, start, DeviceRecord.LENGTH);
    if (this.state(device) === DeviceState.ADDING)
      bytes[start + Field.STATE] = DeviceState.REGISTERED;
    if (bytes[start + Field.DENIAL] === Denial.LIFTING) bytes[start + Field.DENIAL] = Denial.NONE;
  }

  restore(device: number, bytes: Uint8Array, start: number): void {
    const at = this.at(device);
    copyBytes(bytes, start, this.bytes, at, DeviceRecord.LENGTH);
    const limit = readU32(this.bytes, at + Field.COUNTER_LIMIT);
    writeU32(this.bytes, at + Field.COUNTER, limit);
  }

  /** The path by which `han` waits for the answer about it, plus one; 0: it does not. */
  waiting(device: number): number {
    return this.bytes[this.aside(device) + Aside.WAITING]!;
  }

  setWaiting(device: number, waiting: number): void {
    this.bytes[this.aside(device) + Aside.WAITING] = waiting;
  }

  forgetWaiting(): void {
    for (let device = 0; device < DeviceLimit.MAX; device++) {
      this.setWaiting(device, 0);
      this.setOwed(device, Owed.NOTHING);
    }
  }

  /** Of the question about it that is being answered. */
  reference(device: number): number {
    return readU16(this.bytes, this.aside(device) + Aside.REFERENCE);
  }

  setReference(device: number, reference: number): void {
    writeU16(this.bytes, this.aside(device) + Aside.REFERENCE, reference);
  }

  private at(device: number): number {
    check(device >= 0 && device < DeviceLimit.MAX, "no such device");
    return device * Field.LENGTH;
  }
}
