// Finding a network, joining it with the install code's key, and coming back to it: scans,
// association, waiting for the network key, secured rejoin, orphan scan, back-off with jitter.
// @source Zigbee specification 05-3474-22 clauses 3.6.1.4, 3.6.1.5, 4.6.3.2, 4.6.3.3

import { TxStatus } from "../../air/transceiver";
import type { Random } from "../../random";
import type { Event, World } from "../../world";
import { type HeardBeacon, type Mac, RESPONSE_WAIT_US } from "./mac";
import {
  AssociationStatus,
  BROADCAST,
  BROADCAST_PAN,
  MacCapability,
  MacCommand,
  type MacFrame,
  MacType,
} from "./mac-frame";
import type { NodeMemory } from "./memory";
import { costOf } from "./neighbours";
import type { Nwk } from "./nwk";
import type { OctetReader } from "./octets";

export const enum JoinState {
  OFF = 0,
  /** Waits before the next try. */
  RESTING = 1,
  SCANNING = 2,
  ASSOCIATING = 3,
  /** Associated; without the network key nothing can be said. */
  AWAITING_KEY = 4,
  JOINED = 5,
  /** Has the key and looks for its parent. */
  REJOINING = 6,
  ORPHAN_SCANNING = 7,
}

export const enum RefusalReason {
  /** The association response said so. */
  DENIED = 1,
  /** The key never came, or not under this device's key. */
  NO_KEY = 2,
  /** No association response. */
  SILENT = 3,
}

export interface JoinUser {
  joined(rejoined: boolean): void;
  lost(): void;
  refused(reason: RefusalReason): void;
}

/** apsSecurityTimeOutPeriod of Base Device Behavior, 10 s. */
const KEY_WAIT_US = 10_000_000;
/** A coordinator that asks a server about each node may take a while; each poll asks again. */
const ASSOCIATION_POLLS = 12;
const POLL_US = 250_000;
/** A network that refused is left alone for this long when there are others. */
const REFUSED_US = 600_000_000;
const FIRST_REST_US = 4_000_000;
/** Found nothing that may be joined: look again soon. */
const REST_MAX_US = 60_000_000;
/** Refused: the head-end must change its mind first. */
const REFUSED_REST_US = 45_000_000;
const REFUSED_REST_MAX_US = 900_000_000;
/** Links up to this cost are good enough: then fewer hops count for more. */
const GOOD_COST = 3;
/** Every so many failed rejoins an orphan scan is tried as well. */
const ORPHAN_EVERY = 3;

export class Joiner {
  state: JoinState = JoinState.OFF;
  attempts = 0;
  refusals = 0;
  rejoins = 0;
  private timer: Event | undefined;
  private candidates: HeardBeacon[] = [];
  private current: HeardBeacon | undefined;
  private polls = 0;
  private restUs = FIRST_REST_US;
  private refusedRestUs = REFUSED_REST_US;
  private failedRejoins = 0;
  private readonly refusedUntil = new Map<bigint, number>();

  constructor(
    private readonly world: World,
    private readonly random: Random,
    private readonly mac: Mac,
    private readonly nwk: Nwk,
    private readonly memory: NodeMemory,
    private readonly capability: number,
    private readonly user: JoinUser,
  ) {}

  /** Power on: back to the known network, or look for one, after a moment of its own. */
  start(): void {
    this.restUs = FIRST_REST_US;
    const delayUs = this.jitter(2_000_000);
    if (this.routes && this.hasNetwork) {
      this.state = JoinState.RESTING;
      this.timer = this.world.schedule(delayUs, () => this.resume());
    } else this.rest(delayUs);
  }

  stop(): void {
    this.world.cancel(this.timer);
    this.state = JoinState.OFF;
    this.current = undefined;
  }

  /** The parent does not answer, or wants this device to come again. */
  rejoin(): void {
    if (this.state !== JoinState.JOINED) return;
    this.user.lost();
    this.restUs = FIRST_REST_US;
    this.rest(this.jitter(1_000_000));
  }

  /** Told to leave: the network is forgotten, and joining starts again after a long rest. */
  leave(): void {
    if (this.state === JoinState.JOINED) this.user.lost();
    this.memory.forgetNetwork();
    this.mac.attach(this.mac.channel, BROADCAST_PAN, BROADCAST, false);
    this.rest(this.jitter(this.refusedRestUs));
  }

  command(command: number, frame: MacFrame, read: OctetReader): void {
    if (command !== MacCommand.ASSOCIATION_RESPONSE) return;
    if (this.state !== JoinState.ASSOCIATING || this.current === undefined) return;
    if (typeof frame.source !== "bigint") return;
    const short = read.u16();
    const status = read.u8();
    if (status !== AssociationStatus.SUCCESS) {
      this.refuse(RefusalReason.DENIED);
      return;
    }
    this.associated(this.current, frame.source, short);
  }

  /** The network key came, opened with this device's own key. */
  keyed(): void {
    if (this.state === JoinState.AWAITING_KEY) this.joined(false);
  }

  /** A Rejoin Response, secured. @source clause 3.4.7 */
  rejoinResponse(read: OctetReader, parentEui64: bigint | undefined): void {
    const network = this.memory.network;
    if (this.state !== JoinState.REJOINING || network === undefined) return;
    const short = read.u16();
    if (read.u8() !== AssociationStatus.SUCCESS) return;
    this.memory.network = { ...network, short, parentEui64 };
    this.settle(short);
    this.joined(true);
  }

  /** A router has a place of its own, and others look for it there. */
  private resume(): void {
    const network = this.memory.network;
    if (network === undefined) return;
    this.settle(network.short);
    this.joined(true);
  }

  private get hasNetwork(): boolean {
    return this.memory.network !== undefined && this.memory.networkKey !== undefined;
  }

  private rest(delayUs: number): void {
    this.world.cancel(this.timer);
    this.state = JoinState.RESTING;
    this.timer = this.world.schedule(delayUs, () => this.look());
  }

  private look(): void {
    this.attempts++;
    const rejoins = this.hasNetwork;
    if (rejoins && this.failedRejoins % ORPHAN_EVERY === ORPHAN_EVERY - 1) {
      this.lookAsOrphan();
      return;
    }
    this.state = rejoins ? JoinState.REJOINING : JoinState.SCANNING;
    this.mac.scan(this.mac.channels, (beacons) => {
      const home = this.memory.network?.extendedPanId;
      this.candidates = rejoins
        ? beacons.filter((beacon) => beacon.extendedPanId === home).sort(byParentage)
        : this.joinable(beacons);
      this.tryNext();
    });
  }

  /** Best parent first; those that refused lately only where there is no other. */
  private joinable(beacons: readonly HeardBeacon[]): HeardBeacon[] {
    const PRO = 2;
    const open = beacons.filter(
      (beacon) =>
        beacon.permitsAssociation && beacon.endDeviceCapacity && beacon.stackProfile === PRO,
    );
    open.sort(byParentage);
    const now = this.world.now;
    const fresh = open.filter((one) => (this.refusedUntil.get(one.extendedPanId) ?? 0) <= now);
    return fresh.length > 0 ? fresh : open;
  }

  private tryNext(): void {
    this.world.cancel(this.timer);
    const beacon = this.candidates.shift();
    this.current = beacon;
    if (beacon !== undefined) {
      if (this.state === JoinState.REJOINING) this.askRejoin(beacon);
      else this.associate(beacon);
      return;
    }
    if (this.state === JoinState.REJOINING) this.failedRejoins++;
    this.mac.attach(this.mac.channel, BROADCAST_PAN, BROADCAST, false);
    const restUs = this.restUs;
    this.restUs = Math.min(restUs * 2, REST_MAX_US);
    this.rest(this.jitter(restUs));
  }

  private associate(beacon: HeardBeacon): void {
    this.state = JoinState.ASSOCIATING;
    this.mac.attach(beacon.channel, beacon.panId, BROADCAST, this.rxOn);
    const request = {
      type: MacType.COMMAND,
      ackRequest: true,
      destinationPan: beacon.panId,
      destination: beacon.source,
      sourcePan: BROADCAST_PAN,
      source: this.mac.eui64,
      payload: Buffer.from([MacCommand.ASSOCIATION_REQUEST, this.capability]),
    };
    this.mac.send(request, (status) => {
      if (this.state !== JoinState.ASSOCIATING || this.current !== beacon) return;
      if (status !== TxStatus.OK) {
        this.tryNext();
        return;
      }
      this.polls = ASSOCIATION_POLLS;
      this.timer = this.world.schedule(RESPONSE_WAIT_US, () => this.pollForAnswer());
    });
  }

  /** Asks for what the parent holds until the state changes or patience ends. */
  private pollForAnswer(): void {
    const { state, current } = this;
    if (current === undefined) return;
    if (this.polls-- <= 0) {
      this.unanswered();
      return;
    }
    this.mac.poll(current.source, () => {
      if (this.state !== state || this.current !== current) return;
      this.timer = this.world.schedule(POLL_US, () => this.pollForAnswer());
    });
  }

  private unanswered(): void {
    if (this.state === JoinState.ASSOCIATING) this.refuse(RefusalReason.SILENT);
    else if (this.state === JoinState.AWAITING_KEY) this.refuse(RefusalReason.NO_KEY);
    else this.tryNext();
  }

  private associated(beacon: HeardBeacon, coordinator: bigint, short: number): void {
    this.world.cancel(this.timer);
    this.state = JoinState.AWAITING_KEY;
    this.memory.network = {
      extendedPanId: beacon.extendedPanId,
      panId: beacon.panId,
      channel: beacon.channel,
      parent: beacon.source,
      parentEui64: coordinator,
      short,
      depth: beacon.depth + 1,
    };
    this.settle(short);
    this.polls = Math.ceil(KEY_WAIT_US / POLL_US);
    this.pollForAnswer();
  }

  private refuse(reason: RefusalReason): void {
    this.refusals++;
    const beacon = this.current;
    if (beacon !== undefined) {
      this.refusedUntil.set(beacon.extendedPanId, this.world.now + REFUSED_US);
    }
    this.memory.forgetNetwork();
    this.user.refused(reason);
    // Who asks another router of the same network asks the same trust centre.
    if (reason !== RefusalReason.SILENT) {
      const refusing = beacon?.extendedPanId;
      this.candidates = this.candidates.filter((one) => one.extendedPanId !== refusing);
    }
    if (this.candidates.length > 0) {
      this.state = JoinState.SCANNING;
      this.tryNext();
      return;
    }
    this.mac.attach(this.mac.channel, BROADCAST_PAN, BROADCAST, false);
    const restUs = this.refusedRestUs;
    this.refusedRestUs = Math.min(restUs * 2, REFUSED_REST_MAX_US);
    this.rest(this.jitter(restUs));
  }

  private askRejoin(beacon: HeardBeacon): void {
    const known = this.memory.network;
    if (known === undefined) return;
    this.memory.network = {
      ...known,
      panId: beacon.panId,
      channel: beacon.channel,
      parent: beacon.source,
      parentEui64: undefined,
      depth: beacon.depth + 1,
    };
    this.settle(known.short);
    this.nwk.sendRejoinRequest(this.capability & ~MacCapability.ALLOCATE_ADDRESS, (ok) => {
      if (this.state !== JoinState.REJOINING || this.current !== beacon) return;
      if (!ok) {
        this.tryNext();
        return;
      }
      this.polls = ASSOCIATION_POLLS;
      this.pollForAnswer();
    });
  }

  private lookAsOrphan(): void {
    this.state = JoinState.ORPHAN_SCANNING;
    this.mac.orphanScan(this.mac.channels, (found) => {
      const known = this.memory.network;
      if (found === undefined || known === undefined) {
        this.failedRejoins++;
        this.rest(this.jitter(this.restUs));
        return;
      }
      const { panId, channel, short, coordinator: parent } = found;
      const parentEui64 = undefined;
      this.memory.network = { ...known, panId, channel, short, parent, parentEui64 };
      this.settle(short);
      this.joined(true);
    });
  }

  private joined(rejoined: boolean): void {
    this.world.cancel(this.timer);
    this.state = JoinState.JOINED;
    this.current = undefined;
    this.failedRejoins = 0;
    this.restUs = FIRST_REST_US;
    this.refusedRestUs = REFUSED_REST_US;
    if (rejoined) this.rejoins++;
    this.user.joined(rejoined);
  }

  private settle(short: number): void {
    const network = this.memory.network;
    if (network === undefined) return;
    this.mac.attach(network.channel, network.panId, short, this.rxOn);
  }

  private get rxOn(): boolean {
    return (this.capability & MacCapability.RX_ON_WHEN_IDLE) !== 0;
  }

  private get routes(): boolean {
    return (this.capability & MacCapability.FULL_FUNCTION) !== 0;
  }

  /** Three to five quarters of `us`: after an outage not all come at once. */
  private jitter(us: number): number {
    return Math.round(us * (0.75 + this.random.float() / 2));
  }
}

/** The better parent first: a good link, few hops, then the better link. */
function byParentage(a: HeardBeacon, b: HeardBeacon): number {
  return rankOf(a) - rankOf(b) || a.depth - b.depth || b.lqi - a.lqi;
}

function rankOf({ lqi }: HeardBeacon): number {
  const cost = costOf(lqi);
  return cost <= GOOD_COST ? 0 : cost;
}
