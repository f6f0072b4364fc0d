// One flash region as its owner's instances see it: one operation at a time, and the completion of
// an operation never reaches another instance than the one that started it.

import { Flash, FlashOperation, type FlashRegion, FlashSurvey } from "../../hal/flash";
import { Sent } from "../../hal/sent";
import { Party } from "../ipc/party";
import type { FlashChip } from "./board";
import type { Input } from "./input";
import { type Backlog, MessageQueue } from "./message-queue";
import { check } from "./partition";
import type { RegionRow } from "./table";
import { COMPLETION_BYTES, COMPLETIONS_MAX } from "./table-inputs";

const enum GateState {
  IDLE = 0,
  /** The chip works on an operation of the present instance. */
  BUSY = 1,
  /** The chip works on an operation of an instance that has died. */
  ORPHANED = 2,
  /** The completion waits to be handed over. */
  DONE = 3,
}

const NO_BYTES = new Uint8Array(0);

export class RegionGate implements Input {
  readonly source = Party.FLASH;
  readonly queue: MessageQueue;
  /** Completions that belonged to a dead instance. */
  swallowed = 0;
  private state = GateState.IDLE;

  constructor(
    readonly row: RegionRow,
    private readonly chip: FlashChip,
    backlog: Backlog,
  ) {
    this.queue = new MessageQueue(COMPLETIONS_MAX, COMPLETION_BYTES, backlog);
  }

  /** The owner may start its next operation while it handles this completion. */
  begin(): void {
    check(this.state === GateState.DONE, "a completion without an operation");
    this.state = GateState.IDLE;
  }

  /** A completion from the chip. */
  complete(bytes: Uint8Array, length: number): Sent {
    if (this.state === GateState.ORPHANED) {
      this.state = GateState.IDLE;
      this.swallowed++;
      return Sent.OK;
    }
    if (this.state !== GateState.BUSY || length > this.queue.slotBytes) return Sent.REFUSED;
    check(!this.queue.full, "a completion inside a call");
    this.state = GateState.DONE;
    this.queue.put(bytes, length);
    return Sent.OK;
  }

  /** The owner died. */
  abandon(): void {
    this.queue.clear();
    if (this.state === GateState.BUSY) this.state = GateState.ORPHANED;
    else if (this.state === GateState.DONE) this.state = GateState.IDLE;
  }

  submit(
    operation: FlashOperation,
    offset: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): Sent {
    if (this.state !== GateState.IDLE) return Sent.FULL;
    const answer = this.chip.submit(this.row.id, operation, offset, bytes, start, length);
    if (answer === Sent.OK) this.state = GateState.BUSY;
    return answer;
  }
}

/** The region for one instance. A request outside the region is that instance's fault. */
export function openRegion(gate: RegionGate, alive: () => boolean): FlashRegion {
  const size = gate.row.bytes;
  const submit = (
    operation: FlashOperation,
    offset: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): Sent => {
    check(Number.isInteger(offset) && offset >= 0, "flash offset");
    check(Number.isInteger(length) && offset + length <= size, "flash beyond the region");
    if (!alive()) return Sent.REFUSED;
    return gate.submit(operation, offset, bytes, start, length);
  };
  return Object.freeze({
    region: gate.row.id,
    length: size,
    read(offset: number, length: number): Sent {
      check(length >= 1 && length <= Flash.TRANSFER_MAX, "flash read length");
      return submit(FlashOperation.READ, offset, NO_BYTES, 0, length);
    },
    write(offset: number, bytes: Uint8Array, start: number, length: number): Sent {
      check(length >= 1 && length <= Flash.TRANSFER_MAX, "flash write length");
      check(start >= 0 && start + length <= bytes.length, "flash write beyond its bytes");
      return submit(FlashOperation.WRITE, offset, bytes, start, length);
    },
    erase(offset: number): Sent {
      check(offset % Flash.SECTOR_LENGTH === 0, "flash erase inside a sector");
      return submit(FlashOperation.ERASE, offset, NO_BYTES, 0, Flash.SECTOR_LENGTH);
    },
    survey(offset: number, length: number): Sent {
      check(offset % Flash.SECTOR_LENGTH === 0, "flash survey inside a sector");
      check(length >= 1 && length <= FlashSurvey.BEGIN_MAX, "flash survey length");
      return submit(FlashOperation.SURVEY, offset, NO_BYTES, 0, length);
    },
  });
}
