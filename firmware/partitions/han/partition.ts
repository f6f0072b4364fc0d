// `han`: the network coordinator. The wiring of its two halves.

import { FlashDone } from "../../../hal/flash";
import { PageSealer } from "../../crypto/page-sealer";
import { Message, Operation } from "../../ipc/operation";
import { Book, PageAsk, PageSize } from "../../ipc/page";
import { Party } from "../../ipc/party";
import { earliest, type Partition, sooner } from "../../kernel/partition";
import type { FlashTurn } from "../../storage/flash-job";
import type { Environment } from "../../system";
import { Application } from "./application";
import { Coverage } from "./coverage";
import { LowerHalf } from "./lower-half";
import { Memory, MemorySize } from "./memory";

export function createHan(environment: Environment<"han">): Partition {
  return new HanPartition(environment);
}

class HanPartition implements Partition {
  private readonly numbers: Float64Array;
  private readonly lower: LowerHalf;
  private readonly upper: Application;
  private readonly memory = new Memory();
  private readonly networkTurn: FlashTurn;
  private readonly mailTurn: FlashTurn;
  private readonly backup: PageSealer;
  private readonly coverage: Coverage;

  constructor(environment: Environment<"han">) {
    const { memory } = this;
    this.numbers = memory.numbers;
    this.lower = new LowerHalf(environment, memory);
    this.upper = new Application(environment, this.lower, this.lower.store, memory);
    this.lower.store.attach(this.upper.knowledge);
    this.lower.attach(this.upper);
    this.backup = new PageSealer(
      environment.crypto,
      environment.entropy,
      environment.ports.firewall,
      this.lower.store,
      Book.NETWORK,
      PageSize.NETWORK,
      memory.scratch,
    );
    const { firewall } = environment.ports;
    const { nodes, routes } = this.lower;
    this.coverage = new Coverage(nodes, routes, firewall, memory.scratch);
    this.networkTurn = this.lower.store.turn;
    this.mailTurn = this.upper.tunnelling.mailbox.turn;
  }

  receive(now: number, from: number, buffer: Uint8Array, length: number): void {
    if (from === Party.RADIO) this.lower.radioReceived(now, buffer, length);
    else if (from === Party.ACCESS) this.lower.accessSaid(now, buffer, length);
    else if (from === Party.FIREWALL && buffer[Message.OPERATION] === Operation.PAGE_ASK) {
      if (length !== PageAsk.LENGTH) return;
      if (buffer[PageAsk.BOOK] === Book.COVERAGE) this.coverage.asked(now, buffer);
      else this.backup.asked(buffer);
    } else if (from !== Party.FLASH) this.upper.message(now, from, buffer, length);
    else if (buffer[FlashDone.REGION] === this.lower.store.region) {
      this.lower.flashDone(now, buffer, length);
    } else {
      this.upper.flashDone(now, buffer, length);
    }
  }

  tick(now: number): void {
    this.lower.tick(now);
    this.upper.tick(now);
  }

  dueAt(): number {
    const due = earliest(this.numbers, 0, MemorySize.DUES);
    const turn = sooner(this.networkTurn.due, this.mailTurn.due);
    return sooner(due, turn);
  }

  peerRestarted(now: number, peer: number): void {
    if (peer === Party.ACCESS) this.lower.accessRestarted(now);
    else this.upper.peerRestarted(now, peer);
  }
}
