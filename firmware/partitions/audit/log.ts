// The log in flash: appends waiting lines, one record after another, one sector after another.

import type { FlashRegion } from "../../../hal/flash";
import type { Sent } from "../../../hal/sent";
import { check } from "../../kernel/partition";
import {
  type FlashJob,
  FlashRetry,
  FlashTurn,
  flashWorked,
  Progress,
} from "../../storage/flash-job";
import { copyBytes, writeU32 } from "../../wire/little-endian";
import { Lines } from "./lines";
import { LogEnd, LogOpening } from "./log-opening";
import { type Digest, LogHash, LogHasher, LogHeader, LogRecord, LogSector, VOID } from "./record";

const enum Phase {
  CLOSED = 0,
  OPENING = 1,
  READY = 2,
  /** Zeros over the record before `tail`, which was not written to its end. */
  VOIDING = 3,
  ERASING = 4,
  HEADING = 5,
  WRITING = 6,
}

export class Log implements FlashJob {
  readonly lines = new Lines();
  /** Lines that the chip did not take. */
  lost = 0;
  private phase = Phase.CLOSED;
  private tries = 0;
  private readonly sectors: number;
  private readonly turn: FlashTurn;
  private readonly end = new LogEnd();
  /** Undefined once the end is found. */
  private opening: LogOpening | undefined;
  private readonly hasher: LogHasher;
  /** The record or the header that is written next. */
  private readonly record = new Uint8Array(LogRecord.LENGTH);

  constructor(
    private readonly region: FlashRegion,
    crypto: Digest,
  ) {
    this.sectors = region.length / LogSector.LENGTH;
    check(this.sectors >= 2, "a log needs two sectors");
    this.turn = new FlashTurn(region);
    this.hasher = new LogHasher(crypto);
    this.opening = new LogOpening(this.sectors, this.hasher, this.end);
  }

  open(now: number): void {
    check(this.phase === Phase.CLOSED, "log opened twice");
    this.phase = Phase.OPENING;
    this.turn.start(now, this);
  }

  /** Starts to write what waits. Call it after every line that was added. */
  write(): void {
    if (!this.turn.idle() || this.phase === Phase.CLOSED) return;
    if (this.phase === Phase.READY && !this.choose()) return;
    this.turn.issue(this);
  }

  flashDone(now: number, buffer: Uint8Array): void {
    if (!this.turn.complete(now)) return;
    if (this.done(flashWorked(buffer), buffer) !== Progress.MORE) this.phase = Phase.READY;
    this.write();
  }

  tick(now: number): void {
    if (this.turn.expired(now)) this.write();
  }

  dueAt(): number {
    return this.turn.due;
  }

  issue(): Sent {
    const { end, region } = this;
    const sector = end.sector * LogSector.LENGTH;
    switch (this.phase) {
      case Phase.OPENING:
        return this.opening!.issue(region);
      case Phase.VOIDING:
        return region.write(this.place(end.tail - 1), VOID, 0, LogRecord.LENGTH);
      case Phase.ERASING:
        return region.erase(sector);
      case Phase.HEADING:
        return region.write(sector, this.record, 0, LogHeader.LENGTH);
      default:
        check(this.phase === Phase.WRITING, "log operation out of order");
        return region.write(this.place(end.tail), this.record, 0, LogRecord.LENGTH);
    }
  }

  done(ok: boolean, buffer: Uint8Array): Progress {
    switch (this.phase) {
      case Phase.OPENING:
        return this.opened(this.opening!.done(ok, buffer));
      case Phase.VOIDING:
        this.end.torn = false;
        // A place that can neither be written nor given up ends its sector.
        if (!ok) this.end.tail = LogSector.RECORDS;
        return Progress.DONE;
      case Phase.ERASING:
        if (!ok) return this.failed();
        this.phase = Phase.HEADING;
        return Progress.MORE;
      case Phase.HEADING:
        if (!ok) return this.failed();
        this.end.tail = 0;
        return Progress.DONE;
      default:
        check(this.phase === Phase.WRITING, "log completion out of order");
        return this.written(ok);
    }
  }

  private opened(progress: Progress): Progress {
    if (progress !== Progress.MORE) this.opening = undefined;
    return progress;
  }

  /** Picks the next operation; false: there is nothing to do. */
  private choose(): boolean {
    const { end } = this;
    if (end.torn) this.phase = Phase.VOIDING;
    else if (this.lines.count === 0) return false;
    else if (end.tail === LogSector.RECORDS) this.beginSector();
    else this.beginRecord();
    return true;
  }

  private beginSector(): void {
    const { end } = this;
    end.sector = (end.sector + 1) % this.sectors;
    this.phase = Phase.ERASING;
    // Each try has its own number: a header that was reported to fail may stand there all the same.
    end.sectorNumber++;
    this.hasher.putHeader(this.record, end.sectorNumber, end.nextRecord, end.chain);
  }

  private beginRecord(): void {
    this.lines.copyFirst(this.record);
    writeU32(this.record, LogRecord.NUMBER, this.end.nextRecord);
    this.hasher.seal(this.end.chain, this.record, 0);
    this.phase = Phase.WRITING;
  }

  private written(ok: boolean): Progress {
    const { end } = this;
    end.tail++;
    if (!ok) {
      end.torn = true;
      return this.failed();
    }
    copyBytes(this.record, LogRecord.HASH, end.chain, 0, LogHash.LENGTH);
    end.nextRecord++;
    this.lines.drop();
    this.tries = 0;
    return Progress.DONE;
  }

  /** The line is tried again elsewhere, but not for ever. */
  private failed(): Progress {
    if (++this.tries < FlashRetry.WRITES) return Progress.FAILED;
    this.tries = 0;
    this.lines.drop();
    this.lost++;
    return Progress.FAILED;
  }

  private place(slot: number): number {
    const inSector = LogSector.HEADER_LENGTH + slot * LogRecord.LENGTH;
    return this.end.sector * LogSector.LENGTH + inSector;
  }
}
