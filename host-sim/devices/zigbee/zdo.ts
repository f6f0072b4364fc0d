// The Zigbee device object of a device: describes it to whoever asks, and asks others.
// @source Zigbee specification 05-3474-22 clauses 2.4.3, 2.4.4, 2.5

import type { Event, World } from "../../world";
import type { Aps, ReceivedMessage } from "./aps";
import type { NodeMemory } from "./memory";
import { MalformedFrame, OctetReader, OctetWriter } from "./octets";
import {
  type BindRequest,
  decodeBind,
  decodeMatch,
  deviceAnnounce,
  encodeSimple,
  nodeDescriptor,
  type SimpleDescriptor,
  ZDO_PROFILE,
  ZdoCluster,
  ZdoStatus,
} from "./zdo-frame";

/** A response that has not come by then does not come. */
const WAIT_US = 10_000_000;
/** All routers. */
const ROUTERS = 0xfffc;
const INCOMING_MAX = 0x1200;
/** Unassigned: this maker exists in the simulation alone. */
const MANUFACTURER = 0xfff0;

export interface ZdoUser {
  readonly eui64: bigint;
  readonly capability: number;
  readonly descriptors: readonly SimpleDescriptor[];
  bind(request: BindRequest, bound: boolean): ZdoStatus;
  leaveAsked(rejoin: boolean): void;
  /** What only routers answer; undefined: it is none, or no such request. */
  routerRequest(cluster: number, read: OctetReader): Buffer | undefined;
  /** A router says which of our children are its own. */
  childrenClaimed(read: OctetReader): void;
  /** The network manager moves the network, as soon as all have heard. */
  channelChanged(channel: number): void;
}

interface Pending {
  readonly cluster: number;
  readonly done: (read: OctetReader | undefined) => void;
  readonly timer: Event;
}

export class Zdo {
  private sequence = 0;
  private readonly pending = new Map<number, Pending>();

  constructor(
    private readonly world: World,
    private readonly aps: Aps,
    private readonly memory: NodeMemory,
    private readonly user: ZdoUser,
  ) {}

  get busy(): boolean {
    return this.pending.size > 0;
  }

  reset(): void {
    for (const waiting of this.pending.values()) this.world.cancel(waiting.timer);
    this.pending.clear();
  }

  announce(): void {
    const short = this.memory.network?.short ?? 0xffff;
    const payload = deviceAnnounce(short, this.user.eui64, this.user.capability);
    this.send(0xfffd, ZdoCluster.DEVICE_ANNOUNCE, this.nextSequence(), payload);
  }

  /** A router that was away tells all whose parent it takes itself to be. @source 2.4.3.1.12 */
  announceChildren(children: readonly bigint[]): void {
    const out = new OctetWriter(1 + 8 * children.length).u8(children.length);
    for (const child of children) out.u64(child);
    this.send(ROUTERS, ZdoCluster.PARENT_ANNOUNCE, this.nextSequence(), out.done());
  }

  /** Asks; `done` gets the response behind its sequence number, or undefined when none came. */
  request(
    destination: number,
    cluster: ZdoCluster,
    payload: Buffer,
    done: (read: OctetReader | undefined) => void,
  ): void {
    const sequence = this.nextSequence();
    const timer = this.world.schedule(WAIT_US, () => {
      this.pending.delete(sequence);
      done(undefined);
    });
    this.pending.set(sequence, { cluster, done, timer });
    this.send(destination, cluster, sequence, payload);
  }

  receive(message: ReceivedMessage): void {
    const read = new OctetReader(message.payload);
    const sequence = read.u8();
    if (message.cluster & ZdoCluster.RESPONSE) {
      this.answered(message.cluster, sequence, read);
      return;
    }
    const response = this.serve(message.cluster, read, message.broadcast);
    if (response === undefined) return;
    this.send(message.source, message.cluster | ZdoCluster.RESPONSE, sequence, response);
  }

  private answered(cluster: number, sequence: number, read: OctetReader): void {
    if (cluster === (ZdoCluster.PARENT_ANNOUNCE | ZdoCluster.RESPONSE)) {
      this.user.childrenClaimed(read);
      return;
    }
    const waiting = this.pending.get(sequence);
    if (waiting === undefined || (waiting.cluster | ZdoCluster.RESPONSE) !== cluster) return;
    this.world.cancel(waiting.timer);
    this.pending.delete(sequence);
    try {
      waiting.done(read);
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      waiting.done(undefined);
    }
  }

  private serve(cluster: number, read: OctetReader, broadcast: boolean): Buffer | undefined {
    switch (cluster) {
      case ZdoCluster.NWK_ADDRESS:
        return this.ownAddress(read.u64() === this.user.eui64, broadcast);
      case ZdoCluster.IEEE_ADDRESS:
        return this.ownAddress(this.isOwn(read.u16()), broadcast);
      case ZdoCluster.NODE_DESCRIPTOR:
        return this.describe(
          read.u16(),
          nodeDescriptor(this.user.capability, MANUFACTURER, INCOMING_MAX),
        );
      case ZdoCluster.POWER_DESCRIPTOR:
        return this.describe(read.u16(), this.powerDescriptor());
      case ZdoCluster.SIMPLE_DESCRIPTOR:
        return this.simpleDescriptor(read.u16(), read.u8());
      case ZdoCluster.ACTIVE_ENDPOINTS:
        return this.activeEndpoints(read.u16());
      case ZdoCluster.MATCH_DESCRIPTOR:
        return this.match(read);
      case ZdoCluster.DEVICE_ANNOUNCE:
        return undefined;
      case ZdoCluster.BIND:
      case ZdoCluster.UNBIND:
        return Buffer.from([this.user.bind(decodeBind(read), cluster === ZdoCluster.BIND)]);
      case ZdoCluster.MANAGEMENT_LEAVE:
        return this.leave(read);
      case ZdoCluster.PARENT_ANNOUNCE:
        return this.user.routerRequest(cluster, read);
      case ZdoCluster.MANAGEMENT_NETWORK_UPDATE:
        return this.networkUpdate(read, broadcast);
      default: {
        const answer = this.user.routerRequest(cluster, read);
        return broadcast ? undefined : (answer ?? Buffer.from([ZdoStatus.NOT_SUPPORTED]));
      }
    }
  }

  /** Only the change of channel is served, which is for all. @source clause 2.4.3.3.9 */
  private networkUpdate(read: OctetReader, broadcast: boolean): Buffer | undefined {
    const channels = read.u32();
    const CHANGE = 0xfe;
    const channel = 31 - Math.clz32(channels);
    const isOne = channels !== 0 && 2 ** channel === channels;
    if (read.u8() === CHANGE && isOne) this.user.channelChanged(channel);
    return broadcast ? undefined : Buffer.from([ZdoStatus.NOT_SUPPORTED]);
  }

  private leave(read: OctetReader): Buffer {
    const who = read.u64();
    if (who !== 0n && who !== this.user.eui64) return Buffer.from([ZdoStatus.DEVICE_NOT_FOUND]);
    const rejoin = (read.u8() & 0x80) !== 0;
    // The answer goes first.
    this.world.schedule(500_000, () => this.user.leaveAsked(rejoin));
    return Buffer.from([ZdoStatus.SUCCESS]);
  }

  private ownAddress(isMine: boolean, broadcast: boolean): Buffer | undefined {
    if (!isMine && broadcast) return undefined;
    return new OctetWriter(11)
      .u8(isMine ? ZdoStatus.SUCCESS : ZdoStatus.DEVICE_NOT_FOUND)
      .u64(this.user.eui64)
      .u16(this.short)
      .done();
  }

  private describe(address: number, descriptor: Buffer): Buffer {
    const out = new OctetWriter(3 + descriptor.length);
    if (!this.isOwn(address)) return out.u8(ZdoStatus.INVALID_REQUEST_TYPE).u16(address).done();
    return out.u8(ZdoStatus.SUCCESS).u16(address).bytes(descriptor).done();
  }

  private powerDescriptor(): Buffer {
    // Mains: mode, available and current source, full. Otherwise a disposable battery, full.
    const isMains = (this.user.capability & 0x04) !== 0;
    return new OctetWriter(2).u16(isMains ? 0xc110 : 0xc441).done();
  }

  private simpleDescriptor(address: number, endpoint: number): Buffer {
    const found = this.user.descriptors.find((one) => one.endpoint === endpoint);
    const descriptor = found === undefined ? Buffer.alloc(0) : encodeSimple(found);
    const invalid = endpoint === 0 || endpoint > 240;
    const missing = invalid ? ZdoStatus.INVALID_ENDPOINT : ZdoStatus.NOT_ACTIVE;
    const known = found === undefined ? missing : ZdoStatus.SUCCESS;
    const status = this.isOwn(address) ? known : ZdoStatus.INVALID_REQUEST_TYPE;
    const body = status === ZdoStatus.SUCCESS ? descriptor : Buffer.alloc(0);
    return new OctetWriter(4 + body.length)
      .u8(status)
      .u16(address)
      .u8(body.length)
      .bytes(body)
      .done();
  }

  private activeEndpoints(address: number): Buffer {
    if (!this.isOwn(address)) return Buffer.from([ZdoStatus.INVALID_REQUEST_TYPE, 0, 0, 0]);
    const endpoints = this.user.descriptors.map((one) => one.endpoint);
    return new OctetWriter(4 + endpoints.length)
      .u8(ZdoStatus.SUCCESS)
      .u16(address)
      .u8(endpoints.length)
      .bytes(Buffer.from(endpoints))
      .done();
  }

  private match(read: OctetReader): Buffer | undefined {
    const request = decodeMatch(read);
    const everybody = request.address >= 0xfff8;
    if (!everybody && !this.isOwn(request.address)) return undefined;
    const found = this.user.descriptors.filter(
      (one) =>
        one.profile === request.profile &&
        (request.inputs.some((cluster) => one.inputs.includes(cluster)) ||
          request.outputs.some((cluster) => one.outputs.includes(cluster))),
    );
    if (found.length === 0 && everybody) return undefined;
    return new OctetWriter(4 + found.length)
      .u8(ZdoStatus.SUCCESS)
      .u16(this.short)
      .u8(found.length)
      .bytes(Buffer.from(found.map((one) => one.endpoint)))
      .done();
  }

  private isOwn(address: number): boolean {
    return address === this.short;
  }

  private get short(): number {
    return this.memory.network?.short ?? 0xffff;
  }

  private nextSequence(): number {
    this.sequence = (this.sequence + 1) & 0xff;
    return this.sequence;
  }

  private send(destination: number, cluster: number, sequence: number, payload: Buffer): void {
    this.aps.send(
      {
        destination,
        destinationEndpoint: 0,
        cluster,
        profile: ZDO_PROFILE,
        sourceEndpoint: 0,
        payload: new OctetWriter(1 + payload.length).u8(sequence).bytes(payload).done(),
      },
      () => {},
    );
  }
}
