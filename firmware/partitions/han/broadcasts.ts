// Broadcasts: which were heard already (the broadcast transaction table), and which of our own and
// of those that we relay are said again, because a router around was not heard to relay them
// (passive acknowledgement).
// @source Zigbee 05-3474-22 sections 3.6.5, 3.5.2 (nwkPassiveAckTimeout, nwkMaxBroadcastRetries)

import { check } from "../../kernel/partition";
import { copyBytes, readU16, writeU16 } from "../../wire/little-endian";
import { Nwk, NwkField } from "../../wire/nwk";
import type { Memory } from "./memory";

export const enum BroadcastLimit {
  /** Broadcasts that may be on their way through a house at once. */
  TRANSACTIONS = 9,
  /** Being said: two of others that we relay, and two of our own at least. */
  FRAMES = 4,
  RELAYED = 2,
  /** So long a copy may come by (nwkNetworkBroadcastDeliveryTime). */
  KEPT_MS = 9_000,
  NONE = -1,
}

const enum Saying {
  /** So often at most: once, and nwkMaxBroadcastRetries. */
  TRIES = 3,
  /** nwkPassiveAckTimeout. */
  AGAIN_MS = 500,
}

const enum Transaction {
  /** u16 */
  SOURCE = 0,
  SEQUENCE = 2,
  /** A bit for each node that was heard to say it. u32 */
  HEARD = 4,
  LENGTH = 8,
}

const enum Frame {
  /** 0: free. */
  LENGTH = 0,
  TRANSACTION = 1,
  TRIES = 2,
  /** Length of the NWK header; the plain payload follows it at once. */
  HEADER = 3,
  CONTENT = 4,
  SIZE = 120,
}

/** Seals a frame anew and says it to all who listen. False: no room now. */
export interface BroadcastUser {
  sayAgain(
    now: number,
    bytes: Uint8Array,
    start: number,
    header: number,
    length: number,
    isFirst: boolean,
  ): boolean;
  /** A bit for each router around. */
  neighbours(): number;
}

export class Broadcasts {
  private readonly bytes: Uint8Array;
  private readonly numbers: Float64Array;
  private readonly first: number;
  private readonly frames: number;
  private readonly until: number;
  private readonly dues: number;

  constructor(
    private readonly user: BroadcastUser,
    memory: Memory,
  ) {
    this.bytes = memory.bytes;
    this.numbers = memory.numbers;
    this.first = memory.take(BroadcastLimit.TRANSACTIONS * Transaction.LENGTH);
    this.frames = memory.take(BroadcastLimit.FRAMES * Frame.SIZE);
    this.until = memory.takeNumbers(BroadcastLimit.TRANSACTIONS, 0);
    this.dues = memory.takeDues(BroadcastLimit.FRAMES);
  }

  /** True for one that was heard already; else it is remembered. `from` was heard to say it. */
  isKnown(now: number, source: number, sequence: number, from: number): boolean {
    let transaction = this.find(now, source, sequence);
    const isNew = transaction === BroadcastLimit.NONE;
    if (isNew) transaction = this.begin(now, source, sequence);
    const at = this.first + transaction * Transaction.LENGTH + Transaction.HEARD;
    this.setHeard(at, this.heard(at) | (1 << from));
    return !isNew;
  }

  /** Remembers a broadcast; returns its transaction. */
  begin(now: number, source: number, sequence: number): number {
    let oldest = 0;
    for (let i = 1; i < BroadcastLimit.TRANSACTIONS; i++) {
      if (this.numbers[this.until + i]! < this.numbers[this.until + oldest]!) oldest = i;
    }
    const at = this.first + oldest * Transaction.LENGTH;
    writeU16(this.bytes, at + Transaction.SOURCE, source);
    this.bytes[at + Transaction.SEQUENCE] = sequence;
    this.setHeard(at + Transaction.HEARD, 0);
    this.numbers[this.until + oldest] = now + BroadcastLimit.KEPT_MS;
    return oldest;
  }

  find(now: number, source: number, sequence: number): number {
    for (let i = 0; i < BroadcastLimit.TRANSACTIONS; i++) {
      const at = this.first + i * Transaction.LENGTH;
      if (this.bytes[at + Transaction.SEQUENCE] !== sequence) continue;
      if (readU16(this.bytes, at + Transaction.SOURCE) !== source) continue;
      if (now < this.numbers[this.until + i]!) return i;
    }
    return BroadcastLimit.NONE;
  }

  /**
   * Takes a frame that is to be said from `due` on: a plain NWK frame without auxiliary header,
   * `header` bytes of NWK header first. False: no room.
   */
  say(
    due: number,
    transaction: number,
    bytes: Uint8Array,
    start: number,
    header: number,
    length: number,
  ): boolean {
    check(length > header && length <= Nwk.FRAME_MAX, "a broadcast fits");
    for (let i = 0; i < BroadcastLimit.FRAMES; i++) {
      const at = this.frames + i * Frame.SIZE;
      if (this.bytes[at + Frame.LENGTH] !== 0) continue;
      this.bytes[at + Frame.LENGTH] = length;
      this.bytes[at + Frame.TRANSACTION] = transaction;
      this.bytes[at + Frame.TRIES] = 0;
      this.bytes[at + Frame.HEADER] = header;
      copyBytes(bytes, start, this.bytes, at + Frame.CONTENT, length);
      this.numbers[this.dues + i] = due;
      return true;
    }
    return false;
  }

  /** Whether there is room to relay what another said: that must not keep us from our own word. */
  mayRelay(): boolean {
    let relayed = 0;
    for (let i = 0; i < BroadcastLimit.FRAMES; i++) {
      const at = this.frames + i * Frame.SIZE;
      if (this.bytes[at + Frame.LENGTH] === 0) continue;
      const source = at + Frame.CONTENT + NwkField.SOURCE;
      if (readU16(this.bytes, source) !== Nwk.COORDINATOR) relayed++;
    }
    return relayed < BroadcastLimit.RELAYED;
  }

  tick(now: number): void {
    for (let i = 0; i < BroadcastLimit.FRAMES; i++) {
      if (now >= this.numbers[this.dues + i]!) this.sayNow(now, i);
    }
  }

  private sayNow(now: number, index: number): void {
    const at = this.frames + index * Frame.SIZE;
    const tries = this.bytes[at + Frame.TRIES]!;
    if (tries > 0 && this.isRelayed(this.bytes[at + Frame.TRANSACTION]!)) {
      this.free(index);
      return;
    }
    this.bytes[at + Frame.TRIES] = tries + 1;
    // No room for it now is as good as a loss on the air.
    const header = this.bytes[at + Frame.HEADER]!;
    const length = this.bytes[at + Frame.LENGTH]!;
    this.user.sayAgain(now, this.bytes, at + Frame.CONTENT, header, length, tries === 0);
    if (tries + 1 === Saying.TRIES) this.free(index);
    else this.numbers[this.dues + index] = now + Saying.AGAIN_MS;
  }

  /** Whether all routers around were heard to say it. */
  private isRelayed(transaction: number): boolean {
    const at = this.first + transaction * Transaction.LENGTH + Transaction.HEARD;
    return (this.user.neighbours() & ~this.heard(at)) === 0;
  }

  private free(index: number): void {
    this.bytes[this.frames + index * Frame.SIZE + Frame.LENGTH] = 0;
    this.numbers[this.dues + index] = Number.POSITIVE_INFINITY;
  }

  private heard(at: number): number {
    return readU16(this.bytes, at) | (readU16(this.bytes, at + 2) << 16);
  }

  private setHeard(at: number, mask: number): void {
    writeU16(this.bytes, at, mask);
    writeU16(this.bytes, at + 2, mask >> 16);
  }
}
