// What the kernel counts for each partition, and who was refused towards whom.

import { Party } from "../ipc/party";

/** Figures since the kernel started; a restart of the partition does not clear them. */
export class PartitionCounters {
  /** Messages handed to it: of channels, devices and flash. */
  received = 0;
  /** Its sends that were taken. */
  sent = 0;
  /** Its sends that the table does not allow. */
  refused = 0;
  /** Its sends that found no room or came too fast. */
  full = 0;
  /** Its sends to a partition that was down. */
  unreachable = 0;
  /** Instances after the first. */
  restarts = 0;
  faults = 0;
}

export class Counters {
  private readonly partitions: PartitionCounters[] = [];
  private readonly refusals = new Float64Array(Party.KERNEL * Party.KERNEL);

  constructor() {
    for (let i = 0; i < Party.KERNEL; i++) this.partitions.push(new PartitionCounters());
  }

  of(party: number): PartitionCounters {
    return this.partitions[party]!;
  }

  /** Refused sends of `from` towards `to`, both `Party` numbers of partitions. */
  refusedBetween(from: number, to: number): number {
    return this.refusals[from * Party.KERNEL + to]!;
  }

  countRefusal(from: number, to: number): void {
    this.of(from).refused++;
    const index = from * Party.KERNEL + to;
    this.refusals[index] = this.refusals[index]! + 1;
  }
}
