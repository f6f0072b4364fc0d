// Frames that a parent keeps until its sleeping child asks for them.
// @source IEEE 802.15.4-2006 clauses 7.1.1.1.3, 7.5.6.3

import type { Event, World } from "../../world";
import type { Mac } from "./mac";
import type { MacAddress, MacFrame } from "./mac-frame";
import { OctetWriter } from "./octets";

/** macTransactionPersistenceTime: 500 times 960 symbols. */
const PERSISTENCE_US = 7_680_000;
/** In all; a child that is silent must not take the room of the others. */
const FRAMES_MAX = 16;
const FRAMES_PER_CHILD_MAX = 6;

type IndirectFrame = Omit<MacFrame, "sequence" | "pending">;

interface Waiting {
  readonly to: MacAddress;
  /** Made when it leaves: a frame counter taken earlier would then be an old one. */
  readonly make: () => IndirectFrame | undefined;
  readonly done: (ok: boolean) => void;
  readonly timer: Event;
}

export class IndirectQueue {
  private readonly waiting: Waiting[] = [];

  constructor(
    private readonly world: World,
    private readonly mac: Mac,
  ) {}

  clear(): void {
    for (const one of this.waiting.splice(0)) {
      this.world.cancel(one.timer);
      this.mark(one.to);
    }
  }

  /** Keeps a frame for `to`; false: no room. `done`: whether it was fetched and acknowledged. */
  keep(
    to: number | bigint,
    make: () => IndirectFrame | undefined,
    done: (ok: boolean) => void,
  ): boolean {
    const own = this.waiting.filter((one) => one.to === to).length;
    if (this.waiting.length >= FRAMES_MAX || own >= FRAMES_PER_CHILD_MAX) return false;
    const timer = this.world.schedule(PERSISTENCE_US, () => {
      this.take(entry);
      done(false);
    });
    const entry: Waiting = { to, make, done, timer };
    this.waiting.push(entry);
    this.mark(to);
    return true;
  }

  /** A data request came: the oldest frame for it leaves. */
  asked(from: MacAddress): void {
    const entry = this.waiting.find(({ to }) => to === from);
    if (entry === undefined) return;
    this.take(entry);
    const frame = entry.make();
    if (frame === undefined) {
      entry.done(false);
      return;
    }
    const pending = this.waiting.some(({ to }) => to === from);
    const sent = this.mac.send({ ...frame, pending }, (status) => entry.done(status === 0));
    if (!sent) entry.done(false);
  }

  private take(entry: Waiting): void {
    this.world.cancel(entry.timer);
    this.waiting.splice(this.waiting.indexOf(entry), 1);
    this.mark(entry.to);
  }

  private mark(to: MacAddress): void {
    if (to === undefined) return;
    const waits = this.waiting.some((one) => one.to === to);
    const address =
      typeof to === "number"
        ? new OctetWriter(2).u16(to).done()
        : new OctetWriter(8).u64(to).done();
    this.mac.radio.setPending(address, waits);
  }
}
