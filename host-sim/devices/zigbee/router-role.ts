// A node that routes: its router and its parenting, from joining to leaving; and what the trust
// centre and the management of the network ask of it.
// @source Zigbee specification 05-3474-22 clauses 2.4.4.3, 3.6, 4.4.4, 4.4.6, 4.4.9

import type { Random } from "../../random";
import type { Event, World } from "../../world";
import { ApsCommand } from "./aps-frame";
import { sleeps } from "./children";
import type { Mac } from "./mac";
import type { Beacon, MacFrame } from "./mac-frame";
import type { Child, NodeMemory } from "./memory";
import type { Nwk } from "./nwk";
import { encodeConflictReport, ManyToOne } from "./nwk-command-frame";
import { COORDINATOR, NwkCommand, NwkType, type ReceivedNwk } from "./nwk-frame";
import { OctetReader, OctetWriter } from "./octets";
import { Parenting } from "./parenting";
import { Router } from "./router";
import { ZdoCluster, ZdoStatus } from "./zdo-frame";

export interface RouterHost {
  parentLost(): void;
  /** Sends an APS command to the trust centre. */
  tellTrustCentre(payload: Buffer): void;
  /** Tells all routers whose parent this one takes itself to be. */
  announceChildren(children: readonly bigint[]): void;
}

/** apsParentAnnounceBaseTimer and its jitter: not at once with everybody else after an outage. */
const ANNOUNCE_US = 10_000_000;
/** Children in one announcement, so that it fits into one frame. */
const ANNOUNCED_MAX = 9;
/** Between two reports of the same conflict. */
const REPORT_US = 30_000_000;
/** Entries of one answer, so that it fits into one frame. */
const LQI_ENTRIES_MAX = 3;
const ROUTE_ENTRIES_MAX = 14;
const enum Type {
  ROUTER = 1,
  END_DEVICE = 2,
}
const enum Relationship {
  CHILD = 1,
  SIBLING = 2,
}

export class RouterRole {
  readonly parenting: Parenting;
  readonly router: Router;
  private announcement: Event | undefined;
  private reportedUs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly world: World,
    private readonly random: Random,
    mac: Mac,
    private readonly nwk: Nwk,
    private readonly memory: NodeMemory,
    private readonly host: RouterHost,
  ) {
    this.parenting = new Parenting(world, random, mac, nwk, memory, (child, status) =>
      this.host.tellTrustCentre(updateDevice(child, status)),
    );
    const { children } = this.parenting;
    this.router = new Router(world, random, nwk, memory, children, {
      parentLost: () => host.parentLost(),
      strangerSpoke: (short) => this.parenting.estranged(short),
      childMoved: (child) => children.remove(child),
    });
  }

  start(): void {
    this.nwk.routing = this.router;
    this.parenting.start();
    this.router.start();
    const delayUs = ANNOUNCE_US + this.random.below(ANNOUNCE_US);
    this.announcement = this.world.schedule(delayUs, () => {
      const mine = this.parenting.children.all.map(({ eui64 }) => eui64);
      for (let at = 0; at < mine.length; at += ANNOUNCED_MAX) {
        this.host.announceChildren(mine.slice(at, at + ANNOUNCED_MAX));
      }
    });
  }

  stop(): void {
    this.world.cancel(this.announcement);
    this.nwk.routing = undefined;
    this.parenting.stop();
    this.router.stop();
  }

  macCommand(command: number, frame: MacFrame, read: OctetReader, lqi: number): void {
    this.parenting.command(command, frame, read, lqi);
  }

  nwkCommand(command: number, frame: ReceivedNwk, read: OctetReader): void {
    if (command === NwkCommand.LEAVE) this.parenting.left(frame.secured?.sender);
    else this.parenting.nwkCommand(command, frame, read);
  }

  /** Another network under our PAN ID: the network manager must know. @source clause 3.4.9 */
  beacon({ panId, extendedPanId }: Beacon): void {
    const network = this.memory.network;
    if (network === undefined || panId !== network.panId) return;
    if (extendedPanId === network.extendedPanId) return;
    if (this.world.now < this.reportedUs + REPORT_US) return;
    this.reportedUs = this.world.now;
    const payload = encodeConflictReport(network.extendedPanId, panId);
    const frame = this.nwk.frame(NwkType.COMMAND, COORDINATOR, payload, {});
    if (frame !== undefined) this.router.send(frame, () => {});
  }

  /** Children that are another router's, as it says itself. */
  childrenClaimed(read: OctetReader): void {
    if (read.u8() !== ZdoStatus.SUCCESS) return;
    for (let left = read.u8(); left > 0; left--) {
      const child = this.parenting.children.byEui64(read.u64());
      if (child !== undefined) this.parenting.children.remove(child);
    }
  }

  /** A command of the trust centre, not secured on its own. */
  apsCommand(payload: Buffer): void {
    const read = new OctetReader(payload);
    const command = read.u8();
    if (command === ApsCommand.TUNNEL) this.parenting.tunnelled(read.u64(), read.rest());
    else if (command === ApsCommand.REMOVE_DEVICE) this.parenting.removeChild(read.u64());
  }

  /** What only routers answer of the device profile; undefined: another cluster. */
  serve(cluster: number, read: OctetReader): Buffer | undefined {
    switch (cluster) {
      case ZdoCluster.MANAGEMENT_PERMIT_JOINING:
        this.parenting.permit(read.u8());
        return Buffer.from([ZdoStatus.SUCCESS]);
      case ZdoCluster.PARENT_ANNOUNCE:
        return this.claim(read);
      case ZdoCluster.MANAGEMENT_LQI:
        return listOf(this.neighbourEntries(), LQI_ENTRIES_MAX, read.u8());
      case ZdoCluster.MANAGEMENT_ROUTING:
        return listOf(this.routeEntries(), ROUTE_ENTRIES_MAX, read.u8());
      default:
        return undefined;
    }
  }

  /** Those of another's children that are ours; silence when there are none. */
  private claim(read: OctetReader): Buffer | undefined {
    const named = Array.from({ length: read.u8() }, () => read.u64());
    const mine = named.filter((eui64) => this.parenting.children.isPresent(eui64));
    if (mine.length === 0) return undefined;
    const out = new OctetWriter(2 + 8 * mine.length).u8(ZdoStatus.SUCCESS).u8(mine.length);
    for (const eui64 of mine) out.u64(eui64);
    return out.done();
  }

  /** @source table 2-126 */
  private neighbourEntries(): Buffer[] {
    const network = this.memory.network;
    if (network === undefined) return [];
    const entry = (eui64: bigint, short: number, kind: number, depth: number, lqi: number) =>
      new OctetWriter(22)
        .u64(network.extendedPanId)
        .u64(eui64)
        .u16(short)
        .u8(kind)
        .u8(2)
        .u8(depth)
        .u8(Math.round(lqi))
        .done();
    const routers = this.router.neighbours.fresh().map(({ eui64, short, lqi }) => {
      const isCoordinator = short === 0;
      const kind = (isCoordinator ? 0 : Type.ROUTER) | (1 << 2) | (Relationship.SIBLING << 4);
      return entry(eui64, short, kind, isCoordinator ? 0 : network.depth, lqi);
    });
    const children = this.parenting.children.all.map((child) => {
      const listens = sleeps(child) ? 0 : 1;
      const kind = Type.END_DEVICE | (listens << 2) | (Relationship.CHILD << 4);
      return entry(child.eui64, child.short, kind, network.depth + 1, child.lqi);
    });
    return [...routers, ...children];
  }

  /** @source table 2-128 */
  private routeEntries(): Buffer[] {
    return this.router.routes.all().map(({ destination, nextHop, manyToOne }) => {
      const flags = manyToOne === ManyToOne.NO ? 0 : 0x10;
      return new OctetWriter(5).u16(destination).u8(flags).u16(nextHop).done();
    });
  }
}

/** @source clause 4.4.9.3 */
function updateDevice({ eui64, short }: Child, status: number): Buffer {
  return new OctetWriter(12).u8(ApsCommand.UPDATE_DEVICE).u64(eui64).u16(short).u8(status).done();
}

/** Status, entries in all, the first of these, how many of them, and these. */
function listOf(entries: readonly Buffer[], most: number, start: number): Buffer {
  const some = entries.slice(start, start + most);
  const head = Buffer.from([ZdoStatus.SUCCESS, entries.length, start, some.length]);
  return Buffer.concat([head, ...some]);
}
