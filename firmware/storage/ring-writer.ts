// Writes entries of a ring: each piece becomes one fragment or more, the last of them commits.

import type { FlashRegion } from "../../hal/flash";
import type { Sent } from "../../hal/sent";
import { check } from "../kernel/partition";
import { copyBytes, writeU32 } from "../wire/little-endian";
import { type FlashJob, FlashRetry, Progress } from "./flash-job";
import {
  Fragment,
  FragmentKind,
  fragmentLength,
  Mark,
  putFragment,
  RingLimit,
} from "./ring-layout";
import { RingPlace, type RingState } from "./ring-state";
import { RingTidy } from "./ring-tidy";
import { Page, Sector, SectorHeader, ZEROS } from "./sector-layout";
import { SectorStart } from "./sector-start";

const enum State {
  IDLE = 0,
  WRITE = 1,
  START_SECTOR = 2,
  /** Overwriting the head of a fragment whose write was reported to fail. */
  KILL = 3,
  /** Marking the first fragment of an entry that was given up. */
  VOID = 4,
  /** No sector is left that works. An idle read: its completion is the time to say so. */
  NO_SECTOR = 5,
  TIDY = 6,
}

const enum Room {
  // Pieces of 64 bytes, the smallest that is promised room, leave this much data on a page.
  DATA_PER_PAGE = 160,
  // The page that is begun, and one that fails.
  SPARE_PAGES = 2,
  // A fragment shorter than this goes to a page of its own rather than to the rest of one.
  LEAST_FRAGMENT = 32,
}

export class RingWriter implements FlashJob {
  /** Of the piece under way. */
  token = 0;
  private state = State.IDLE;
  private total = 0;
  /** Bytes of the entry that were given to us, and of those the ones that lie in flash. */
  private received = 0;
  private written = 0;
  private index = 0;
  private first: number = RingPlace.END;
  private tries = 0;
  private isGivenUp = false;
  /** In `RingState.word`: a fragment's head goes here. A later one goes over data in flash. */
  private pieceStart = 0;
  private readonly starting: SectorStart;
  private readonly tidy: RingTidy;

  constructor(private readonly ring: RingState) {
    this.starting = new SectorStart(ring.sectors, ring.word);
    this.tidy = new RingTidy(ring);
  }

  /** An operation is to be done. */
  wants(): boolean {
    return this.state !== State.IDLE;
  }

  /** False: no room, or another entry is open. */
  begin(total: number): boolean {
    check(total >= 1 && total <= RingLimit.ENTRY_MAX, "ring entry length");
    if (this.ring.isWriting || this.state !== State.IDLE) return false;
    const pages = Math.ceil(total / Room.DATA_PER_PAGE) + Room.SPARE_PAGES;
    if (pages > this.ring.freePages()) return false;
    this.ring.isWriting = true;
    this.total = total;
    this.received = 0;
    this.written = 0;
    this.index = 0;
    this.first = RingPlace.END;
    this.isGivenUp = false;
    return true;
  }

  /** False: a piece is under way. */
  write(bytes: Uint8Array, start: number, length: number, token: number): boolean {
    check(this.ring.isWriting && !this.isGivenUp, "ring piece without an entry");
    check(length >= 1 && length <= RingLimit.PIECE_MAX, "ring piece length");
    check(this.received + length <= this.total, "ring entry overflows");
    if (this.state !== State.IDLE) return false;
    this.pieceStart = SectorHeader.LENGTH;
    copyBytes(bytes, start, this.ring.word, this.pieceStart + Fragment.DATA, length);
    this.received += length;
    this.token = token;
    this.tries = 0;
    this.choosePlace();
    return true;
  }

  abort(): void {
    if (!this.ring.isWriting || this.isGivenUp) return;
    this.isGivenUp = true;
    this.tries = 0;
    if (this.state === State.IDLE) this.giveUp();
  }

  issue(region: FlashRegion): Sent {
    const place = this.ring.writeEnd();
    switch (this.state) {
      case State.WRITE: {
        const length = this.fragmentData();
        this.putHead(length);
        return region.write(place, this.ring.word, this.pieceStart, fragmentLength(length));
      }
      case State.START_SECTOR:
        return this.starting.issue(region);
      case State.VOID:
        writeU32(this.ring.word, 0, Mark.VOID);
        return region.write(this.first + Fragment.MARK, this.ring.word, 0, 4);
      case State.NO_SECTOR:
        return region.read(0, 4);
      case State.TIDY:
        return this.tidy.issue(region);
      default:
        check(this.state === State.KILL, "ring operation out of order");
        return region.write(place, ZEROS, 0, Fragment.DATA);
    }
  }

  /** `DONE` and `FAILED` concern the piece under way. */
  done(ok: boolean): Progress {
    switch (this.state) {
      case State.WRITE:
        return ok ? this.wrote() : this.again(State.KILL);
      case State.START_SECTOR:
        return this.started(this.starting.done(ok));
      case State.KILL:
        this.ring.sectors.skipPage();
        if (++this.tries >= FlashRetry.WRITES || this.isGivenUp) return this.fail();
        return this.choosePlace();
      case State.NO_SECTOR:
        return this.fail();
      case State.TIDY:
        return this.tidied(this.tidy.done(ok));
      default:
        check(this.state === State.VOID, "ring completion out of order");
        if (!ok && ++this.tries < FlashRetry.WRITES) return Progress.MORE;
        return this.closed();
    }
  }

  /** True after `DONE` or `FAILED`, when the owner asked for no answer any more. */
  isSilent(): boolean {
    return this.isGivenUp;
  }

  /** A fragment fits at the write end, or a sector must be started. */
  private choosePlace(): Progress {
    const least = Math.min(this.received - this.written, Room.LEAST_FRAGMENT);
    if (this.ring.sectors.makeRoom(fragmentLength(least))) return this.again(State.WRITE);
    // `begin` saw a free sector, and only failures can have used it up.
    const isFree = this.starting.begin(Sector.NONE);
    return this.again(isFree ? State.START_SECTOR : State.NO_SECTOR);
  }

  private fragmentData(): number {
    const room = Page.LENGTH - (this.ring.sectors.tail % Page.LENGTH) - Fragment.DATA;
    return Math.min(room, this.received - this.written);
  }

  private putHead(length: number): void {
    const isFirst = this.written === 0;
    const isLast = this.written + length === this.total;
    const flags = (isFirst ? FragmentKind.FIRST : 0) | (isLast ? FragmentKind.LAST : 0);
    const field = isFirst ? this.total : this.index;
    putFragment(this.ring.word, this.pieceStart, flags, length, field, this.ring.nextNumber);
  }

  private wrote(): Progress {
    const length = this.fragmentData();
    if (this.written === 0) this.first = this.ring.writeEnd();
    this.ring.sectors.tail += fragmentLength(length);
    this.written += length;
    this.pieceStart += length;
    this.index++;
    if (this.isGivenUp) return this.giveUp();
    if (this.written < this.received) return this.choosePlace();
    this.state = State.IDLE;
    if (this.written === this.total) {
      this.ring.count++;
      this.ring.nextNumber++;
      this.ring.isWriting = false;
    }
    return Progress.DONE;
  }

  private started(progress: Progress): Progress {
    if (progress === Progress.MORE) return progress;
    if (progress === Progress.FAILED) return this.fail();
    return this.isGivenUp ? this.giveUp() : this.choosePlace();
  }

  private again(state: State): Progress {
    this.state = state;
    return Progress.MORE;
  }

  /** The chip failed: the entry is dropped. */
  private fail(): Progress {
    this.tries = 0;
    return this.giveUp();
  }

  private giveUp(): Progress {
    if (this.first === RingPlace.END) return this.closed();
    return this.again(State.VOID);
  }

  private closed(): Progress {
    this.ring.nextNumber++;
    this.ring.isWriting = false;
    // Entries that were given up must not fill the region when nothing is there to be consumed.
    this.ring.meetWhenEmpty();
    this.state = State.TIDY;
    return this.tidied(this.tidy.begin());
  }

  private tidied(progress: Progress): Progress {
    if (progress === Progress.MORE) return progress;
    this.state = State.IDLE;
    return Progress.FAILED;
  }
}
