// A node that routes: its router and its parenting, from joining to leaving; and what the trust
// centre and the management of the network ask of it.
// @source Zigbee specification 05-3474-22 clauses 2.4.4.3, 3.6, 4.4.4, 4.4.6, 4.4.9

import type { Random } from "../../random";
import type { World } from "../../world";
import { ApsCommand } from "./aps-frame";
import { sleeps } from "./children";
import type { Mac } from "./mac";
import type { MacFrame } from "./mac-frame";
import type { Child, NodeMemory } from "./memory";
import type { Nwk } from "./nwk";
import { ManyToOne } from "./nwk-command-frame";
import { NwkCommand, type ReceivedNwk } from "./nwk-frame";
import { OctetReader, OctetWriter } from "./octets";
import { Parenting } from "./parenting";
import { Router } from "./router";
import { ZdoCluster, ZdoStatus } from "./zdo-frame";

export interface RouterHost {
  parentLost(): void;
  /** Sends an APS command to the trust centre. */
  tellTrustCentre(payload: Buffer): void;
}

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

  constructor(
    world: World,
    random: Random,
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
  }

  stop(): void {
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
      case ZdoCluster.MANAGEMENT_LQI:
        return listOf(this.neighbourEntries(), LQI_ENTRIES_MAX, read.u8());
      case ZdoCluster.MANAGEMENT_ROUTING:
        return listOf(this.routeEntries(), ROUTE_ENTRIES_MAX, read.u8());
      default:
        return undefined;
    }
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
