// A router as parent: it answers scans, takes children in, tells the trust centre of them, hands
// them their key, and lets them come back.
// @source Zigbee specification 05-3474-22 clauses 3.6.1.4, 3.6.1.5, 3.6.1.6, 3.6.7, 4.4.4, 4.6.3.7

import type { Random } from "../../random";
import type { Event, World } from "../../world";
import { Children } from "./children";
import type { Mac } from "./mac";
import {
  AssociationStatus,
  BROADCAST,
  BROADCAST_PAN,
  encodeBeacon,
  MacCommand,
  type MacFrame,
  MacType,
} from "./mac-frame";
import type { Child, NodeMemory } from "./memory";
import type { Nwk } from "./nwk";
import { encodeRejoinResponse, encodeTimeoutResponse } from "./nwk-command-frame";
import { encodeNwk, LeaveOption, NwkCommand, NwkType, type ReceivedNwk } from "./nwk-frame";
import { type OctetReader, OctetWriter } from "./octets";

/** Several routers hear one request: each answers at a time of its own. */
const BEACON_JITTER_US = 60_000;
const RADIUS = 30;
/** A stranger is told once in a while: it may have frames under way. */
const TOLD_US = 5_000_000;
/** Always open, until it is changed. @source clause 2.4.3.3.7 */
const FOR_EVER = 0xff;

/** What the trust centre is told of a child. @source table 4-42 */
export const enum DeviceUpdate {
  SECURED_REJOIN = 0,
  UNSECURED_JOIN = 1,
  LEFT = 2,
}

export class Parenting {
  readonly children: Children;
  joins = 0;
  rejoins = 0;
  private permitUntilUs = 0;
  private active = false;
  private readonly told = new Map<number, number>();
  private readonly beacons = new Set<Event>();

  /** @param update tells the trust centre */
  constructor(
    private readonly world: World,
    private readonly random: Random,
    private readonly mac: Mac,
    private readonly nwk: Nwk,
    private readonly memory: NodeMemory,
    private readonly update: (child: Child, status: DeviceUpdate) => void,
  ) {
    this.children = new Children(world, random, mac, nwk, memory);
  }

  start(): void {
    this.active = true;
    this.children.start();
  }

  stop(): void {
    this.active = false;
    this.permitUntilUs = 0;
    this.children.stop();
    this.told.clear();
    for (const one of this.beacons) this.world.cancel(one);
    this.beacons.clear();
  }

  /** For so many seconds new devices may come in: 0 none, 255 until it is changed. */
  permit(seconds: number): void {
    this.permitUntilUs =
      seconds === FOR_EVER ? Number.POSITIVE_INFINITY : this.world.now + seconds * 1_000_000;
  }

  get permits(): boolean {
    return this.world.now < this.permitUntilUs;
  }

  /** A MAC command of a device that is, was or wants to be a child. */
  command(command: number, frame: MacFrame, read: OctetReader, lqi: number): void {
    if (!this.active) return;
    switch (command) {
      case MacCommand.BEACON_REQUEST:
        this.answerLater();
        break;
      case MacCommand.ASSOCIATION_REQUEST:
        if (typeof frame.source === "bigint") this.associate(frame.source, read.u8());
        break;
      case MacCommand.DATA_REQUEST:
        this.children.heard(frame.source, lqi);
        this.children.indirect.asked(frame.source);
        break;
      case MacCommand.ORPHAN_NOTIFICATION:
        if (typeof frame.source === "bigint") this.realign(frame.source);
        break;
      default:
        break;
    }
  }

  /** A secured network command of a child; true: it was one. */
  nwkCommand(command: number, frame: ReceivedNwk, read: OctetReader): boolean {
    const sender = frame.secured?.sender;
    if (!this.active || sender === undefined) return false;
    if (command === NwkCommand.REJOIN_REQUEST) {
      this.rejoin(sender, frame.source, read.u8());
      return true;
    }
    const child = this.children.byEui64(sender);
    if (child === undefined || command !== NwkCommand.END_DEVICE_TIMEOUT_REQUEST) return false;
    const status = this.children.setTimeout(child, read.u8()) ? 0 : 1;
    this.answer(child, encodeTimeoutResponse(status));
    return true;
  }

  /** A child said that it leaves. */
  left(sender: bigint | undefined): void {
    const child = sender === undefined ? undefined : this.children.byEui64(sender);
    if (child === undefined) return;
    this.children.remove(child);
    this.update(child, DeviceUpdate.LEFT);
  }

  /** The trust centre sends a child its key through us. @source clause 4.4.3.8 */
  tunnelled(eui64: bigint, aps: Buffer): void {
    const child = this.children.byEui64(eui64);
    const frame = child && this.nwk.frame(NwkType.DATA, child.short, aps, { radius: RADIUS });
    if (child !== undefined && frame !== undefined) {
      this.children.deliverPlain(child, encodeNwk(frame, undefined));
    }
  }

  /** The trust centre wants a child gone. @source clause 4.4.6 */
  removeChild(eui64: bigint): void {
    const child = this.children.byEui64(eui64);
    if (child === undefined) return;
    this.answer(child, Buffer.from([NwkCommand.LEAVE, LeaveOption.REQUEST]));
    this.children.remove(child);
  }

  /** It believes to be our child, and is not. @source clause 3.6.1.10 */
  estranged(short: number): void {
    if (!this.active || (this.told.get(short) ?? 0) > this.world.now) return;
    this.told.set(short, this.world.now + TOLD_US);
    const payload = Buffer.from([NwkCommand.LEAVE, LeaveOption.REQUEST | LeaveOption.REJOIN]);
    const frame = this.nwk.frame(NwkType.COMMAND, short, payload, { radius: 1 });
    if (frame !== undefined) this.nwk.transmit(short, frame, () => {});
  }

  private answerLater(): void {
    const timer = this.world.schedule(this.random.below(BEACON_JITTER_US), () => {
      this.beacons.delete(timer);
      this.beacon();
    });
    this.beacons.add(timer);
  }

  private beacon(): void {
    const network = this.memory.network;
    if (network === undefined) return;
    const roomFor = !this.children.isFull;
    const payload = encodeBeacon({
      permitsAssociation: this.permits,
      coordinator: false,
      depth: network.depth,
      endDeviceCapacity: roomFor,
      routerCapacity: roomFor,
      extendedPanId: network.extendedPanId,
      updateId: 0,
    });
    this.mac.send(
      {
        type: MacType.BEACON,
        ackRequest: false,
        destinationPan: undefined,
        destination: undefined,
        sourcePan: network.panId,
        source: network.short,
        payload,
      },
      () => {},
    );
  }

  private associate(eui64: bigint, capability: number): void {
    if (!this.permits) {
      this.respond(eui64, BROADCAST, AssociationStatus.PAN_ACCESS_DENIED, () => {});
      return;
    }
    const child = this.children.add(eui64, capability, undefined);
    if (child === undefined) {
      this.respond(eui64, BROADCAST, AssociationStatus.PAN_AT_CAPACITY, () => {});
      return;
    }
    this.joins++;
    this.respond(eui64, child.short, AssociationStatus.SUCCESS, (ok) => {
      if (ok) this.update(child, DeviceUpdate.UNSECURED_JOIN);
      else this.children.remove(child);
    });
  }

  private respond(
    to: bigint,
    short: number,
    status: AssociationStatus,
    done: (ok: boolean) => void,
  ): void {
    const payload = new OctetWriter(4).u8(MacCommand.ASSOCIATION_RESPONSE).u16(short).u8(status);
    this.children.indirect.keep(
      to,
      () => this.macCommand(to, this.mac.panId, payload.done()),
      done,
    );
  }

  private macCommand(to: bigint, destinationPan: number, payload: Buffer) {
    return {
      type: MacType.COMMAND,
      ackRequest: true,
      destinationPan,
      destination: to,
      sourcePan: this.mac.panId,
      source: this.mac.eui64,
      payload,
    };
  }

  private realign(eui64: bigint): void {
    const child = this.children.byEui64(eui64);
    if (child === undefined) return;
    const payload = new OctetWriter(8)
      .u8(MacCommand.COORDINATOR_REALIGNMENT)
      .u16(this.mac.panId)
      .u16(this.mac.short)
      .u8(this.mac.channel)
      .u16(child.short);
    this.mac.send(this.macCommand(eui64, BROADCAST_PAN, payload.done()), () => {});
  }

  private rejoin(eui64: bigint, short: number, capability: number): void {
    const child = this.children.add(eui64, capability, short);
    if (child === undefined) return;
    this.rejoins++;
    // It listens under the address that it had, until it hears of another.
    const payload = encodeRejoinResponse(child.short, AssociationStatus.SUCCESS);
    this.answer({ ...child, short }, payload);
    this.update(child, DeviceUpdate.SECURED_REJOIN);
  }

  private answer(child: Child, payload: Buffer): void {
    const options = { radius: 1, destinationEui64: child.eui64 };
    const frame = this.nwk.frame(NwkType.COMMAND, child.short, payload, options);
    if (frame !== undefined) this.children.deliver(child, frame, () => {});
  }
}
