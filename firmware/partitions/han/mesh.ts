// The hub among routers: a concentrator. It tells routers around how it hears them, asks everybody
// for a way to itself now and then and when one failed, keeps the source routes that come back, and
// looks for a single node where that did not help.
// @source Zigbee 05-3474-22 sections 3.4.1 to 3.4.3, 3.4.5, 3.4.8, 3.6.3.4, 3.6.3.5

import { Auxiliary } from "../../wire/auxiliary";
import { Nwk, NwkType, nwkSource } from "../../wire/nwk";
import {
  checkNwkCommand,
  NetworkStatus,
  NetworkStatusCode,
  NwkCommand,
  networkStatusDestination,
  nwkCommand,
  putRouteReply,
  putRouteRequest,
  RouteRecord,
  RouteReply,
  RouteRequest,
  RouteRequestOptions,
  routeRecordRelay,
  routeReplyOriginator,
  routeReplyResponder,
  routeRequestDestination,
} from "../../wire/nwk-command";
import { Parsed } from "../../wire/parsed";
import { rssiBehind } from "../../wire/spinel-stream";
import { Addresses, type AddressUser } from "./addresses";
import { hearLinks, isLastPart, LinkLimit, lastAddress, putLinks } from "./link-status";
import type { Memory } from "./memory";
import { NodeLimit, type Nodes, Place } from "./nodes";
import type { NwkLayer } from "./nwk-layer";
import type { RouteKeeper } from "./nwk-router";
import { RouteAnswers } from "./route-answers";
import { costOf, RouteLimit, type Routes } from "./routes";

const enum MeshTime {
  /** nwkLinkStatusPeriod, and a spread. */
  LINK_STATUS_MS = 15_000,
  LINK_SPREAD_MS = 1_000,
  /** Each makes every node record its route anew with its next frame. */
  MANY_TO_ONE_MS = 180_000,
  /** After a start, once the radio is up; and when a router is new. */
  FIRST_MS = 2_000,
  /** Failures in a row ask once. */
  MANY_TO_ONE_MIN_MS = 10_000,
}

const enum Discovery {
  /** Answers to a route request that come later count no more (nwkcRouteDiscoveryTime). */
  MS = 10_000,
  /** Then another node may be looked for. */
  NEXT_MS = 1_000,
}

const enum Mesh {
  /** The hub's own hop, and those of the relays. */
  RADIUS = 6,
}

/** Where the due times of the mesh stand, from its first. */
const enum MeshDue {
  LINK_STATUS = 0,
  MANY_TO_ONE = 1,
  COUNT = 2,
}

const NO_WAY = -1;

export interface MeshUser extends AddressUser {
  isUp(): boolean;
}

export class MeshRouting implements RouteKeeper {
  recordsRefused = 0;
  readonly addresses: Addresses;
  private readonly answers: RouteAnswers;
  private readonly command: Uint8Array;
  private readonly numbers: Float64Array;
  private readonly dues: number;
  private identifier = 0;
  private askedAt = -Infinity;
  /** The node that is looked for, and the best answer yet. */
  private sought: number = NodeLimit.NONE;
  private soughtAt = -Infinity;
  private soughtIdentifier = 0;
  private soughtCost = 0;

  constructor(
    private readonly nwk: NwkLayer,
    private readonly nodes: Nodes,
    private readonly routes: Routes,
    private readonly user: MeshUser,
    memory: Memory,
  ) {
    this.addresses = new Addresses(nwk, nodes, user, memory);
    this.answers = new RouteAnswers(memory);
    this.command = memory.scratch;
    this.numbers = memory.numbers;
    this.dues = memory.takeDues(MeshDue.COUNT);
  }

  /** Which nodes there are has changed: without routers nothing is said to them. */
  nodesChanged(now: number): void {
    if (!this.routes.hasRouters()) {
      this.numbers[this.dues + MeshDue.LINK_STATUS] = Number.POSITIVE_INFINITY;
      this.numbers[this.dues + MeshDue.MANY_TO_ONE] = Number.POSITIVE_INFINITY;
      return;
    }
    const soon = now + MeshTime.FIRST_MS;
    if (soon < this.numbers[this.dues + MeshDue.LINK_STATUS]!) {
      this.numbers[this.dues + MeshDue.LINK_STATUS] = soon;
    }
    this.askSoon(soon);
  }

  tick(now: number): void {
    if (now >= this.numbers[this.dues + MeshDue.LINK_STATUS]!) this.tellLinks(now);
    if (now >= this.numbers[this.dues + MeshDue.MANY_TO_ONE]!) this.askAll(now);
    this.nwk.router.broadcasts.tick(now);
  }

  /** A frame of `node` came to us by `hop`. */
  moved(now: number, node: number, hop: number): void {
    const isRouter = this.nodes.isRouter(node);
    const place = hop === node ? Place.CHILD : Place.BEHIND;
    if (!isRouter && this.nodes.place(node) !== place) {
      this.nodes.setPlace(node, place);
      if (place === Place.BEHIND) this.routes.setNextHop(node, hop);
      this.user.nodeChanged(now, node);
    }
    if (hop === node) this.routes.setDirect(node);
    else if (this.routes.hop(node) === NodeLimit.NONE) this.routes.setNextHop(node, hop);
    else if (isRouter && this.routes.isDirect(node) && !this.routes.isNeighbour(node)) {
      this.routes.setNextHop(node, hop);
    }
  }

  hasRouters(): boolean {
    return this.routes.hasRouters();
  }

  /** Whether a child of the hub is taken to be there. */
  isHere(node: number): boolean {
    return this.routes.isDirect(node);
  }

  /** It did not come in its time: whoever looks for it asks all. */
  childGone(node: number): void {
    this.routes.drop(node);
  }

  childHere(node: number): void {
    if (!this.routes.isDirect(node)) this.routes.setDirect(node);
  }

  adopted(now: number, node: number, short: number): boolean {
    return this.addresses.adopt(now, node, short);
  }

  announced(now: number, short: number, bytes: Uint8Array, start: number, length: number): number {
    return this.addresses.announced(now, short, bytes, start, length);
  }

  /** What became of a frame that a router was given, for itself or to hand on. */
  hopEnded(now: number, router: number, delivered: boolean): void {
    if (!this.routes.hopEnded(router, delivered)) return;
    this.routes.dropThrough(router);
    if (this.routes.isDirect(router)) this.routes.drop(router);
    this.askSoon(now);
  }

  /** There is no way to `node`: looks for one, one node at a time. */
  seek(now: number, node: number): void {
    if (now < this.soughtAt + Discovery.NEXT_MS || !this.user.isUp()) return;
    const again = node === this.sought && now < this.soughtAt + Discovery.MS;
    if (again || !this.routes.hasRouters()) return;
    this.sought = node;
    this.soughtAt = now;
    this.soughtCost = 0xff;
    this.request(now, 0, this.nodes.short(node));
    this.soughtIdentifier = this.identifier;
    this.askSoon(now);
  }

  /** True: it was a command for the mesh. */
  received(
    now: number,
    node: number,
    hop: number,
    bytes: Uint8Array,
    start: number,
    at: number,
    length: number,
  ): boolean {
    const command = nwkCommand(bytes, at);
    const isOurs =
      command <= NwkCommand.NETWORK_STATUS ||
      command === NwkCommand.ROUTE_RECORD ||
      command === NwkCommand.LINK_STATUS;
    if (!isOurs) return false;
    if (checkNwkCommand(bytes, at, length) !== Parsed.OK) return true;
    if (command === NwkCommand.ROUTE_RECORD) this.record(now, node, hop, bytes, at);
    else if (command === NwkCommand.NETWORK_STATUS) this.status(now, bytes, at);
    else if (command === NwkCommand.ROUTE_REQUEST) {
      this.requested(now, nwkSource(bytes, start), hop, bytes, at, length);
    } else if (hop === node) {
      if (command === NwkCommand.ROUTE_REPLY) this.replied(now, hop, bytes, at);
      else hearLinks(this.routes, node, bytes, at, length);
    }
    return true;
  }

  /** Its relays, the one next to it first; the last one handed it to us. */
  private record(now: number, node: number, hop: number, bytes: Uint8Array, at: number): void {
    const count = bytes[at + RouteRecord.COUNT]!;
    if (count > RouteLimit.RELAYS || !this.areRelays(node, hop, bytes, at, count)) {
      this.recordsRefused++;
      return;
    }
    this.moved(now, node, hop);
    if (count === 0) return;
    for (let i = 0; i < count; i++) {
      this.routes.setRelay(node, i, this.nodes.findShort(routeRecordRelay(bytes, at, i)));
    }
    this.routes.setSource(node, count);
  }

  private areRelays(
    node: number,
    hop: number,
    bytes: Uint8Array,
    at: number,
    count: number,
  ): boolean {
    let before = 0;
    let last = node;
    for (let i = 0; i < count; i++) {
      last = this.nodes.findShort(routeRecordRelay(bytes, at, i));
      // A relay is a member, none is the node itself, and none comes twice.
      if (last === NodeLimit.NONE || last === node || !this.nodes.isNetworked(last)) return false;
      if ((before & (1 << last)) !== 0) return false;
      before |= 1 << last;
    }
    return last === hop;
  }

  private status(now: number, bytes: Uint8Array, at: number): void {
    const short = networkStatusDestination(bytes, at);
    const code = bytes[at + NetworkStatus.CODE]!;
    switch (code) {
      case NetworkStatusCode.ADDRESS_CONFLICT:
        this.addresses.conflict(now, short);
        return;
      case NetworkStatusCode.NO_ROUTE:
      case NetworkStatusCode.TREE_LINK_FAILURE:
      case NetworkStatusCode.LINK_FAILURE:
      case NetworkStatusCode.PARENT_LINK_FAILURE:
      case NetworkStatusCode.SOURCE_ROUTE_FAILURE: {
        const node = this.nodes.findShort(short);
        if (node !== NodeLimit.NONE && !this.routes.isDirect(node)) this.routes.drop(node);
        this.askSoon(now);
        return;
      }
      case NetworkStatusCode.MANY_TO_ONE_FAILURE:
        this.askSoon(now);
        return;
      default:
    }
  }

  /**
   * Somebody looks for us, or for a node to which we know a way: the hub answers in its stead, and
   * hands on what comes then. So it need not carry requests of others on.
   */
  private requested(
    now: number,
    source: number,
    hop: number,
    bytes: Uint8Array,
    at: number,
    length: number,
  ): void {
    const options = bytes[at + RouteRequest.OPTIONS]!;
    const other = RouteRequestOptions.MANY_TO_ONE_MASK | RouteRequestOptions.MULTICAST;
    const asker = this.nodes.findShort(source);
    const destination = routeRequestDestination(bytes, at);
    const isOne = (options & other) === 0 && asker !== NodeLimit.NONE;
    const onwards = isOne ? this.costTo(destination, asker, hop) : NO_WAY;
    if (onwards === NO_WAY) return;
    const rssi = rssiBehind(bytes, at + length + Auxiliary.MIC_LENGTH);
    const cost = bytes[at + RouteRequest.COST]! + costOf(Math.max(rssi + 128, 0));
    const identifier = bytes[at + RouteRequest.IDENTIFIER]!;
    if (!this.answers.isCheaper(now, asker, identifier, cost)) return;
    const reply = putRouteReply(this.command, 0, identifier, source, destination, onwards);
    this.nwk.sendCommand(now, hop, this.command, reply);
  }

  /** What the way from us costs; `NO_WAY`: none, or one that leads back. */
  private costTo(short: number, asker: number, hop: number): number {
    if (short === Nwk.COORDINATOR) return 0;
    const node = this.nodes.findShort(short);
    if (node === NodeLimit.NONE || !this.nodes.isNetworked(node)) return NO_WAY;
    if (node === asker || node === hop || this.routes.hop(node) === NodeLimit.NONE) return NO_WAY;
    if (this.routes.leadsThrough(node, asker) || this.routes.leadsThrough(node, hop)) return NO_WAY;
    return this.routes.cost(node);
  }

  private replied(now: number, hop: number, bytes: Uint8Array, at: number): void {
    const isOurs =
      this.sought !== NodeLimit.NONE &&
      now < this.soughtAt + Discovery.MS &&
      bytes[at + RouteReply.IDENTIFIER] === this.soughtIdentifier &&
      routeReplyOriginator(bytes, at) === Nwk.COORDINATOR &&
      routeReplyResponder(bytes, at) === this.nodes.short(this.sought);
    const link = Math.max(this.routes.outgoing(hop), this.routes.incoming(hop));
    const cost = bytes[at + RouteReply.COST]! + (link === 0 ? RouteLimit.COST_MAX : link);
    if (!isOurs || cost >= this.soughtCost) return;
    this.soughtCost = cost;
    if (hop === this.sought) this.routes.setDirect(hop);
    else this.routes.setNextHop(this.sought, hop);
  }

  private tellLinks(now: number): void {
    // Not all at once with those that started with us.
    const spread = ((now % 251) * MeshTime.LINK_SPREAD_MS) / 251;
    this.numbers[this.dues + MeshDue.LINK_STATUS] =
      now + MeshTime.LINK_STATUS_MS - Math.floor(spread);
    if (!this.user.isUp()) return;
    this.routes.age();
    // As many turns as there are parts of the longest list.
    let from = 0;
    for (let part = 0; part * LinkLimit.ENTRIES < NodeLimit.MAX && from >= 0; part++) {
      const length = putLinks(this.nodes, this.routes, from, this.command, 0);
      from = isLastPart(this.command, 0) ? -1 : lastAddress(this.command, 0) + 1;
      this.nwk.router.sayAround(now, this.command, length);
    }
  }

  private askSoon(due: number): void {
    const at = this.dues + MeshDue.MANY_TO_ONE;
    const earliest = Math.max(due, this.askedAt + MeshTime.MANY_TO_ONE_MIN_MS);
    if (earliest < this.numbers[at]!) this.numbers[at] = earliest;
  }

  private askAll(now: number): void {
    const at = this.dues + MeshDue.MANY_TO_ONE;
    this.numbers[at] = now + MeshTime.MANY_TO_ONE_MS;
    if (!this.user.isUp()) {
      this.numbers[at] = now + MeshTime.FIRST_MS;
      return;
    }
    this.askedAt = now;
    this.request(now, RouteRequestOptions.MANY_TO_ONE_RECORD, Nwk.BROADCAST_ROUTERS);
  }

  private request(now: number, options: number, destination: number): void {
    this.identifier = (this.identifier + 1) & 0xff;
    const length = putRouteRequest(this.command, 0, options, this.identifier, destination);
    const to = Nwk.BROADCAST_ROUTERS;
    this.nwk.router.broadcast(now, to, Mesh.RADIUS, NwkType.COMMAND, this.command, length);
  }
}
