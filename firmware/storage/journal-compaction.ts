// Gives a sector back: copies the live records of the oldest sector into the spare one, commits the
// copy, kills the old sector's header. Until the commitment the old sector counts, then the copy.
//
// Records keep their order and never cross a page, so what fitted into the old sector fits into the
// new one. The oldest sector goes first: nothing older is left that a removal must still hide, and
// every sector has its turn, which spreads the wear.

import { FlashDone, type FlashRegion } from "../../hal/flash";
import type { Sent } from "../../hal/sent";
import { readU16 } from "../wire/little-endian";
import { type FlashJob, FlashRetry, Progress } from "./flash-job";
import type { JournalIndex } from "./journal-index";
import { checkRecord, JournalRecord, RecordCheck, recordLength } from "./journal-layout";
import type { JournalSectors } from "./journal-sectors";
import { Page, Sector, SectorHeader, ZEROS } from "./sector-layout";
import type { SectorStart } from "./sector-start";
import { SectorState } from "./sectors";

const enum State {
  START = 0,
  READ = 1,
  WRITE = 2,
  COMMIT = 3,
  KILL = 4,
  /**
   * A copy that is given up: a commitment that was reported to fail may stand there all the same.
   */
  KILL_COPY = 5,
}

export class JournalCompaction implements FlashJob {
  /** Records that could not be read any more. */
  lost = 0;
  private state = State.START;
  private victim: number = Sector.NONE;
  /** The next record to copy lies here or behind, in the old sector. */
  private cursor = 0;
  private failures = 0;
  private restarts = 0;
  private length = 0;

  /**
   * @param start makes the new sector, and only while we are at work
   * @param record its first `longest` bytes are for a record that is copied; `start` uses them too,
   *   before the first one is read
   */
  constructor(
    private readonly sectors: JournalSectors,
    private readonly index: JournalIndex,
    private readonly start: SectorStart,
    private readonly record: Uint8Array,
    private readonly longest: number,
  ) {}

  /** False: there is nothing to compact, or nowhere to go. */
  begin(): boolean {
    this.restarts = 0;
    this.victim = this.sectors.oldest();
    if (this.victim === Sector.NONE) return false;
    return this.restart();
  }

  issue(region: FlashRegion): Sent {
    const to = this.sectors.active * Sector.LENGTH;
    switch (this.state) {
      case State.START:
        return this.start.issue(region);
      case State.READ: {
        const place = this.index.place(this.next());
        const rest = Page.LENGTH - (place % Page.LENGTH);
        return region.read(place, Math.min(rest, this.longest));
      }
      case State.WRITE:
        return region.write(to + this.sectors.tail, this.record, 0, this.length);
      case State.COMMIT:
        return region.write(to + SectorHeader.COMMITTED, ZEROS, 0, 4);
      case State.KILL:
        return region.write(this.victim * Sector.LENGTH, ZEROS, 0, SectorHeader.LENGTH);
      case State.KILL_COPY:
        return region.write(to, ZEROS, 0, SectorHeader.LENGTH);
    }
  }

  done(ok: boolean, buffer: Uint8Array): Progress {
    switch (this.state) {
      case State.START:
        return this.started(this.start.done(ok));
      case State.READ:
        return this.read(ok, buffer);
      case State.WRITE:
        return this.written(ok);
      case State.COMMIT:
        return ok ? this.committed() : this.giveUpCopy();
      case State.KILL:
        return this.killed(ok);
      case State.KILL_COPY:
        return this.killedCopy(ok);
    }
  }

  private restart(): boolean {
    this.state = State.START;
    this.cursor = this.victim * Sector.LENGTH;
    this.failures = 0;
    return this.start.begin(this.victim);
  }

  private next(): number {
    return this.index.afterPlace(this.cursor, (this.victim + 1) * Sector.LENGTH);
  }

  private started(progress: Progress): Progress {
    return progress === Progress.DONE ? this.copyNext() : progress;
  }

  private copyNext(): Progress {
    this.state = this.next() < 0 ? State.COMMIT : State.READ;
    this.failures = 0;
    return Progress.MORE;
  }

  private read(ok: boolean, buffer: Uint8Array): Progress {
    if (!ok && ++this.failures < FlashRetry.READS) return Progress.MORE;
    // It stands where it stood: only what can be read, and is no record any more, is lost.
    if (!ok) return this.giveUpCopy();
    const at = this.next();
    const place = this.index.place(at);
    const start = FlashDone.DATA;
    const end = start + Math.min(Page.LENGTH - (place % Page.LENGTH), this.longest);
    const key = readU16(buffer, start + JournalRecord.KEY);
    const good = checkRecord(buffer, start, end) === RecordCheck.OK;
    if (!good || this.index.find(key) !== at) {
      this.lost++;
      this.index.drop(at);
      return this.copyNext();
    }
    this.length = recordLength(buffer[start + JournalRecord.LENGTH]!);
    for (let i = 0; i < this.length; i++) this.record[i] = buffer[start + i]!;
    return this.place();
  }

  private place(): Progress {
    // Only pages that failed can have made it too small.
    if (!this.sectors.makeRoom(this.length)) return this.giveUpCopy();
    this.state = State.WRITE;
    return Progress.MORE;
  }

  private written(ok: boolean): Progress {
    if (!ok) {
      this.sectors.skipPage();
      return this.place();
    }
    const at = this.next();
    this.index.copied(at, this.sectors.active * Sector.LENGTH + this.sectors.tail);
    this.sectors.tail += this.length;
    this.cursor = this.index.place(at) + 1;
    return this.copyNext();
  }

  private committed(): Progress {
    const from = this.victim * Sector.LENGTH;
    this.index.moveToCopies(from, from + Sector.LENGTH);
    this.sectors.setState(this.victim, SectorState.DEAD);
    this.state = State.KILL;
    this.failures = 0;
    return Progress.MORE;
  }

  private killed(ok: boolean): Progress {
    if (!ok && ++this.failures < FlashRetry.WRITES) return Progress.MORE;
    this.sectors.setState(this.victim, ok ? SectorState.FREE : SectorState.RETIRED);
    return Progress.DONE;
  }

  private giveUpCopy(): Progress {
    this.state = State.KILL_COPY;
    this.failures = 0;
    return Progress.MORE;
  }

  /** The copy never counted: its sector is free again. */
  private killedCopy(ok: boolean): Progress {
    if (!ok && ++this.failures < FlashRetry.WRITES) return Progress.MORE;
    this.sectors.setState(this.sectors.active, ok ? SectorState.FREE : SectorState.RETIRED);
    this.sectors.active = Sector.NONE;
    if (++this.restarts < FlashRetry.WRITES && this.restart()) return Progress.MORE;
    return Progress.FAILED;
  }
}
