// Finds out at start which slots hold a whole message.

import { FlashDone, type FlashRegion } from "../../hal/flash";
import type { Sent } from "../../hal/sent";
import { readU16, readU32 } from "../wire/little-endian";
import { Crc32, crc32End, crc32Step } from "./crc32";
import { type FlashJob, FlashRetry, Progress } from "./flash-job";
import { ZEROS } from "./sector-layout";
import { checkSlotHead, Slot, SlotLimit, SlotPart, slotMarks } from "./slot-layout";
import { SlotState, type SlotTable } from "./slot-table";

const enum State {
  HEADS = 0,
  /** The message's bytes against their check. */
  DATA = 1,
  FOUND = 2,
  /** Overwriting the head of a message that has decayed. */
  KILL = 3,
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
  private state = State.HEADS;
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
    if (++this.slot < table.count) return Progress.MORE;
    this.slot = -1;
    return this.next();
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
