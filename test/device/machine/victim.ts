// A partition that does on demand what a partition must not do; byte 0 of a message says what.

import type { Partition } from "../../../firmware/kernel/partition";
import type { Environment } from "../../../firmware/system";

export const enum Deed {
  WORK = 0,
  FILL_HEAP = 1,
  FILL_CHUNKS = 2,
  LOOP = 3,
  RECURSE = 4,
  THROW = 5,
  REJECT = 6,
  LOOP_CATCHING = 7,
  WRITE_MODULE_STATE = 8,
  WRITE_PROTOTYPE = 9,
  WRITE_ENVIRONMENT = 10,
  WRITE_CONSTANT_BYTES = 11,
  FILL_HEAP_CATCHING = 12,
  READ_CLOCK = 13,
  DRAW_CHANCE = 14,
  READ_CLOCK_ASIDE = 15,
  KEEP_MESSAGE = 16,
  RESIZE_MESSAGE = 17,
  REPLACE_GLOBAL = 18,
  ADD_GLOBAL = 19,
  RECURSE_BY_NATIVES = 20,
}

const CONSTANT = new Uint8Array([1, 2, 3]);
const LIST: number[] = [1];

class Victim implements Partition {
  private readonly kept: unknown[] = [];
  private worked = 0;
  private readonly message = new Uint8Array(4);
  private readonly digest = new Uint8Array(32);

  constructor(private readonly environment: Environment<"trust">) {}

  receive(_now: number, _from: number, buffer: Uint8Array, length: number): void {
    if (length !== 1) throw new Error("a length that nobody sent");
    const deed = buffer[0]! as Deed;
    if (deed === Deed.KEEP_MESSAGE) void this.keep(buffer);
    else if (deed === Deed.RESIZE_MESSAGE) Object(buffer.buffer).resize(0);
    else this.perform(deed);
  }

  tick(): void {}

  dueAt(): number {
    return this.worked;
  }

  peerRestarted(_now: number, peer: number): void {
    this.worked = peer;
  }

  /** A promise's job runs when `receive` has returned. */
  private keep(buffer: Uint8Array): Promise<void> {
    const part = new Uint8Array(buffer.buffer, 0, 1);
    return Promise.resolve().then(() => {
      if (buffer.length + part.length === 0 && buffer[0] === undefined && part[0] === undefined)
        throw new Error("nothing is left");
    });
  }

  private perform(deed: Deed): void {
    switch (deed) {
      case Deed.FILL_HEAP:
        this.fillHeap();
        break;
      case Deed.FILL_CHUNKS:
        for (;;) this.kept.push(new Uint8Array(512));
      case Deed.LOOP:
        this.loop();
        break;
      case Deed.RECURSE:
        this.worked = this.recurse(deed);
        break;
      case Deed.RECURSE_BY_NATIVES:
        this.recurseByNatives();
        break;
      case Deed.THROW:
        throw new Error("thrown on demand");
      case Deed.REJECT:
        void Promise.reject(new Error("rejected on demand"));
        break;
      case Deed.LOOP_CATCHING:
      case Deed.FILL_HEAP_CATCHING:
        this.catching(deed);
        break;
      default:
        this.work(deed);
    }
  }

  private work(deed: Deed): void {
    if (deed === Deed.WRITE_MODULE_STATE) LIST[0] = 2;
    if (deed === Deed.WRITE_PROTOTYPE) Object.assign(Victim.prototype, { tick: null });
    if (deed === Deed.WRITE_ENVIRONMENT) Object.assign(this.environment.ports, { audit: null });
    if (deed === Deed.REPLACE_GLOBAL) Object.assign(globalThis, { Uint8Array: null });
    if (deed === Deed.ADD_GLOBAL) Object.assign(globalThis, { kept: this });
    if (deed === Deed.READ_CLOCK) this.worked = Date.now();
    if (deed === Deed.DRAW_CHANCE) this.worked = Math.random();
    if (deed === Deed.READ_CLOCK_ASIDE) this.readClockAside();
    if (deed === Deed.WRITE_CONSTANT_BYTES) this.environment.entropy.fill(CONSTANT, 0, 3);
    this.worked++;
    this.message[0] = this.worked;
    this.environment.ports.audit.send(this.message, 1);
  }

  /** A compartment has built-ins of its own. */
  private readClockAside(): void {
    const aside = globalThis as unknown as Record<
      string,
      new () => { globalThis: typeof globalThis }
    >;
    this.worked = new aside["Compartment"]!().globalThis.Date.now();
  }

  private fillHeap(): void {
    for (;;) this.kept.push({ kept: true });
  }

  /** Each of them uses the stack of C; so do host functions, which look at no limit. */
  private readonly recurseByNatives = (): void => {
    const { crypto, ports } = this.environment;
    crypto.sha256(this.message, 0, 4, this.digest);
    ports.audit.send(this.message, 1);
    [0].forEach(this.recurseByNatives);
  };

  private recurse(depth: number): number {
    return this.recurse(depth + 1) + 1;
  }

  private loop(): void {
    while (this.worked >= 0);
  }

  private catching(deed: Deed): void {
    for (;;) {
      try {
        if (deed === Deed.LOOP_CATCHING) this.loop();
        else this.fillHeap();
      } catch {
        this.kept.length = 0;
      } finally {
        this.kept.length = 0;
      }
    }
  }
}

export function createVictim(environment: Environment<"trust">): Partition {
  return new Victim(environment);
}
