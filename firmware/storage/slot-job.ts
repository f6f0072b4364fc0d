// One operation on a slot, as the single flash operations that it takes.

import { Flash, type FlashRegion } from "../../hal/flash";
import type { Sent } from "../../hal/sent";
import { type FlashJob, FlashRetry, Progress } from "./flash-job";
import { Sector } from "./sector-layout";
import { Slot, SlotLimit, SlotPart } from "./slot-layout";

export const enum SlotOperation {
  BEGIN = 0,
  WRITE = 1,
  COMMIT = 2,
  MARK = 3,
  REMOVE = 4,
  READ = 5,
}

/** Room for the head of a message, or a piece of it. */
export const enum SlotJobBuffer {
  LENGTH = 256,
}

const enum Step {
  ERASE = 0,
  WORK = 1,
  /** The message cannot be completed: its head must not be found again. */
  KILL = 2,
}

export class SlotJob implements FlashJob {
  operation = SlotOperation.READ;
  slot = 0;
  /** Of the message that was meant: the slot may hold another one by now. */
  number = 0;
  token = 0;
  /** Of the piece within the message; of a mark its number. */
  offset = 0;
  length = 0;
  readonly bytes = new Uint8Array(SlotJobBuffer.LENGTH);
  private step = Step.WORK;
  private sector = 0;
  private written = 0;
  private tries = 0;

  constructor(private readonly bytesPerSlot: number) {}

  start(): void {
    this.tries = 0;
    this.written = 0;
    this.step = Step.WORK;
    if (this.operation === SlotOperation.BEGIN) this.startErase();
  }

  issue(region: FlashRegion): Sent {
    const start = this.slot * this.bytesPerSlot;
    if (this.step === Step.ERASE) return region.erase(start + this.sector * Sector.LENGTH);
    if (this.step === Step.KILL) return region.write(start, this.bytes, 0, SlotPart.KILL_LENGTH);
    switch (this.operation) {
      case SlotOperation.BEGIN:
        return region.write(start, this.bytes, 0, this.length);
      case SlotOperation.WRITE: {
        const at = start + Slot.DATA + this.offset + this.written;
        return region.write(at, this.bytes, this.written, this.chunk());
      }
      case SlotOperation.COMMIT:
        return region.write(start + Slot.COMMIT, this.bytes, 0, SlotPart.COMMIT_LENGTH);
      case SlotOperation.MARK: {
        const at = start + Slot.MARKS + this.offset * SlotPart.MARK_LENGTH;
        return region.write(at, this.bytes, 0, SlotPart.MARK_LENGTH);
      }
      case SlotOperation.REMOVE:
        return region.write(start, this.bytes, 0, SlotPart.KILL_LENGTH);
      case SlotOperation.READ:
        return region.read(start + Slot.DATA + this.offset, this.length);
    }
  }

  done(ok: boolean): Progress {
    if (this.step === Step.KILL) return this.killed(ok);
    if (!ok) return this.failed();
    if (this.step === Step.ERASE) {
      if (--this.sector < 0) this.step = Step.WORK;
      return Progress.MORE;
    }
    if (this.operation !== SlotOperation.WRITE) return Progress.DONE;
    this.written += this.chunk();
    return this.written < this.length ? Progress.MORE : Progress.DONE;
  }

  /** The head goes last: until then the old, dead one stays what it is. */
  private startErase(): void {
    this.step = Step.ERASE;
    this.sector = this.bytesPerSlot / Sector.LENGTH - 1;
  }

  /** Bytes up to the end of the flash page: a chip's page program goes no further. */
  private chunk(): number {
    const room = Flash.TRANSFER_MAX - ((this.offset + this.written) % Flash.TRANSFER_MAX);
    return Math.min(room, this.length - this.written, SlotLimit.PIECE_MAX);
  }

  private failed(): Progress {
    const { operation } = this;
    if (operation === SlotOperation.WRITE || operation === SlotOperation.COMMIT) {
      // What lies there now is unknown, and a slot cannot go on elsewhere.
      return this.startKill();
    }
    if (++this.tries < FlashRetry.WRITES) {
      if (operation === SlotOperation.BEGIN) this.startErase();
      return Progress.MORE;
    }
    return operation === SlotOperation.BEGIN ? this.startKill() : Progress.FAILED;
  }

  private startKill(): Progress {
    this.step = Step.KILL;
    this.tries = 0;
    this.bytes.fill(0, 0, SlotPart.KILL_LENGTH);
    return Progress.MORE;
  }

  private killed(ok: boolean): Progress {
    return !ok && ++this.tries < FlashRetry.WRITES ? Progress.MORE : Progress.FAILED;
  }
}
