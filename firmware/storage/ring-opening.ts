// Finds out at start which entries a ring holds: headers, then the fragments from the oldest sector
// to the newest. An entry that is not whole is made void, so that nobody ever sees a part of it.

import { FlashDone, type FlashRegion, FlashSurvey } from "../../hal/flash";
import type { Sent } from "../../hal/sent";
import { readU16, readU32, writeU32 } from "../wire/little-endian";
import { type FlashJob, FlashRetry, Progress } from "./flash-job";
import { RecordCheck } from "./journal-layout";
import {
  checkFragment,
  Fragment,
  fragmentLength,
  isDropped,
  isFirst,
  isLast,
  Mark,
} from "./ring-layout";
import { firstPlace, nextPage, RingPlace, type RingState } from "./ring-state";
import { RingTidy } from "./ring-tidy";
import { isErased, Page, Sector, SectorHeader } from "./sector-layout";

const enum State {
  HEADERS = 0,
  /** How far a sector is used. */
  EXTENT = 1,
  SCAN = 2,
  VOID = 3,
  TIDY = 4,
}

export class RingOpening implements FlashJob {
  private state = State.HEADERS;
  private sector = 0;
  /** What is looked at next. */
  private place = 0;
  /** Where the used part of the sector ends. */
  private end = 0;
  private failures = 0;
  private lastNumber = 0;
  /** The first fragment of the entry that is not whole yet, or `END`. */
  private first: number = RingPlace.END;
  private number = 0;
  private total = 0;
  private received = 0;
  private nextIndex = 0;
  private mark: number = Mark.NONE;
  private readonly tidy: RingTidy;

  constructor(private readonly ring: RingState) {
    this.tidy = new RingTidy(ring);
  }

  issue(region: FlashRegion): Sent {
    switch (this.state) {
      case State.HEADERS:
        return region.survey(this.sector * Sector.LENGTH, SectorHeader.LENGTH);
      case State.EXTENT:
        return region.survey(this.sector * Sector.LENGTH, FlashSurvey.ALONE);
      case State.SCAN:
        return region.read(this.place, Page.LENGTH - (this.place % Page.LENGTH));
      case State.VOID:
        return region.write(this.first + Fragment.MARK, this.ring.word, 0, 4);
      case State.TIDY:
        return this.tidy.issue(region);
    }
  }

  done(ok: boolean, buffer: Uint8Array): Progress {
    const retry = this.state !== State.TIDY && !ok && ++this.failures < FlashRetry.READS;
    if (retry) return Progress.MORE;
    this.failures = 0;
    // What cannot be read is not taken for absent.
    if (!ok && this.state <= State.SCAN) return Progress.LATER;
    switch (this.state) {
      case State.HEADERS:
        return this.header(buffer);
      case State.EXTENT:
        this.end = this.sector * Sector.LENGTH + readU16(buffer, FlashDone.DATA);
        return this.scan();
      case State.SCAN:
        return this.scanned(buffer);
      case State.VOID:
        this.first = RingPlace.END;
        return this.scan();
      case State.TIDY:
        return this.tidy.done(ok);
    }
  }

  private header(buffer: Uint8Array): Progress {
    const { sectors } = this.ring;
    this.sector = sectors.loadAll(this.sector, buffer, FlashDone.DATA);
    if (this.sector < sectors.count) return Progress.MORE;
    this.sector = sectors.oldest();
    if (this.sector === Sector.NONE) return Progress.DONE;
    this.ring.readEnd = firstPlace(this.sector);
    return this.beginSector();
  }

  private beginSector(): Progress {
    this.place = firstPlace(this.sector);
    this.ring.sectors.active = this.sector;
    this.ring.sectors.tail = SectorHeader.LENGTH;
    this.state = State.EXTENT;
    return Progress.MORE;
  }

  private scan(): Progress {
    this.state = State.SCAN;
    if (this.place < this.end) return Progress.MORE;
    const { sectors } = this.ring;
    const next = sectors.followingSequence(sectors.sequence(this.sector) + 1);
    if (next === Sector.NONE) return this.scannedAll();
    this.sector = next;
    return this.beginSector();
  }

  private scanned(buffer: Uint8Array): Progress {
    const start = FlashDone.DATA;
    const end = start + Page.LENGTH - (this.place % Page.LENGTH);
    let at = start;
    while (checkFragment(buffer, at, end) === RecordCheck.OK) {
      const place = this.place + at - start;
      if (isFirst(buffer, at) && this.needsVoid()) return this.makeVoid(place);
      this.take(buffer, at, place);
      at += fragmentLength(buffer[at + Fragment.LENGTH]!);
      this.used();
    }
    if (!isErased(buffer, at, end)) this.used();
    this.place = nextPage(this.place);
    return this.scan();
  }

  /** Something is on this page: writing goes on behind it. */
  private used(): void {
    const { sectors } = this.ring;
    sectors.tail = nextPage(this.place) - this.sector * Sector.LENGTH;
  }

  private take(bytes: Uint8Array, at: number, place: number): void {
    const number = readU32(bytes, at + Fragment.NUMBER);
    if (number > this.lastNumber) this.lastNumber = number;
    const length = bytes[at + Fragment.LENGTH]!;
    if (isFirst(bytes, at)) {
      this.first = place;
      this.number = number;
      this.total = readU16(bytes, at + Fragment.TOTAL_OR_INDEX);
      this.mark = readU32(bytes, at + Fragment.MARK);
      this.received = length;
      this.nextIndex = 1;
      if (this.mark === Mark.CONSUMED) this.consumedUpTo(place + fragmentLength(length));
    } else {
      const fits =
        number === this.number && readU16(bytes, at + Fragment.TOTAL_OR_INDEX) === this.nextIndex;
      if (this.first === RingPlace.END || !fits) return;
      this.received += length;
      this.nextIndex++;
    }
    if (isLast(bytes, at) && this.received === this.total) {
      this.whole(place + fragmentLength(length));
    }
  }

  private whole(end: number): void {
    this.first = RingPlace.END;
    if (this.mark === Mark.CONSUMED) this.consumedUpTo(end);
    else if (!isDropped(this.mark)) this.ring.count++;
  }

  /** The mark counts even where the rest of its entry has decayed. */
  private consumedUpTo(end: number): void {
    this.ring.count = 0;
    this.ring.readEnd = end;
  }

  private needsVoid(): boolean {
    return this.first !== RingPlace.END && !isDropped(this.mark);
  }

  private makeVoid(resumeAt: number): Progress {
    this.state = State.VOID;
    this.place = resumeAt;
    // Bits of the mark that are cleared already stay so; a write asks for no others to be set.
    writeU32(this.ring.word, 0, (this.mark & Mark.VOID) >>> 0);
    return Progress.MORE;
  }

  private scannedAll(): Progress {
    if (this.needsVoid()) return this.makeVoid((this.sector + 1) * Sector.LENGTH);
    this.ring.nextNumber = this.lastNumber + 1;
    this.ring.meetWhenEmpty();
    this.state = State.TIDY;
    return this.tidy.begin();
  }
}
