// Changes of grants on their way into flash: what a change takes away is gone at once, what it adds
// counts once it lies there.

import type { FlashRegion } from "../../../hal/flash";
import { GrantResult, isMove, Relationship } from "../../ipc/grant";
import { Journal, type JournalOwner } from "../../storage/journal";
import { GrantLimit, GrantRecord, Grants } from "./grants";

export interface GrantStoreOwner {
  opened(now: number): void;
  /** The answer to the change with that reference. */
  changed(now: number, reference: number, result: GrantResult): void;
}

// The journal lets four records wait.
const CHANGES_MAX = 4;

const NOBODY = -1;

interface Change {
  /** -1: not in use. */
  place: number;
  relationship: Relationship;
  expires: number;
  /** `NOBODY`: the one who asked died. */
  reference: number;
}

export class GrantStore implements JournalOwner {
  readonly grants = new Grants();
  isOpen = false;
  private readonly journal: Journal;
  private readonly changes: Change[] = [];
  private readonly record = new Uint8Array(GrantRecord.LENGTH);

  constructor(
    region: FlashRegion,
    private readonly owner: GrantStoreOwner,
  ) {
    this.journal = new Journal(region, this, GrantLimit.GRANTS, GrantRecord.LENGTH);
    for (let i = 0; i < CHANGES_MAX; i++) {
      this.changes.push({ place: -1, relationship: 0, expires: 0, reference: 0 });
    }
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
    for (const change of this.changes) change.reference = NOBODY;
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
    this.grants.restore(key - 1, bytes, start, length);
  }

  opened(now: number): void {
    this.isOpen = true;
    this.owner.opened(now);
  }

  stored(now: number, token: number, ok: boolean): void {
    const change = this.changes[token]!;
    const { place, relationship, expires } = change;
    change.place = -1;
    // Where the chip failed, flash has the old grant or the new one; here remains what both allow.
    if (ok && place < GrantLimit.GRANTS) {
      if (relationship === Relationship.UNAUTHORIZED) this.grants.free(place);
      else this.grants.set(place, relationship, expires);
    }
    if (change.reference === NOBODY) return;
    this.owner.changed(now, change.reference, ok ? GrantResult.OK : GrantResult.BUSY);
  }

  private note(
    token: number,
    place: number,
    relationship: Relationship,
    expires: number,
    reference: number,
  ): void {
    const change = this.changes[token]!;
    change.place = place;
    change.relationship = relationship;
    change.expires = expires;
    change.reference = reference;
  }

  private freeChange(): number {
    return this.changes.findIndex((change) => change.place < 0);
  }

  private isChanging(place: number): boolean {
    return this.changes.some((change) => change.place === place);
  }
}
