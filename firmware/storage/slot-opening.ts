// Finds out at start which slots hold a whole message.

import { FlashDone, type FlashRegion, FlashSurvey } from "../../hal/flash";
import type { Sent } from "../../hal/sent";
import { readU16, readU32 } from "../wire/little-endian";
import { Crc32, crc32End, crc32Step } from "./crc32";
import { type FlashJob, FlashRetry, Progress } from "./flash-job";
import { surveyedSectors } from "./flash-survey";
import { Sector, ZEROS } from "./sector-layout";
import { checkSlotHead, Slot, SlotLimit, SlotPart, slotMarks } from "./slot-layout";
import { SlotState, type SlotTable } from "./slot-table";

const enum State {
  /** Where a head may be. */
  SURVEY = 0,
  HEADS = 1,
  /** The message's bytes against their check. */
  DATA = 2,
  FOUND = 3,
  /** Overwriting the head of a message that has decayed. */
  KILL = 4,
}

const enum Look {
  /** Of a sector: the head's first word tells whether there is one. */
  LENGTH = 4,
}

export interface FoundOwner {
  found(
    slot: number,
    bytes: Uint8Array,
    start: number,
    headerLength: number,
    length: number,
    marks: number,
  ): void;
}

export class SlotOpening implements FlashJob {
  private state = State.SURVEY;
  /** In a survey the next sector, not the slot. */
  private slot = 0;
  private number = -1;
  private offset = 0;
  private crc: number = Crc32.START;
  private failures = 0;

  constructor(
    private readonly table: SlotTable,
    private readonly owner: FoundOwner,
  ) {}

  issue(region: FlashRegion): Sent {
    const start = this.slot * this.table.bytesPerSlot;
    switch (this.state) {
      case State.SURVEY:
        return region.survey(this.slot * Sector.LENGTH, Look.LENGTH);
      case State.HEADS:
      case State.FOUND:
        return region.read(start, SlotPart.HEAD_MAX);
      case State.DATA:
        return region.read(start + Slot.DATA + this.offset, this.pieceLength());
      case State.KILL:
        return region.write(start, ZEROS, 0, SlotPart.KILL_LENGTH);
    }
  }

  done(ok: boolean, buffer: Uint8Array): Progress {
    if (!ok && ++this.failures < FlashRetry.READS) return Progress.MORE;
    this.failures = 0;
    // What cannot be read is not taken for absent.
    if (!ok && this.state !== State.KILL) return Progress.LATER;
    switch (this.state) {
      case State.SURVEY:
        return this.surveyed(buffer);
      case State.HEADS:
        return this.head(buffer);
      case State.DATA:
        return this.data(buffer);
      case State.FOUND:
        return this.report(buffer);
      case State.KILL:
        this.table.states[this.slot] = SlotState.FREE;
        return this.next();
    }
  }

  /** Slots that begin like one that holds something are marked, to be looked at. */
  private surveyed(buffer: Uint8Array): Progress {
    const { table } = this;
    const perSlot = table.bytesPerSlot / Sector.LENGTH;
    const left = table.count * perSlot - this.slot;
    const end = this.slot + surveyedSectors(left * Sector.LENGTH, Look.LENGTH);
    let at = FlashDone.DATA + FlashSurvey.BEGIN;
    for (let sector = this.slot; sector < end; sector++) {
      const isHead = sector % perSlot === 0 && readU32(buffer, at) === SlotPart.MAGIC_VALUE;
      if (isHead) table.states[sector / perSlot] = SlotState.WRITING;
      at += FlashSurvey.BEGIN + Look.LENGTH;
    }
    this.slot = end;
    if (end < table.count * perSlot) return Progress.MORE;
    this.state = State.HEADS;
    this.slot = -1;
    return this.nextHead();
  }

  private nextHead(): Progress {
    const { table } = this;
    while (++this.slot < table.count) {
      if (table.states[this.slot] === SlotState.WRITING) return Progress.MORE;
    }
    this.slot = -1;
    return this.next();
  }

  private head(buffer: Uint8Array): Progress {
    const { table, slot } = this;
    const at = FlashDone.DATA;
    table.states[slot] = SlotState.FREE;
    if (checkSlotHead(buffer, at, table.capacity)) {
      const number = readU32(buffer, at + Slot.NUMBER);
      if (number >= table.nextNumber) table.nextNumber = number + 1;
      table.states[slot] = SlotState.KEPT;
      table.numbers[slot] = number;
      table.lengths[slot] = readU16(buffer, at + Slot.LENGTH);
    }
    return this.nextHead();
  }

  private next(): Progress {
    this.slot = this.table.following(this.number, this.slot);
    if (this.slot < 0) return Progress.DONE;
    this.number = this.table.numbers[this.slot]!;
    this.offset = 0;
    this.crc = Crc32.START;
    this.state = this.pieceLength() > 0 ? State.DATA : State.FOUND;
    return Progress.MORE;
  }

  private data(buffer: Uint8Array): Progress {
    this.crc = crc32Step(this.crc, buffer, FlashDone.DATA, this.pieceLength());
    this.offset += this.pieceLength();
    if (this.pieceLength() === 0) this.state = State.FOUND;
    return Progress.MORE;
  }

  private report(buffer: Uint8Array): Progress {
    const at = FlashDone.DATA;
    const good = checkSlotHead(buffer, at, this.table.capacity);
    if (!good || readU32(buffer, at + Slot.COMMIT) !== crc32End(this.crc)) return this.decayed();
    const headerLength = readU16(buffer, at + Slot.HEADER_LENGTH);
    const length = this.table.lengths[this.slot]!;
    this.owner.found(
      this.slot,
      buffer,
      at + Slot.HEADER,
      headerLength,
      length,
      slotMarks(buffer, at),
    );
    return this.next();
  }

  private decayed(): Progress {
    this.table.lost++;
    this.state = State.KILL;
    return Progress.MORE;
  }

  private pieceLength(): number {
    return Math.min(SlotLimit.PIECE_MAX, this.table.lengths[this.slot]! - this.offset);
  }
}
