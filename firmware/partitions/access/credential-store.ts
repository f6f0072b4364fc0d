// What `access` keeps in its `credentials` region: the network key, one record for each device, and
// what the consumer has reserved to himself.

import type { FlashRegion } from "../../../hal/flash";
import type { BackupRecords } from "../../crypto/page-sealer";
import { Journal } from "../../storage/journal";
import { copyBytes, readU32, writeU32 } from "../../wire/little-endian";
import { DeviceLimit, type DeviceLog, DeviceRecord } from "./device-log";

/** Of the region's records. */
export const enum CredentialKey {
  NETWORK = 1,
  CONSUMER = 2,
  /** Under which backups are sealed; written at manufacture. */
  SEALING = 3,
  /** When what was restored here had been backed up; written by who restored it. */
  RESTORED = 4,
  /** And the device's index. */
  DEVICE = 0x100,
}

/** Where the network keys stand. */
export const enum NetworkKeys {
  /** The one that frames are sent under. */
  ACTIVE = 0,
  /** The next one or the one before, as the phase says. */
  OTHER = 16,
  LENGTH = 32,
}

/** How far a change of the network key is. */
export const enum KeyPhase {
  /** There is one key. */
  SETTLED = 0,
  /** The other key is the next one, and goes to the nodes. */
  SPREADING = 1,
  /** The other key is the one before, for those that were late. */
  SWITCHED = 2,
}

export const enum NetworkRecord {
  VERSION = 0,
  PHASE = 1,
  SEQUENCE = 2,
  OTHER_SEQUENCE = 3,
  /** Unix seconds at which the newest key was made; 0: nobody knew the time. */
  MADE_AT = 4,
  KEYS = 8,
  LENGTH = 40,
}

/** Places of a backup: the devices follow. */
const enum Entry {
  NETWORK = 0,
  CONSUMER = 1,
  DEVICE = 2,
}

const enum ConsumerRecord {
  VERSION = 0,
  RESERVED = 1,
  LENGTH = 2,
}

const enum RecordVersion {
  CONSUMER = 1,
  NETWORK = 2,
}

const enum Token {
  /** Those below are devices. */
  NETWORK = 1000,
  CONSUMER = 1001,
}

export interface CredentialOwner {
  storeOpened(now: number): void;
  networkKeyStored(now: number, ok: boolean): void;
  deviceStored(now: number, device: number, ok: boolean): void;
  consumerStored(now: number, ok: boolean): void;
}

export class CredentialStore implements BackupRecords {
  /** Where each stands: `NetworkKeys`. */
  readonly networkKeys = new Uint8Array(NetworkKeys.LENGTH);
  keySequence = 0;
  otherSequence = 0;
  phase = KeyPhase.SETTLED;
  /** Unix seconds, 0: unknown. */
  madeAt = 0;
  hasNetworkKey = false;
  /** For backups; empty when none was agreed. */
  sealingKey: Uint8Array;
  /** What flash has, or is about to have. */
  consumerReserved = 0;
  private readonly journal: Journal;

  constructor(
    region: FlashRegion,
    private readonly log: DeviceLog,
    private readonly owner: CredentialOwner,
    /** Scratch: the journal copies what it is given. */
    private readonly value: Uint8Array,
  ) {
    this.journal = new Journal(region, this, DeviceLimit.MAX + 4, DeviceRecord.LENGTH);
    this.sealingKey = value.subarray(0, 0);
  }

  /** Where the key stands that the nodes are to have, or the active one. */
  keyAt(isSpread: boolean): number {
    return isSpread && this.phase === KeyPhase.SPREADING ? NetworkKeys.OTHER : NetworkKeys.ACTIVE;
  }

  sequenceOf(isSpread: boolean): number {
    return this.keyAt(isSpread) === NetworkKeys.OTHER ? this.otherSequence : this.keySequence;
  }

  open(now: number): void {
    this.journal.open(now);
  }

  /** False: try again later. `networkKeyStored` follows. */
  saveNetworkKey(): boolean {
    const length = this.putNetwork(this.value, 0);
    const taken = this.journal.put(CredentialKey.NETWORK, this.value, 0, length, Token.NETWORK);
    this.value.fill(0, 0, DeviceRecord.LENGTH);
    return taken;
  }

  /** False: try again later. `consumerStored` follows. */
  saveConsumer(reserved: number): boolean {
    this.value[ConsumerRecord.VERSION] = RecordVersion.CONSUMER;
    this.value[ConsumerRecord.RESERVED] = reserved;
    this.consumerReserved = reserved;
    const length = ConsumerRecord.LENGTH;
    return this.journal.put(CredentialKey.CONSUMER, this.value, 0, length, Token.CONSUMER);
  }

  /** False: too much waits already, nothing was taken. `deviceStored` follows. */
  saveDevice(device: number): boolean {
    this.log.copyRecord(device, this.value, 0);
    const taken = this.journal.put(
      CredentialKey.DEVICE + device,
      this.value,
      0,
      DeviceRecord.LENGTH,
      device,
    );
    this.value.fill(0, 0, DeviceRecord.LENGTH);
    return taken;
  }

  /** False: too much waits already. `deviceStored` follows. */
  eraseDevice(device: number): boolean {
    return this.journal.remove(CredentialKey.DEVICE + device, device);
  }

  isReady(): boolean {
    return this.hasNetworkKey;
  }

  /** Writes what flash has, or will have, in a place of a backup; its length, 0: nothing. */
  copyEntry(entry: number, bytes: Uint8Array, at: number): number {
    if (entry === Entry.NETWORK) return this.hasNetworkKey ? this.putNetwork(bytes, at) : 0;
    if (entry === Entry.CONSUMER) {
      bytes[at + ConsumerRecord.VERSION] = RecordVersion.CONSUMER;
      bytes[at + ConsumerRecord.RESERVED] = this.consumerReserved;
      return ConsumerRecord.LENGTH;
    }
    const device = entry - Entry.DEVICE;
    if (!this.log.isKept(device)) return 0;
    this.log.copyRecord(device, bytes, at);
    return DeviceRecord.LENGTH;
  }

  /** The journal's key of a place. */
  keyOf(entry: number): number {
    if (entry === Entry.NETWORK) return CredentialKey.NETWORK;
    return entry === Entry.CONSUMER
      ? CredentialKey.CONSUMER
      : CredentialKey.DEVICE + entry - Entry.DEVICE;
  }

  flashDone(now: number, buffer: Uint8Array, length: number): void {
    this.journal.flashDone(now, buffer, length);
  }

  tick(now: number): void {
    this.journal.tick(now);
  }

  dueAt(): number {
    return this.journal.dueAt();
  }

  restored(key: number, bytes: Uint8Array, start: number, length: number): void {
    if (key === CredentialKey.SEALING) this.sealingKey = bytes.slice(start, start + length);
    if (key === CredentialKey.NETWORK && length === NetworkRecord.LENGTH) {
      this.phase = bytes[start + NetworkRecord.PHASE]!;
      this.keySequence = bytes[start + NetworkRecord.SEQUENCE]!;
      this.otherSequence = bytes[start + NetworkRecord.OTHER_SEQUENCE]!;
      this.madeAt = readU32(bytes, start + NetworkRecord.MADE_AT);
      copyBytes(bytes, start + NetworkRecord.KEYS, this.networkKeys, 0, NetworkKeys.LENGTH);
      this.hasNetworkKey = true;
    } else if (key === CredentialKey.CONSUMER && length === ConsumerRecord.LENGTH) {
      this.consumerReserved = bytes[start + ConsumerRecord.RESERVED]!;
    } else if (key >= CredentialKey.DEVICE && key < CredentialKey.DEVICE + DeviceLimit.MAX) {
      if (length === DeviceRecord.LENGTH)
        this.log.restore(key - CredentialKey.DEVICE, bytes, start);
    }
  }

  opened(now: number): void {
    this.owner.storeOpened(now);
  }

  private putNetwork(bytes: Uint8Array, at: number): number {
    bytes[at + NetworkRecord.VERSION] = RecordVersion.NETWORK;
    bytes[at + NetworkRecord.PHASE] = this.phase;
    bytes[at + NetworkRecord.SEQUENCE] = this.keySequence;
    bytes[at + NetworkRecord.OTHER_SEQUENCE] = this.otherSequence;
    writeU32(bytes, at + NetworkRecord.MADE_AT, this.madeAt);
    copyBytes(this.networkKeys, 0, bytes, at + NetworkRecord.KEYS, NetworkKeys.LENGTH);
    return NetworkRecord.LENGTH;
  }

  stored(now: number, token: number, ok: boolean): void {
    if (token === Token.NETWORK) this.owner.networkKeyStored(now, ok);
    else if (token === Token.CONSUMER) this.owner.consumerStored(now, ok);
    else this.owner.deviceStored(now, token, ok);
  }
}
