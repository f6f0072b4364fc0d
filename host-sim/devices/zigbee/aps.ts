// The application support sub-layer: acknowledged delivery, duplicates, and fragmentation by
// `aps-sender.ts` and `aps-assembler.ts`.
// @source Zigbee specification 05-3474-22 clauses 2.2.8.4, 4.4.1

import type { Random } from "../../random";
import type { World } from "../../world";
import { ApsAssembler } from "./aps-assembler";
import {
  ApsDelivery,
  type ApsFrame,
  type ApsSecurity,
  ApsType,
  ackOf,
  decodeAps,
  encodeAps,
  encodeSecuredCommand,
  type ReceivedAps,
} from "./aps-frame";
import { ApsSender } from "./aps-sender";
import type { Nwk } from "./nwk";
import { NwkBroadcast } from "./nwk-frame";

/** How long a counter is remembered: longer than all tries of its sender take. */
const DUPLICATE_US = 10_000_000;

export interface ApsMessage {
  readonly destination: number;
  readonly destinationEndpoint: number;
  readonly cluster: number;
  readonly profile: number;
  readonly sourceEndpoint: number;
  readonly payload: Buffer;
}

export interface ReceivedMessage extends ApsMessage {
  readonly source: number;
  readonly broadcast: boolean;
}

export interface ApsUser {
  apsMessage(message: ReceivedMessage): void;
  /** A secured command, or one that came without network security; it opens and judges it. */
  apsCommand(source: number, sender: bigint | undefined, frame: ReceivedAps): void;
  /** A message was acknowledged, or given up. */
  apsFate(ok: boolean): void;
}

export interface ApsCounts {
  sent: number;
  retries: number;
  undelivered: number;
  duplicates: number;
  fragmentedIn: number;
  fragmentedOut: number;
}

export class Aps {
  readonly counts: ApsCounts = {
    sent: 0,
    retries: 0,
    undelivered: 0,
    duplicates: 0,
    fragmentedIn: 0,
    fragmentedOut: 0,
  };
  private counter: number;
  private readonly seen = new Map<number, number>();
  private readonly sender: ApsSender;
  private readonly assembler: ApsAssembler;

  constructor(
    private readonly world: World,
    private readonly nwk: Nwk,
    random: Random,
    private readonly user: ApsUser,
  ) {
    this.counter = random.below(256);
    this.sender = new ApsSender(world, nwk, this.counts, (ok) => user.apsFate(ok));
    this.assembler = new ApsAssembler(world, (to, frame) => this.transmit(to, frame));
  }

  /** Frames wait for an acknowledgement, or blocks for others: a sleeping device stays awake. */
  get busy(): boolean {
    return this.sender.busy || this.assembler.busy;
  }

  reset(): void {
    this.sender.reset();
    this.assembler.reset();
    this.seen.clear();
  }

  /** Sends to one device with acknowledgement, fragmented where needed, or to all without. */
  send(message: ApsMessage, done: (ok: boolean) => void): void {
    this.counter = (this.counter + 1) & 0xff;
    this.counts.sent++;
    const broadcast = message.destination >= NwkBroadcast.FIRST;
    const frame: ApsFrame = {
      type: ApsType.DATA,
      delivery: broadcast ? ApsDelivery.BROADCAST : ApsDelivery.UNICAST,
      ackFormat: false,
      ackRequest: !broadcast,
      destinationEndpoint: message.destinationEndpoint,
      cluster: message.cluster,
      profile: message.profile,
      sourceEndpoint: message.sourceEndpoint,
      counter: this.counter,
      block: undefined,
      payload: message.payload,
    };
    if (broadcast) {
      if (!this.nwk.sendData(message.destination, encodeAps(frame), done)) {
        this.world.schedule(0, () => done(false));
      }
    } else {
      this.sender.send(message.destination, frame, done);
    }
  }

  /** An APS command without security of its own, inside network security. */
  sendCommand(destination: number, payload: Buffer): void {
    this.counter = (this.counter + 1) & 0xff;
    this.transmit(destination, {
      type: ApsType.COMMAND,
      delivery: ApsDelivery.UNICAST,
      ackFormat: false,
      ackRequest: false,
      destinationEndpoint: 0,
      cluster: 0,
      profile: 0,
      sourceEndpoint: 0,
      counter: this.counter,
      block: undefined,
      payload,
    });
  }

  /** An APS command secured under a link key, inside network security. */
  sendSecuredCommand(destination: number, payload: Buffer, security: ApsSecurity): void {
    this.counter = (this.counter + 1) & 0xff;
    this.nwk.sendData(destination, encodeSecuredCommand(this.counter, payload, security), () => {});
  }

  receive(source: number, sender: bigint | undefined, octets: Buffer, secured: boolean): void {
    const frame = decodeAps(octets);
    if (frame.type === ApsType.COMMAND) {
      if (secured && frame.ackRequest) this.acknowledgeCommand(source, frame);
      this.user.apsCommand(source, sender, frame);
      return;
    }
    if (!secured) return;
    if (frame.type === ApsType.ACK) {
      this.sender.acknowledged(source, frame);
      return;
    }
    // Application frames under a link key are not agreed with anybody yet.
    if (frame.secured !== undefined) return;
    this.receiveData(source, frame);
  }

  private receiveData(source: number, frame: ReceivedAps): void {
    if (frame.block !== undefined) {
      const whole = this.assembler.receive(source, frame);
      if (whole === undefined) return;
      this.counts.fragmentedIn++;
      this.deliver(source, frame, whole);
      return;
    }
    if (frame.ackRequest && frame.delivery === ApsDelivery.UNICAST) {
      this.transmit(source, ackOf(frame));
    }
    if (this.isDuplicate(source, frame.counter)) {
      this.counts.duplicates++;
      return;
    }
    this.deliver(source, frame, frame.payload);
  }

  private deliver(source: number, frame: ReceivedAps, payload: Buffer): void {
    this.user.apsMessage({
      source,
      destination: 0,
      broadcast: frame.delivery !== ApsDelivery.UNICAST,
      destinationEndpoint: frame.destinationEndpoint,
      cluster: frame.cluster,
      profile: frame.profile,
      sourceEndpoint: frame.sourceEndpoint,
      payload,
    });
  }

  private acknowledgeCommand(source: number, frame: ReceivedAps): void {
    this.transmit(source, { ...ackOf(frame), ackFormat: true });
  }

  private transmit(destination: number, frame: ApsFrame): void {
    this.nwk.sendData(destination, encodeAps(frame), () => {});
  }

  private isDuplicate(source: number, counter: number): boolean {
    const key = source * 256 + counter;
    const now = this.world.now;
    if ((this.seen.get(key) ?? 0) > now) return true;
    // Old ones go now and then, so that the map stays as small as the traffic of ten seconds.
    if (this.seen.size > 64) {
      for (const [old, until] of this.seen) if (until <= now) this.seen.delete(old);
    }
    this.seen.set(key, now + DUPLICATE_US);
    return false;
  }
}
