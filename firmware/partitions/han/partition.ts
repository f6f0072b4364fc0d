// `han`: the network coordinator. The wiring of its two halves.

import { FlashDone } from "../../../hal/flash";
import { Party } from "../../ipc/party";
import type { Partition } from "../../kernel/partition";
import type { Environment } from "../../system";
import { LowerHalf } from "./lower-half";

export function createHan(environment: Environment<"han">): Partition {
  return new HanPartition(environment);
}

class HanPartition implements Partition {
  private readonly lower: LowerHalf;

  constructor(environment: Environment<"han">) {
    this.lower = new LowerHalf(environment);
  }

  receive(now: number, from: number, buffer: Uint8Array, length: number): void {
    if (from === Party.RADIO) this.lower.radioReceived(now, buffer, length);
    else if (from === Party.ACCESS) this.lower.accessSaid(now, buffer, length);
    else if (from === Party.FLASH && buffer[FlashDone.REGION] === this.lower.store.region) {
      this.lower.flashDone(now, buffer, length);
    }
  }

  tick(now: number): void {
    this.lower.tick(now);
  }

  dueAt(): number {
    return this.lower.dueAt();
  }

  peerRestarted(now: number, peer: number): void {
    if (peer === Party.ACCESS) this.lower.accessRestarted(now);
  }
}
