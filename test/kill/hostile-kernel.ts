// The far end of a board whose partitions carry a hostile entry (hostile.c): it can be told to do
// its deeds, and keeps what is told of lives and news.

import type { Board } from "../../firmware/kernel/board";
import type { Observer } from "../../firmware/kernel/observer";
import { SYSTEM } from "../../firmware/system";
import type { IncomingFrame } from "../../host-sim/device/bench-frame";
import type { BoardCommand } from "../../host-sim/device/board-process";
import { DeviceKernel } from "../../host-sim/device/device-kernel";
import { DEED_BASE, type Deed, WRITE_IMAGE } from "./deeds";

const enum Event {
  STARTED = 1,
  STOPPED = 2,
  TOLD = 3,
}

export interface Heap {
  readonly partition: number;
  readonly bytes: number;
}

export class HostileKernel extends DeviceKernel {
  /** What each new life takes of its heap, constructor and all; and what each dead one keeps. */
  readonly started: Heap[] = [];
  readonly stopped: Heap[] = [];
  /** Who was told of whose death since this was last emptied, by `Party`. */
  readonly told: { readonly partition: number; readonly dead: number }[] = [];

  constructor(board: Board, observer: Observer, command: BoardCommand) {
    super(SYSTEM, board, observer, command);
  }

  /** In its next call, which is at once. */
  order(name: string, deed: Deed): void {
    this.inject(name, DEED_BASE + deed);
  }

  /** C itself writes to its image, as a defect of ours might. */
  writeImage(): void {
    this.inject("audit", WRITE_IMAGE);
  }

  protected override tested(frame: IncomingFrame): void {
    const partition = frame.get8(1);
    const value = frame.get32(2);
    switch (frame.get8(0) as Event) {
      case Event.STARTED:
        this.started.push({ partition, bytes: value });
        break;
      case Event.STOPPED:
        this.stopped.push({ partition, bytes: value });
        break;
      case Event.TOLD:
        this.told.push({ partition, dead: value });
        break;
    }
  }
}
