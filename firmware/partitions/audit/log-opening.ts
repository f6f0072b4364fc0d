// Finds the end of the log after a start: the newest sector, its last record, the chain's hash.

import { FlashDone, type FlashRegion, FlashSurvey } from "../../../hal/flash";
import type { Sent } from "../../../hal/sent";
import { type FlashJob, FlashRetry, Progress } from "../../storage/flash-job";
import { surveyedSectors } from "../../storage/flash-survey";
import { isErased } from "../../storage/sector-layout";
import { copyBytes, readU16, readU32 } from "../../wire/little-endian";
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

const enum State {
  HEADERS = 0,
  /** How far the newest sector is used. */
  EXTENT = 1,
  /** Its last records, each held to the one before it. */
  LAST = 2,
  /** All of its records: the last ones do not tell where the log ends. */
  ALL = 3,
}

export class LogOpening implements FlashJob {
  private state = State.HEADERS;
  private isThorough = false;
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
    if (this.state === State.HEADERS) {
      const length = this.isCareful ? FlashSurvey.ALONE : LogHeader.LENGTH;
      return region.survey(this.index * LogSector.LENGTH, length);
    }
    if (this.state === State.EXTENT) {
      return region.survey(this.end.sector * LogSector.LENGTH, FlashSurvey.ALONE);
    }
    const place = LogSector.HEADER_LENGTH + this.index * LogRecord.LENGTH;
    const length = this.recordsToRead() * LogRecord.LENGTH;
    return region.read(this.end.sector * LogSector.LENGTH + place, length);
  }

  done(ok: boolean, buffer: Uint8Array): Progress {
    if (!ok && ++this.tries < FlashRetry.READS) return Progress.MORE;
    this.tries = 0;
    if (this.state === State.HEADERS) return this.headersDone(ok, buffer);
    if (this.state === State.EXTENT) return this.measured(ok, buffer);
    if (this.state === State.LAST) return this.lastDone(ok, buffer);
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
    this.state = this.isThorough ? State.ALL : State.EXTENT;
    this.index = 0;
    end.tail = 0;
    return Progress.MORE;
  }

  private measured(ok: boolean, buffer: Uint8Array): Progress {
    const bytes = readU16(buffer, FlashDone.DATA + FlashSurvey.EXTENT) - LogSector.HEADER_LENGTH;
    const last = Math.ceil(bytes / LogRecord.LENGTH);
    const isLong = ok && last > RECORDS_PER_READ;
    this.state = isLong ? State.LAST : State.ALL;
    if (isLong) this.index = last - RECORDS_PER_READ;
    return Progress.MORE;
  }

  /** Damage before these is for who reads the log: the chain shows it. */
  private lastDone(ok: boolean, buffer: Uint8Array): Progress {
    if (!ok || isVoid(buffer, FlashDone.DATA)) return this.beginAgain();
    this.trust(buffer, FlashDone.DATA);
    for (let i = 1; i < RECORDS_PER_READ; i++) {
      if (this.end.torn) return this.beginAgain();
      this.take(buffer, FlashDone.DATA + i * LogRecord.LENGTH);
    }
    this.end.tail = this.index + RECORDS_PER_READ;
    return Progress.DONE;
  }

  /** From the headers on, and then every record. */
  private beginAgain(): Progress {
    const { end } = this;
    this.isThorough = true;
    this.state = State.HEADERS;
    this.index = 0;
    end.sector = -1;
    end.sectorNumber = 0;
    end.torn = false;
    end.tail = LogSector.RECORDS;
    end.nextRecord = 1;
    end.chain.fill(0);
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
    if (this.hasher.follows(end.chain, buffer, at)) this.trust(buffer, at);
    else end.torn = true;
  }

  private trust(buffer: Uint8Array, at: number): void {
    const { end } = this;
    copyBytes(buffer, at + LogRecord.HASH, end.chain, 0, LogHash.LENGTH);
    end.nextRecord = readU32(buffer, at + LogRecord.NUMBER) + 1;
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
