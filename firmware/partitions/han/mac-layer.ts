// The coordinator's MAC above the co-processor: beacons when asked for, association, indirect
// transmission to sleeping nodes, realignment of orphans, duplicates. Acknowledgements, CSMA and
// retries are the co-processor's.
// @source IEEE 802.15.4-2006 sections 7.5.3, 7.5.4, 7.5.6

import type { Entropy } from "../../../hal/entropy";
import { BeaconNetwork, putBeacon, Superframe } from "../../wire/beacon";
import { copyBytes, equalBytes, writeU16 } from "../../wire/little-endian";
import {
  checkMac,
  Mac,
  MacControl,
  MacMode,
  MacType,
  macDestinationAt,
  macDestinationMode,
  macDestinationPan,
  macDestinationShort,
  macPayloadAt,
  macSequence,
  macSourceAt,
  macSourceMode,
  macSourceShort,
  macType,
  putMacData,
} from "../../wire/mac";
import {
  associationCapability,
  checkMacCommand,
  MacAssociation,
  MacCommand,
  macCommand,
  putAssociationResponse,
  putBeaconRequest,
  putRealignment,
} from "../../wire/mac-command";
import { Nwk } from "../../wire/nwk";
import { Parsed } from "../../wire/parsed";
import { IndirectLimit, IndirectQueue } from "./indirect-queue";
import { Due, type Memory, Scratch } from "./memory";
import type { NetworkIdentity } from "./network-store";
import { NodeLimit, type Nodes } from "./nodes";
import type { RadioLink } from "./radio-link";
import { Transmission } from "./radio-owner";

/** What the layer above gets. */
export interface MacUser {
  /**
   * The payload of a data frame under the address of a node, or of nobody (`NodeLimit.NONE`).
   * True: it was that node's.
   */
  dataReceived(
    now: number,
    node: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): boolean;
  associationAsked(now: number, bytes: Uint8Array, eui64At: number, capability: number): void;
  /** The fate of what was sent with a tag. Not delivered: unacknowledged, lost, or too old. */
  macSent(now: number, tag: number, delivered: boolean): void;
  /** A beacon; only those under our own PAN ID pass the radio's filter. */
  beaconHeard(now: number, bytes: Uint8Array, start: number, length: number): void;
  /** The node with this short address, if one has it, asked for frames. */
  polled(now: number, short: number): void;
  /** The fate of a frame that `hop`, a router, was given. */
  hopEnded(now: number, hop: number, delivered: boolean): void;
}

export const enum MacTag {
  /** Nobody wants to know. */
  NONE = 0,
}

/** How a radio tag is made: a number and what it means. */
const enum Tag {
  KINDS = 4,
  NOBODY = 0,
  /** An entry of the indirect queue. */
  INDIRECT = 1,
  /** The user's tag of a direct frame. */
  DIRECT = 2,
  /** The same, times `HOPS`, and the router that it was given to. */
  JUDGED = 3,
  HOPS = 32,
}

const enum Beacon {
  /** Of the 138 ms that a scan listens at least: everybody who asks hears one. */
  APART_MS = 100,
}

export class MacCounts {
  malformed = 0;
  otherPan = 0;
  strangers = 0;
  duplicates = 0;
  beacons = 0;
  polls = 0;
  expired = 0;
  full = 0;
}

export class MacLayer {
  readonly counts = new MacCounts();
  /** Nodes may associate until then. */
  permitUntil = 0;
  private readonly queue: IndirectQueue;
  private readonly frame: Uint8Array;
  private readonly numbers: Float64Array;
  private sequence: number;
  private nextBeacon = 0;

  constructor(
    entropy: Entropy,
    private readonly radio: RadioLink,
    private readonly identity: NetworkIdentity,
    private readonly nodes: Nodes,
    private readonly user: MacUser,
    memory: Memory,
  ) {
    this.queue = new IndirectQueue(memory);
    this.frame = memory.scratch;
    this.numbers = memory.numbers;
    entropy.fill(this.frame, 0, 1);
    this.sequence = this.frame[0]!;
  }

  /**
   * Sends one NWK frame to a short address.
   * @param sleeps it waits in the indirect queue until the node asks
   * @param tag comes back in `macSent`, unless it is `MacTag.NONE`
   * @param hop comes back in `hopEnded`, unless it is `NodeLimit.NONE`
   */
  sendData(
    now: number,
    destination: number,
    sleeps: boolean,
    payload: Uint8Array,
    start: number,
    length: number,
    tag: number,
    hop: number,
  ): boolean {
    const flags = destination === Mac.BROADCAST ? 0 : MacControl.ACK_REQUEST;
    const at = putMacData(
      this.frame,
      0,
      this.nextSequence(),
      this.identity.panId,
      destination,
      Nwk.COORDINATOR,
      flags,
    );
    copyBytes(payload, start, this.frame, at, length);
    if (!sleeps) {
      const mark =
        hop === NodeLimit.NONE
          ? tag * Tag.KINDS + Tag.DIRECT
          : (tag * Tag.HOPS + hop) * Tag.KINDS + Tag.JUDGED;
      return this.transmit(now, at + length, mark, false);
    }
    writeU16(this.frame, Scratch.ADDRESS, destination);
    return this.hold(now, this.frame, Scratch.ADDRESS, 2, at + length, tag);
  }

  /** Holds the answer to an association request until the node asks for it. */
  answerAssociation(
    now: number,
    eui64: Uint8Array,
    start: number,
    short: number,
    status: MacAssociation,
    tag: number,
  ): boolean {
    const length = putAssociationResponse(
      this.frame,
      0,
      this.nextSequence(),
      this.identity.panId,
      eui64,
      start,
      this.identity.eui64,
      0,
      status === MacAssociation.SUCCESS ? short : Mac.BROADCAST,
      status,
    );
    return this.hold(now, eui64, start, 8, length, tag);
  }

  /** A frame without its check bytes. */
  frameReceived(now: number, bytes: Uint8Array, start: number, length: number): void {
    if (checkMac(bytes, start, length) !== Parsed.OK) {
      this.counts.malformed++;
      return;
    }
    const type = macType(bytes, start);
    if (type === MacType.DATA) this.receiveData(now, bytes, start, length);
    else if (type === MacType.COMMAND) this.receiveCommand(now, bytes, start, length);
    else if (type === MacType.BEACON) this.user.beaconHeard(now, bytes, start, length);
  }

  frameSent(now: number, tag: number, result: Transmission): void {
    const kind = tag % Tag.KINDS;
    const value = Math.floor(tag / Tag.KINDS);
    const delivered = result === Transmission.OK;
    if (kind === Tag.DIRECT && value !== MacTag.NONE) this.user.macSent(now, value, delivered);
    if (kind === Tag.JUDGED) this.judged(now, value, delivered);
    if (kind !== Tag.INDIRECT) return;
    this.queue.setInFlight(value, false);
    // Without acknowledgement it waits for the next question, as long as it is fresh.
    if (delivered) this.release(now, value, true);
  }

  private judged(now: number, value: number, delivered: boolean): void {
    this.user.hopEnded(now, value % Tag.HOPS, delivered);
    const tag = Math.floor(value / Tag.HOPS);
    if (tag !== MacTag.NONE) this.user.macSent(now, tag, delivered);
  }

  tick(now: number): void {
    if (now >= this.numbers[Due.BEACON]!) this.sendBeacon(now);
    // As many turns as there are entries: each one frees an entry.
    for (let i = 0; i < IndirectLimit.FRAMES; i++) {
      const entry = this.queue.nextExpired(now);
      if (entry === IndirectLimit.NONE) return;
      this.counts.expired++;
      this.release(now, entry, false);
    }
  }

  private receiveData(now: number, bytes: Uint8Array, start: number, length: number): void {
    if (!this.isForUs(bytes, start, true)) {
      this.counts.otherPan++;
      return;
    }
    const at = macPayloadAt(bytes, start);
    const left = start + length - at;
    const isShort = macSourceMode(bytes, start) === MacMode.SHORT;
    const node = isShort ? this.nodes.findShort(macSourceShort(bytes, start)) : NodeLimit.NONE;
    if (node === NodeLimit.NONE) {
      this.counts.strangers++;
      this.user.dataReceived(now, node, bytes, at, left);
      return;
    }
    const sequence = macSequence(bytes, start);
    if (this.nodes.isRepeatedMac(node, sequence)) {
      this.counts.duplicates++;
      return;
    }
    // Only a genuine frame's number is remembered: a forged one must not mute the next real one.
    if (this.user.dataReceived(now, node, bytes, at, left)) {
      this.nodes.setMacSequence(node, sequence);
    }
  }

  private receiveCommand(now: number, bytes: Uint8Array, start: number, length: number): void {
    if (checkMacCommand(bytes, start, length) !== Parsed.OK) {
      this.counts.malformed++;
      return;
    }
    switch (macCommand(bytes, start)) {
      case MacCommand.BEACON_REQUEST:
        this.beaconAsked(now);
        return;
      case MacCommand.ASSOCIATION_REQUEST: {
        if (!this.isForUs(bytes, start, false)) return;
        const capability = associationCapability(bytes, start);
        this.user.associationAsked(now, bytes, macSourceAt(bytes, start), capability);
        return;
      }
      case MacCommand.DATA_REQUEST:
        if (this.isForUs(bytes, start, false)) this.serve(now, bytes, start);
        return;
      case MacCommand.ORPHAN:
        this.realign(now, bytes, macSourceAt(bytes, start));
        return;
      default:
        return;
    }
  }

  /** Answers a data request with the oldest frame that waits for its source. */
  private serve(now: number, bytes: Uint8Array, start: number): void {
    this.counts.polls++;
    const length = macSourceMode(bytes, start) === MacMode.SHORT ? 2 : 8;
    const at = macSourceAt(bytes, start);
    if (length === 2) this.user.polled(now, macSourceShort(bytes, start));
    const entry = this.queue.oldest(bytes, at, length);
    if (entry === IndirectLimit.NONE) return;
    const more = this.queue.count(bytes, at, length) > 1;
    const frameLength = this.queue.copyFrame(entry, more, this.frame);
    // It listens now, for 20 ms at most: ahead of everything else.
    if (this.transmit(now, frameLength, entry * Tag.KINDS + Tag.INDIRECT, true)) {
      this.queue.setInFlight(entry, true);
    }
  }

  /** One beacon is for all who ask within the time that a scan listens. */
  private beaconAsked(now: number): void {
    if (now >= this.nextBeacon) this.sendBeacon(now);
    else this.numbers[Due.BEACON] = this.nextBeacon;
  }

  /** Asks all networks on this channel for their beacons. */
  askBeacons(now: number): void {
    const length = putBeaconRequest(this.frame, 0, this.nextSequence());
    this.transmit(now, length, Tag.NOBODY, false);
  }

  private sendBeacon(now: number): void {
    this.nextBeacon = now + Beacon.APART_MS;
    this.numbers[Due.BEACON] = Infinity;
    const permits = now < this.permitUntil ? Superframe.ASSOCIATION_PERMIT : 0;
    const length = putBeacon(
      this.frame,
      0,
      this.nextSequence(),
      this.identity.panId,
      Nwk.COORDINATOR,
      Superframe.PAN_COORDINATOR | permits,
      BeaconNetwork.END_DEVICE_CAPACITY | BeaconNetwork.ROUTER_CAPACITY,
      this.identity.bytes,
      this.identity.extendedPanAt,
      this.identity.updateId,
    );
    this.counts.beacons++;
    this.transmit(now, length, Tag.NOBODY, false);
  }

  /** @source IEEE 802.15.4-2006 section 7.5.2.1.4: only a node of ours is answered */
  private realign(now: number, bytes: Uint8Array, eui64At: number): void {
    const node = this.nodes.findEui64(bytes, eui64At);
    if (node === NodeLimit.NONE || !this.nodes.isNetworked(node)) return;
    const length = putRealignment(
      this.frame,
      0,
      this.nextSequence(),
      this.identity.panId,
      bytes,
      eui64At,
      this.identity.eui64,
      0,
      Nwk.COORDINATOR,
      this.identity.channel,
      this.nodes.short(node),
    );
    this.transmit(now, length, Tag.NOBODY, true);
  }

  private isForUs(bytes: Uint8Array, start: number, orAll: boolean): boolean {
    if (macDestinationPan(bytes, start) !== this.identity.panId) return false;
    const mode = macDestinationMode(bytes, start);
    if (mode === MacMode.EXTENDED) {
      return equalBytes(bytes, macDestinationAt(bytes, start), this.identity.eui64, 0, 8);
    }
    if (mode !== MacMode.SHORT) return false;
    const short = macDestinationShort(bytes, start);
    return short === Nwk.COORDINATOR || (orAll && short === Mac.BROADCAST);
  }

  private hold(
    now: number,
    address: Uint8Array,
    start: number,
    addressLength: number,
    length: number,
    tag: number,
  ): boolean {
    if (!this.queue.put(now, address, start, addressLength, this.frame, length, tag)) {
      this.counts.full++;
      return false;
    }
    this.radio.setPending(now, address, start, addressLength, true);
    return true;
  }

  private release(now: number, entry: number, delivered: boolean): void {
    const tag = this.queue.tag(entry);
    const at = this.queue.addressAt(entry);
    const length = this.queue.addressLength(entry);
    this.queue.free(entry);
    if (this.queue.count(this.queue.bytes, at, length) === 0) {
      this.radio.setPending(now, this.queue.bytes, at, length, false);
    }
    if (tag !== MacTag.NONE) this.user.macSent(now, tag, delivered);
  }

  private transmit(now: number, length: number, tag: number, urgent: boolean): boolean {
    if (this.radio.transmit(now, this.frame, length, tag, urgent)) return true;
    this.counts.full++;
    return false;
  }

  private nextSequence(): number {
    this.sequence = (this.sequence + 1) & 0xff;
    return this.sequence;
  }
}
