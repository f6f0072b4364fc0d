// How each node is reached, and how good the links to the routers around are. Relays are kept as
// indices of nodes: whoever relays here is a Networked node, whatever address it has today.
// @source Zigbee 05-3474-22 sections 3.6.3.1 (link cost), 3.6.3.3 (route record table), 3.6.1.5

import { writeU16 } from "../../wire/little-endian";
import type { Memory } from "./memory";
import { NodeLimit, NodeState, type Nodes, Place } from "./nodes";

export const enum RouteLimit {
  /** Six hops: no house is deeper, and a payload must fit beside the list. */
  RELAYS = 5,
  /** Link status periods without a word, then a router is no neighbour (nwkRouterAgeLimit). */
  AGE = 3,
  /** Frames in a row that a neighbour did not acknowledge, each of which was sent four times. */
  FAILURES = 2,
  /** No link. */
  COST_NONE = 0,
  COST_MAX = 7,
}

const enum Field {
  /** `Next`, or the index of the node that takes the frame from us, plus one. */
  NEXT = 0,
  /** Relays of a source route; 0: the next one knows the way. */
  COUNT = 1,
  /** Next to the node first, next to us last. */
  RELAYS = 2,
  /** Its last routed frame: the NWK sequence number, and when, in units of `Unit.SEQUENCE_MS`. */
  SEQUENCE = 7,
  HEARD_AT = 8,
  /** Of a router around: signal in dBm over -128, smoothed; 0: never measured. */
  SIGNAL = 9,
  /** What our frames cost on the way to it, as it says; 0: it does not hear us. */
  OUTGOING = 10,
  /** Link status periods since it was heard. */
  AGE = 11,
  FAILURES = 12,
  LENGTH = 13,
}

const enum Next {
  /** The node itself. */
  DIRECT = 0,
  /** Nobody knows the way. */
  NONE = 0xff,
}

const enum Unit {
  SEQUENCE_MS = 4096,
}

/** Signal in dBm over -128 below which a link costs more. A radio's sensitivity is about -97. */
const enum Signal {
  COST_1 = 128 - 75,
  COST_2 = 128 - 80,
  COST_3 = 128 - 84,
  COST_5 = 128 - 90,
}

export class Routes {
  private readonly bytes: Uint8Array;
  private readonly first: number;

  constructor(
    private readonly nodes: Nodes,
    memory: Memory,
  ) {
    this.bytes = memory.bytes;
    this.first = memory.take(NodeLimit.MAX * Field.LENGTH);
  }

  /** Nothing is known of the node yet: a child is at hand, and a router is tried so. */
  reset(node: number): void {
    const at = this.at(node);
    this.bytes.fill(0, at, at + Field.LENGTH);
    if (this.nodes.place(node) === Place.BEHIND) this.bytes[at] = Next.NONE;
  }

  /** The node is gone, and its index may be another's. */
  forget(node: number): void {
    this.dropThrough(node);
    const at = this.at(node);
    this.bytes.fill(0, at, at + Field.LENGTH);
  }

  /** Who takes a frame for `node` from us: itself, a router; `NodeLimit.NONE`: nobody. */
  hop(node: number): number {
    const next = this.bytes[this.at(node)]!;
    if (next === Next.DIRECT) return node;
    return next === Next.NONE ? NodeLimit.NONE : next - 1;
  }

  isDirect(node: number): boolean {
    return this.bytes[this.at(node)] === Next.DIRECT;
  }

  /** How many relays the source route to `node` names; 0: there is none, or none is needed. */
  relays(node: number): number {
    return this.bytes[this.at(node) + Field.COUNT]!;
  }

  /** The router next to the node; `NodeLimit.NONE`: it is next to us, or nobody knows. */
  lastRelay(node: number): number {
    if (this.isDirect(node)) return NodeLimit.NONE;
    return this.relays(node) === 0 ? this.hop(node) : this.bytes[this.at(node) + Field.RELAYS]!;
  }

  /** Writes the short addresses of the relays, two bytes each; returns the new offset. */
  putRelays(node: number, bytes: Uint8Array, start: number): number {
    const at = this.at(node) + Field.RELAYS;
    const count = this.relays(node);
    for (let i = 0; i < count; i++) {
      writeU16(bytes, start + 2 * i, this.nodes.short(this.bytes[at + i]!));
    }
    return start + 2 * count;
  }

  setDirect(node: number): void {
    this.bytes[this.at(node)] = Next.DIRECT;
    this.bytes[this.at(node) + Field.COUNT] = 0;
    this.bytes[this.at(node) + Field.FAILURES] = 0;
  }

  /** `hop` knows the way. */
  setNextHop(node: number, hop: number): void {
    this.bytes[this.at(node)] = hop + 1;
    this.bytes[this.at(node) + Field.COUNT] = 0;
  }

  /** The node is a child of `parent`: what leads there, leads on. False: that is too far. */
  setBehind(node: number, parent: number): boolean {
    const count = this.relays(parent);
    if (count === RouteLimit.RELAYS) return false;
    const from = this.at(parent);
    const to = this.at(node);
    const isKnown = this.isDirect(parent) || count > 0;
    // A parent that another router knows the way to is found by that router, and so is its child.
    this.bytes[to] = this.isDirect(parent) ? parent + 1 : this.bytes[from]!;
    this.bytes[to + Field.COUNT] = isKnown ? count + 1 : 0;
    this.bytes[to + Field.RELAYS] = parent;
    for (let i = 0; i < count; i++) {
      this.bytes[to + Field.RELAYS + 1 + i] = this.bytes[from + Field.RELAYS + i]!;
    }
    return true;
  }

  /** Begins a source route of `count` relays; `setRelay` for each follows, then `setSource`. */
  setRelay(node: number, index: number, relay: number): void {
    this.bytes[this.at(node) + Field.RELAYS + index] = relay;
  }

  /** The relays are set: the last of them is next to us. */
  setSource(node: number, count: number): void {
    const at = this.at(node);
    this.bytes[at + Field.COUNT] = count;
    this.bytes[at] = this.bytes[at + Field.RELAYS + count - 1]! + 1;
  }

  drop(node: number): void {
    this.bytes[this.at(node)] = Next.NONE;
    this.bytes[this.at(node) + Field.COUNT] = 0;
  }

  /** A router is gone, or silent: whatever leads through it leads nowhere. */
  dropThrough(router: number): void {
    for (let node = 0; node < NodeLimit.MAX; node++) {
      if (node !== router && this.leadsThrough(node, router)) this.drop(node);
    }
  }

  /** True for a routed frame that came before, on another way or once more. */
  isRepeated(now: number, node: number, sequence: number): boolean {
    const at = this.at(node);
    const then = Math.floor(now / Unit.SEQUENCE_MS) & 0xff;
    const age = (then - this.bytes[at + Field.HEARD_AT]!) & 0xff;
    const isKnown = this.bytes[at + Field.SEQUENCE] === sequence && age <= 1;
    this.bytes[at + Field.SEQUENCE] = sequence;
    this.bytes[at + Field.HEARD_AT] = then;
    return isKnown;
  }

  // Links to the routers around.

  /** A router's link status was heard, with what our frames cost on their way to it. */
  linkHeard(router: number, rssi: number, outgoing: number): void {
    const at = this.at(router);
    const measured = Math.max(rssi + 128, 1);
    const before = this.bytes[at + Field.SIGNAL]!;
    this.bytes[at + Field.SIGNAL] = before === 0 ? measured : (3 * before + measured + 2) >> 2;
    this.bytes[at + Field.OUTGOING] = outgoing;
    this.bytes[at + Field.AGE] = 0;
    // It is there, and it hears us: better than not knowing any way.
    if (outgoing !== RouteLimit.COST_NONE && this.bytes[at] === Next.NONE) this.setDirect(router);
  }

  /** What frames of this router cost on their way to us; `COST_NONE`: it is not heard. */
  incoming(router: number): number {
    const signal = this.bytes[this.at(router) + Field.SIGNAL]!;
    if (signal === 0) return RouteLimit.COST_NONE;
    return costOf(signal);
  }

  outgoing(router: number): number {
    return this.bytes[this.at(router) + Field.OUTGOING]!;
  }

  /** What the whole way to a node costs, as far as we know: our own link, and two for each more. */
  cost(node: number): number {
    const hop = this.hop(node);
    const link = hop === NodeLimit.NONE ? 0 : Math.max(this.incoming(hop), this.outgoing(hop));
    const more = hop === node ? 0 : 2 * Math.max(this.relays(node), 1);
    return Math.max(link, 1) + more;
  }

  /** Another link status period is over: routers that said nothing in three are no neighbours. */
  age(): void {
    for (let node = 0; node < NodeLimit.MAX; node++) {
      const at = this.at(node);
      if (this.bytes[at + Field.SIGNAL] === 0) continue;
      const age = this.bytes[at + Field.AGE]! + 1;
      this.bytes[at + Field.AGE] = age;
      if (age <= RouteLimit.AGE) continue;
      this.bytes[at + Field.SIGNAL] = 0;
      this.bytes[at + Field.OUTGOING] = 0;
    }
  }

  isNeighbour(node: number): boolean {
    return this.bytes[this.at(node) + Field.SIGNAL] !== 0;
  }

  /** A bit for each router around that hears us: they relay what we broadcast. */
  neighbours(): number {
    let mask = 0;
    for (let node = 0; node < NodeLimit.MAX; node++) {
      if (this.isNeighbour(node) && this.outgoing(node) !== RouteLimit.COST_NONE) {
        mask |= 1 << node;
      }
    }
    return mask;
  }

  /** True when a router, having failed so often in a row, counts as gone. */
  hopEnded(router: number, delivered: boolean): boolean {
    const at = this.at(router) + Field.FAILURES;
    this.bytes[at] = delivered ? 0 : this.bytes[at]! + 1;
    if (this.bytes[at]! < RouteLimit.FAILURES) return false;
    this.bytes[at] = 0;
    return true;
  }

  hasRouters(): boolean {
    for (let node = 0; node < NodeLimit.MAX; node++) {
      if (this.nodes.state(node) === NodeState.NETWORKED && this.nodes.isRouter(node)) return true;
    }
    return false;
  }

  leadsThrough(node: number, router: number): boolean {
    const at = this.at(node);
    if (this.bytes[at] === router + 1) return true;
    for (let i = 0; i < this.bytes[at + Field.COUNT]!; i++) {
      if (this.bytes[at + Field.RELAYS + i] === router) return true;
    }
    return false;
  }

  private at(node: number): number {
    return this.first + node * Field.LENGTH;
  }
}

/** 1 for a link that hardly loses a frame, 7 for one that loses most. */
export function costOf(signal: number): number {
  if (signal >= Signal.COST_1) return 1;
  if (signal >= Signal.COST_2) return 2;
  if (signal >= Signal.COST_3) return 3;
  return signal >= Signal.COST_5 ? 5 : RouteLimit.COST_MAX;
}
