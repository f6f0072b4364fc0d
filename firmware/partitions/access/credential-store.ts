// What `access` keeps in its `credentials` region: the network key, one record for each device, and
// what the consumer has reserved to himself.

import type { FlashRegion } from "../../../hal/flash";
import { Journal } from "../../storage/journal";
import { copyBytes, readU32, writeU32 } from "../../wire/little-endian";
import { DeviceLimit, type DeviceLog, DeviceRecord } from "./device-log";

const enum Key {
  NETWORK = 1,
  CONSUMER = 2,
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

const enum NetworkRecord {
  VERSION = 0,
  PHASE = 1,
  SEQUENCE = 2,
  OTHER_SEQUENCE = 3,
  /** Unix seconds at which the newest key was made; 0: nobody knew the time. */
  MADE_AT = 4,
  KEYS = 8,
  LENGTH = 40,
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

export class CredentialStore {
  /** Where each stands: `NetworkKeys`. */
  readonly networkKeys = new Uint8Array(NetworkKeys.LENGTH);
  keySequence = 0;
  otherSequence = 0;
  phase = KeyPhase.SETTLED;
  /** Unix seconds, 0: unknown. */
  madeAt = 0;
  hasNetworkKey = false;
  /** What flash had at the start. */
  consumerReserved = 0;
  private readonly journal: Journal;

  constructor(
    region: FlashRegion,
    private readonly log: DeviceLog,
    private readonly owner: CredentialOwner,
    /** Scratch: the journal copies what it is given. */
    private readonly value: Uint8Array,
  ) {
    this.journal = new Journal(region, this, DeviceLimit.MAX + 2, DeviceRecord.LENGTH);
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
    this.value[NetworkRecord.VERSION] = RecordVersion.NETWORK;
    this.value[NetworkRecord.PHASE] = this.phase;
    this.value[NetworkRecord.SEQUENCE] = this.keySequence;
    this.value[NetworkRecord.OTHER_SEQUENCE] = this.otherSequence;
    writeU32(this.value, NetworkRecord.MADE_AT, this.madeAt);
    copyBytes(this.networkKeys, 0, this.value, NetworkRecord.KEYS, NetworkKeys.LENGTH);
    const taken = this.journal.put(Key.NETWORK, this.value, 0, NetworkRecord.LENGTH, Token.NETWORK);
    this.value.fill(0, 0, DeviceRecord.LENGTH);
    return taken;
  }

  /** False: try again later. `consumerStored` follows. */
  saveConsumer(reserved: number): boolean {
    this.value[ConsumerRecord.VERSION] = RecordVersion.CONSUMER;
    this.value[ConsumerRecord.RESERVED] = reserved;
    const length = ConsumerRecord.LENGTH;
    return this.journal.put(Key.CONSUMER, this.value, 0, length, Token.CONSUMER);
  }

  /** False: too much waits already, nothing was taken. `deviceStored` follows. */
  saveDevice(device: number): boolean {
    this.log.copyRecord(device, this.value, 0);
    const taken = this.journal.put(Key.DEVICE + device, this.value, 0, DeviceRecord.LENGTH, device);
    this.value.fill(0, 0, DeviceRecord.LENGTH);
    return taken;
  }

  /** False: too much waits already. `deviceStored` follows. */
  eraseDevice(device: number): boolean {
    return this.journal.remove(Key.DEVICE + device, device);
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
    if (key === Key.NETWORK && length === NetworkRecord.LENGTH) {
      this.phase = bytes[start + NetworkRecord.PHASE]!;
      this.keySequence = bytes[start + NetworkRecord.SEQUENCE]!;
      this.otherSequence = bytes[start + NetworkRecord.OTHER_SEQUENCE]!;
      this.madeAt = readU32(bytes, start + NetworkRecord.MADE_AT);
      copyBytes(bytes, start + NetworkRecord.KEYS, this.networkKeys, 0, NetworkKeys.LENGTH);
      this.hasNetworkKey = true;
    } else if (key === Key.CONSUMER && length === ConsumerRecord.LENGTH) {
      this.consumerReserved = bytes[start + ConsumerRecord.RESERVED]!;
    } else if (key >= Key.DEVICE && key < Key.DEVICE + DeviceLimit.MAX) {
      if (length === DeviceRecord.LENGTH) this.log.restore(key - Key.DEVICE, bytes, start);
    }
  }

  opened(now: number): void {
    this.owner.storeOpened(now);
  }

  stored(now: number, token: number, ok: boolean): void {
    if (token === Token.NETWORK) this.owner.networkKeyStored(now, ok);
    else if (token === Token.CONSUMER) this.owner.consumerStored(now, ok);
    else this.owner.deviceStored(now, token, ok);
  }
}
