// The MAC of an end device above the radio: a queue of frames, active and orphan scans, polling.
// Acknowledgement, CSMA-CA and retries are the transceiver's.
// @source IEEE 802.15.4-2006 clauses 7.5.2, 7.5.3, 7.5.6.3

import { type Transceiver, TxStatus } from "../../air/transceiver";
import type { Random } from "../../random";
import type { Event, World } from "../../world";
import {
  type Beacon,
  BROADCAST,
  BROADCAST_PAN,
  decodeBeacon,
  decodeMac,
  encodeMac,
  type MacAddress,
  MacCommand,
  type MacFrame,
  MacType,
} from "./mac-frame";
import { MalformedFrame, OctetReader, OctetWriter } from "./octets";

/** Scan duration 3: 960 symbols of 16 us, times 2^3 + 1. */
const SCAN_US = 138_240;
/** macResponseWaitTime, 32 times 960 symbols. */
export const RESPONSE_WAIT_US = 491_520;
/** How long to listen after an acknowledgement that said "pending". */
const PENDING_WAIT_US = 100_000;
/** More cannot wait in one device: a router passes frames on faster than they come. */
const QUEUE_MAX = 32;

export interface HeardBeacon extends Beacon {
  readonly channel: number;
  readonly lqi: number;
}

export const enum PollResult {
  /** The parent holds nothing. */
  EMPTY = 0,
  /** It sent a frame, and has no more. */
  RECEIVED = 1,
  /** It sent a frame and has more. */
  MORE = 2,
  /** It said it holds something and did not send it. */
  SILENT = 3,
  /** No acknowledgement: the parent does not hear us. */
  FAILED = 4,
}

/** What a coordinator tells an orphan. @source clause 7.3.8 */
export interface Realignment {
  readonly panId: number;
  readonly coordinator: number;
  readonly channel: number;
  readonly short: number;
}

interface Waiting {
  readonly octets: Buffer;
  readonly done: (status: TxStatus, pending: boolean) => void;
}

export interface MacUser {
  /** A beacon that was not asked for by a scan. */
  macBeacon(beacon: Beacon): void;
  macData(frame: MacFrame, lqi: number): void;
  macCommand(command: number, frame: MacFrame, octets: OctetReader, lqi: number): void;
}

export class Mac {
  panId = BROADCAST_PAN;
  short = BROADCAST;
  malformed = 0;
  private channelNow: number;
  private rxOn = false;
  private awake = false;
  private sequence: number;
  private readonly queue: Waiting[] = [];
  private beacons: HeardBeacon[] | undefined;
  private realignment: ((found: Realignment) => void) | undefined;
  private polling: { event: Event; done: (result: PollResult) => void } | undefined;

  constructor(
    private readonly world: World,
    readonly radio: Transceiver,
    readonly eui64: bigint,
    random: Random,
    private readonly user: MacUser,
  ) {
    this.sequence = random.below(256);
    this.channelNow = radio.phy.firstChannel;
    radio.configure({
      eui64: new OctetWriter(8).u64(eui64).done(),
      panId: BROADCAST_PAN,
      short: BROADCAST,
      rxOn: false,
    });
    radio.onFrame = (frame, length, _rssi, lqi) => this.receive(frame, length, lqi);
  }

  /** All that the radio can be tuned to. */
  get channels(): readonly number[] {
    const { firstChannel, lastChannel } = this.radio.phy;
    return Array.from({ length: lastChannel - firstChannel + 1 }, (_, i) => firstChannel + i);
  }

  get channel(): number {
    return this.channelNow;
  }

  /** Tunes in; `rxOn` false: the receiver is off but for polls. */
  attach(channel: number, panId: number, short: number, rxOn: boolean): void {
    this.channelNow = channel;
    this.panId = panId;
    this.short = short;
    this.rxOn = rxOn;
    this.configure();
  }

  /** Power off: what waits is forgotten. */
  detach(): void {
    this.queue.length = 0;
    this.beacons = undefined;
    this.realignment = undefined;
    this.world.cancel(this.polling?.event);
    this.polling = undefined;
    this.awake = false;
    this.attach(this.channelNow, BROADCAST_PAN, BROADCAST, false);
    this.radio.abort();
  }

  /** Queues a frame; `done` comes with its fate, unless `detach` came first. */
  send(
    frame: Omit<MacFrame, "sequence" | "pending"> & { readonly pending?: boolean },
    done: (status: TxStatus, pending: boolean) => void,
  ): boolean {
    if (this.queue.length >= QUEUE_MAX) return false;
    const octets = encodeMac({ pending: false, ...frame, sequence: this.sequence });
    this.sequence = (this.sequence + 1) & 0xff;
    this.queue.push({ octets, done });
    if (this.queue.length === 1) this.next();
    return true;
  }

  /** Asks the parent for one frame. One at a time. */
  poll(parent: number, done: (result: PollResult) => void): void {
    const named = this.short < 0xfffe;
    this.send(
      {
        type: MacType.COMMAND,
        ackRequest: true,
        destinationPan: this.panId,
        destination: parent,
        sourcePan: this.panId,
        source: named ? this.short : this.eui64,
        payload: Buffer.from([MacCommand.DATA_REQUEST]),
      },
      (status, pending) => {
        if (status !== TxStatus.OK) done(PollResult.FAILED);
        else if (!pending) done(PollResult.EMPTY);
        else this.awaitFrame(done);
      },
    );
  }

  /** An active scan of `channels`. The network attached to is left until `attach` comes again. */
  scan(channels: readonly number[], done: (beacons: HeardBeacon[]) => void): void {
    const found: HeardBeacon[] = [];
    this.beacons = found;
    const request = {
      type: MacType.COMMAND,
      ackRequest: false,
      destinationPan: BROADCAST_PAN,
      destination: BROADCAST,
      sourcePan: undefined,
      source: undefined,
      payload: Buffer.from([MacCommand.BEACON_REQUEST]),
    };
    this.sweep(
      channels,
      request,
      SCAN_US,
      () => this.beacons === found,
      () => {
        // After `detach` nobody waits for it any more.
        if (this.beacons !== found) return;
        this.beacons = undefined;
        done(found);
      },
    );
  }

  /** Asks on every channel whether a former parent remembers this device. */
  orphanScan(channels: readonly number[], done: (found: Realignment | undefined) => void): void {
    let answer: Realignment | undefined;
    const listener = (found: Realignment): void => {
      answer ??= found;
    };
    this.realignment = listener;
    const notification = {
      type: MacType.COMMAND,
      ackRequest: false,
      destinationPan: BROADCAST_PAN,
      destination: BROADCAST,
      sourcePan: BROADCAST_PAN,
      source: this.eui64,
      payload: Buffer.from([MacCommand.ORPHAN_NOTIFICATION]),
    };
    const goesOn = (): boolean => this.realignment === listener && answer === undefined;
    this.sweep(channels, notification, RESPONSE_WAIT_US, goesOn, () => {
      if (this.realignment !== listener) return;
      this.realignment = undefined;
      done(answer);
    });
  }

  private sweep(
    channels: readonly number[],
    frame: Omit<MacFrame, "sequence" | "pending">,
    waitUs: number,
    goesOn: () => boolean,
    done: () => void,
  ): void {
    const [channel, ...rest] = channels;
    if (channel === undefined || !goesOn()) {
      done();
      return;
    }
    this.drop();
    this.attach(channel, BROADCAST_PAN, BROADCAST, true);
    this.send(frame, () => {
      this.world.schedule(waitUs, () => this.sweep(rest, frame, waitUs, goesOn, done));
    });
  }

  /** Frames that wait are for a network that is being left. */
  private drop(): void {
    for (const waiting of this.queue.splice(1)) waiting.done(TxStatus.ABORTED, false);
  }

  private next(): void {
    const first = this.queue[0];
    if (first === undefined) return;
    this.radio.transmit(first.octets, first.octets.length, {}, (status, pending) => {
      // After `detach` the queue is another one.
      if (this.queue[0] !== first) return;
      this.queue.shift();
      first.done(status, pending);
      if (!this.radio.busy) this.next();
    });
  }

  private awaitFrame(done: (result: PollResult) => void): void {
    this.pollEnds(PollResult.SILENT);
    this.awake = true;
    this.configure();
    const event = this.world.schedule(PENDING_WAIT_US, () => this.pollEnds(PollResult.SILENT));
    this.polling = { event, done };
  }

  private pollEnds(result: PollResult): void {
    const polling = this.polling;
    if (polling === undefined) return;
    this.world.cancel(polling.event);
    this.polling = undefined;
    this.awake = false;
    this.configure();
    polling.done(result);
  }

  private configure(): void {
    this.radio.configure({
      channel: this.channelNow,
      panId: this.panId,
      short: this.short,
      rxOn: this.rxOn || this.awake,
    });
  }

  private receive(octets: Uint8Array, length: number, lqi: number): void {
    try {
      // The frame is shared with other receivers, and what is read of it here may be kept.
      this.dispatch(decodeMac(Buffer.from(octets.subarray(0, length))), lqi);
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      this.malformed++;
    }
  }

  private dispatch(frame: MacFrame, lqi: number): void {
    switch (frame.type) {
      case MacType.BEACON:
        this.heardBeacon(decodeBeacon(frame), lqi);
        return;
      case MacType.DATA:
        this.user.macData(frame, lqi);
        break;
      case MacType.COMMAND: {
        const read = new OctetReader(frame.payload);
        const command = read.u8();
        if (command === MacCommand.COORDINATOR_REALIGNMENT) this.realigned(frame, read);
        else this.user.macCommand(command, frame, read, lqi);
        break;
      }
      default:
        return;
    }
    if (isOwn(frame.destination)) {
      this.pollEnds(frame.pending ? PollResult.MORE : PollResult.RECEIVED);
    }
  }

  private heardBeacon(beacon: Beacon, lqi: number): void {
    if (this.beacons === undefined) this.user.macBeacon(beacon);
    else this.beacons.push({ ...beacon, channel: this.channelNow, lqi });
  }

  private realigned(frame: MacFrame, read: OctetReader): void {
    if (frame.destination !== this.eui64) return;
    const panId = read.u16();
    const coordinator = read.u16();
    const channel = read.u8();
    this.realignment?.({ panId, coordinator, channel, short: read.u16() });
  }
}

/** The filter has let it through: not broadcast means it is for this device. */
function isOwn(destination: MacAddress): boolean {
  return destination !== undefined && destination !== BROADCAST;
}
