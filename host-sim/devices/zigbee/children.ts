// A router's children: who they are, how long they may be silent, and frames on their way to them.
// @source Zigbee specification 05-3474-22 clauses 3.6.2.1, 3.6.10

import type { Random } from "../../random";
import type { Event, World } from "../../world";
import { IndirectQueue } from "./indirect-queue";
import type { Mac } from "./mac";
import { MacCapability, MacType } from "./mac-frame";
import type { Child, NodeMemory } from "./memory";
import type { Nwk } from "./nwk";
import type { NwkFrame } from "./nwk-frame";

/** Two octets of end device time-out, in minutes but the first. @source table 3-44 */
const TIMEOUT_UNIT_US = 60_000_000;
const FIRST_TIMEOUT_US = 10_000_000;
const TIMEOUT_MAX = 14;
/** nwkEndDeviceTimeoutDefault: 2^8 minutes. */
const TIMEOUT_DEFAULT = 8;
const AGEING_US = 10_000_000;
const CHILDREN_MAX = 16;
/** Addresses are drawn until one is free. */
const ADDRESS_MAX = 0xfff7;

export class Children {
  readonly indirect: IndirectQueue;
  private timer: Event | undefined;
  /** Those that were heard since the start: nobody else's, then. */
  private readonly present = new Set<bigint>();

  constructor(
    private readonly world: World,
    private readonly random: Random,
    private readonly mac: Mac,
    private readonly nwk: Nwk,
    private readonly memory: NodeMemory,
  ) {
    this.indirect = new IndirectQueue(world, mac);
  }

  /** Those that were there before a power cut still are, until they have been silent for long. */
  start(): void {
    this.stop();
    this.present.clear();
    for (const child of this.memory.children.values()) child.heardUs = this.world.now;
    this.age();
  }

  stop(): void {
    this.world.cancel(this.timer);
    this.indirect.clear();
  }

  get all(): Child[] {
    return [...this.memory.children.values()];
  }

  get isFull(): boolean {
    return this.memory.children.size >= CHILDREN_MAX;
  }

  byEui64(eui64: bigint): Child | undefined {
    return this.memory.children.get(eui64);
  }

  byShort(short: number): Child | undefined {
    for (const child of this.memory.children.values()) if (child.short === short) return child;
    return undefined;
  }

  /** Takes a child in, or back; undefined: there is no room. `short` undefined: it gets one. */
  add(eui64: bigint, capability: number, short: number | undefined): Child | undefined {
    const known = this.byEui64(eui64);
    if (known === undefined && this.isFull) return undefined;
    const wished = short ?? known?.short ?? this.freeAddress();
    const taken = this.byShort(wished);
    const child = {
      eui64,
      capability,
      short: taken !== undefined && taken.eui64 !== eui64 ? this.freeAddress() : wished,
      timeoutUs: known?.timeoutUs ?? timeoutUs(TIMEOUT_DEFAULT),
      heardUs: this.world.now,
      lqi: known?.lqi ?? 0,
    };
    this.memory.children.set(eui64, child);
    this.present.add(eui64);
    return child;
  }

  /** A child, and heard since the start. */
  isPresent(eui64: bigint): boolean {
    return this.memory.children.has(eui64) && this.present.has(eui64);
  }

  remove(child: Child): void {
    this.memory.children.delete(child.eui64);
  }

  /** Anything came from it, a poll too. */
  heard(from: number | bigint | undefined, lqi: number): Child | undefined {
    const child = typeof from === "bigint" ? this.byEui64(from) : this.byShort(from ?? 0xffff);
    if (child === undefined) return undefined;
    Object.assign(child, { heardUs: this.world.now, lqi });
    this.present.add(child.eui64);
    return child;
  }

  /** @param timeout of the table; false: there is no such time-out */
  setTimeout(child: Child, timeout: number): boolean {
    if (timeout > TIMEOUT_MAX) return false;
    child.timeoutUs = timeoutUs(timeout);
    return true;
  }

  /** Sends it a frame, at once or when it asks. */
  deliver(child: Child, frame: NwkFrame, done: (ok: boolean) => void): boolean {
    if (!sleeps(child)) return this.nwk.transmit(child.short, frame, done);
    return this.keep(child, () => this.nwk.seal(frame), done);
  }

  /** The same for octets that bear no network security: the key is in them. */
  deliverPlain(child: Child, octets: Buffer): boolean {
    // Before it has the key it polls for everything, whatever it will do later.
    return this.keep(
      child,
      () => octets,
      () => {},
    );
  }

  private keep(
    child: Child,
    payload: () => Buffer | undefined,
    done: (ok: boolean) => void,
  ): boolean {
    const make = () => {
      const octets = payload();
      return octets === undefined ? undefined : this.frame(child.short, octets);
    };
    return this.indirect.keep(child.short, make, done);
  }

  private frame(destination: number, payload: Buffer) {
    return {
      type: MacType.DATA,
      ackRequest: true,
      destinationPan: this.mac.panId,
      destination,
      sourcePan: this.mac.panId,
      source: this.mac.short,
      payload,
    };
  }

  private age(): void {
    for (const child of this.memory.children.values()) {
      if (this.world.now - child.heardUs > child.timeoutUs) this.remove(child);
    }
    this.timer = this.world.schedule(AGEING_US, () => this.age());
  }

  private freeAddress(): number {
    for (;;) {
      const short = 1 + this.random.below(ADDRESS_MAX);
      if (short !== this.mac.short && this.byShort(short) === undefined) return short;
    }
  }
}

export function sleeps({ capability }: Child): boolean {
  return (capability & MacCapability.RX_ON_WHEN_IDLE) === 0;
}

function timeoutUs(timeout: number): number {
  return timeout === 0 ? FIRST_TIMEOUT_US : 2 ** timeout * TIMEOUT_UNIT_US;
}
