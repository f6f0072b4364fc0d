// Finds out at start what a journal's region holds: headers, dead sectors, records, values.
// Any content at all ends in a usable journal.

import { FlashDone, type FlashRegion, FlashSurvey } from "../../hal/flash";
import type { Sent } from "../../hal/sent";
import { readU16, readU32 } from "../wire/little-endian";
import { type FlashJob, FlashRetry, Progress } from "./flash-job";
import type { JournalIndex } from "./journal-index";
import {
  checkRecord,
  JournalRecord,
  RecordCheck,
  RecordKind,
  recordLength,
} from "./journal-layout";
import type { JournalSectors } from "./journal-sectors";
import { Page, Sector, SectorHeader, ZEROS } from "./sector-layout";
import { SectorState } from "./sectors";

const enum State {
  HEADERS = 0,
  /** Overwriting the header of a dead sector, so that half an erase cannot bring it back. */
  KILL = 1,
  /** How far the sector is used. */
  EXTENT = 2,
  SCAN = 3,
  RESTORE = 4,
}

export interface RestoredOwner {
  restored(key: number, bytes: Uint8Array, start: number, length: number): void;
}

export class JournalOpening implements FlashJob {
  /** Records that could not be taken: more keys than there is room for, or longer than agreed. */
  dropped = 0;
  /** The greatest record number seen. */
  lastNumber = 0;
  private state = State.HEADERS;
  private sector = 0;
  private page = 0;
  /** Pages of the sector that hold anything, or lie before one that does. */
  private used = 0;
  private failures = 0;
  /** The record that is restored, or was last: its place in the index, and its number. */
  private entry = -1;
  private restoredNumber = -1;

  constructor(
    private readonly sectors: JournalSectors,
    private readonly index: JournalIndex,
    private readonly valueMax: number,
    private readonly owner: RestoredOwner,
  ) {}

  issue(region: FlashRegion): Sent {
    const start = this.sector * Sector.LENGTH;
    switch (this.state) {
      case State.HEADERS:
        return region.survey(start, SectorHeader.LENGTH);
      case State.KILL:
        return region.write(start, ZEROS, 0, SectorHeader.LENGTH);
      case State.EXTENT:
        return region.survey(start, FlashSurvey.ALONE);
      case State.SCAN:
        return region.read(start + this.page * Page.LENGTH, Page.LENGTH);
      case State.RESTORE: {
        const place = this.index.place(this.entry);
        return region.read(place, Page.LENGTH - (place % Page.LENGTH));
      }
    }
  }

  done(ok: boolean, buffer: Uint8Array): Progress {
    if (!ok && ++this.failures < FlashRetry.READS) return Progress.MORE;
    this.failures = 0;
    // What cannot be read is not taken for absent.
    if (!ok && this.state !== State.KILL) return Progress.LATER;
    switch (this.state) {
      case State.HEADERS:
        return this.header(buffer);
      case State.KILL:
        // A chip that refuses even this: the sector stays out of use, and dead at the next start.
        this.sectors.setState(this.sector, ok ? SectorState.FREE : SectorState.RETIRED);
        return this.nextDead();
      case State.EXTENT:
        return this.measured(readU16(buffer, FlashDone.DATA + FlashSurvey.EXTENT));
      case State.SCAN:
        return this.scanned(buffer);
      case State.RESTORE:
        return this.restore(buffer);
    }
  }

  private header(buffer: Uint8Array): Progress {
    this.sector = this.sectors.loadAll(this.sector, buffer, FlashDone.DATA);
    if (this.sector < this.sectors.count) return Progress.MORE;
    this.sectors.resolve();
    return this.nextDead();
  }

  private nextDead(): Progress {
    this.state = State.KILL;
    this.sector = this.sectors.find(SectorState.DEAD);
    return this.sector === Sector.NONE ? this.nextSector(0) : Progress.MORE;
  }

  private nextSector(fromSequence: number): Progress {
    this.state = State.EXTENT;
    const next = this.sectors.followingSequence(fromSequence);
    if (next === Sector.NONE) return this.nextRecord();
    this.sector = next;
    return Progress.MORE;
  }

  private measured(extent: number): Progress {
    this.state = State.SCAN;
    this.page = 0;
    this.used = extent > SectorHeader.LENGTH ? Math.ceil(extent / Page.LENGTH) : 0;
    return this.used > 0 ? Progress.MORE : this.sectorScanned();
  }

  private scanned(buffer: Uint8Array): Progress {
    this.takePage(buffer, FlashDone.DATA, this.page === 0 ? SectorHeader.LENGTH : 0);
    return ++this.page < this.used ? Progress.MORE : this.sectorScanned();
  }

  private sectorScanned(): Progress {
    // A fresh page: a byte that a cut left half programmed may read as erased and not be so.
    const sequence = this.sectors.sequence(this.sector);
    this.sectors.active = this.sector;
    this.sectors.tail = Math.max(this.used * Page.LENGTH, SectorHeader.LENGTH);
    return this.nextSector(sequence + 1);
  }

  /** Takes the records of one page in. */
  private takePage(bytes: Uint8Array, start: number, first: number): void {
    const end = start + Page.LENGTH;
    let at = start + first;
    while (checkRecord(bytes, at, end) === RecordCheck.OK) {
      const place = this.sector * Sector.LENGTH + this.page * Page.LENGTH + at - start;
      this.takeRecord(bytes, at, place);
      at += recordLength(bytes[at + JournalRecord.LENGTH]!);
    }
  }

  private takeRecord(bytes: Uint8Array, at: number, place: number): void {
    const key = readU16(bytes, at + JournalRecord.KEY);
    const number = readU32(bytes, at + JournalRecord.NUMBER);
    if (number > this.lastNumber) this.lastNumber = number;
    const known = this.index.find(key);
    if (known >= 0 && this.index.number(known) > number) return;
    if (bytes[at + JournalRecord.KIND] === RecordKind.REMOVED) {
      if (known >= 0) this.index.drop(known);
    } else if (bytes[at + JournalRecord.LENGTH]! > this.valueMax) this.dropped++;
    else if (!this.index.setAt(known, key, place, number)) this.dropped++;
  }

  private nextRecord(): Progress {
    this.state = State.RESTORE;
    this.entry = this.index.following(this.restoredNumber, this.entry);
    if (this.entry < 0) return Progress.DONE;
    this.restoredNumber = this.index.number(this.entry);
    return Progress.MORE;
  }

  /** What was read goes on to the end of its page: the next records may stand there too. */
  private restore(buffer: Uint8Array): Progress {
    const first = this.index.place(this.entry);
    const last = first - (first % Page.LENGTH) + Page.LENGTH;
    for (;;) {
      const place = this.index.place(this.entry);
      if (place < first || place >= last) return Progress.MORE;
      const start = FlashDone.DATA + place - first;
      this.restoreOne(buffer, start, start + last - place);
      if (this.nextRecord() === Progress.DONE) return Progress.DONE;
    }
  }

  private restoreOne(buffer: Uint8Array, start: number, end: number): void {
    const at = this.entry;
    const key = readU16(buffer, start + JournalRecord.KEY);
    if (checkRecord(buffer, start, end) === RecordCheck.OK && this.index.find(key) === at) {
      const length = buffer[start + JournalRecord.LENGTH]!;
      this.owner.restored(key, buffer, start + JournalRecord.VALUE, length);
    } else {
      // It could be read a moment ago: the chip is failing. The record stays where it is.
      this.dropped++;
    }
  }
}
