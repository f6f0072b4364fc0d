// A partition of the firmware as it is, with a hostile entry beside: a message of a party that no
// table has makes it do in its own machine what a partition must not do.

import type { Partition, Port } from "../../firmware/kernel/partition";
import { SYSTEM } from "../../firmware/system";
import type { CryptoProvider } from "../../hal/crypto";
import type { Entropy } from "../../hal/entropy";
import { Deed, HOSTILE_PARTY } from "./deeds";

interface Surroundings {
  readonly crypto: CryptoProvider;
  readonly entropy: Entropy;
  readonly ports: Readonly<Record<string, Port>>;
}

type Create = (environment: Surroundings) => Partition;

/** Looked for in images: only a test's has it. */
const WORDS = "hostile on demand";

class Hostile implements Partition {
  private flooding = false;

  constructor(
    private readonly real: Partition,
    private readonly name: string,
    private readonly environment: Surroundings,
  ) {}

  receive(now: number, from: number, buffer: Uint8Array, length: number): void {
    if (from === HOSTILE_PARTY) this.perform(buffer[0]! as Deed);
    else this.real.receive(now, from, buffer, length);
  }

  tick(now: number): void {
    if (this.flooding) this.flood();
    else this.real.tick(now);
  }

  /** A flood goes on in the next call, and the next, as long as it is let. */
  dueAt(): number {
    return this.flooding ? Number.NEGATIVE_INFINITY : this.real.dueAt();
  }

  peerRestarted(now: number, peer: number): void {
    this.real.peerRestarted(now, peer);
  }

  private perform(deed: Deed): void {
    const kept: unknown[] = [];
    switch (deed) {
      case Deed.FILL_HEAP:
        for (;;) kept.push({ kept });
      case Deed.FILL_CHUNKS:
        for (;;) kept.push(new Uint8Array(512));
      case Deed.LOOP:
        while (kept.length === 0);
        break;
      case Deed.RECURSE:
        this.recurse(0);
        break;
      case Deed.RECURSE_BY_NATIVES:
        this.recurseByNatives(new Uint8Array(64));
        break;
      case Deed.THROW:
        throw new Error(WORDS);
      case Deed.REJECT:
        void Promise.reject(new Error(`${WORDS}, in a promise`));
        break;
      case Deed.FLOOD:
        this.flooding = true;
        this.flood();
        break;
      case Deed.STALL:
        // Looks at holes, up to the highest index that there is.
        Array.prototype.includes.call({ length: Number.MAX_SAFE_INTEGER }, 1);
        break;
    }
  }

  /** Each of them uses the stack of C; so do host functions, which look at no limit. */
  private recurseByNatives(bytes: Uint8Array): void {
    const { crypto, entropy } = this.environment;
    const once = [0];
    const again = (): void => {
      crypto.hmacSha256(bytes, 16, bytes, 32, 16, bytes);
      entropy.fill(bytes, 0, 32);
      once.forEach(again);
    };
    again();
  }

  private recurse(depth: number): number {
    return this.recurse(depth + 1) + 1;
  }

  /** Every channel, every operation that it carries, until the queue is full; too short to mean. */
  private flood(): void {
    const message = new Uint8Array(1);
    for (const { from, to, carries, depth } of SYSTEM.channels) {
      if (from !== this.name) continue;
      for (const operation of carries) {
        message[0] = operation;
        for (let i = 0; i <= depth; i++) this.environment.ports[to]!.send(message, 1);
      }
    }
  }
}

export function hostile(name: string, create: Create): Create {
  return (environment) => new Hostile(create(environment), name, environment);
}
