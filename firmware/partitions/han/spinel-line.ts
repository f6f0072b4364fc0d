// The way to the co-processor: one buffer for frames, transaction numbers, and a line that may be
// full for a while.

import type { Radio } from "../../../hal/radio";
import { Sent } from "../../../hal/sent";
import { Spinel } from "../../wire/spinel";
import { Due, type Memory } from "./memory";

const enum Wait {
  /** A full line of 115,200 bit/s has moved 46 bytes on by then. */
  LINE_MS = 4,
}

export class SpinelLine {
  /** Scratch: a frame is put together and on the line before anything else happens. */
  readonly frame: Uint8Array;
  private readonly numbers: Float64Array;
  private lastTid = 0;

  constructor(
    private readonly radio: Radio,
    memory: Memory,
  ) {
    this.frame = memory.scratch;
    this.numbers = memory.numbers;
  }

  /** Sends the first `length` bytes of `frame`. False: full; try when `Due.RADIO_LINE` has come. */
  put(now: number, length: number): boolean {
    if (this.radio.send(this.frame, length) === Sent.OK) return true;
    this.numbers[Due.RADIO_LINE] = now + Wait.LINE_MS;
    return false;
  }

  nextTid(): number {
    this.lastTid = (this.lastTid % Spinel.TRANSACTION_MAX) + 1;
    return this.lastTid;
  }
}
