// In place of a kernel, for a hub that is elsewhere and has only its lines here: the co-processor's
// serial line, and perhaps its links to the WAN. It is a black box, as a hub of flesh is.

import { PartitionCounters } from "../../firmware/kernel/counters";
import { InstanceState } from "../../firmware/kernel/instance";
import { Sent } from "../../hal/sent";
import type { HubKernel, QueueFigure } from "../hub/hub-kernel";

/** What a hub has told of one partition. */
export interface PartitionStatus {
  readonly state: InstanceState;
  readonly received: number;
  readonly sent: number;
  readonly refused: number;
  readonly restarts: number;
}

export class LineKernel implements HubKernel {
  readonly channels: readonly QueueFigure[] = [];
  private readonly partitions = new Map<string, PartitionStatus>();

  /** @param onEnd its supply is gone */
  constructor(private readonly onEnd: () => void = () => undefined) {}

  /** Takes what the hub says of a partition. */
  tell(name: string, status: PartitionStatus): void {
    this.partitions.set(name, status);
  }

  start(): void {}

  run(): boolean {
    return false;
  }

  dueAt(): number {
    return Number.POSITIVE_INFINITY;
  }

  /** Its radio, its links and its flash are not the simulator's. */
  deliver(): Sent {
    return Sent.OK;
  }

  inject(name: string): void {
    throw new Error(`the hub is elsewhere, and so is its partition ${name}`);
  }

  release(): void {}

  stateOf(name: string): InstanceState {
    return this.partitions.get(name)?.state ?? InstanceState.ABSENT;
  }

  countersOf(name: string): Readonly<PartitionCounters> {
    return Object.assign(new PartitionCounters(), this.partitions.get(name));
  }

  end(): void {
    this.onEnd();
  }
}
