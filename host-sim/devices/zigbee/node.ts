// One Zigbee end device: its layers wired together over a transceiver, power on to power off.
// @source Zigbee specification 05-3474-22 figure 1-1

import type { Transceiver } from "../../air/transceiver";
import type { Random } from "../../random";
import type { Event, World } from "../../world";
import { Aps, type ReceivedMessage } from "./aps";
import { ApsCommand, decodeTransportKey, KeyType, openAps, type ReceivedAps } from "./aps-frame";
import { Joiner, JoinState, type RefusalReason } from "./joiner";
import { Mac, PollResult } from "./mac";
import { MacCapability, type MacFrame } from "./mac-frame";
import { NodeMemory } from "./memory";
import { Nwk } from "./nwk";
import { NwkCommand, type ReceivedNwk } from "./nwk-frame";
import { MalformedFrame, type OctetReader, OctetWriter } from "./octets";
import { KeyIdentifier, keyedHash, keyTransportKey, linkKeyOf } from "./security";
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
  /** Asks the trust centre to confirm the link key after joining; Smart Energy does without. */
  readonly verifiesKey?: boolean;
}

/** What the device on top of it hears of. */
export interface NodeUser {
  joined(rejoined: boolean): void;
  lost(): void;
  refused(reason: RefusalReason): void;
}

/** The announcement goes first. */
const VERIFY_AFTER_US = 1_000_000;
/** A mains device shows its parent that it is there, three times in its time-out of 256 min. */
const KEEP_ALIVE_US = 80 * 60_000_000;

export class Node {
  readonly memory = new NodeMemory();
  readonly mac: Mac;
  readonly nwk: Nwk;
  readonly aps: Aps;
  readonly zdo: Zdo;
  readonly zcl: Zcl;
  readonly joiner: Joiner;
  readonly eui64: bigint;
  readonly capability: number;
  readonly descriptors: readonly SimpleDescriptor[];
  /** Keys that came and were not ours to open. */
  refusedKeys = 0;
  /** The trust centre confirmed that it has the same link key. */
  isKeyVerified = false;
  private readonly linkKey: Buffer;
  private readonly transportKey: Buffer;
  private keepAlive: Event | undefined;
  private pollTimer: Event | undefined;
  private pollEveryUs = 0;
  private polling = false;

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
    this.linkKey = linkKeyOf(options.installCode);
    this.transportKey = keyTransportKey(this.linkKey);
    const chance = random.fork("zigbee");
    this.mac = new Mac(world, radio, options.eui64, chance, this);
    this.nwk = new Nwk(world, this.mac, this.memory, chance, this);
    this.aps = new Aps(world, this.nwk, chance, this);
    this.zdo = new Zdo(world, this.aps, this.memory, this);
    this.zcl = new Zcl(world, this.aps, options.endpoints);
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
    return this.aps.busy || this.zcl.busy || this.zdo.busy;
  }

  powerOn(): void {
    this.joiner.start();
  }

  /** Forgets all but what lies in its memory. */
  powerOff(): void {
    this.stopPolling();
    this.world.cancel(this.keepAlive);
    this.joiner.stop();
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
  }

  stopPolling(): void {
    this.pollEveryUs = 0;
    this.world.cancel(this.pollTimer);
    this.pollTimer = undefined;
    this.polling = false;
  }

  macData(frame: MacFrame): void {
    this.nwk.receive(frame);
  }

  macCommand(command: number, frame: MacFrame, read: OctetReader): void {
    this.joiner.command(command, frame, read);
  }

  nwkData(source: number, sender: bigint | undefined, payload: Buffer, secured: boolean): void {
    this.aps.receive(source, sender, payload, secured);
  }

  nwkCommand(command: number, _frame: ReceivedNwk, read: OctetReader): void {
    if (command === NwkCommand.REJOIN_RESPONSE) this.joiner.rejoinResponse(read);
  }

  parentLost(): void {
    this.joiner.rejoin();
  }

  toldToLeave(rejoin: boolean): void {
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
  apsCommand(_source: number, sender: bigint | undefined, frame: ReceivedAps): void {
    const network = this.memory.network;
    if (network === undefined) return;
    const secured = frame.secured;
    const from = secured?.sender ?? sender ?? network.parentEui64;
    if (this.memory.networkKey !== undefined) {
      this.confirmKey(frame, from);
      return;
    }
    const plain =
      secured?.key === KeyIdentifier.KEY_TRANSPORT
        ? openAps(frame, this.transportKey, from)
        : undefined;
    if (plain === undefined || plain[0] !== ApsCommand.TRANSPORT_KEY) {
      this.refusedKeys++;
      return;
    }
    this.takeKey(plain, from);
  }

  bind(request: BindRequest, _bound: boolean): ZdoStatus {
    if (request.source !== this.eui64) return ZdoStatus.NO_ENTRY;
    // Reports go to whoever configured them; a binding adds nothing to that.
    return request.destination === undefined ? ZdoStatus.NOT_SUPPORTED : ZdoStatus.SUCCESS;
  }

  joined(rejoined: boolean): void {
    this.zdo.announce();
    this.nwk.sendTimeoutRequest(this.options.timeout);
    this.keepParent();
    if (this.options.verifiesKey) this.world.schedule(VERIFY_AFTER_US, () => this.verifyKey());
    this.user.joined(rejoined);
  }

  lost(): void {
    this.world.cancel(this.keepAlive);
    this.stopPolling();
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

  /** @source clause 4.4.10.7: the hash of the link key over 0x03 */
  private verifyKey(): void {
    const network = this.memory.network;
    if (network === undefined) return;
    const payload = new OctetWriter(26)
      .u8(ApsCommand.VERIFY_KEY)
      .u8(KeyType.TRUST_CENTRE_LINK)
      .u64(this.eui64)
      .bytes(keyedHash(this.linkKey, Buffer.from([0x03])))
      .done();
    this.aps.sendCommand(network.parent, payload);
  }

  /** @source clause 4.4.10.8 */
  private confirmKey(frame: ReceivedAps, from: bigint): void {
    if (frame.secured?.key !== KeyIdentifier.DATA) return;
    const plain = openAps(frame, this.linkKey, from);
    if (plain?.[0] !== ApsCommand.CONFIRM_KEY) return;
    const SUCCESS = 0;
    this.isKeyVerified = plain[1] === SUCCESS && plain[2] === KeyType.TRUST_CENTRE_LINK;
  }

  private keepParent(): void {
    this.world.cancel(this.keepAlive);
    if (this.sleeps) return;
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
