// One flash region without a clock: operations run when they are pumped. It drives the storage code
// alone, for tests and for writing a region at manufacture.

import { FlashOperation, type FlashRegion } from "../hal/flash";
import { Sent } from "../hal/sent";
import { change, completion, isChange } from "./flash";
import { EraseOrder, type FlashMemory, type Interruption } from "./flash-memory";

/** Thrown where the power fails; make a new owner over the same memory to start again. */
export class PowerCut extends Error {}

/** Fails at operation number `at`, counted from 0 over writes and erases. */
export interface CutPlan extends Interruption {
  readonly at: number;
}

interface Pending {
  readonly operation: FlashOperation;
  readonly offset: number;
  readonly data: Uint8Array;
}

export class DirectFlash implements FlashRegion {
  readonly length: number;
  /** Writes and erases so far. */
  operations = 0;
  cut: CutPlan | undefined;
  /** Decides about each operation: 0 it works, anything else is its status. */
  fault: (operation: FlashOperation, offset: number) => number = () => 0;
  private pending: Pending | undefined;

  constructor(
    readonly memory: FlashMemory,
    readonly region = 0,
  ) {
    this.length = memory.length;
  }

  read(offset: number, length: number): Sent {
    this.memory.checkTransfer(offset, length);
    return this.take({ operation: FlashOperation.READ, offset, data: new Uint8Array(length) });
  }

  write(offset: number, bytes: Uint8Array, start: number, length: number): Sent {
    const data = bytes.slice(start, start + length);
    if (this.pending === undefined) this.memory.checkProgram(offset, data);
    return this.take({ operation: FlashOperation.WRITE, offset, data });
  }

  erase(offset: number): Sent {
    this.memory.checkErase(offset);
    return this.take({ operation: FlashOperation.ERASE, offset, data: new Uint8Array(0) });
  }

  survey(offset: number, length: number): Sent {
    this.memory.checkSurvey(offset, length);
    return this.take({ operation: FlashOperation.SURVEY, offset, data: new Uint8Array(length) });
  }

  /** Does what is pending and reports it. False: nothing was. */
  pump(done: (message: Uint8Array, length: number) => void): boolean {
    const pending = this.pending;
    if (pending === undefined) return false;
    this.pending = undefined;
    const { operation, offset, data } = pending;
    if (isChange(operation)) {
      const at = this.operations++;
      if (this.cut !== undefined && at === this.cut.at) {
        change(this.memory, operation, offset, data, this.cut);
        throw new PowerCut(`operation ${at}`);
      }
    }
    const status = this.fault(operation, offset);
    const failed = { progress: 0.5, mask: 0x55, order: EraseOrder.ASCENDING };
    change(this.memory, operation, offset, data, status === 0 ? undefined : failed);
    const message = completion(this.region, operation, status, this.memory, offset, data.length);
    done(message, message.length);
    return true;
  }

  /** Pumps until nothing is pending. */
  settle(done: (message: Uint8Array, length: number) => void): void {
    // A workload that never ends is a defect of what is being driven.
    for (let turns = 0; this.pump(done); turns++) {
      if (turns > 1_000_000) throw new Error("the flash is never idle");
    }
  }

  private take(pending: Pending): Sent {
    if (this.pending !== undefined) return Sent.FULL;
    this.pending = pending;
    return Sent.OK;
  }
}
