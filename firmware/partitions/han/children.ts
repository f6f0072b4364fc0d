// The hub's own children: whether each still comes, by the time that it asked for; and whose child
// a device is when a router and the hub both take themselves for its parent.
// @source Zigbee 05-3474-22 sections 3.6.10 (ageing), 2.4.3.1.12 (Parent_annce)

import {
  ApsFragment,
  ApsType,
  apsCluster,
  apsDestinationEndpoint,
  apsFragment,
  apsHeaderEnd,
  apsIsAddressed,
  apsIsSecured,
  apsProfile,
  apsType,
  checkAps,
  Profile,
  putApsBroadcast,
  putApsData,
} from "../../wire/aps";
import { readU16, writeU16 } from "../../wire/little-endian";
import { Nwk, NwkType } from "../../wire/nwk";
import { Parsed } from "../../wire/parsed";
import {
  checkZdoNetwork,
  ParentAnnounce,
  ParentAnnounceResponse,
  putChild,
  putParentAnnounce,
  putParentAnnounceResponse,
  ZdoNetworkCluster,
} from "../../wire/zdo-network";
import { announcedBy, announcedUnder } from "./announcement";
import { Endpoint } from "./endpoints";
import { type Memory, Scratch } from "./memory";
import type { MeshRouting } from "./mesh";
import { NodeLimit, type Nodes, Place } from "./nodes";
import type { NwkLayer } from "./nwk-layer";

const enum ChildLimit {
  /** nwkEndDeviceTimeoutDefault, as a power of two of minutes. */
  TIMEOUT = 8,
  /** Children in one announcement. */
  ANNOUNCED = 9,
  /** apsParentAnnounceBaseTimer, and as much spread: not all that start together speak at once. */
  ANNOUNCE_MS = 10_000,
  MINUTE_MS = 60_000,
}

export interface ChildUser {
  isUp(): boolean;
  /** The number of the next APS frame. */
  nextCounter(): number;
  nodeChanged(now: number, node: number): void;
}

export class Children {
  /** Children that did not come in their time. */
  aged = 0;
  private readonly bytes: Uint8Array;
  /** When each was heard last, minutes since the start plus one, u16; 0: not yet. */
  private readonly heard: number;
  private readonly frame: Uint8Array;
  private readonly numbers: Float64Array;
  private readonly dues: number;
  private minute = 1;
  private announceFrom = 0;

  constructor(
    private readonly nwk: NwkLayer,
    private readonly nodes: Nodes,
    private readonly mesh: MeshRouting,
    private readonly user: ChildUser,
    memory: Memory,
  ) {
    this.bytes = memory.bytes;
    this.heard = memory.take(2 * NodeLimit.MAX);
    this.frame = memory.scratch;
    this.numbers = memory.numbers;
    this.dues = memory.takeDues(2);
  }

  /** The network runs. @param chance 0 to 255 */
  start(now: number, chance: number): void {
    this.numbers[this.dues] = now + ChildLimit.MINUTE_MS;
    const spread = Math.floor((chance * ChildLimit.ANNOUNCE_MS) / 256);
    this.numbers[this.dues + 1] = now + ChildLimit.ANNOUNCE_MS + spread;
    for (let node = 0; node < NodeLimit.MAX; node++) this.touch(node);
  }

  /** A child asked for frames: it is there, even after its time. */
  polled(_now: number, short: number): void {
    const node = this.nodes.findShort(short);
    if (node === NodeLimit.NONE || this.nodes.place(node) !== Place.CHILD) return;
    this.touch(node);
    this.mesh.childHere(node);
  }

  tick(now: number): void {
    if (now >= this.numbers[this.dues]!) this.ageAll(now);
    if (now >= this.numbers[this.dues + 1]!) this.announce(now);
  }

  /** An APS frame for the device profile: perhaps about the node itself, or a router's children. */
  said(now: number, node: number, bytes: Uint8Array, start: number, length: number): void {
    const capability = announcedBy(this.nodes, node, bytes, start, length);
    if (capability >= 0 && capability !== this.nodes.capability(node)) {
      this.nodes.setCapability(node, capability);
      this.mesh.nodesChanged(now);
      this.user.nodeChanged(now, node);
    }
    // Another node than the one that has this address: one of them must take another.
    const other = announcedUnder(this.nodes, this.nodes.short(node), bytes, start, length);
    if (other !== NodeLimit.NONE) this.mesh.adopted(now, other, this.nodes.short(node));
    if (this.nodes.isRouter(node)) this.routerSaid(now, node, bytes, start, length);
  }

  private routerSaid(
    now: number,
    node: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void {
    if (checkAps(bytes, start, length) !== Parsed.OK || apsType(bytes, start) !== ApsType.DATA) {
      return;
    }
    if (!apsIsAddressed(bytes, start) || apsIsSecured(bytes, start)) return;
    if (apsProfile(bytes, start) !== Profile.ZDO) return;
    if (apsFragment(bytes, start) !== ApsFragment.NONE) return;
    if (apsDestinationEndpoint(bytes, start) !== Endpoint.ZDO) return;
    const cluster = apsCluster(bytes, start);
    const at = apsHeaderEnd(bytes, start);
    if (checkZdoNetwork(cluster, bytes, at, start + length - at) !== Parsed.OK) return;
    if (cluster === ZdoNetworkCluster.PARENT_ANNOUNCE) this.answer(now, node, bytes, at);
    else if (cluster === ZdoNetworkCluster.PARENT_ANNOUNCE_RESPONSE) {
      this.answered(now, node, bytes, at);
    }
  }

  /** It is there now. */
  touch(node: number): void {
    writeU16(this.bytes, this.heard + 2 * node, this.minute);
  }

  private ageAll(now: number): void {
    this.numbers[this.dues] = now + ChildLimit.MINUTE_MS;
    this.minute = (this.minute % 0xffff) + 1;
    for (let node = 0; node < NodeLimit.MAX; node++) {
      if (!this.isChild(node) || !this.mesh.isHere(node)) continue;
      const asked = this.nodes.timeout(node);
      const timeout = 2 ** (asked === 0xff ? ChildLimit.TIMEOUT : asked);
      const silent = (this.minute - readU16(this.bytes, this.heard + 2 * node) + 0xffff) % 0xffff;
      const spoken = now - this.nodes.lastHeard(node);
      if (silent <= timeout || spoken <= timeout * ChildLimit.MINUTE_MS) continue;
      this.aged++;
      this.mesh.childGone(node);
    }
  }

  private isChild(node: number): boolean {
    if (!this.nodes.isNetworked(node) || this.nodes.isRouter(node)) return false;
    return this.nodes.place(node) === Place.CHILD;
  }

  /** After a start: these are ours, unless a router knows better. */
  private announce(now: number): void {
    this.numbers[this.dues + 1] = Number.POSITIVE_INFINITY;
    if (!this.mesh.hasRouters()) return;
    if (!this.user.isUp()) {
      this.numbers[this.dues + 1] = now + ChildLimit.ANNOUNCE_MS;
      return;
    }
    const counter = this.user.nextCounter();
    const cluster = ZdoNetworkCluster.PARENT_ANNOUNCE;
    const to = Endpoint.ZDO;
    const { frame } = this;
    const head = putApsBroadcast(frame, 0, to, cluster, Profile.ZDO, to, counter);
    let at = putParentAnnounce(frame, head, counter, 0);
    let count = 0;
    let node = this.announceFrom;
    for (; node < NodeLimit.MAX && count < ChildLimit.ANNOUNCED; node++) {
      if (!this.isChild(node)) continue;
      at = this.putEui64(node, at);
      count++;
    }
    frame[head + ParentAnnounce.COUNT] = count;
    if (count === 0) return;
    const radius = Nwk.RADIUS_DEFAULT;
    const all = Nwk.BROADCAST_ROUTERS;
    this.nwk.router.broadcast(now, all, radius, NwkType.DATA, frame, at);
    this.announceFrom = node;
    if (node < NodeLimit.MAX) this.numbers[this.dues + 1] = now + ChildLimit.ANNOUNCE_MS;
  }

  /** A router takes these for its children: those that still come to us are not. */
  private answer(now: number, router: number, bytes: Uint8Array, at: number): void {
    const { frame } = this;
    const counter = this.user.nextCounter();
    const cluster = ZdoNetworkCluster.PARENT_ANNOUNCE_RESPONSE;
    const to = Endpoint.ZDO;
    const head = putApsData(frame, 0, 0, to, cluster, Profile.ZDO, to, counter);
    const sequence = bytes[at]!;
    let end = putParentAnnounceResponse(frame, head, sequence, 0);
    let count = 0;
    for (let i = 0; i < bytes[at + ParentAnnounce.COUNT]!; i++) {
      const node = this.nodes.findEui64(bytes, at + ParentAnnounce.CHILDREN + 8 * i);
      if (node === NodeLimit.NONE || !this.isChild(node)) continue;
      if (count < ChildLimit.ANNOUNCED && this.mesh.isHere(node)) {
        end = this.putEui64(node, end);
        count++;
      } else this.mesh.moved(now, node, router);
    }
    if (count === 0) return;
    frame[head + ParentAnnounceResponse.COUNT] = count;
    this.nwk.sendAps(now, router, frame, end, 0);
  }

  /** These are the router's. */
  private answered(now: number, router: number, bytes: Uint8Array, at: number): void {
    for (let i = 0; i < bytes[at + ParentAnnounceResponse.COUNT]!; i++) {
      const node = this.nodes.findEui64(bytes, at + ParentAnnounceResponse.CHILDREN + 8 * i);
      if (node !== NodeLimit.NONE && this.isChild(node)) this.mesh.moved(now, node, router);
    }
  }

  private putEui64(node: number, at: number): number {
    this.nodes.copyEui64(node, this.frame, Scratch.ADDRESS);
    return putChild(this.frame, at, this.frame, Scratch.ADDRESS);
  }
}
