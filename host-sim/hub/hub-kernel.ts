// What a hub needs of the kernel it runs: the TypeScript kernel has it, and so has the far end of
// a board's bench link.

import type { Board } from "../../firmware/kernel/board";
import type { PartitionCounters } from "../../firmware/kernel/counters";
import type { FaultKind } from "../../firmware/kernel/fault";
import type { InstanceState } from "../../firmware/kernel/instance";
import type { Observer } from "../../firmware/kernel/observer";
import type { Sent } from "../../hal/sent";

/** The queue of a channel, as far as a status display looks into it. */
export interface QueueFigure {
  readonly target: number;
  readonly queue: { readonly waiting: number };
}

/** A memory that a board has, and the most of it that was in use. Bytes. */
export interface MemoryFigure {
  readonly peak: number;
  readonly bytes: number;
}

/** One life of a kernel; its calls are those of `Kernel`. */
export interface HubKernel {
  readonly channels: readonly QueueFigure[];
  /** It runs elsewhere and tells of itself now and then: its figures are never of this moment. */
  readonly isElsewhere?: true;
  /** Its calls take time, a cycle of this clock an instruction; absent: they take none. */
  readonly hertz?: number | undefined;
  /** What the last call took. */
  readonly instructions?: number;
  start(now: number): void;
  run(now: number): boolean;
  dueAt(): number;
  deliver(now: number, party: number, bytes: Uint8Array, length: number): Sent;
  inject(name: string, kind: FaultKind): void;
  release(now: number, name: string): void;
  stateOf(name: string): InstanceState;
  countersOf(name: string): Readonly<PartitionCounters>;
  /** On a board: the heap of a partition's present life, and the stack of all machines. */
  heapOf?(name: string): MemoryFigure;
  machineStack?(): MemoryFigure;
  /** Its power is gone. A kernel that is only memory needs nothing done. */
  end?(): void;
}

/** A turn did not end: where a board has a watchdog, it starts the board anew. */
export class TurnWithoutEnd extends Error {}

/** Makes the kernel of one life. */
export type MakeKernel = (board: Board, observer: Observer) => HubKernel;
