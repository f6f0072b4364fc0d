// The stored part of each meter's record in the owner's journal: one key for each, written when
// it changed, read back at start.

import type { FlashRegion } from "../../hal/flash";
import { Journal, type JournalOwner } from "../storage/journal";

export const enum MeterJournalLimit {
  /** Key of the first meter; the others follow. */
  FIRST_KEY = 1,
  RETRY_MS = 1_000,
}

/** What the owner of the records does for its journal. */
export interface StoredMeters {
  readonly capacity: number;
  /** Bytes of a record that are stored. */
  readonly storedLength: number;
  readonly bytes: Uint8Array;
  recordAt(meter: number): number;
  isChanged(meter: number): boolean;
  stored(meter: number): void;
  changed(meter: number): void;
  restore(meter: number, bytes: Uint8Array, start: number): void;
}

export class MeterJournal implements JournalOwner {
  isOpen = false;
  failures = 0;
  private readonly journal: Journal;
  private retryAt = Number.POSITIVE_INFINITY;

  constructor(
    region: FlashRegion,
    private readonly meters: StoredMeters,
  ) {
    this.journal = new Journal(region, this, meters.capacity, meters.storedLength);
  }

  open(now: number): void {
    this.journal.open(now);
  }

  restored(key: number, bytes: Uint8Array, start: number, length: number): void {
    const meter = key - MeterJournalLimit.FIRST_KEY;
    if (meter < 0 || meter >= this.meters.capacity) return;
    // A record of another length is another version's: what it said is learned anew.
    if (length === this.meters.storedLength) this.meters.restore(meter, bytes, start);
  }

  opened(now: number): void {
    this.isOpen = true;
    this.save(now);
  }

  stored(now: number, token: number, ok: boolean): void {
    if (ok) return;
    this.failures++;
    this.meters.changed(token - MeterJournalLimit.FIRST_KEY);
    this.retryAt = now + MeterJournalLimit.RETRY_MS;
  }

  flashDone(now: number, buffer: Uint8Array, length: number): void {
    this.journal.flashDone(now, buffer, length);
  }

  /** Hands every changed record to the journal; what finds no room is tried again. */
  save(now: number): void {
    if (!this.isOpen) return;
    this.retryAt = Number.POSITIVE_INFINITY;
    for (let meter = 0; meter < this.meters.capacity; meter++) {
      if (!this.meters.isChanged(meter)) continue;
      const key = meter + MeterJournalLimit.FIRST_KEY;
      const { bytes, storedLength } = this.meters;
      if (this.journal.put(key, bytes, this.meters.recordAt(meter), storedLength, key)) {
        this.meters.stored(meter);
      } else {
        this.retryAt = now + MeterJournalLimit.RETRY_MS;
      }
    }
  }

  tick(now: number): void {
    this.journal.tick(now);
    if (now >= this.retryAt) this.save(now);
  }

  dueAt(): number {
    return Math.min(this.retryAt, this.journal.dueAt());
  }
}
