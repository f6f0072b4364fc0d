// Where the live record of each key lies. Bounded; no value is kept in memory.

import { check } from "../kernel/partition";

export class JournalIndex {
  count = 0;
  private readonly keys: Uint16Array;
  private readonly places: Uint32Array;
  private readonly numbers: Uint32Array;
  /** Where compaction has copied a record to; it counts when the copy is committed. */
  private readonly copies: Uint32Array;

  constructor(readonly capacity: number) {
    this.keys = new Uint16Array(capacity);
    this.places = new Uint32Array(capacity);
    this.numbers = new Uint32Array(capacity);
    this.copies = new Uint32Array(capacity);
  }

  /** -1: not there. Linear: a journal holds tens of keys and is asked a few times a second. */
  find(key: number): number {
    for (let i = 0; i < this.count; i++) if (this.keys[i] === key) return i;
    return -1;
  }

  place(at: number): number {
    return this.places[at]!;
  }

  /** False: no room for another key. */
  set(key: number, place: number, number: number): boolean {
    let at = this.find(key);
    if (at < 0) {
      if (this.count === this.capacity) return false;
      at = this.count++;
    }
    this.keys[at] = key;
    this.places[at] = place;
    this.numbers[at] = number;
    return true;
  }

  remove(key: number): void {
    const at = this.find(key);
    if (at >= 0) this.drop(at);
  }

  drop(at: number): void {
    const last = --this.count;
    this.keys[at] = this.keys[last]!;
    this.places[at] = this.places[last]!;
    this.numbers[at] = this.numbers[last]!;
    this.copies[at] = this.copies[last]!;
  }

  /**
   * The entry that follows the one given in order of writing; -1: none. Two with one number are not
   * of our making, and still both are listed.
   */
  following(number: number, at: number): number {
    let best = -1;
    for (let i = 0; i < this.count; i++) {
      const own = this.numbers[i]!;
      if (own < number || (own === number && i <= at)) continue;
      if (best < 0 || own < this.numbers[best]!) best = i;
    }
    return best;
  }

  number(at: number): number {
    return this.numbers[at]!;
  }

  /** The entry with the smallest place in `from .. end`; -1: none. */
  afterPlace(from: number, end: number): number {
    let best = -1;
    for (let i = 0; i < this.count; i++) {
      const place = this.places[i]!;
      if (place < from || place >= end) continue;
      if (best < 0 || place < this.places[best]!) best = i;
    }
    return best;
  }

  copied(at: number, place: number): void {
    check(at >= 0 && at < this.count, "journal copy of no record");
    this.copies[at] = place;
  }

  /** All live records of the sector at `from .. end` have moved to their copies. */
  moveToCopies(from: number, end: number): void {
    for (let i = 0; i < this.count; i++) {
      const place = this.places[i]!;
      if (place >= from && place < end) this.places[i] = this.copies[i]!;
    }
  }
}
