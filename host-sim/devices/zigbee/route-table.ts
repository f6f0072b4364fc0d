// Where a router sends what is for others, and the route discoveries that are under way.
// @source Zigbee specification 05-3474-22 clauses 3.6.3.2, 3.6.3.3, 3.6.3.5

import type { World } from "../../world";
import { ManyToOne } from "./nwk-command-frame";

export interface Route {
  readonly destination: number;
  nextHop: number;
  cost: number;
  readonly manyToOne: ManyToOne;
  /** Sources whose way the concentrator was told, and how often. */
  readonly told: Map<number, number>;
}

interface Discovery {
  /** From where the best copy came. */
  sender: number;
  cost: number;
  readonly expiresUs: number;
}

/** nwkcRouteDiscoveryTime */
const DISCOVERY_US = 10_000_000;
/** More than there are devices in a house. */
const ROUTES_MAX = 40;
/** A record that got no source route in answer is repeated so often. */
const RECORDS_MAX = 3;

export class RouteTable {
  private readonly routes = new Map<number, Route>();
  private readonly discoveries = new Map<number, Discovery>();

  constructor(private readonly world: World) {}

  clear(): void {
    this.routes.clear();
    this.discoveries.clear();
  }

  get(destination: number): Route | undefined {
    return this.routes.get(destination);
  }

  all(): Route[] {
    return [...this.routes.values()];
  }

  set(destination: number, nextHop: number, cost: number, manyToOne = ManyToOne.NO): void {
    this.routes.delete(destination);
    if (this.routes.size >= ROUTES_MAX) {
      for (const [oldest, { manyToOne: keep }] of this.routes) {
        if (keep !== ManyToOne.NO) continue;
        this.routes.delete(oldest);
        break;
      }
    }
    this.routes.set(destination, { destination, nextHop, cost, manyToOne, told: new Map() });
  }

  drop(destination: number): void {
    this.routes.delete(destination);
  }

  /** The neighbour is gone, and with it every way through it. */
  dropVia(hop: number): void {
    for (const [destination, { nextHop }] of this.routes) {
      if (nextHop === hop) this.routes.delete(destination);
    }
  }

  /** Whether the concentrator at `destination` must be told the way of what `source` sends now. */
  needsRecord(destination: number, source: number): boolean {
    const route = this.routes.get(destination);
    if (route === undefined || route.manyToOne === ManyToOne.NO) return false;
    if (route.manyToOne === ManyToOne.KEEPS_NONE) return true;
    const times = route.told.get(source) ?? 0;
    route.told.set(source, times + 1);
    return times < RECORDS_MAX;
  }

  /** A source route of the concentrator: it knows the way to `source`. */
  isKnown(concentrator: number, source: number): void {
    this.routes.get(concentrator)?.told.set(source, RECORDS_MAX);
  }

  /** A route request's copy; true: better than those before it. */
  seen(originator: number, id: number, sender: number, cost: number): boolean {
    const now = this.world.now;
    for (const [old, { expiresUs }] of this.discoveries) {
      if (expiresUs <= now) this.discoveries.delete(old);
    }
    const key = originator * 256 + id;
    const known = this.discoveries.get(key);
    if (known === undefined) {
      this.discoveries.set(key, { sender, cost, expiresUs: now + DISCOVERY_US });
      return true;
    }
    if (known.cost <= cost) return false;
    Object.assign(known, { sender, cost });
    return true;
  }

  /** Back to whoever asked. */
  senderOf(originator: number, id: number): number | undefined {
    return this.discoveries.get(originator * 256 + id)?.sender;
  }
}
