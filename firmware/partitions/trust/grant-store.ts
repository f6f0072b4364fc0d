// Changes of grants on their way into flash: what a change takes away is gone at once, what it adds
// counts once it lies there.

import type { FlashRegion } from "../../../hal/flash";
import type { BackupRecords } from "../../crypto/page-sealer";
import { SealingKey } from "../../crypto/sealed-page";
import { GrantResult, isMove, Relationship } from "../../ipc/grant";
import { Journal, type JournalOwner } from "../../storage/journal";
import { readU16, readU32, writeU16, writeU32 } from "../../wire/little-endian";
import { GrantLimit, GrantRecord, Grants } from "./grants";

export interface GrantStoreOwner {
  opened(now: number): void;
  /** The answer to the change with that reference. */
  changed(now: number, reference: number, result: GrantResult): void;
}

// The journal lets four records wait.
const CHANGES_MAX = 4;

/** Of the region's records; those of grants are their places and 1. */
export const enum GrantKey {
  FIRST = 1,
  /** Under which backups are sealed; written at manufacture. */
  SEALING = 0x100,
}

/** A change under way. */
const enum Change {
  PLACE = 0,
  RELATIONSHIP = 1,
  /** u32 */
  EXPIRES = 2,
  /** Of the one who asked. u16 */
  REFERENCE = 6,
  /** Whether anybody still waits for the answer. */
  IS_AWAITED = 8,
  LENGTH = 9,
}

/** In place of a place: the change is not in use. */
const UNUSED = 0xff;

export class GrantStore implements JournalOwner, BackupRecords {
  readonly grants = new Grants();
  isOpen = false;
  sealingKey: Uint8Array;
  private readonly journal: Journal;
  private readonly changes = new Uint8Array(CHANGES_MAX * Change.LENGTH).fill(UNUSED);
  private readonly record = new Uint8Array(GrantRecord.LENGTH);

  constructor(
    region: FlashRegion,
    private readonly owner: GrantStoreOwner,
  ) {
    const longest = SealingKey.LENGTH;
    this.journal = new Journal(region, this, GrantLimit.GRANTS + 1, longest);
    this.sealingKey = this.record.subarray(0, 0);
  }

  open(now: number): void {
    this.journal.open(now);
  }

  /** `OK`: taken; `changed` brings the result. Anything else is the result. */
  put(
    provider: number,
    relationship: number,
    expires: number,
    reference: number,
    bytes: Uint8Array,
    eui64: number,
    utcSeconds: number,
  ): GrantResult {
    const token = this.freeChange();
    if (!this.isOpen || token < 0) return GrantResult.BUSY;
    const held = this.grants.find(provider, bytes, eui64);
    if (held >= 0 && this.isChanging(held)) return GrantResult.BUSY;
    if (!isMove(this.grants.at(held, utcSeconds), relationship)) return GrantResult.BAD_MOVE;
    const place = held >= 0 ? held : this.grants.findRoom(utcSeconds);
    if (place < 0) return GrantResult.FULL;
    if (this.isChanging(place)) return GrantResult.BUSY;
    if (held >= 0) this.grants.narrow(place, relationship, expires);
    else this.grants.reserve(place, provider, bytes, eui64);
    this.grants.write(place, relationship, expires, this.record);
    if (!this.journal.put(place + 1, this.record, 0, GrantRecord.LENGTH, token)) {
      if (held < 0) this.grants.free(place);
      return GrantResult.BUSY;
    }
    this.note(token, place, relationship, expires, reference);
    return GrantResult.OK;
  }

  /** Like `put`. A grant that is not there is removed as well as any. */
  remove(provider: number, reference: number, bytes: Uint8Array, eui64: number): GrantResult {
    const token = this.freeChange();
    if (!this.isOpen || token < 0) return GrantResult.BUSY;
    // The place of a grant that is not there is one that no journal record has.
    const held = this.grants.find(provider, bytes, eui64);
    const place = held >= 0 ? held : GrantLimit.GRANTS;
    if (this.isChanging(place)) return GrantResult.BUSY;
    if (held >= 0) this.grants.narrow(place, 0, 0);
    if (!this.journal.remove(place + 1, token)) return GrantResult.BUSY;
    this.note(token, place, 0, 0, reference);
    return GrantResult.OK;
  }

  /** Who asked for the changes under way is gone; they are made all the same. */
  forgetReferences(): void {
    for (let token = 0; token < CHANGES_MAX; token++) {
      this.changes[token * Change.LENGTH + Change.IS_AWAITED] = 0;
    }
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

  isReady(): boolean {
    return this.isOpen;
  }

  /** Five records for a place of a backup, as they lie in flash; no provider: none. */
  copyEntry(place: number, bytes: Uint8Array, at: number): number {
    for (let i = 0; i < GrantLimit.A_PAGE; i++) {
      const to = at + i * GrantRecord.LENGTH;
      this.grants.copyRecord(place * GrantLimit.A_PAGE + i, bytes, to);
    }
    return GrantLimit.A_PAGE * GrantRecord.LENGTH;
  }

  /** The key of the first of them. */
  keyOf(place: number): number {
    return GrantKey.FIRST + place * GrantLimit.A_PAGE;
  }

  restored(key: number, bytes: Uint8Array, start: number, length: number): void {
    if (key === GrantKey.SEALING) this.sealingKey = bytes.slice(start, start + length);
    this.grants.restore(key - 1, bytes, start, length);
  }

  opened(now: number): void {
    this.isOpen = true;
    this.owner.opened(now);
  }

  stored(now: number, token: number, ok: boolean): void {
    const { changes } = this;
    const at = token * Change.LENGTH;
    const place = changes[at + Change.PLACE]!;
    const relationship = changes[at + Change.RELATIONSHIP]! as Relationship;
    changes[at + Change.PLACE] = UNUSED;
    // Where the chip failed, flash has the old grant or the new one; here remains what both allow.
    if (ok && place < GrantLimit.GRANTS) {
      if (relationship === Relationship.UNAUTHORIZED) this.grants.free(place);
      else this.grants.set(place, relationship, readU32(changes, at + Change.EXPIRES));
    }
    if (changes[at + Change.IS_AWAITED] === 0) return;
    const reference = readU16(changes, at + Change.REFERENCE);
    this.owner.changed(now, reference, ok ? GrantResult.OK : GrantResult.BUSY);
  }

  private note(
    token: number,
    place: number,
    relationship: Relationship,
    expires: number,
    reference: number,
  ): void {
    const at = token * Change.LENGTH;
    this.changes[at + Change.PLACE] = place;
    this.changes[at + Change.RELATIONSHIP] = relationship;
    writeU32(this.changes, at + Change.EXPIRES, expires);
    writeU16(this.changes, at + Change.REFERENCE, reference);
    this.changes[at + Change.IS_AWAITED] = 1;
  }

  private freeChange(): number {
    return this.changeOf(UNUSED);
  }

  private isChanging(place: number): boolean {
    return this.changeOf(place) >= 0;
  }

  private changeOf(place: number): number {
    for (let token = 0; token < CHANGES_MAX; token++) {
      if (this.changes[token * Change.LENGTH + Change.PLACE] === place) return token;
    }
    return -1;
  }
}
