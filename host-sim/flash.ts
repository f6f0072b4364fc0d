// The hub's flash chip: all regions on one NOR device, which does one thing at a time.
// Times are those of a common 64 Mbit serial NOR (Winbond W25Q64JV data sheet, typical values).

import type { FlashChip } from "../firmware/kernel/board";
import { surveyedSectors } from "../firmware/storage/flash-survey";
import { Flash, FlashDone, FlashOperation } from "../hal/flash";
import { Sent } from "../hal/sent";
import { EraseOrder, FlashMemory, type Interruption } from "./flash-memory";

export const enum FlashTime {
  /** Command and address, on a 32 MHz quad line. */
  READ_US = 2,
  READ_BYTES_PER_US = 16,
  PAGE_PROGRAM_US = 400,
  SECTOR_ERASE_US = 45_000,
}

/** A `World` is one. */
export interface FlashScheduler {
  /** Integer microseconds. */
  readonly now: number;
  schedule(delayUs: number, run: () => void): unknown;
}

export interface FlashRegionSize {
  readonly id: number;
  readonly bytes: number;
}

/** Decides whether an operation fails: 0 it works, anything else is its status. */
export type FlashFaults = (region: number, operation: FlashOperation, offset: number) => number;

interface Operation {
  readonly region: number;
  readonly operation: FlashOperation;
  readonly offset: number;
  readonly data: Uint8Array;
  readonly startsAt: number;
  readonly endsAt: number;
}

const NOTHING = new Uint8Array(0);

export class SimulatedFlash implements FlashChip {
  /** Set it to make operations fail. */
  faults: FlashFaults = () => 0;
  /** Told of each write and erase that was asked for, with the times of its begin and its end. */
  onStarted: (startsAt: number, endsAt: number) => void = () => {};
  private readonly memories = new Map<number, FlashMemory>();
  private readonly running = new Map<number, Operation>();
  private busyUntil = 0;

  /**
   * @param complete gets each completion, laid out as `FlashDone`, to hand to the kernel
   */
  constructor(
    regions: readonly FlashRegionSize[],
    private readonly scheduler: FlashScheduler,
    private readonly complete: (region: number, message: Uint8Array, length: number) => void,
  ) {
    for (const { id, bytes } of regions) this.memories.set(id, new FlashMemory(bytes));
  }

  /** The cells of a region: what a factory writes, and what a checker looks at. */
  memory(region: number): FlashMemory {
    const memory = this.memories.get(region);
    if (memory === undefined) throw new Error(`no flash region ${region}`);
    return memory;
  }

  /** An operation is under way there. */
  isBusy(region: number): boolean {
    return this.running.has(region);
  }

  submit(
    region: number,
    operation: FlashOperation,
    offset: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): Sent {
    if (this.isBusy(region)) return Sent.FULL;
    const memory = this.memory(region);
    const data = new Uint8Array(length);
    if (operation === FlashOperation.READ) memory.checkTransfer(offset, length);
    else if (operation === FlashOperation.SURVEY) memory.checkSurvey(offset, length);
    else if (operation === FlashOperation.ERASE) memory.checkErase(offset);
    else {
      data.set(bytes.subarray(start, start + length));
      memory.checkProgram(offset, data);
    }
    const startsAt = Math.max(this.scheduler.now, this.busyUntil);
    const endsAt = startsAt + duration(operation, length, memory, offset);
    const started: Operation = { region, operation, offset, data, startsAt, endsAt };
    this.busyUntil = endsAt;
    this.running.set(region, started);
    if (isChange(operation)) this.onStarted(startsAt, endsAt);
    this.scheduler.schedule(endsAt - this.scheduler.now, () => this.finish(started));
    return Sent.OK;
  }

  /** The supply fails now: what is under way stops where it is, what waits never happens. */
  cutPower(mask: number, order: EraseOrder): void {
    const now = this.scheduler.now;
    for (const { region, operation, offset, data, startsAt, endsAt } of this.running.values()) {
      if (now < startsAt) continue;
      const how = { progress: (now - startsAt) / (endsAt - startsAt), mask, order };
      change(this.memory(region), operation, offset, data, how);
    }
    this.running.clear();
    this.busyUntil = now;
  }

  private finish(done: Operation): void {
    const { region, operation, offset, data } = done;
    // Power was cut meanwhile, and this is another life.
    if (this.running.get(region) !== done) return;
    this.running.delete(region);
    const memory = this.memory(region);
    const status = this.faults(region, operation, offset);
    const failed = { progress: 0.5, mask: 0x55, order: EraseOrder.ASCENDING };
    change(memory, operation, offset, data, status === 0 ? undefined : failed);
    const message = completion(region, operation, status, memory, offset, data.length);
    this.complete(region, message, message.length);
  }
}

/** What an operation does to the cells, all of it or as far as `how` says. */
export function change(
  memory: FlashMemory,
  operation: FlashOperation,
  offset: number,
  data: Uint8Array,
  how?: Interruption,
): void {
  if (operation === FlashOperation.WRITE) memory.program(offset, data, how);
  else if (operation === FlashOperation.ERASE) memory.erase(offset, how);
}

/** Whether the cells are different afterwards. */
export function isChange(operation: FlashOperation): boolean {
  return operation === FlashOperation.WRITE || operation === FlashOperation.ERASE;
}

/** The message that reports an operation. */
export function completion(
  region: number,
  operation: FlashOperation,
  status: number,
  memory: FlashMemory,
  offset: number,
  length: number,
): Uint8Array {
  const read = status === 0 ? contentOf(operation, memory, offset, length) : NOTHING;
  const message = new Uint8Array(FlashDone.DATA + read.length);
  message[FlashDone.REGION] = region;
  message[FlashDone.OPERATION] = operation;
  message[FlashDone.STATUS] = status;
  message.set(read, FlashDone.DATA);
  return message;
}

function contentOf(
  operation: FlashOperation,
  memory: FlashMemory,
  offset: number,
  length: number,
): Uint8Array {
  if (operation === FlashOperation.SURVEY) return memory.survey(offset, length);
  if (operation === FlashOperation.READ) return memory.bytes.subarray(offset, offset + length);
  return NOTHING;
}

function duration(
  operation: FlashOperation,
  length: number,
  memory: FlashMemory,
  offset: number,
): number {
  if (operation === FlashOperation.SURVEY) return surveyTime(memory, offset, length);
  if (operation === FlashOperation.ERASE) return FlashTime.SECTOR_ERASE_US;
  if (operation === FlashOperation.WRITE) return FlashTime.PAGE_PROGRAM_US;
  return FlashTime.READ_US + Math.ceil(length / FlashTime.READ_BYTES_PER_US);
}

/** To see how far a sector is used all of it is read, unless it begins erased. */
function surveyTime(memory: FlashMemory, offset: number, length: number): number {
  const count = surveyedSectors(memory.length - offset, length);
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const begins = memory.bytes[offset + i * Flash.SECTOR_LENGTH];
    bytes += begins === Flash.ERASED ? length : Flash.SECTOR_LENGTH;
  }
  return count * FlashTime.READ_US + Math.ceil(bytes / FlashTime.READ_BYTES_PER_US);
}
