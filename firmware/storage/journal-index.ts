// Where the live record of each key lies. Bounded; no value is kept in memory. All entries lie in
// one array: an array for each of five columns would cost more than the columns.

import { check } from "../kernel/partition";

/** An entry, in words of 16 bits. */
const enum Entry {
  KEY = 0,
  PLACE = 1,
  /** Where compaction has copied the record to; it counts when the copy is committed. */
  COPY = 2,
  NUMBER = 3,
  NUMBER_HIGH = 4,
  WORDS = 5,
}

export const enum IndexLimit {
  /** A place is a word: a longer region has places that do not fit. */
  REGION_LENGTH = 0x10000,
}

export class JournalIndex {
  count = 0;
  private readonly words: Uint16Array;

  constructor(readonly capacity: number) {
    this.words = new Uint16Array(capacity * Entry.WORDS);
  }

  /** -1: not there. Linear: a journal holds tens of keys and is asked a few times a second. */
  find(key: number): number {
    const { words } = this;
    const end = this.count * Entry.WORDS;
    // Counted, not divided: a quotient is a fraction to a device, and every place behind it too.
    for (let i = Entry.KEY, at = 0; i < end; i += Entry.WORDS, at++)
      if (words[i] === key) return at;
    return -1;
  }

  place(at: number): number {
    return this.words[at * Entry.WORDS + Entry.PLACE]!;
  }

  /** False: no room for another key. */
  set(key: number, place: number, number: number): boolean {
    return this.setAt(this.find(key), key, place, number);
  }

  /** The same where `find` has told `at` before. */
  setAt(known: number, key: number, place: number, number: number): boolean {
    let at = known;
    if (at < 0) {
      if (this.count === this.capacity) return false;
      at = this.count++;
    }
    const entry = at * Entry.WORDS;
    this.words[entry + Entry.KEY] = key;
    this.words[entry + Entry.PLACE] = place;
    this.words[entry + Entry.NUMBER] = number;
    this.words[entry + Entry.NUMBER_HIGH] = number >>> 16;
    return true;
  }

  remove(key: number): void {
    const at = this.find(key);
    if (at >= 0) this.drop(at);
  }

  drop(at: number): void {
    const last = --this.count * Entry.WORDS;
    this.words.copyWithin(at * Entry.WORDS, last, last + Entry.WORDS);
  }

  /**
   * The entry that follows the one given in order of writing; -1: none. Two with one number are not
   * of our making, and still both are listed.
   */
  following(number: number, at: number): number {
    const { words, count } = this;
    let best = -1;
    let least = 0;
    for (let i = 0, entry = 0; i < count; i++, entry += Entry.WORDS) {
      const own = words[entry + Entry.NUMBER]! + words[entry + Entry.NUMBER_HIGH]! * 0x10000;
      if (own < number || (own === number && i <= at)) continue;
      if (best >= 0 && own >= least) continue;
      best = i;
      least = own;
    }
    return best;
  }

  number(at: number): number {
    const entry = at * Entry.WORDS;
    return this.words[entry + Entry.NUMBER]! + this.words[entry + Entry.NUMBER_HIGH]! * 0x10000;
  }

  /** The entry with the smallest place in `from .. end`; -1: none. */
  afterPlace(from: number, end: number): number {
    const { words, count } = this;
    let best = -1;
    let least = end;
    for (let i = 0; i < count; i++) {
      const place = words[i * Entry.WORDS + Entry.PLACE]!;
      if (place < from || place >= least) continue;
      best = i;
      least = place;
    }
    return best;
  }

  copied(at: number, place: number): void {
    check(at >= 0 && at < this.count, "journal copy of no record");
    this.words[at * Entry.WORDS + Entry.COPY] = place;
  }

  /** All live records of the sector at `from .. end` have moved to their copies. */
  moveToCopies(from: number, end: number): void {
    for (let i = 0; i < this.count; i++) {
      const place = this.place(i);
      if (place < from || place >= end) continue;
      const entry = i * Entry.WORDS;
      this.words[entry + Entry.PLACE] = this.words[entry + Entry.COPY]!;
    }
  }
}
