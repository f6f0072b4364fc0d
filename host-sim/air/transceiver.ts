// An IEEE 802.15.4 radio as hardware: CSMA-CA, acknowledgement, retries, address filter, frame
// pending by source match. The co-processor and every device of the house have one.
// @source IEEE 802.15.4-2006 clauses 7.5.1.4 (CSMA-CA), 7.5.6 (acknowledgement, retries)

import type { Random } from "../random";
import type { Event, World } from "../world";
import type { Air, Place, Station, Transmission } from "./air";
import {
  asksForAck,
  FrameType,
  isDataRequest,
  passesFilter,
  sourceAt,
  sourceIsExtended,
} from "./frame";
import { ACK_OCTETS, FRAME_MAX, MAX_RETRIES, NO_CHANNEL, type Phy } from "./phy";
import { TimeOnAir } from "./time-on-air";

export interface TransceiverConfig {
  panId: number;
  /** 0xffff: none. */
  short: number;
  /** Eight octets in radio order (least significant first). */
  eui64: Uint8Array;
  channel: number;
  /** Listens while it does not send. */
  rxOn: boolean;
  /** Takes frames that carry no destination. */
  coordinator: boolean;
  /** Everything that can be read comes to `onFrame`; nothing is acknowledged. */
  promiscuous: boolean;
}

export const enum TxStatus {
  /** Sent, and acknowledged where that was asked for. */
  OK = 0,
  NO_ACK = 1,
  /** The channel was busy at every attempt. */
  CHANNEL_ACCESS = 2,
  /** The radio was switched off or reset meanwhile. */
  ABORTED = 3,
}

export interface TransmitOptions {
  /** False: no carrier sensing, sent after one turnaround. Default true. */
  readonly csma?: boolean;
  readonly maxBackoffs?: number;
  readonly maxRetries?: number;
}

/** `framePending`: the acknowledgement's bit. */
export type TransmitDone = (status: TxStatus, framePending: boolean) => void;

/** `frame` is shared with every receiver: read it, never write it. `length` excludes the FCS. */
export type FrameListener = (frame: Uint8Array, length: number, rssi: number, lqi: number) => void;

const enum State {
  IDLE = 0,
  BACKOFF = 1,
  TURNAROUND = 2,
  SENDING = 3,
  ACK_WAIT = 4,
}

export class Transceiver implements Station {
  readonly id: number;
  /** Called for each frame that passes the filter, except acknowledgements. */
  onFrame: FrameListener = () => {};
  /** The frame pending bit of the acknowledgement sent last, for `onFrame` of that frame. */
  ackedWithPending = false;
  /** How the acknowledgement of our own frame was heard, for its `TransmitDone`. */
  ackRssi = 0;
  ackLqi = 0;
  hears: number = NO_CHANNEL;
  hearsSince = 0;

  private readonly world: World;
  private readonly random: Random;
  private readonly config: TransceiverConfig = {
    panId: 0xffff,
    short: 0xffff,
    eui64: new Uint8Array(8),
    channel: NO_CHANNEL,
    rxOn: false,
    coordinator: false,
    promiscuous: false,
  };
  private state: State = State.IDLE;
  private event: Event | undefined;
  private frame = new Uint8Array(0);
  private length = 0;
  private done: TransmitDone = () => {};
  private csma = true;
  private maxBackoffs = 0;
  private maxRetries: number = MAX_RETRIES;
  private backoffs = 0;
  private choices = 0;
  private retries = 0;
  /** An acknowledgement of ours is due or on air. */
  private acking = false;
  private readonly ack = new Uint8Array(ACK_OCTETS);
  private matching = true;
  private readonly pending = new Set<string>();
  private rxTotalUs = 0;
  private readonly onAir: TimeOnAir;

  /** @param place metres; it may be an object whose coordinates change */
  constructor(
    private readonly air: Air,
    readonly name: string,
    readonly place: Place,
  ) {
    this.world = air.world;
    this.id = air.stationCount;
    this.onAir = new TimeOnAir(air.phy.onAirPerHourUs);
    this.config.channel = air.phy.firstChannel;
    this.random = air.world.random.fork(`transceiver ${this.id} ${name}`);
    air.add(this);
  }

  /** Changes what is named; the rest stays. */
  configure(config: Partial<TransceiverConfig>): void {
    Object.assign(this.config, config);
    if (config.eui64 !== undefined) this.config.eui64 = config.eui64.slice();
    this.listen();
  }

  get phy(): Phy {
    return this.air.phy;
  }

  get channel(): number {
    return this.config.channel;
  }

  /** Its address in radio order. */
  get eui64(): Uint8Array {
    return this.config.eui64;
  }

  get busy(): boolean {
    return this.state !== State.IDLE;
  }

  /**
   * Sends one frame of `length` octets without FCS, at most 125. One at a time: `busy` before is a
   * defect of the caller. With the ack request bit it waits, and tries again up to `maxRetries`.
   * `done` is called once, never within this call.
   */
  transmit(frame: Uint8Array, length: number, options: TransmitOptions, done: TransmitDone): void {
    if (this.state !== State.IDLE) throw new Error(`${this.name}: transmit while busy`);
    if (length < 3 || length > FRAME_MAX) throw new Error(`${this.name}: ${length} octets`);
    this.frame = frame.slice(0, length);
    this.length = length;
    this.done = done;
    this.csma = options.csma ?? true;
    this.maxBackoffs = options.maxBackoffs ?? this.air.phy.maxBackoffs;
    this.maxRetries = options.maxRetries ?? MAX_RETRIES;
    this.retries = 0;
    this.attempt();
  }

  /** Forgets the frame under way; its `done` is called with `ABORTED`. */
  abort(): void {
    if (this.state === State.IDLE) return;
    this.world.cancel(this.event);
    this.finish(TxStatus.ABORTED, false);
  }

  /** Whether acknowledgements to data requests of this address (2 or 8 octets) say "pending". */
  setPending(address: Uint8Array, pending: boolean): void {
    const key = addressKey(address, 0, address.length);
    if (pending) this.pending.add(key);
    else this.pending.delete(key);
  }

  /** Removes all addresses of this length, 2 or 8. */
  clearPending(octets: number): void {
    for (const key of [...this.pending]) if (key.length === octets) this.pending.delete(key);
  }

  /** Without source match every acknowledgement to a data request says "pending". */
  matchSources(on: boolean): void {
    this.matching = on;
  }

  /** Measures `channel` for `durationUs` and gives the strongest energy in dBm. */
  measureEnergy(channel: number, durationUs: number, done: (dbm: number) => void): void {
    this.world.schedule(durationUs, () =>
      done(Math.round(this.air.energy(this, channel, durationUs))),
    );
  }

  /** Microseconds spent listening and sending so far. */
  energy(): { rxUs: number; txUs: number } {
    const open = this.hears === NO_CHANNEL ? 0 : this.world.now - this.hearsSince;
    return { rxUs: this.rxTotalUs + open, txUs: this.onAir.totalUs };
  }

  wants({ bytes, type }: Transmission): boolean {
    if (type === FrameType.ACK) return this.state === State.ACK_WAIT && bytes[2] === this.frame[2];
    return this.config.promiscuous || (type >= 0 && passesFilter(bytes, this.config));
  }

  heard({ bytes, length, type }: Transmission, rssi: number, lqi: number): void {
    if (type === FrameType.ACK) {
      this.ackRssi = rssi;
      this.ackLqi = lqi;
      this.heardAck(bytes);
      return;
    }
    this.ackedWithPending = false;
    const acks = !this.config.promiscuous && type !== FrameType.BEACON && asksForAck(bytes);
    if (acks) this.acknowledge(bytes, length);
    this.onFrame(bytes, length, rssi, lqi);
  }

  private attempt(): void {
    this.backoffs = 0;
    this.choices = this.air.phy.firstBackoffs;
    if (this.csma) this.backOff();
    else this.turnAround();
  }

  private backOff(): void {
    this.state = State.BACKOFF;
    const { backoffUs, ccaUs } = this.air.phy;
    const delayUs = this.random.below(this.choices) * backoffUs + ccaUs;
    this.event = this.world.schedule(delayUs, () => this.sense());
  }

  private sense(): void {
    const { phy } = this.air;
    const mayStart = !this.acking && this.onAir.isAllowed(this.world.now);
    if (mayStart && !this.air.busy(this, this.config.channel, phy.ccaUs)) {
      this.turnAround();
      return;
    }
    this.backoffs++;
    this.choices = Math.min(this.choices * 2, phy.lastBackoffs);
    if (this.backoffs > this.maxBackoffs) this.finish(TxStatus.CHANNEL_ACCESS, false);
    else this.backOff();
  }

  private turnAround(): void {
    this.state = State.TURNAROUND;
    this.listen();
    this.event = this.world.schedule(this.air.phy.turnaroundUs, () => this.send());
  }

  private send(): void {
    // Only without carrier sensing: an acknowledgement of ours is still under way.
    if (this.acking) {
      this.turnAround();
      return;
    }
    this.state = State.SENDING;
    const sent = this.air.transmit(this, this.config.channel, this.frame, this.length);
    this.onAir.add(sent.startUs, sent.endUs);
    this.event = this.world.at(sent.endUs, () => this.sent());
  }

  private sent(): void {
    if (!asksForAck(this.frame)) {
      this.finish(TxStatus.OK, false);
      return;
    }
    this.state = State.ACK_WAIT;
    this.listen();
    this.event = this.world.schedule(this.air.phy.ackWaitUs, () => this.unanswered());
  }

  private unanswered(): void {
    if (this.retries >= this.maxRetries) {
      this.finish(TxStatus.NO_ACK, false);
      return;
    }
    this.retries++;
    this.attempt();
  }

  private heardAck(bytes: Uint8Array): void {
    this.world.cancel(this.event);
    this.finish(TxStatus.OK, (bytes[0]! & 0x10) !== 0);
  }

  private finish(status: TxStatus, framePending: boolean): void {
    this.state = State.IDLE;
    this.event = undefined;
    this.listen();
    this.done(status, framePending);
  }

  private acknowledge(bytes: Uint8Array, length: number): void {
    // Half-duplex: a frame of our own that is about to leave leaves, and its peer tries again.
    if (this.acking || this.state === State.TURNAROUND || this.state === State.SENDING) return;
    const pending = isDataRequest(bytes, length) && this.isPending(bytes);
    this.ackedWithPending = pending;
    this.ack[0] = FrameType.ACK | (pending ? 0x10 : 0);
    this.ack[1] = 0;
    this.ack[2] = bytes[2]!;
    const channel = this.config.channel;
    this.acking = true;
    this.listen();
    this.world.schedule(this.air.phy.turnaroundUs, () => {
      const sent = this.air.transmit(this, channel, this.ack, ACK_OCTETS);
      this.onAir.add(sent.startUs, sent.endUs);
      this.world.at(sent.endUs, () => {
        this.acking = false;
        this.listen();
      });
    });
  }

  private isPending(bytes: Uint8Array): boolean {
    if (!this.matching) return true;
    const at = sourceAt(bytes);
    if (at === 0) return false;
    return this.pending.has(addressKey(bytes, at, sourceIsExtended(bytes) ? 8 : 2));
  }

  /** Brings `hears` in line with what the radio does now, and keeps account of its time. */
  private listen(): void {
    const waits = this.state === State.ACK_WAIT;
    const deaf = this.acking || this.state === State.TURNAROUND || this.state === State.SENDING;
    const hears = !deaf && (this.config.rxOn || waits) ? this.config.channel : NO_CHANNEL;
    if (hears === this.hears) return;
    if (this.hears !== NO_CHANNEL) this.rxTotalUs += this.world.now - this.hearsSince;
    this.hears = hears;
    this.hearsSince = this.world.now;
  }
}

function addressKey(bytes: Uint8Array, at: number, octets: number): string {
  let key = "";
  for (let i = 0; i < octets; i++) key += String.fromCharCode(bytes[at + i]!);
  return key;
}
