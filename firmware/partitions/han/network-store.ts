// What `han` keeps in its `network` region: the network's identity, the ceiling of its outgoing
// frame counter, and one record for each node. Wishes are marks that stay until the journal has
// taken them, so that a full queue or a failing chip only means: again, later.

import type { FlashRegion } from "../../../hal/flash";
import type { BackupRecords } from "../../crypto/page-sealer";
import { check } from "../../kernel/partition";
import type { FlashTurn } from "../../storage/flash-job";
import { Journal } from "../../storage/journal";
import { copyBytes, readU16, readU32, writeU16, writeU32 } from "../../wire/little-endian";
import { Known } from "./knowledge";
import { Due, type Memory, Scratch } from "./memory";
import { NodeLimit, NodeRecord, type Nodes } from "./nodes";

/** Of the region's records. */
export const enum NetworkKey {
  IDENTITY = 1,
  COUNTER = 2,
  /** Under which backups are sealed; written at manufacture. */
  SEALING = 3,
  /** And the node's index. */
  NODE = 0x100,
  /** And the node's index: what the upper half has learned of it. */
  KNOWLEDGE = 0x2000,
}

const enum Identity {
  VERSION = 0,
  CHANNEL = 1,
  PAN_ID = 2,
  EXTENDED_PAN = 4,
  EUI64 = 12,
  UPDATE_ID = 20,
  LENGTH = 21,
}

const enum IdentityVersion {
  CURRENT = 2,
}

const enum Wish {
  NONE = 0,
  PUT = 1,
  REMOVE = 2,
  /** With the journal; a new wish waits until it has answered. */
  FLYING = 4,
}

const enum Entry {
  IDENTITY = 0,
  COUNTER = 1,
  NODE = 2,
  KNOWLEDGE = 34,
  COUNT = 66,
}

const enum Wait {
  /** A full journal queue empties in a few flash operations. */
  RETRY_MS = 20,
}

/** What the store tells its owner. */
export interface StoreOwner {
  storeOpened(now: number): void;
  identityStored(now: number): void;
  counterStored(now: number, limit: number): void;
  nodeStored(now: number, node: number): void;
}

/** What the upper half keeps here, `Known.LENGTH` bytes for each node. */
export interface KnowledgeRecords {
  copyRecord(node: number, bytes: Uint8Array, start: number): void;
  restore(node: number, bytes: Uint8Array, start: number, length: number): void;
}

/** Who the network is; radio order. */
export class NetworkIdentity {
  isKnown = false;
  channel = 0;
  panId = 0;
  /** How often the network has moved; beacons say it, so that who comes back knows who is ahead. */
  updateId = 0;
  readonly eui64 = new Uint8Array(8);
  /** The extended PAN ID stands in `bytes` at `extendedPanAt`. */
  readonly bytes: Uint8Array;
  readonly extendedPanAt: number;

  constructor(memory: Memory) {
    this.bytes = memory.bytes;
    this.extendedPanAt = memory.take(8);
  }
}

export class NetworkStore implements BackupRecords {
  readonly identity: NetworkIdentity;
  /** Outgoing counters below this may have been used. */
  counterLimit = 0;
  failures = 0;
  /** For backups; empty when none was agreed. */
  sealingKey: Uint8Array;
  /** The number of the flash region. */
  readonly region: number;
  private readonly journal: Journal;
  private readonly numbers: Float64Array;
  private readonly wishes: Uint8Array;
  private readonly first: number;
  /** Scratch: the journal copies what it is given. */
  private readonly value: Uint8Array;
  private counterWish = 0;
  private counterFlying = 0;
  private knowledge: KnowledgeRecords | undefined;
  private isOpen = false;
  /** Wishes that the journal has not taken. */
  private waiting = 0;

  constructor(
    region: FlashRegion,
    private readonly nodes: Nodes,
    private readonly owner: StoreOwner,
    memory: Memory,
  ) {
    this.identity = new NetworkIdentity(memory);
    this.numbers = memory.numbers;
    this.wishes = memory.bytes;
    this.first = memory.take(Entry.COUNT);
    this.value = memory.scratch;
    this.region = region.region;
    this.journal = new Journal(region, this, Entry.COUNT + 1, Known.LENGTH);
    this.sealingKey = this.value.subarray(0, 0);
  }

  /** Once, before `open`. */
  attach(knowledge: KnowledgeRecords): void {
    this.knowledge = knowledge;
  }

  open(now: number): void {
    this.journal.open(now);
  }

  saveIdentity(now: number): void {
    this.wish(now, Entry.IDENTITY, Wish.PUT);
  }

  /** Reserves outgoing frame counters below `limit`; `counterStored` follows. */
  saveCounter(now: number, limit: number): void {
    check(limit > this.counterLimit, "the counter's limit only grows");
    this.counterWish = limit;
    this.wish(now, Entry.COUNTER, Wish.PUT);
  }

  /** Writes the node's record as it is when its turn comes; `nodeStored` follows. */
  saveNode(now: number, node: number): void {
    this.wish(now, Entry.NODE + node, Wish.PUT);
  }

  saveKnowledge(now: number, node: number): void {
    this.wish(now, Entry.KNOWLEDGE + node, Wish.PUT);
  }

  eraseKnowledge(now: number, node: number): void {
    this.wish(now, Entry.KNOWLEDGE + node, Wish.REMOVE);
  }

  flashDone(now: number, buffer: Uint8Array, length: number): void {
    this.journal.flashDone(now, buffer, length);
    this.pump(now);
  }

  tick(now: number): void {
    this.journal.tick(now);
    if (now >= this.numbers[Due.STORE_RETRY]!) this.pump(now);
  }

  /** When the region is to be asked again. */
  get turn(): FlashTurn {
    return this.journal.turn;
  }

  restored(key: number, bytes: Uint8Array, start: number, length: number): void {
    if (key === NetworkKey.SEALING) this.sealingKey = bytes.slice(start, start + length);
    else if (key === NetworkKey.IDENTITY) this.restoreIdentity(bytes, start, length);
    else if (key === NetworkKey.COUNTER && length === 4) this.counterLimit = readU32(bytes, start);
    else if (
      key >= NetworkKey.NODE &&
      key < NetworkKey.NODE + NodeLimit.MAX &&
      length === NodeRecord.LENGTH
    ) {
      this.nodes.restore(key - NetworkKey.NODE, bytes, start);
    } else if (key >= NetworkKey.KNOWLEDGE && key < NetworkKey.KNOWLEDGE + NodeLimit.MAX) {
      this.knowledge?.restore(key - NetworkKey.KNOWLEDGE, bytes, start, length);
    }
  }

  opened(now: number): void {
    this.isOpen = true;
    this.owner.storeOpened(now);
    this.pump(now);
  }

  stored(now: number, token: number, ok: boolean): void {
    const at = this.first + token;
    const wish = this.wishes[at]!;
    check((wish & Wish.FLYING) !== 0, "the journal stored what nobody asked for");
    const done = wish >> 4;
    this.wishes[at] = wish & (Wish.PUT | Wish.REMOVE);
    if (!ok) {
      this.failures++;
      // A newer wish replaces the failed one.
      if (this.wishes[at] === Wish.NONE) {
        this.wishes[at] = done;
        this.waiting++;
      }
      this.numbers[Due.STORE_RETRY] = now + Wait.RETRY_MS;
      return;
    }
    if (this.wishes[at] === Wish.NONE || token === Entry.COUNTER) this.tell(now, token, done);
    this.pump(now);
  }

  private tell(now: number, entry: number, done: number): void {
    // For what was learned nobody waits.
    if (entry >= Entry.KNOWLEDGE) return;
    if (entry === Entry.IDENTITY) this.owner.identityStored(now);
    else if (entry === Entry.COUNTER) {
      this.counterLimit = this.counterFlying;
      this.owner.counterStored(now, this.counterLimit);
    } else if (done === Wish.PUT) this.owner.nodeStored(now, entry - Entry.NODE);
  }

  private restoreIdentity(bytes: Uint8Array, start: number, length: number): void {
    if (length !== Identity.LENGTH || bytes[start] !== IdentityVersion.CURRENT) return;
    this.identity.isKnown = true;
    this.identity.channel = bytes[start + Identity.CHANNEL]!;
    this.identity.panId = readU16(bytes, start + Identity.PAN_ID);
    const pan = this.identity.extendedPanAt;
    copyBytes(bytes, start + Identity.EXTENDED_PAN, this.identity.bytes, pan, 8);
    copyBytes(bytes, start + Identity.EUI64, this.identity.eui64, 0, 8);
    this.identity.updateId = bytes[start + Identity.UPDATE_ID]!;
  }

  private wish(now: number, entry: number, wish: Wish): void {
    const at = this.first + entry;
    const before = this.wishes[at]!;
    if ((before & (Wish.PUT | Wish.REMOVE)) === Wish.NONE) this.waiting++;
    this.wishes[at] = (before & ~(Wish.PUT | Wish.REMOVE)) | wish;
    this.pump(now);
  }

  private pump(now: number): void {
    this.numbers[Due.STORE_RETRY] = Infinity;
    // Asked after every operation of the flash, and mostly nobody wishes for anything.
    if (!this.isOpen || this.waiting === 0) return;
    for (let entry = 0; entry < Entry.COUNT; entry++) {
      const wish = this.wishes[this.first + entry]!;
      if (wish === Wish.NONE || (wish & Wish.FLYING) !== 0) continue;
      if (!this.hand(entry, wish)) {
        this.numbers[Due.STORE_RETRY] = now + Wait.RETRY_MS;
        return;
      }
      // The upper four bits remember what flies.
      this.wishes[this.first + entry] = Wish.FLYING | (wish << 4);
      this.waiting--;
    }
  }

  isReady(): boolean {
    return this.isOpen && this.identity.isKnown;
  }

  /** Writes what flash has in a place of a backup; its length, 0: nothing. */
  copyEntry(entry: number, bytes: Uint8Array, at: number): number {
    if (!this.isOpen || !this.identity.isKnown) return 0;
    if (entry === Entry.COUNTER) writeU32(bytes, at, this.counterLimit);
    else if (entry >= Entry.NODE) {
      const node = (entry - Entry.NODE) % NodeLimit.MAX;
      if (!this.nodes.isNetworked(node)) return 0;
    }
    return entry === Entry.COUNTER ? 4 : this.putValue(entry, bytes, at);
  }

  private hand(entry: number, wish: number): boolean {
    const key = this.keyOf(entry);
    if (wish === Wish.REMOVE) return this.journal.remove(key, entry);
    const at = Scratch.RECORD;
    if (entry === Entry.COUNTER) this.counterFlying = this.counterWish;
    return this.journal.put(key, this.value, at, this.putValue(entry, this.value, at), entry);
  }

  /** The journal's key of an entry. */
  keyOf(entry: number): number {
    if (entry === Entry.IDENTITY) return NetworkKey.IDENTITY;
    if (entry >= Entry.KNOWLEDGE) return NetworkKey.KNOWLEDGE + entry - Entry.KNOWLEDGE;
    return entry === Entry.COUNTER ? NetworkKey.COUNTER : NetworkKey.NODE + entry - Entry.NODE;
  }

  private putValue(entry: number, bytes: Uint8Array, at: number): number {
    if (entry === Entry.COUNTER) {
      writeU32(bytes, at, this.counterWish);
      return 4;
    }
    if (entry >= Entry.KNOWLEDGE) {
      this.knowledge?.copyRecord(entry - Entry.KNOWLEDGE, bytes, at);
      return Known.LENGTH;
    }
    if (entry !== Entry.IDENTITY) {
      this.nodes.copyRecord(entry - Entry.NODE, bytes, at);
      return NodeRecord.LENGTH;
    }
    bytes[at + Identity.VERSION] = IdentityVersion.CURRENT;
    bytes[at + Identity.CHANNEL] = this.identity.channel;
    writeU16(bytes, at + Identity.PAN_ID, this.identity.panId);
    const pan = this.identity.extendedPanAt;
    copyBytes(this.identity.bytes, pan, bytes, at + Identity.EXTENDED_PAN, 8);
    copyBytes(this.identity.eui64, 0, bytes, at + Identity.EUI64, 8);
    bytes[at + Identity.UPDATE_ID] = this.identity.updateId;
    return Identity.LENGTH;
  }
}
