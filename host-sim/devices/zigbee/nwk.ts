// The network layer of an end device: everything goes to and comes from its parent.
// @source Zigbee specification 05-3474-22 clauses 3.6.2, 3.6.5, 3.6.10, 4.3.1

import { TxStatus } from "../../air/transceiver";
import type { Random } from "../../random";
import type { World } from "../../world";
import type { Mac } from "./mac";
import { type MacFrame, MacType } from "./mac-frame";
import type { NodeMemory } from "./memory";
import {
  decodeNwk,
  encodeNwk,
  LeaveOption,
  NwkBroadcast,
  NwkCommand,
  type NwkFrame,
  NwkType,
  openNwk,
  type ReceivedNwk,
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

export interface NwkCounts {
  sent: number;
  failed: number;
  received: number;
  /** Frames that did not open, had an old frame counter, or should have been secured. */
  refused: number;
}

export class Nwk {
  readonly counts: NwkCounts = { sent: 0, failed: 0, received: 0, refused: 0 };
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

  /** Sends an APS frame; `done` says whether the parent's radio has it. */
  sendData(destination: number, payload: Buffer, done: (ok: boolean) => void): boolean {
    return this.send(NwkType.DATA, destination, undefined, payload, done);
  }

  /** Sends a network command to the parent, secured. */
  sendCommand(payload: Buffer, done: (ok: boolean) => void): boolean {
    const network = this.memory.network;
    if (network === undefined) return false;
    return this.send(NwkType.COMMAND, network.parent, network.parentEui64, payload, done);
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

  receive(frame: MacFrame): void {
    const nwk = decodeNwk(frame.payload);
    const short = this.memory.network?.short ?? this.mac.short;
    if (nwk.destination !== short && nwk.destination < NwkBroadcast.FIRST) return;
    if (nwk.destination >= NwkBroadcast.FIRST && this.isEcho(nwk)) return;
    if (nwk.secured === undefined) {
      this.receiveUnsecured(nwk);
      return;
    }
    const plain = this.open(nwk);
    if (plain === undefined) {
      this.counts.refused++;
      return;
    }
    this.counts.received++;
    if (nwk.type === NwkType.DATA) {
      this.user.nwkData(nwk.source, nwk.secured.sender, plain, true);
    } else {
      this.receiveCommand(nwk, plain);
    }
  }

  private send(
    type: NwkType,
    destination: number,
    destinationEui64: bigint | undefined,
    payload: Buffer,
    done: (ok: boolean) => void,
  ): boolean {
    const network = this.memory.network;
    const key = this.memory.networkKey;
    if (network === undefined || key === undefined) return false;
    const frame: NwkFrame = {
      type,
      destination,
      source: network.short,
      radius: type === NwkType.COMMAND ? 1 : RADIUS,
      sequence: this.sequence,
      destinationEui64,
      sourceEui64: type === NwkType.COMMAND ? this.mac.eui64 : undefined,
      endDeviceInitiator: true,
      payload,
    };
    this.sequence = (this.sequence + 1) & 0xff;
    const octets = encodeNwk(frame, {
      key: key.key,
      keySequence: key.sequence,
      frameCounter: this.memory.nextFrameCounter(),
      eui64: this.mac.eui64,
    });
    return this.transmit(network.parent, network.short, octets, done);
  }

  /** An end device gives its broadcasts to its parent, which spreads them. */
  private transmit(
    parent: number,
    short: number,
    payload: Buffer,
    done: (ok: boolean) => void,
  ): boolean {
    const frame = {
      type: MacType.DATA,
      ackRequest: true,
      destinationPan: this.mac.panId,
      destination: parent,
      sourcePan: this.mac.panId,
      source: short,
      payload,
    };
    return this.mac.send(frame, (status) => {
      const ok = status === TxStatus.OK;
      if (ok) this.counts.sent++;
      else this.counts.failed++;
      done(ok);
      if (status !== TxStatus.ABORTED) this.parentHeard(ok);
    });
  }

  /** Without security only the frame that brings the network key may come, before there is one. */
  private receiveUnsecured(nwk: ReceivedNwk): void {
    if (nwk.type === NwkType.DATA && this.memory.networkKey === undefined) {
      this.user.nwkData(nwk.source, nwk.sourceEui64, nwk.payload, false);
    } else {
      this.counts.refused++;
    }
  }

  private open(nwk: ReceivedNwk): Buffer | undefined {
    const key = this.memory.networkKey;
    const secured = nwk.secured;
    if (key === undefined || secured === undefined) return undefined;
    if (secured.keySequence !== key.sequence) return undefined;
    const plain = openNwk(nwk, key.key);
    if (plain === undefined) return undefined;
    return this.memory.takeIncoming(secured.sender, secured.frameCounter) ? plain : undefined;
  }

  private receiveCommand(nwk: ReceivedNwk, plain: Buffer): void {
    const read = new OctetReader(plain);
    const command = read.u8();
    if (command !== NwkCommand.LEAVE) {
      this.user.nwkCommand(command, nwk, read);
      return;
    }
    const options = read.u8();
    const fromParent = nwk.source === this.memory.network?.parent;
    if ((options & LeaveOption.REQUEST) !== 0 && fromParent) {
      this.user.toldToLeave((options & LeaveOption.REJOIN) !== 0);
    } else if (fromParent) {
      this.user.parentLost();
    }
  }

  private isEcho(nwk: ReceivedNwk): boolean {
    const key = nwk.source * 256 + nwk.sequence;
    const now = this.world.now;
    if ((this.broadcasts.get(key) ?? 0) > now) return true;
    for (const [old, until] of this.broadcasts) if (until <= now) this.broadcasts.delete(old);
    this.broadcasts.set(key, now + BROADCAST_US);
    return false;
  }
}
