// `demand`: collects the electricity meters' registers and sees to it that none stays missing.

import { Operation } from "../../ipc/operation";
import { Party } from "../../ipc/party";
import { ProfileDone, ReadingStored } from "../../ipc/reading";
import type { Partition } from "../../kernel/partition";
import type { Environment } from "../../system";
import { Demand } from "./demand";

export function createDemand(environment: Environment<"demand">): Partition {
  return new DemandPartition(environment);
}

class DemandPartition implements Partition {
  private readonly demand: Demand;
  private now: number;

  constructor(environment: Environment<"demand">) {
    this.now = environment.startedAt;
    this.demand = new Demand(environment);
  }

  receive(now: number, from: number, buffer: Uint8Array, length: number): void {
    this.now = now;
    if (from === Party.FLASH) this.demand.journal.flashDone(now, buffer, length);
    else this.message(now, buffer, length);
    this.demand.journal.save(now);
  }

  tick(now: number): void {
    this.now = now;
    this.demand.pending.tick(now);
    this.demand.recovery.tick(now);
    this.demand.journal.tick(now);
    this.demand.journal.save(now);
  }

  dueAt(): number {
    const { pending, recovery, journal } = this.demand;
    return Math.min(pending.dueAt(this.now), recovery.dueAt(), journal.dueAt());
  }

  peerRestarted(now: number, peer: number): void {
    this.now = now;
    if (peer === Party.FIREWALL) this.demand.pending.resend();
    if (peer === Party.HAN) this.demand.recovery.askAgain(now);
  }

  private message(now: number, buffer: Uint8Array, length: number): void {
    switch (buffer[0] as Operation) {
      case Operation.READING:
        this.demand.reading(now, buffer, length);
        break;
      case Operation.READING_STORED:
        if (length >= ReadingStored.LENGTH) {
          this.demand.stored(now, buffer, buffer[ReadingStored.CODE]!);
        }
        break;
      case Operation.PROFILE_DONE:
        if (length >= ProfileDone.LENGTH) this.demand.profileDone(now, buffer);
        break;
      default:
        break;
    }
  }
}
