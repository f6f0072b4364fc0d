// Keyed records in one flash region: the latest value of a key wins, and one that was acknowledged
// survives a power cut at any flash operation. Log-structured: records are appended to sectors in
// turn, and the oldest sector is compacted into a spare one when only that is left.

import type { FlashRegion } from "../../hal/flash";
import type { Sent } from "../../hal/sent";
import { check } from "../kernel/partition";
import { copyBytes, readI32, readU16, readU32, writeI32 } from "../wire/little-endian";
import { type FlashJob, FlashRetry, FlashTurn, flashWorked, Progress } from "./flash-job";
import { JournalCompaction } from "./journal-compaction";
import { IndexLimit, JournalIndex } from "./journal-index";
import { JournalRecord, putRecord, RecordKind, recordLength, sealRecord } from "./journal-layout";
import { JournalOpening } from "./journal-opening";
import { JournalSectors } from "./journal-sectors";
import { Page, Sector, SectorHeader, ZEROS } from "./sector-layout";
import { SectorStart } from "./sector-start";

export interface JournalOwner {
  /** On open, once for each live record, in order of writing. `bytes` is valid until return. */
  restored(key: number, bytes: Uint8Array, start: number, length: number): void;
  /** All is restored; `put` and `remove` are taken from now on. */
  opened(now: number): void;
  /** `ok`: it lies in flash. Otherwise the chip failed: the old value or the new one remains. */
  stored(now: number, token: number, ok: boolean): void;
}

const enum Limit {
  // A partition's burst: a join writes two or three records.
  PENDING = 4,
}

const enum Token {
  /** Of an owner's token, at the end of each pending record's room. i32 */
  LENGTH = 4,
}

const enum Phase {
  CLOSED = 0,
  OPENING = 1,
  /** Nothing is under way; the head of the queue, if any, is to be looked at. */
  READY = 2,
  STARTING = 3,
  COMPACTING = 4,
  WRITING = 5,
  /** Overwriting the head of a record whose write was reported to fail, in case it stands there. */
  KILLING = 6,
}

/** Feed it every `Party.FLASH` message whose `FlashDone.REGION` is its region's. */
export class Journal implements FlashJob {
  private phase = Phase.CLOSED;
  private readonly sectors: JournalSectors;
  private readonly index: JournalIndex;
  /** Knows what `dueAt` answers, for an owner who is asked often. */
  readonly turn: FlashTurn;
  /** Undefined once it is open. */
  private opening: JournalOpening | undefined;
  private readonly starting: SectorStart;
  private readonly compaction: JournalCompaction;
  private nextNumber = 1;
  /**
   * Room for a header or for a record that is copied, then pending records, complete and sealed, in
   * a circle of `slotLength` bytes each, with a token.
   */
  private readonly pending: Uint8Array;
  private readonly slotLength: number;
  private head = 0;
  private waiting = 0;
  /** For the head of the queue: failed writes, and sectors compacted. */
  private tries = 0;
  private rounds = 0;
  /** Records that were not taken on open. */
  private dropped = 0;

  /**
   * @param capacity keys at most; as many values of the greatest length must fit into the region
   *   less two sectors: one is the spare, and one makes sure that compaction always gains room
   * @param valueMax bytes of the longest value, 0 to 224
   */
  constructor(
    readonly region: FlashRegion,
    private readonly owner: JournalOwner,
    readonly capacity: number,
    readonly valueMax: number,
  ) {
    check(valueMax <= JournalRecord.VALUE_MAX, "journal value length");
    this.sectors = new JournalSectors(region.length);
    check(region.length <= IndexLimit.REGION_LENGTH, "journal region");
    check(capacity <= capacityOf(region.length, valueMax), "journal capacity");
    this.index = new JournalIndex(capacity);
    this.turn = new FlashTurn(region);
    this.opening = new JournalOpening(this.sectors, this.index, valueMax, owner);
    const length = recordLength(valueMax);
    this.slotLength = Math.max(length + Token.LENGTH, SectorHeader.LENGTH);
    const scratch = new Uint8Array((1 + Limit.PENDING) * this.slotLength);
    this.starting = new SectorStart(this.sectors, scratch);
    this.compaction = new JournalCompaction(
      this.sectors,
      this.index,
      this.starting,
      scratch,
      length,
    );
    this.pending = scratch;
  }

  /** Starts to read the region. Call it once. */
  open(now: number): void {
    check(this.phase === Phase.CLOSED, "journal opened twice");
    this.phase = Phase.OPENING;
    this.turn.start(now, this);
  }

  /**
   * Copies the value. False: not open, too many wait, or no key is free; try again later.
   * @param token a whole number of 32 bits with its sign
   */
  put(key: number, bytes: Uint8Array, start: number, length: number, token: number): boolean {
    check(length >= 0 && length <= this.valueMax, "journal value length");
    if (!this.takes() || !this.hasKeyFor(key)) return false;
    copyBytes(bytes, start, this.pending, this.slot() + JournalRecord.VALUE, length);
    this.enqueue(RecordKind.VALUE, key, length, token);
    return true;
  }

  /** False: not open, or too many wait. A key that is not there is acknowledged too. */
  remove(key: number, token: number): boolean {
    if (!this.takes()) return false;
    this.enqueue(RecordKind.REMOVED, key, 0, token);
    return true;
  }

  /** Keys that have a value. */
  count(): number {
    return this.index.count;
  }

  /** Records that were lost to decay, or to a smaller capacity than they were written under. */
  lost(): number {
    return this.dropped + this.compaction.lost;
  }

  flashDone(now: number, buffer: Uint8Array, _length: number): void {
    if (!this.turn.complete(now)) return;
    this.advance(now, flashWorked(buffer), buffer);
    this.proceed(now);
  }

  /** Call it from the partition's `tick`. */
  tick(now: number): void {
    if (this.turn.expired(now)) this.proceed(now);
  }

  dueAt(): number {
    return this.turn.due;
  }

  issue(region: FlashRegion): Sent {
    switch (this.phase) {
      case Phase.OPENING:
        return this.opening!.issue(region);
      case Phase.STARTING:
        return this.starting.issue(region);
      case Phase.COMPACTING:
        return this.compaction.issue(region);
      case Phase.WRITING:
        return region.write(this.place(), this.pending, this.first(), this.headLength());
      default:
        check(this.phase === Phase.KILLING, "journal operation out of order");
        return region.write(this.place(), ZEROS, 0, JournalRecord.VALUE);
    }
  }

  done(ok: boolean, buffer: Uint8Array): Progress {
    switch (this.phase) {
      case Phase.OPENING:
        return this.opening!.done(ok, buffer);
      case Phase.STARTING:
        return this.starting.done(ok);
      case Phase.COMPACTING:
        return this.compaction.done(ok, buffer);
      case Phase.WRITING:
        if (ok) return Progress.DONE;
        this.phase = Phase.KILLING;
        return Progress.MORE;
      default:
        check(this.phase === Phase.KILLING, "journal completion out of order");
        this.sectors.skipPage();
        return ++this.tries < FlashRetry.WRITES ? Progress.DONE : Progress.FAILED;
    }
  }

  private advance(now: number, ok: boolean, buffer: Uint8Array): void {
    const phase = this.phase;
    const progress = this.done(ok, buffer);
    if (progress === Progress.LATER) this.turn.wait();
    if (progress === Progress.MORE || progress === Progress.LATER) return;
    this.phase = Phase.READY;
    if (phase === Phase.OPENING) {
      this.finishOpening(now);
    } else if (progress === Progress.FAILED) this.finish(now, false);
    else if (phase === Phase.COMPACTING) this.rounds++;
    else if (phase === Phase.WRITING) this.wrote(now);
  }

  private finishOpening(now: number): void {
    this.nextNumber = this.opening!.lastNumber + 1;
    this.dropped = this.opening!.dropped;
    this.opening = undefined;
    this.owner.opened(now);
  }

  /** Does the next thing; a head of the queue that cannot be stored is given back. */
  private proceed(now: number): void {
    while (this.turn.idle() && this.waiting + Number(this.phase < Phase.READY) > 0) {
      if (this.choose()) this.turn.issue(this);
      else this.finish(now, false);
    }
  }

  /** False: there is no way to store the head of the queue. */
  private choose(): boolean {
    if (this.phase !== Phase.READY) return true;
    if (this.sectors.makeRoom(this.headLength())) {
      this.phase = Phase.WRITING;
    } else if (this.sectors.freeCount() > 1) {
      this.phase = Phase.STARTING;
      return this.starting.begin(Sector.NONE) || this.ready();
    } else {
      this.phase = Phase.COMPACTING;
      // Once around the whole region finds all room that there is.
      const more = this.rounds < this.sectors.count && this.compaction.begin();
      return more || this.ready();
    }
    return true;
  }

  private ready(): boolean {
    this.phase = Phase.READY;
    return false;
  }

  private wrote(now: number): void {
    const at = this.first();
    const key = readU16(this.pending, at + JournalRecord.KEY);
    if (this.pending[at + JournalRecord.KIND] === RecordKind.REMOVED) this.index.remove(key);
    else {
      const number = readU32(this.pending, at + JournalRecord.NUMBER);
      check(this.index.set(key, this.place(), number), "journal index overflows");
    }
    this.sectors.tail += this.headLength();
    this.finish(now, true);
  }

  private finish(now: number, ok: boolean): void {
    const token = readI32(this.pending, this.first() + this.slotLength - Token.LENGTH);
    this.head = (this.head + 1) % Limit.PENDING;
    this.waiting--;
    this.tries = 0;
    this.rounds = 0;
    this.owner.stored(now, token, ok);
  }

  private takes(): boolean {
    return this.phase >= Phase.READY && this.waiting < Limit.PENDING;
  }

  /** Counts the new keys that wait already; one that waits twice counts twice. */
  private hasKeyFor(key: number): boolean {
    if (this.index.find(key) >= 0) return true;
    let keys = this.index.count;
    for (let i = 0; i < this.waiting; i++) {
      const at = (1 + ((this.head + i) % Limit.PENDING)) * this.slotLength;
      if (this.pending[at + JournalRecord.KIND] !== RecordKind.VALUE) continue;
      if (this.index.find(readU16(this.pending, at + JournalRecord.KEY)) < 0) keys++;
    }
    return keys < this.capacity;
  }

  private enqueue(kind: RecordKind, key: number, length: number, token: number): void {
    const at = this.slot();
    putRecord(this.pending, at, kind, key, length);
    sealRecord(this.pending, at, this.nextNumber++);
    writeI32(this.pending, at + this.slotLength - Token.LENGTH, token);
    this.waiting++;
    if (this.turn.busy || this.phase !== Phase.READY) return;
    if (this.choose()) this.turn.issue(this);
    // Refused at once; but an owner is not called back inside its own call.
    else this.turn.due = 0;
  }

  /** Where the next pending record goes. */
  private slot(): number {
    return (1 + ((this.head + this.waiting) % Limit.PENDING)) * this.slotLength;
  }

  private first(): number {
    return (1 + this.head) * this.slotLength;
  }

  private headLength(): number {
    return recordLength(this.pending[this.first() + JournalRecord.LENGTH]!);
  }

  private place(): number {
    return this.sectors.active * Sector.LENGTH + this.sectors.tail;
  }
}

/** How many values of `valueMax` bytes a region holds for certain. */
export function capacityOf(regionLength: number, valueMax: number): number {
  const length = recordLength(valueMax);
  const first = Math.floor((Page.LENGTH - SectorHeader.LENGTH) / length);
  const others = (Page.PER_SECTOR - 1) * Math.floor(Page.LENGTH / length);
  return (regionLength / Sector.LENGTH - 2) * (first + others);
}
