// `gas`: the gas mirror. It answers for the sleeping meter, which is never asked.

import { MirrorRead } from "../../ipc/mirror";
import { Operation } from "../../ipc/operation";
import { Party } from "../../ipc/party";
import { ProfileDone, ReadingStored } from "../../ipc/reading";
import type { Partition } from "../../kernel/partition";
import type { Environment } from "../../system";
import { Gas } from "./gas";
import { MirrorAnswer } from "./mirror-answer";

export function createGas(environment: Environment<"gas">): Partition {
  return new GasPartition(environment);
}

class GasPartition implements Partition {
  private readonly gas: Gas;
  private readonly answer: MirrorAnswer;
  private now: number;

  constructor(private readonly environment: Environment<"gas">) {
    this.now = environment.startedAt;
    this.gas = new Gas(environment);
    this.answer = new MirrorAnswer(this.gas.mirrors, this.gas.message);
  }

  receive(now: number, from: number, buffer: Uint8Array, length: number): void {
    this.now = now;
    if (from === Party.FLASH) this.gas.journal.flashDone(now, buffer, length);
    else this.message(now, from, buffer, length);
    this.gas.journal.save(now);
  }

  tick(now: number): void {
    this.now = now;
    this.gas.pending.tick(now);
    this.gas.recovery.tick(now);
    this.gas.journal.tick(now);
    this.gas.journal.save(now);
  }

  dueAt(): number {
    const { pending, recovery, journal } = this.gas;
    return Math.min(pending.dueAt(this.now), recovery.dueAt(), journal.dueAt());
  }

  peerRestarted(now: number, peer: number): void {
    this.now = now;
    if (peer === Party.FIREWALL) this.gas.pending.resend();
    if (peer === Party.HAN) this.gas.recovery.askAgain(now);
  }

  private message(now: number, from: number, buffer: Uint8Array, length: number): void {
    const { ports } = this.environment;
    switch (buffer[0] as Operation) {
      case Operation.READING:
        this.gas.reading(now, buffer, length);
        break;
      case Operation.READING_STORED:
        if (length >= ReadingStored.LENGTH) {
          this.gas.stored(now, buffer, buffer[ReadingStored.CODE]!);
        }
        break;
      case Operation.PROFILE_DONE:
        if (length >= ProfileDone.LENGTH) this.gas.profileDone(now, buffer);
        break;
      case Operation.MIRROR_READ:
        if (length >= MirrorRead.LENGTH) {
          this.answer.read(buffer, from === Party.HAN ? ports.han : ports.firewall);
        }
        break;
      default:
        break;
    }
  }
}
