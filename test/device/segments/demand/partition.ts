// Another `demand` that does the same: its code differs, so its segment does, and no other.

import type { Partition } from "../../../../firmware/kernel/partition";
import { createDemand as create } from "../../../../firmware/partitions/demand/partition";
import type { Environment } from "../../../../firmware/system";

class Passing implements Partition {
  private readonly partition: Partition;

  constructor(environment: Environment<"demand">) {
    this.partition = create(environment);
  }

  receive(now: number, from: number, buffer: Uint8Array, length: number): void {
    this.partition.receive(now, from, buffer, length);
  }

  tick(now: number): void {
    this.partition.tick(now);
  }

  dueAt(): number {
    return this.partition.dueAt();
  }

  peerRestarted(now: number, peer: number): void {
    this.partition.peerRestarted(now, peer);
  }
}

export function createDemand(environment: Environment<"demand">): Partition {
  return new Passing(environment);
}
