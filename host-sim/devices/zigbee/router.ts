// What makes a router of a node: it passes frames on, finds ways, tells of its links, spreads
// broadcasts. Its children are in `parenting.ts`.
// @source Zigbee specification 05-3474-22 clauses 3.6.3, 3.6.5

import type { Random } from "../../random";
import type { Event, World } from "../../world";
import { BroadcastTable } from "./broadcast-table";
import { type Children, sleeps } from "./children";
import type { Child, NodeMemory } from "./memory";
import { costOf, LINK_STATUS_US, Neighbours } from "./neighbours";
import type { Nwk, Routing } from "./nwk";
import {
  decodeLinkStatus,
  decodeRouteRecord,
  encodeLinkStatus,
  encodeNetworkStatus,
  encodeRouteRecord,
  LINK_ENTRIES_MAX,
  NetworkStatus,
} from "./nwk-command-frame";
import {
  NwkBroadcast,
  NwkCommand,
  type NwkFrame,
  NwkType,
  type ReceivedNwk,
  type SourceRoute,
} from "./nwk-frame";
import { OctetReader } from "./octets";
import { RouteDiscovery } from "./route-discovery";
import { RouteTable } from "./route-table";

/** The first link status comes soon, so that neighbours know each other. */
const FIRST_STATUS_US = 500_000;
/** No router was heard for so long: this one stands alone. */
const ALONE_US = 150_000_000;
/** A hop is tried so often, each time with the radio's own retries, before the way is given up. */
const HOP_TRIES = 2;
/** A way was looked for: what comes now is the last try. */
const SOUGHT = HOP_TRIES + 1;
/** A link that poor is used only where a table says so. */
const DIRECT_COST_MAX = 5;

export interface RouterCounts {
  relayed: number;
  dropped: number;
  discoveries: number;
  sourceRouted: number;
}

export interface RouterUser {
  /** No router answers any more. */
  parentLost(): void;
  /** An end device that takes us for its parent, and is no child of ours. */
  strangerSpoke(short: number): void;
  /** A child speaks through another router. */
  childMoved(child: Child): void;
}

type Done = (ok: boolean) => void;

export class Router implements Routing {
  readonly neighbours: Neighbours;
  readonly routes: RouteTable;
  readonly counts: RouterCounts = { relayed: 0, dropped: 0, discoveries: 0, sourceRouted: 0 };
  private readonly broadcasts: BroadcastTable;
  private readonly discovery: RouteDiscovery;
  private timer: Event | undefined;
  private aloneSinceUs = 0;

  constructor(
    private readonly world: World,
    private readonly random: Random,
    private readonly nwk: Nwk,
    private readonly memory: NodeMemory,
    private readonly children: Children,
    private readonly user: RouterUser,
  ) {
    this.neighbours = new Neighbours(world);
    this.routes = new RouteTable(world);
    this.broadcasts = new BroadcastTable(
      world,
      random,
      (frame) => nwk.broadcast(frame),
      () => this.neighbours.fresh().map(({ short }) => short),
    );
    this.discovery = new RouteDiscovery(world, random, nwk, memory, this.routes, {
      costTo: (short) => this.neighbours.cost(short),
      isOurs: (short) => short === this.short || children.byShort(short) !== undefined,
      dispatch: (frame, done) => this.dispatch(frame, done, SOUGHT),
    });
  }

  start(): void {
    this.stop();
    this.aloneSinceUs = this.world.now;
    this.timer = this.world.schedule(this.random.below(FIRST_STATUS_US), () => this.tell());
  }

  stop(): void {
    this.world.cancel(this.timer);
    this.neighbours.clear();
    this.routes.clear();
    this.broadcasts.clear();
    this.discovery.clear();
  }

  send(frame: NwkFrame, done: Done): boolean {
    if (frame.destination < NwkBroadcast.FIRST) return this.dispatch(frame, done, 0);
    this.broadcasts.spread(frame, true);
    this.toSleepers(frame);
    done(true);
    return true;
  }

  received(frame: ReceivedNwk, plain: Buffer, from: number, lqi: number): boolean {
    this.neighbours.heard(from, lqi);
    const child = this.children.heard(from, lqi);
    if (frame.type === NwkType.COMMAND && this.command(frame, plain, from, lqi)) return false;
    if (frame.destination >= NwkBroadcast.FIRST) {
      return this.broadcast(frame, plain, from, child !== undefined);
    }
    this.checkSource(frame, from, child);
    if (frame.destination === this.short) {
      if (frame.route !== undefined) this.routes.isKnown(frame.source, this.short);
      return true;
    }
    this.relay(frame, plain);
    return false;
  }

  /** A rejoin request is no stranger's word; what another router passes on shows who has moved. */
  private checkSource(frame: ReceivedNwk, from: number, child: Child | undefined): void {
    if (!frame.endDeviceInitiator) return;
    if (from !== frame.source) {
      const moved = this.children.byShort(frame.source);
      if (moved !== undefined) this.user.childMoved(moved);
    } else if (child === undefined && frame.type === NwkType.DATA) this.user.strangerSpoke(from);
  }

  /** A way to `destination`, if one is known: the neighbour next on it. */
  hopTo(destination: number): number | undefined {
    const direct = this.neighbours.cost(destination);
    if (direct > 0 && direct <= DIRECT_COST_MAX) return destination;
    const route = this.routes.get(destination);
    if (route !== undefined) return route.nextHop;
    if (direct > 0 || destination === this.memory.network?.parent) return destination;
    return undefined;
  }

  private get short(): number {
    return this.memory.network?.short ?? 0xffff;
  }

  private relay(frame: ReceivedNwk, plain: Buffer): void {
    if (frame.radius <= 1) {
      this.counts.dropped++;
      return;
    }
    const onwards = { ...frame, radius: frame.radius - 1, payload: plain };
    this.counts.relayed++;
    const drop: Done = (ok) => {
      if (!ok) this.counts.dropped++;
    };
    if (frame.route === undefined) {
      this.dispatch(this.recorded(onwards), drop, 0);
      return;
    }
    const next = nextOf(frame.route, this.short, frame.destination);
    if (next === undefined) return;
    this.counts.sourceRouted++;
    const known = next.hop === frame.destination && this.children.byShort(next.hop);
    if (known) this.routes.isKnown(frame.source, next.hop);
    const routed = { ...onwards, route: next.route };
    if (known) this.children.deliver(known, routed, this.orTell(frame, drop));
    else this.hop(next.hop, routed, this.orTell(frame, drop), 0);
  }

  /** A source route that fails is told to whoever chose it. */
  private orTell(frame: ReceivedNwk, done: Done): Done {
    return (ok) => {
      done(ok);
      if (!ok) this.tellFailure(NetworkStatus.SOURCE_ROUTE_FAILURE, frame);
    };
  }

  /** A route record on its way: we are one of its relays. */
  private recorded(frame: NwkFrame): NwkFrame {
    if (frame.type !== NwkType.COMMAND || frame.payload[0] !== NwkCommand.ROUTE_RECORD)
      return frame;
    const relays = decodeRouteRecord(new OctetReader(frame.payload.subarray(1)));
    return { ...frame, payload: encodeRouteRecord([...relays, this.short]) };
  }

  private dispatch(frame: NwkFrame, done: Done, tried: number): boolean {
    const child = this.children.byShort(frame.destination);
    if (child !== undefined) return this.children.deliver(child, frame, done);
    const hop = this.hopTo(frame.destination);
    if (hop === undefined) {
      if (tried >= SOUGHT) {
        this.unreachable(frame, done);
        return false;
      }
      this.counts.discoveries++;
      return this.discovery.find(frame, done);
    }
    this.record(frame);
    return this.hop(hop, frame, done, tried);
  }

  /** One neighbour on; when it does not answer, once more, then another way is looked for. */
  private hop(hop: number, frame: NwkFrame, done: Done, tried: number): boolean {
    return this.nwk.transmit(hop, frame, (ok) => {
      if (ok) done(true);
      else if (tried === 0) this.hop(hop, frame, done, 1);
      else {
        this.routes.dropVia(hop);
        this.neighbours.forget(hop);
        if (tried >= HOP_TRIES || frame.route !== undefined) this.unreachable(frame, done);
        else this.dispatch(frame, done, HOP_TRIES);
      }
    });
  }

  private unreachable(frame: NwkFrame, done: Done): void {
    done(false);
    if (frame.route === undefined) this.tellFailure(NetworkStatus.LINK_FAILURE, frame);
  }

  /** Only of another's frame, and never of such a message itself. */
  private tellFailure(status: NetworkStatus, frame: NwkFrame): void {
    if (frame.source === this.short || frame.type === NwkType.COMMAND) return;
    const payload = encodeNetworkStatus(status, frame.destination);
    const message = this.nwk.frame(NwkType.COMMAND, frame.source, payload, {});
    if (message !== undefined) this.dispatch(message, () => {}, SOUGHT);
  }

  /** A concentrator is told the way before what goes it. */
  private record(frame: NwkFrame): void {
    const { destination, source } = frame;
    if (frame.type === NwkType.COMMAND) return;
    const child = source === this.short ? undefined : this.children.byShort(source);
    if (source !== this.short && child === undefined) return;
    if (!this.routes.needsRecord(destination, source)) return;
    const payload = encodeRouteRecord(child === undefined ? [] : [this.short]);
    const record = this.nwk.frame(NwkType.COMMAND, destination, payload, {});
    const hop = this.hopTo(destination);
    if (record === undefined || hop === undefined) return;
    const sourceEui64 = child?.eui64 ?? record.sourceEui64;
    this.nwk.transmit(hop, { ...record, source, sourceEui64 }, () => {});
  }

  /** Commands between routers; true: nobody else is to see it. */
  private command(frame: ReceivedNwk, plain: Buffer, from: number, lqi: number): boolean {
    const read = new OctetReader(plain);
    switch (read.u8()) {
      case NwkCommand.LINK_STATUS:
        this.linkStatus(frame, read, lqi);
        return true;
      case NwkCommand.ROUTE_REQUEST:
        // A copy of our own comes back from every neighbour.
        if (frame.source !== this.short)
          this.discovery.asked(frame, read, from, this.costOf(from, lqi));
        return true;
      case NwkCommand.ROUTE_REPLY:
        if (frame.destination !== this.short) return false;
        this.discovery.answered(read, from, this.costOf(from, lqi));
        return true;
      case NwkCommand.STATUS:
        if (frame.destination !== this.short) return false;
        this.status(read.u8(), read.u16());
        return true;
      default:
        return false;
    }
  }

  private costOf(from: number, lqi: number): number {
    return this.neighbours.cost(from) || costOf(lqi);
  }

  private status(status: number, destination: number): void {
    const isOfLinks = status <= NetworkStatus.LINK_FAILURE;
    if (isOfLinks || status === NetworkStatus.MANY_TO_ONE_FAILURE) this.routes.drop(destination);
  }

  private linkStatus(frame: ReceivedNwk, read: OctetReader, lqi: number): void {
    const sender = frame.secured?.sender;
    if (sender === undefined) return;
    const own = decodeLinkStatus(read).find(({ short }) => short === this.short);
    this.neighbours.told(frame.source, sender, lqi, own?.incoming ?? 0);
    // A router that joined through us stands on its own feet now.
    const child = this.children.byEui64(sender);
    if (child !== undefined) this.children.remove(child);
    this.aloneSinceUs = this.world.now;
  }

  private broadcast(frame: ReceivedNwk, plain: Buffer, from: number, ofChild: boolean): boolean {
    if (frame.source === this.short || !this.broadcasts.isNew(frame, from)) return false;
    this.checkSource(frame, from, ofChild ? this.children.byShort(from) : undefined);
    if (frame.radius > 1) {
      // What a child gave us starts here with its whole radius.
      const radius = ofChild && from === frame.source ? frame.radius : frame.radius - 1;
      const onwards = { ...frame, radius, payload: plain };
      this.broadcasts.spread(onwards, false);
      this.toSleepers(onwards);
    }
    return true;
  }

  private toSleepers(frame: NwkFrame): void {
    if (frame.destination !== NwkBroadcast.ALL) return;
    for (const child of this.children.all) {
      if (sleeps(child) && child.short !== frame.source) {
        this.children.deliver(child, frame, () => {});
      }
    }
  }

  private tell(): void {
    const entries = this.neighbours.fresh().slice(0, LINK_ENTRIES_MAX);
    const payload = encodeLinkStatus(
      entries.map(({ short, lqi, outgoing }) => ({ short, incoming: costOf(lqi), outgoing })),
    );
    const options = { radius: 1 };
    const frame = this.nwk.frame(NwkType.COMMAND, NwkBroadcast.ROUTERS, payload, options);
    if (frame !== undefined) this.nwk.broadcast(frame);
    const jitter = this.random.below(LINK_STATUS_US / 8) - LINK_STATUS_US / 16;
    this.timer = this.world.schedule(LINK_STATUS_US + Math.round(jitter), () => this.tell());
    if (this.world.now - this.aloneSinceUs > ALONE_US) this.user.parentLost();
  }
}

/** Whose turn is next, and the route as it leaves us; undefined: it is not our turn. */
function nextOf(
  { index, relays }: SourceRoute,
  own: number,
  destination: number,
): { hop: number; route: SourceRoute } | undefined {
  if (relays[index] !== own) return undefined;
  if (index === 0) return { hop: destination, route: { index, relays } };
  return { hop: relays[index - 1]!, route: { index: index - 1, relays } };
}
