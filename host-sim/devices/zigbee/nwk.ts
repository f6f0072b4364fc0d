// The network layer: frames, their security, broadcasts. An end device gives everything to its
// parent; a router has a `Routing` that knows where frames go.
// @source Zigbee specification 05-3474-22 clauses 3.6.2, 3.6.5, 3.6.10, 4.3.1

import { TxStatus } from "../../air/transceiver";
import type { Random } from "../../random";
import type { World } from "../../world";
import type { Mac } from "./mac";
import { BROADCAST, type MacFrame, MacType } from "./mac-frame";
import type { NodeMemory } from "./memory";
import {
  COORDINATOR,
  decodeNwk,
  encodeNwk,
  LeaveOption,
  NwkBroadcast,
  NwkCommand,
  type NwkFrame,
  NwkType,
  openNwk,
  type ReceivedNwk,
  type SourceRoute,
} from "./nwk-frame";
import { OctetReader, OctetWriter } from "./octets";

/** Twice the depth of a network, as new frames start with. */
const RADIUS = 30;
/** Failures in a row after which the parent counts as lost. A radio that restarts takes seconds. */
const LOST_AFTER = 8;
/** How long a broadcast's echoes are recognised: nwkNetworkBroadcastDeliveryTime. */
const BROADCAST_US = 9_000_000;

export interface NwkUser {
  /** `secured`: opened with the network key, and not a replay. */
  nwkData(source: number, sender: bigint | undefined, payload: Buffer, secured: boolean): void;
  nwkCommand(command: number, frame: ReceivedNwk, read: OctetReader): void;
  parentLost(): void;
  /** The trust centre or the parent told this device to leave. */
  toldToLeave(rejoin: boolean): void;
}

/** What makes a router of a node. */
export interface Routing {
  /** Sends a frame of ours on its way; false: there is no room for it. */
  send(frame: NwkFrame, done: (ok: boolean) => void): boolean;
  /** A frame that opened; true: it is for us, whoever else it is for. */
  received(frame: ReceivedNwk, plain: Buffer, from: number, lqi: number): boolean;
}

/** What a frame of our own may have besides its destination and its payload. */
export interface FrameOptions {
  readonly radius?: number;
  readonly destinationEui64?: bigint | undefined;
  readonly route?: SourceRoute | undefined;
}

export interface NwkCounts {
  sent: number;
  failed: number;
  received: number;
  /** Frames that did not open, had an old frame counter, or should have been secured. */
  refused: number;
}

export class Nwk {
  readonly counts: NwkCounts = { sent: 0, failed: 0, received: 0, refused: 0 };
  routing: Routing | undefined;
  private sequence: number;
  private failures = 0;
  private readonly broadcasts = new Map<number, number>();

  constructor(
    private readonly world: World,
    private readonly mac: Mac,
    private readonly memory: NodeMemory,
    random: Random,
    private readonly user: NwkUser,
  ) {
    this.sequence = random.below(256);
  }

  /** Sends an APS frame; `done` says whether the radio next to us has it. */
  sendData(destination: number, payload: Buffer, done: (ok: boolean) => void): boolean {
    const frame = this.frame(NwkType.DATA, destination, payload, {});
    if (frame === undefined) return false;
    if (this.routing !== undefined) return this.routing.send(frame, done);
    return this.toParent(frame, done);
  }

  /** Sends a network command to the parent, secured. */
  sendCommand(payload: Buffer, done: (ok: boolean) => void): boolean {
    const network = this.memory.network;
    if (network === undefined) return false;
    const options = { radius: 1, destinationEui64: network.parentEui64 };
    const frame = this.frame(NwkType.COMMAND, network.parent, payload, options);
    return frame !== undefined && this.toParent(frame, done);
  }

  /** Tells everybody and forgets nothing: the caller does. */
  sendLeave(done: () => void): void {
    const payload = Buffer.from([NwkCommand.LEAVE, 0]);
    if (!this.sendCommand(payload, done)) done();
  }

  /** @source clause 3.4.6; the response comes as a command to `NwkUser` */
  sendRejoinRequest(capability: number, done: (ok: boolean) => void): boolean {
    return this.sendCommand(Buffer.from([NwkCommand.REJOIN_REQUEST, capability]), done);
  }

  /** @param timeout enumeration of table 3-44: 8 is 256 minutes */
  sendTimeoutRequest(timeout: number): void {
    const payload = new OctetWriter(3)
      .u8(NwkCommand.END_DEVICE_TIMEOUT_REQUEST)
      .u8(timeout)
      .u8(0)
      .done();
    this.sendCommand(payload, () => {});
  }

  /** A poll went unanswered, or was answered: the same account as for frames. */
  parentHeard(ok: boolean): void {
    if (ok) {
      this.failures = 0;
      return;
    }
    this.failures++;
    if (this.failures < LOST_AFTER) return;
    this.failures = 0;
    this.user.parentLost();
  }

  receive(frame: MacFrame, lqi: number): void {
    const nwk = decodeNwk(frame.payload);
    const short = this.memory.network?.short ?? this.mac.short;
    const isForAll = nwk.destination >= NwkBroadcast.FIRST;
    const mayConcern = isForAll
      ? nwk.destination !== NwkBroadcast.ROUTERS
      : nwk.destination === short;
    if (this.routing === undefined && !mayConcern) return;
    if (nwk.secured === undefined) {
      if (nwk.destination === short) this.receiveUnsecured(nwk);
      return;
    }
    const plain = this.open(nwk);
    if (plain === undefined) {
      this.counts.refused++;
      return;
    }
    if (this.routing === undefined && isForAll && this.isEcho(nwk)) return;
    this.counts.received++;
    const from = typeof frame.source === "number" ? frame.source : BROADCAST;
    if (this.routing?.received(nwk, plain, from, lqi) === false) return;
    if (nwk.type === NwkType.COMMAND) this.receiveCommand(nwk, plain);
    else this.user.nwkData(nwk.source, nwk.secured.sender, plain, true);
  }

  /** A frame of our own; undefined without a network. */
  frame(
    type: NwkType,
    destination: number,
    payload: Buffer,
    { radius = RADIUS, ...options }: FrameOptions,
  ): NwkFrame | undefined {
    const network = this.memory.network;
    if (network === undefined) return undefined;
    const sequence = this.sequence;
    this.sequence = (sequence + 1) & 0xff;
    return {
      type,
      destination,
      source: network.short,
      radius,
      sequence,
      destinationEui64: options.destinationEui64,
      sourceEui64: type === NwkType.COMMAND ? this.mac.eui64 : undefined,
      endDeviceInitiator: this.routing === undefined,
      route: options.route,
      payload,
    };
  }

  /** The frame as it leaves us: each hop secures it anew. Undefined without a key. */
  seal(frame: NwkFrame): Buffer | undefined {
    const key = this.memory.networkKey;
    if (key === undefined) return undefined;
    return encodeNwk(frame, {
      key: key.key,
      keySequence: key.sequence,
      frameCounter: this.memory.nextFrameCounter(),
      eui64: this.mac.eui64,
    });
  }

  /** Sends a frame to a radio next to us. */
  transmit(hop: number, frame: NwkFrame, done: (ok: boolean) => void): boolean {
    return this.put(hop, true, frame, (status) => {
      const ok = status === TxStatus.OK;
      if (ok) this.counts.sent++;
      else this.counts.failed++;
      done(ok);
    });
  }

  /** Sends a frame to all that hear us. */
  broadcast(frame: NwkFrame): boolean {
    return this.put(BROADCAST, false, frame, () => {});
  }

  /** An end device gives its broadcasts to its parent, which spreads them, and hears them again. */
  private toParent(frame: NwkFrame, done: (ok: boolean) => void): boolean {
    const network = this.memory.network;
    if (network === undefined) return false;
    if (frame.destination >= NwkBroadcast.FIRST) this.isEcho(frame);
    return this.put(network.parent, true, frame, (status) => {
      const ok = status === TxStatus.OK;
      if (ok) this.counts.sent++;
      else this.counts.failed++;
      done(ok);
      if (status !== TxStatus.ABORTED) this.parentHeard(ok);
    });
  }

  private put(
    destination: number,
    ackRequest: boolean,
    frame: NwkFrame,
    done: (status: TxStatus) => void,
  ): boolean {
    const payload = this.seal(frame);
    const network = this.memory.network;
    if (payload === undefined || network === undefined) return false;
    return this.mac.send(
      {
        type: MacType.DATA,
        ackRequest,
        destinationPan: this.mac.panId,
        destination,
        sourcePan: this.mac.panId,
        source: network.short,
        payload,
      },
      done,
    );
  }

  /** Without security only the frame that brings the network key may come, before there is one. */
  private receiveUnsecured(nwk: ReceivedNwk): void {
    if (nwk.type === NwkType.DATA && this.memory.networkKey === undefined) {
      this.user.nwkData(nwk.source, nwk.sourceEui64, nwk.payload, false);
    } else {
      this.counts.refused++;
    }
  }

  /** A genuine frame under the next key says that the network has switched. */
  private open(nwk: ReceivedNwk): Buffer | undefined {
    const { memory } = this;
    const secured = nwk.secured;
    if (secured === undefined) return undefined;
    const { keySequence, sender, frameCounter } = secured;
    const key = memory.keyOf(keySequence);
    if (key === undefined) return undefined;
    const plain = openNwk(nwk, key.key);
    if (plain === undefined || !memory.takeIncoming(sender, frameCounter, keySequence)) {
      return undefined;
    }
    memory.switchKey(keySequence);
    return plain;
  }

  private receiveCommand(nwk: ReceivedNwk, plain: Buffer): void {
    const read = new OctetReader(plain);
    const command = read.u8();
    const fromParent = nwk.source === this.memory.network?.parent;
    const isOrder = fromParent || nwk.source === COORDINATOR;
    if (command !== NwkCommand.LEAVE || !isOrder) {
      this.user.nwkCommand(command, nwk, read);
      return;
    }
    const options = read.u8();
    if ((options & LeaveOption.REQUEST) !== 0) {
      this.user.toldToLeave((options & LeaveOption.REJOIN) !== 0);
    } else if (fromParent) {
      this.user.parentLost();
    }
  }

  private isEcho(nwk: NwkFrame): boolean {
    const key = nwk.source * 256 + nwk.sequence;
    const now = this.world.now;
    if ((this.broadcasts.get(key) ?? 0) > now) return true;
    for (const [old, until] of this.broadcasts) if (until <= now) this.broadcasts.delete(old);
    this.broadcasts.set(key, now + BROADCAST_US);
    return false;
  }
}
