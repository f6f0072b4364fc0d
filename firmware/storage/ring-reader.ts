// Reads and consumes entries of a ring: walks from the read end, or on from where it is, to the
// entry that was asked for. Nothing of an entry is kept here: pieces go to the owner's memory.

import { FlashDone, type FlashRegion } from "../../hal/flash";
import type { Sent } from "../../hal/sent";
import { check } from "../kernel/partition";
import { readU16, readU32 } from "../wire/little-endian";
import { type FlashJob, FlashRetry, Progress } from "./flash-job";
import { RecordCheck } from "./journal-layout";
import {
  checkFragment,
  Fragment,
  fragmentLength,
  isDropped,
  isFirst,
  isLast,
  RingLimit,
} from "./ring-layout";
import { nextPage, RingPlace, type RingState } from "./ring-state";
import { RingTidy } from "./ring-tidy";
import { Page, ZEROS } from "./sector-layout";

const enum State {
  IDLE = 0,
  WALK = 1,
  MARK = 2,
  TIDY = 3,
}

const enum Patience {
  /**
   * So many operations running fail at a page that cannot be read before it is passed over: to pass
   * it shifts all entries behind it, and what is consumed then is not what was read.
   */
  OPERATIONS = 64,
  /** And so many before entries of which nothing can be read are gone: half an hour of tries. */
  GONE = 2048,
}

const enum Walked {
  ON = 0,
  FOUND = 1,
  /** The entry that was asked for ends before it is whole: flash has decayed. */
  BROKEN = 2,
}

export class RingReader implements FlashJob {
  /** Of the operation under way. */
  token = 0;
  isConsuming = false;
  /** Where in the owner's memory the piece goes. */
  into = 0;
  pieceLength = 0;
  /** Bytes of the whole entry that was read. */
  total = 0;
  private state = State.IDLE;
  /** The entry that is walked to, from the read end, and the bytes wanted of it. */
  private target = 0;
  private wanted = 0;
  private wantedLength = 0;
  /** The cursor: the next fragment, and what was passed of the entry before it. */
  private place = 0;
  private entry = -1;
  private first = 0;
  private number = -1;
  private offset = 0;
  private nextIndex = 0;
  /** The read end that the cursor counts from. */
  private origin = -1;
  /** Behind the last entry that is being consumed. */
  private endPlace = 0;
  private failures = 0;
  /** Operations running that met a page that cannot be read; whether this one did. */
  private unreadable = 0;
  private hasMet = false;
  private readonly tidy: RingTidy;

  /** @param memory the owner's, where pieces go */
  constructor(
    private readonly ring: RingState,
    readonly memory: Uint8Array,
  ) {
    this.tidy = new RingTidy(ring);
  }

  wants(): boolean {
    return this.state !== State.IDLE;
  }

  /** False: another operation is under way, or there is no such entry. */
  read(index: number, offset: number, length: number, token: number, into: number): boolean {
    check(length >= 1 && length <= RingLimit.PIECE_MAX && offset >= 0, "ring read");
    if (this.state !== State.IDLE || index < 0 || index >= this.ring.count) return false;
    this.isConsuming = false;
    this.token = token;
    this.target = index;
    this.wanted = offset;
    this.wantedLength = length;
    this.pieceLength = 0;
    this.into = into;
    if (this.isBeyond()) this.rewind();
    else if (this.entry === index && this.offset > offset) this.restartEntry();
    this.walk();
    return true;
  }

  consume(count: number, token: number): boolean {
    check(count >= 1, "ring consumes nothing");
    if (this.state !== State.IDLE || count > this.ring.count) return false;
    this.isConsuming = true;
    this.token = token;
    this.target = count - 1;
    if (this.isBeyond()) this.rewind();
    this.walk();
    return true;
  }

  issue(region: FlashRegion): Sent {
    switch (this.state) {
      case State.WALK: {
        const place = this.ring.settle(this.place);
        // At the end an idle read: its completion is the time to say so.
        if (place === RingPlace.END) return region.read(0, 4);
        this.place = place;
        return region.read(place, Page.LENGTH - (place % Page.LENGTH));
      }
      case State.MARK:
        return region.write(this.first + Fragment.MARK, ZEROS, 0, 4);
      default:
        check(this.state === State.TIDY, "ring read out of order");
        return this.tidy.issue(region);
    }
  }

  done(ok: boolean, buffer: Uint8Array): Progress {
    switch (this.state) {
      case State.WALK:
        if (!ok && ++this.failures < FlashRetry.READS) return Progress.MORE;
        this.failures = 0;
        if (!ok && !this.mayPass()) {
          this.origin = -1;
          return this.end(Progress.FAILED);
        }
        return this.walked(ok, buffer);
      case State.MARK:
        if (ok) return this.consumed();
        if (++this.failures < FlashRetry.WRITES) return Progress.MORE;
        return this.end(Progress.FAILED);
      default:
        check(this.state === State.TIDY, "ring completion out of order");
        return this.tidied(this.tidy.done(ok));
    }
  }

  private walk(): void {
    this.state = State.WALK;
    this.failures = 0;
    this.hasMet = false;
  }

  /**
   * The chip may work again soon; a page that stays unreadable must not hold up the rest for
   * ever.
   */
  private mayPass(): boolean {
    if (!this.hasMet && this.unreadable < Patience.GONE) this.unreadable++;
    this.hasMet = true;
    return this.unreadable >= Patience.OPERATIONS;
  }

  /** The cursor has passed the target, or counts from an old read end. */
  private isBeyond(): boolean {
    const isPassed = this.entry === this.target && this.number < 0;
    return this.origin !== this.ring.readEnd || this.entry > this.target || isPassed;
  }

  private rewind(): void {
    this.origin = this.ring.readEnd;
    this.place = this.origin;
    this.entry = -1;
    this.number = -1;
  }

  private restartEntry(): void {
    this.place = this.first;
    this.entry--;
    this.number = -1;
  }

  private walked(ok: boolean, buffer: Uint8Array): Progress {
    if (this.ring.settle(this.place) === RingPlace.END) return this.broken();
    const end = FlashDone.DATA + Page.LENGTH - (this.place % Page.LENGTH);
    let at: number = FlashDone.DATA;
    while (ok && checkFragment(buffer, at, end) === RecordCheck.OK) {
      const walked = this.take(buffer, at);
      if (walked === Walked.BROKEN) return this.broken();
      const length = fragmentLength(buffer[at + Fragment.LENGTH]!);
      if (walked === Walked.FOUND) return this.found(length);
      this.place += length;
      at += length;
    }
    // A page that is full to its last byte has left the cursor on the next one already.
    if (at < end) this.place = nextPage(this.place);
    return Progress.MORE;
  }

  private take(bytes: Uint8Array, at: number): Walked {
    const length = bytes[at + Fragment.LENGTH]!;
    const number = readU32(bytes, at + Fragment.NUMBER);
    if (isFirst(bytes, at)) {
      if (this.entry === this.target) return Walked.BROKEN;
      this.number = -1;
      if (isDropped(readU32(bytes, at + Fragment.MARK))) return Walked.ON;
      this.startEntry(number, readU16(bytes, at + Fragment.TOTAL_OR_INDEX));
    } else if (
      number !== this.number ||
      readU16(bytes, at + Fragment.TOTAL_OR_INDEX) !== this.nextIndex
    ) {
      return Walked.ON;
    }
    if (this.entry === this.target) {
      const done = this.isConsuming ? isLast(bytes, at) : this.copy(bytes, at, length);
      if (done) return Walked.FOUND;
    }
    this.offset += length;
    this.nextIndex++;
    return Walked.ON;
  }

  private startEntry(number: number, total: number): void {
    this.entry++;
    this.first = this.place;
    this.number = number;
    this.total = total;
    this.offset = 0;
    this.nextIndex = 0;
  }

  /** Takes from one fragment what is wanted of it. True: the piece is complete. */
  private copy(bytes: Uint8Array, at: number, length: number): boolean {
    const end = Math.min(this.wanted + this.wantedLength, this.total);
    const from = Math.max(this.wanted, this.offset);
    const to = Math.min(end, this.offset + length);
    const shift = at + Fragment.DATA - this.offset;
    const back = this.into - this.wanted;
    for (let i = from; i < to; i++) this.memory[back + i] = bytes[shift + i]!;
    this.pieceLength = Math.max(0, end - this.wanted);
    return this.offset + length >= end;
  }

  private found(length: number): Progress {
    if (this.isConsuming) return this.startMark(this.place + length);
    // The rest of this fragment may be wanted next: it is not passed.
    if (this.nextIndex === 0) this.restartEntry();
    return this.end(Progress.DONE);
  }

  private broken(): Progress {
    this.origin = -1;
    if (!this.isConsuming) return this.end(Progress.FAILED);
    // A chip that is dead has not lost what it holds.
    if (this.hasMet && this.unreadable < Patience.GONE) return this.end(Progress.FAILED);
    if (this.entry >= 0) return this.startMark(this.place);
    // Nothing that was counted can be found any more.
    this.ring.count -= this.target + 1;
    return this.end(Progress.DONE);
  }

  private startMark(endPlace: number): Progress {
    // Whatever becomes of it, the cursor starts anew.
    this.origin = -1;
    this.endPlace = endPlace;
    this.state = State.MARK;
    this.failures = 0;
    return Progress.MORE;
  }

  private consumed(): Progress {
    const { ring } = this;
    ring.count -= this.target + 1;
    const settled = ring.settle(this.endPlace);
    ring.readEnd = settled === RingPlace.END ? this.endPlace : settled;
    ring.meetWhenEmpty();
    this.rewind();
    this.state = State.TIDY;
    return this.tidied(this.tidy.begin());
  }

  private tidied(progress: Progress): Progress {
    return progress === Progress.MORE ? progress : this.end(Progress.DONE);
  }

  private end(progress: Progress): Progress {
    if (!this.hasMet) this.unreadable = 0;
    this.state = State.IDLE;
    return progress;
  }
}
