// The routers that a router hears: how well, and how well they hear it.
// @source Zigbee specification 05-3474-22 clauses 3.6.1.5, 3.6.3.1, 3.6.3.4.2

import type { World } from "../../world";

export interface Neighbour {
  readonly short: number;
  eui64: bigint;
  /** Mean of what came from it, 0 to 255. */
  lqi: number;
  /** What it says of the way from us to it, 1 to 7; 0: nothing. */
  outgoing: number;
  /** When it last said so. */
  saidUs: number;
}

/** nwkLinkStatusPeriod */
export const LINK_STATUS_US = 15_000_000;
/** nwkRouterAgeLimit: 3 periods, and their jitter. */
const AGE_US = 3.5 * LINK_STATUS_US;
/** More routers than a house has devices cannot be its own. */
const NEIGHBOURS_MAX = 32;
/** Each frame counts for an eighth. */
const SMOOTHING = 8;

export class Neighbours {
  private readonly table = new Map<number, Neighbour>();

  constructor(private readonly world: World) {}

  clear(): void {
    this.table.clear();
  }

  /** Any frame came from it. */
  heard(short: number, lqi: number): void {
    const one = this.table.get(short);
    if (one !== undefined) one.lqi += (lqi - one.lqi) / SMOOTHING;
  }

  /** It told of its links; `outgoing` is how it hears us, 0 when it did not name us. */
  told(short: number, eui64: bigint, lqi: number, outgoing: number): void {
    const saidUs = this.world.now;
    const one = this.table.get(short);
    if (one !== undefined) {
      Object.assign(one, { eui64, outgoing, saidUs });
      return;
    }
    if (this.table.size >= NEIGHBOURS_MAX && !this.dropStale()) return;
    this.table.set(short, { short, eui64, lqi, outgoing, saidUs });
  }

  /** 1 to 7, the worse of both directions; 0: it is no neighbour, or does not hear us. */
  cost(short: number): number {
    const one = this.table.get(short);
    if (one === undefined || one.outgoing === 0 || this.isStale(one)) return 0;
    return Math.max(costOf(one.lqi), one.outgoing);
  }

  forget(short: number): void {
    this.table.delete(short);
  }

  /** Those that still speak, by address. */
  fresh(): Neighbour[] {
    return [...this.table.values()]
      .filter((one) => !this.isStale(one))
      .sort((a, b) => a.short - b.short);
  }

  private isStale(one: Neighbour): boolean {
    return this.world.now - one.saidUs > AGE_US;
  }

  private dropStale(): boolean {
    for (const one of this.table.values()) {
      if (this.isStale(one)) return this.table.delete(one.short);
    }
    return false;
  }
}

/** Link cost of a link quality: six units are a decibel over what can just be read. */
export function costOf(lqi: number): number {
  if (lqi >= 108) return 1;
  if (lqi >= 84) return 2;
  if (lqi >= 66) return 3;
  if (lqi >= 48) return 5;
  return 7;
}
