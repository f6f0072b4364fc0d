// One Zigbee device, an end device or a router: its layers wired together over a transceiver, from
// power on to power off.
// @source Zigbee specification 05-3474-22 figure 1-1

import type { Transceiver } from "../../air/transceiver";
import type { Random } from "../../random";
import type { Event, World } from "../../world";
import { Aps, type ReceivedMessage } from "./aps";
import { ApsCommand, decodeTransportKey, KeyType, type ReceivedAps } from "./aps-frame";
import { DELIVERY_US } from "./broadcast-table";
import { Joiner, JoinState, type RefusalReason } from "./joiner";
import { KeyExchange } from "./key-exchange";
import { Mac, PollResult } from "./mac";
import { type Beacon, MacCapability, type MacFrame } from "./mac-frame";
import { NodeMemory } from "./memory";
import { Nwk } from "./nwk";
import { decodeNetworkUpdate, type NetworkUpdate } from "./nwk-command-frame";
import { COORDINATOR, NwkCommand, type ReceivedNwk } from "./nwk-frame";
import { MalformedFrame, type OctetReader } from "./octets";
import { RouterRole } from "./router-role";
import { linkKeyOf } from "./security";
import { type Endpoint, Zcl } from "./zcl";
import { Zdo } from "./zdo";
import { type BindRequest, type SimpleDescriptor, ZDO_PROFILE, ZdoStatus } from "./zdo-frame";

export interface NodeOptions {
  /** Most significant digits first: 0x0011223344556677n is 00:11:22:33:44:55:66:77. */
  readonly eui64: bigint;
  /** With its CRC. */
  readonly installCode: Buffer;
  /** `MacCapability` bits. */
  readonly capability: number;
  readonly endpoints: readonly Endpoint[];
  /** End device time-out asked for. @source table 3-44: 8 is 256 minutes */
  readonly timeout: number;
  /** It never asks for a link key of its own, as older devices do not. */
  readonly keepsInstallKey?: boolean;
}

/** What the device on top of it hears of. */
export interface NodeUser {
  joined(rejoined: boolean): void;
  lost(): void;
  refused(reason: RefusalReason): void;
}

/** A mains device shows its parent that it is there, three times in its time-out of 256 min. */
const KEEP_ALIVE_US = 80 * 60_000_000;

/** So many messages in a row went unanswered, for so long: perhaps another parent helps. */
const UNANSWERED_MAX = 4;
const UNANSWERED_US = 180_000_000;

export class Node {
  readonly memory = new NodeMemory();
  readonly mac: Mac;
  readonly nwk: Nwk;
  readonly aps: Aps;
  readonly zdo: Zdo;
  readonly zcl: Zcl;
  readonly joiner: Joiner;
  /** Undefined: an end device. */
  readonly role: RouterRole | undefined;
  readonly eui64: bigint;
  readonly capability: number;
  readonly descriptors: readonly SimpleDescriptor[];
  /** Keys that came and were not ours to open. */
  refusedKeys = 0;
  /** Network commands that told it to leave, or to come again, and that it believed. */
  leavesTaken = 0;
  readonly keys: KeyExchange;
  private keepAlive: Event | undefined;
  private pollTimer: Event | undefined;
  private pollEveryUs = 0;
  private polling = false;
  private hopLqi: number | undefined;
  private unanswered = 0;
  private answeredAtUs = 0;

  constructor(
    private readonly world: World,
    readonly radio: Transceiver,
    random: Random,
    private readonly options: NodeOptions,
    private readonly user: NodeUser,
  ) {
    this.eui64 = options.eui64;
    this.capability = options.capability;
    this.descriptors = options.endpoints.map((endpoint) => endpoint.descriptor);
    const chance = random.fork("zigbee");
    this.mac = new Mac(world, radio, options.eui64, chance, this);
    this.nwk = new Nwk(world, this.mac, this.memory, chance, this);
    this.aps = new Aps(world, this.nwk, chance, this);
    this.zdo = new Zdo(world, this.aps, this.memory, this);
    this.zcl = new Zcl(world, this.aps, options.endpoints);
    if ((options.capability & MacCapability.FULL_FUNCTION) !== 0) {
      const routing = chance.fork("router");
      this.role = new RouterRole(world, routing, this.mac, this.nwk, this.memory, {
        parentLost: () => this.parentLost(),
        tellTrustCentre: (payload) => this.aps.sendCommand(COORDINATOR, payload),
        announceChildren: (children) => this.zdo.announceChildren(children),
      });
    }
    this.keys = new KeyExchange(
      world,
      chance.fork("keys"),
      this.aps,
      this.memory,
      linkKeyOf(options.installCode),
      this,
      options.keepsInstallKey !== true,
    );
    this.joiner = new Joiner(
      world,
      chance.fork("join"),
      this.mac,
      this.nwk,
      this.memory,
      options.capability,
      this,
    );
  }

  /** How well it heard the next on its way to the hub last, 0 to 255; undefined: not at all. */
  get linkQuality(): number | undefined {
    return this.hopLqi;
  }

  get isJoined(): boolean {
    return this.joiner.state === JoinState.JOINED;
  }

  get state(): JoinState {
    return this.joiner.state;
  }

  get short(): number {
    return this.memory.network?.short ?? 0xffff;
  }

  get sleeps(): boolean {
    return (this.capability & MacCapability.RX_ON_WHEN_IDLE) === 0;
  }

  /** Anything under way that a sleeping device should stay awake for. */
  get busy(): boolean {
    return this.aps.busy || this.zcl.busy || this.zdo.busy || this.keys.busy;
  }

  /** The trust centre confirmed that it has the same link key. */
  get isKeyVerified(): boolean {
    return this.keys.confirmations > 0;
  }

  /** It can be spoken to: it listens, or asks its parent. */
  get isAwake(): boolean {
    return !this.sleeps || this.pollEveryUs > 0;
  }

  powerOn(): void {
    this.joiner.start();
  }

  /** Forgets all but what lies in its memory. */
  powerOff(): void {
    this.stopPolling();
    this.world.cancel(this.keepAlive);
    this.role?.stop();
    this.joiner.stop();
    this.keys.stop();
    this.mac.detach();
    this.aps.reset();
    this.zdo.reset();
    this.zcl.reset();
    this.memory.powerCut();
  }

  /** Polls the parent until `stopPolling`; at once again while it has more. */
  startPolling(everyUs: number): void {
    this.pollEveryUs = everyUs;
    if (!this.polling) this.pollSoon(0);
    this.keys.awake();
  }

  stopPolling(): void {
    this.pollEveryUs = 0;
    this.world.cancel(this.pollTimer);
    this.pollTimer = undefined;
    this.polling = false;
  }

  macData(frame: MacFrame, lqi: number): void {
    const hop = this.role?.router.hopTo(COORDINATOR) ?? this.memory.network?.parent;
    if (frame.source === hop) this.hopLqi = lqi;
    this.nwk.receive(frame, lqi);
  }

  macBeacon(beacon: Beacon): void {
    if (this.isJoined) this.role?.beacon(beacon);
  }

  macCommand(command: number, frame: MacFrame, read: OctetReader, lqi: number): void {
    if (this.isJoined) this.role?.macCommand(command, frame, read, lqi);
    else this.joiner.command(command, frame, read);
  }

  nwkData(source: number, sender: bigint | undefined, payload: Buffer, secured: boolean): void {
    this.aps.receive(source, sender, payload, secured);
  }

  nwkCommand(command: number, frame: ReceivedNwk, read: OctetReader): void {
    if (command === NwkCommand.UPDATE) this.update(decodeNetworkUpdate(read));
    else if (command !== NwkCommand.REJOIN_RESPONSE) this.role?.nwkCommand(command, frame, read);
    else this.joiner.rejoinResponse(read, frame.secured?.sender);
  }

  parentLost(): void {
    this.joiner.rejoin();
  }

  toldToLeave(rejoin: boolean): void {
    this.leavesTaken++;
    this.leaveAsked(rejoin);
  }

  leaveAsked(rejoin: boolean): void {
    if (rejoin) this.joiner.rejoin();
    else this.joiner.leave();
  }

  apsMessage(message: ReceivedMessage): void {
    if (message.profile === ZDO_PROFILE && message.destinationEndpoint === 0) {
      this.zdo.receive(message);
    } else {
      this.zcl.receive(message);
    }
  }

  /**
   * Only a network key under this device's own key-transport key is taken; a key in clear, or
   * under any well-known key, is refused. @source clause 4.4.3.2.3
   */
  apsCommand(source: number, sender: bigint | undefined, frame: ReceivedAps): void {
    const network = this.memory.network;
    if (network === undefined) return;
    const from = frame.secured?.sender ?? sender ?? network.parentEui64;
    if (from === undefined) return;
    if (this.memory.networkKey !== undefined) {
      const isOrder = frame.secured === undefined && source === COORDINATOR;
      if (isOrder && this.isJoined) this.role?.apsCommand(frame.payload);
      this.keys.command(frame, source, from);
      return;
    }
    const plain = this.keys.openJoinKey(frame, from);
    if (plain === undefined || plain[0] !== ApsCommand.TRANSPORT_KEY) {
      this.refusedKeys++;
      return;
    }
    this.takeKey(plain, from);
  }

  /** The parent may answer, and yet nothing comes through: another may do better. */
  apsFate(ok: boolean): void {
    const now = this.world.now;
    if (ok) {
      this.unanswered = 0;
      this.answeredAtUs = now;
      return;
    }
    this.unanswered++;
    if (this.unanswered < UNANSWERED_MAX || now - this.answeredAtUs < UNANSWERED_US) return;
    this.unanswered = 0;
    // Whoever sent that message hears of its fate first.
    this.world.schedule(0, () => this.joiner.rejoin());
  }

  routerRequest(cluster: number, read: OctetReader): Buffer | undefined {
    return this.isJoined ? this.role?.serve(cluster, read) : undefined;
  }

  childrenClaimed(read: OctetReader): void {
    this.role?.childrenClaimed(read);
  }

  channelChanged(channel: number): void {
    if (this.mac.channels.includes(channel)) this.moveLater({ channel });
  }

  bind(request: BindRequest, _bound: boolean): ZdoStatus {
    if (request.source !== this.eui64) return ZdoStatus.NO_ENTRY;
    // Reports go to whoever configured them; a binding adds nothing to that.
    return request.destination === undefined ? ZdoStatus.NOT_SUPPORTED : ZdoStatus.SUCCESS;
  }

  joined(rejoined: boolean): void {
    this.unanswered = 0;
    this.answeredAtUs = this.world.now;
    this.role?.start();
    this.zdo.announce();
    if (this.role === undefined) this.nwk.sendTimeoutRequest(this.options.timeout);
    this.keepParent();
    this.keys.start();
    this.user.joined(rejoined);
  }

  lost(): void {
    this.world.cancel(this.keepAlive);
    this.stopPolling();
    this.role?.stop();
    this.aps.reset();
    this.zdo.reset();
    this.zcl.reset();
    this.user.lost();
  }

  refused(reason: RefusalReason): void {
    this.user.refused(reason);
  }

  private takeKey(plain: Buffer, from: bigint): void {
    const transported = decodeTransportKey(plain);
    if (transported.type !== KeyType.STANDARD_NETWORK) return;
    if (transported.destination !== this.eui64) throw new MalformedFrame("another's key");
    this.memory.setKey({
      key: transported.key,
      sequence: transported.sequence,
      trustCentre: transported.source === 0n ? from : transported.source,
    });
    this.joiner.keyed();
  }

  /** Another network has our PAN ID: this one takes a new one. */
  private update({ extendedPanId, panId }: NetworkUpdate): void {
    if (extendedPanId === this.memory.network?.extendedPanId) this.moveLater({ panId });
  }

  /** The network moves, once all have had time to hear of it. */
  private moveLater(where: { readonly panId?: number; readonly channel?: number }): void {
    this.world.schedule(DELIVERY_US, () => {
      if (this.memory.network === undefined || !this.isJoined) return;
      const network = { ...this.memory.network, ...where };
      this.memory.network = network;
      this.mac.attach(network.channel, network.panId, network.short, !this.sleeps);
    });
  }

  private keepParent(): void {
    this.world.cancel(this.keepAlive);
    if (this.sleeps || this.role !== undefined) return;
    this.keepAlive = this.world.schedule(KEEP_ALIVE_US, () => {
      this.nwk.sendTimeoutRequest(this.options.timeout);
      this.keepParent();
    });
  }

  private pollSoon(delayUs: number): void {
    this.world.cancel(this.pollTimer);
    this.pollTimer = this.world.schedule(delayUs, () => this.poll());
  }

  private poll(): void {
    const network = this.memory.network;
    if (this.pollEveryUs === 0 || network === undefined || this.polling) return;
    this.polling = true;
    this.mac.poll(network.parent, (result) => {
      // Stopped meanwhile: somebody may have started again.
      if (!this.polling) return;
      this.polling = false;
      this.nwk.parentHeard(result !== PollResult.FAILED);
      if (this.pollEveryUs > 0) this.pollSoon(result === PollResult.MORE ? 0 : this.pollEveryUs);
    });
  }
}
