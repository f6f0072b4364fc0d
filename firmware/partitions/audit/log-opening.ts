// Finds the end of the log after a start: the newest sector, its last record, the chain's hash.

import { FlashDone, type FlashRegion, FlashSurvey } from "../../../hal/flash";
import type { Sent } from "../../../hal/sent";
import { type FlashJob, FlashRetry, Progress } from "../../storage/flash-job";
import { surveyedSectors } from "../../storage/flash-survey";
import { isErased } from "../../storage/sector-layout";
import { copyBytes, readU32 } from "../../wire/little-endian";
import { isVoid, LogHash, type LogHasher, LogHeader, LogRecord, LogSector } from "./record";

// What one read brings: 256 bytes.
const RECORDS_PER_READ = 4;

/** Where the log ends. */
export class LogEnd {
  /** Index of the newest sector, -1: there is none. */
  sector = -1;
  sectorNumber = 0;
  /** The first place in it that was never written; `LogSector.RECORDS`: begin another sector. */
  tail: number = LogSector.RECORDS;
  /** The record before `tail` was cut in the middle and is to be made void. */
  torn = false;
  nextRecord = 1;
  /** Hash of the last record. */
  readonly chain = new Uint8Array(LogHash.LENGTH);
}

export class LogOpening implements FlashJob {
  private readingHeaders = true;
  private index = 0;
  private tries = 0;
  /** A survey of several sectors failed: one at a time. */
  private isCareful = false;

  constructor(
    private readonly sectors: number,
    private readonly hasher: LogHasher,
    private readonly end: LogEnd,
  ) {}

  issue(region: FlashRegion): Sent {
    if (this.readingHeaders) {
      const length = this.isCareful ? FlashSurvey.ALONE : LogHeader.LENGTH;
      return region.survey(this.index * LogSector.LENGTH, length);
    }
    const place = LogSector.HEADER_LENGTH + this.index * LogRecord.LENGTH;
    const length = this.recordsToRead() * LogRecord.LENGTH;
    return region.read(this.end.sector * LogSector.LENGTH + place, length);
  }

  done(ok: boolean, buffer: Uint8Array): Progress {
    if (!ok && ++this.tries < FlashRetry.READS) return Progress.MORE;
    this.tries = 0;
    if (this.readingHeaders) return this.headersDone(ok, buffer);
    // What cannot be read cannot be appended to: another sector goes on from the last hash known.
    if (!ok) return this.abandon();
    return this.recordsDone(buffer);
  }

  private headersDone(ok: boolean, buffer: Uint8Array): Progress {
    const { end } = this;
    if (!ok && !this.isCareful) {
      // One of these sectors cannot be read: each by itself, so that the others are.
      this.isCareful = true;
      return Progress.MORE;
    }
    if (ok) this.takeHeaders(buffer);
    else this.index++;
    if (this.index < this.sectors) return Progress.MORE;
    if (end.sector < 0) return Progress.DONE;
    this.readingHeaders = false;
    this.index = 0;
    end.tail = 0;
    return Progress.MORE;
  }

  private takeHeaders(buffer: Uint8Array): void {
    const length = this.isCareful ? FlashSurvey.ALONE : LogHeader.LENGTH;
    const left = (this.sectors - this.index) * LogSector.LENGTH;
    let at = FlashDone.DATA;
    for (let count = surveyedSectors(left, length); count > 0; count--, this.index++) {
      this.takeHeader(buffer, at + FlashSurvey.BEGIN);
      at += FlashSurvey.BEGIN + length;
    }
  }

  private takeHeader(bytes: Uint8Array, at: number): void {
    const { end } = this;
    if (!this.hasher.isHeader(bytes, at)) return;
    const number = readU32(bytes, at + LogHeader.NUMBER);
    if (number <= end.sectorNumber) return;
    end.sector = this.index;
    end.sectorNumber = number;
    end.nextRecord = readU32(bytes, at + LogHeader.FIRST_RECORD);
    copyBytes(bytes, at + LogHeader.ANCHOR, end.chain, 0, LogHash.LENGTH);
  }

  private recordsDone(buffer: Uint8Array): Progress {
    const count = this.recordsToRead();
    for (let i = 0; i < count; i++, this.index++) {
      const at = FlashDone.DATA + i * LogRecord.LENGTH;
      if (isErased(buffer, at, at + LogRecord.LENGTH)) return Progress.DONE;
      // Only the last write can have been cut: a line behind a torn one means other damage.
      if (this.end.torn) return this.abandon();
      this.take(buffer, at);
      this.end.tail = this.index + 1;
    }
    return this.index < LogSector.RECORDS ? Progress.MORE : Progress.DONE;
  }

  private take(buffer: Uint8Array, at: number): void {
    const { end } = this;
    if (isVoid(buffer, at)) return;
    if (this.hasher.follows(end.chain, buffer, at)) {
      copyBytes(buffer, at + LogRecord.HASH, end.chain, 0, LogHash.LENGTH);
      end.nextRecord = readU32(buffer, at + LogRecord.NUMBER) + 1;
    } else end.torn = true;
  }

  private abandon(): Progress {
    this.end.torn = false;
    this.end.tail = LogSector.RECORDS;
    return Progress.DONE;
  }

  private recordsToRead(): number {
    return Math.min(RECORDS_PER_READ, LogSector.RECORDS - this.index);
  }
}
