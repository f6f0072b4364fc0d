// How the network comes to be. First start: energy on every channel, the quietest one chosen, the
// PAN IDs already in use there asked for, an own one drawn, all of it stored before the first
// beacon. Every later start: the stored network, as it was.
// @source Zigbee 05-3474-22 section 3.6.1.1; IEEE 802.15.4-2006 sections 7.5.2.1.1 and 7.5.2.1.2

import type { Entropy } from "../../../hal/entropy";
import { check } from "../../kernel/partition";
import { beaconExtendedPanAt, checkBeacon, isZigbeeBeacon } from "../../wire/beacon";
import { copyBytes, equalBytes, readU16, writeU16 } from "../../wire/little-endian";
import { checkMac, Mac, MacType, macSourcePan, macType } from "../../wire/mac";
import { putBeaconRequest } from "../../wire/mac-command";
import { Nwk } from "../../wire/nwk";
import { Parsed } from "../../wire/parsed";
import { Due, type Memory } from "./memory";
import type { NetworkStore } from "./network-store";
import type { RadioLink } from "./radio-link";
import { Unset } from "./radio-setup";

const enum State {
  /** The store is being read. */
  CLOSED = 0,
  ENERGY = 1,
  ACTIVE = 2,
  STORING = 3,
  RUNNING = 4,
}

const enum Scan {
  /** Of the widest band. */
  CHANNELS = 63,
  /** Four beacon intervals of the shortest kind: bursts of Wi-Fi and of neighbours show. */
  ENERGY_MS = 60,
  /** A channel that could not be measured so often counts as the loudest. */
  TRIES = 3,
  LOUDEST = 127,
  /** A channel outside the preferred ones must be so much quieter, dB. */
  PREFERENCE_DB = 10,
  /** Beacon requests, since some may be lost, and how long to listen after each. */
  REQUESTS = 4,
  LISTEN_MS = 200,
  /** Neighbours remembered; more than that on one channel is beyond any street. */
  NEIGHBOURS = 24,
  /** Draws of an identity; one in 65,536 clashes with a neighbour. */
  DRAWS = 64,
}

/** A neighbour's identity, and how ours is drawn. */
const enum Neighbour {
  PAN_ID = 0,
  EXTENDED_PAN = 2,
  LENGTH = 10,
}

export class Formation {
  private state = State.CLOSED;
  private channelIndex = 0;
  private tries = 0;
  private requests = 0;
  private sequence = 0;
  private readonly numbers: Float64Array;
  private readonly bytes: Uint8Array;
  /** Where the loudness of each channel stands, over -128 dBm. */
  private readonly energy: number;
  /** Where the neighbours stand: PAN ID (2 bytes) and extended PAN ID (8 bytes) each. */
  private readonly pans: number;
  private neighbours = 0;
  private readonly scratch: Uint8Array;

  constructor(
    private readonly entropy: Entropy,
    private readonly radio: RadioLink,
    private readonly store: NetworkStore,
    memory: Memory,
    /** Room for the scan in the memory, zeros again afterwards. */
    room: number,
  ) {
    this.numbers = memory.numbers;
    this.bytes = memory.bytes;
    this.energy = room;
    this.pans = room + Scan.CHANNELS;
    this.scratch = memory.scratch;
  }

  isRunning(): boolean {
    return this.state === State.RUNNING;
  }

  /** The store has been read: go on with its network, or make one. */
  start(now: number): void {
    check(this.state === State.CLOSED, "formation starts once");
    const identity = this.store.identity;
    if (identity.isKnown) {
      this.radio.settings.hasEui64 = true;
      this.radio.configure(now, identity.channel, identity.panId, Nwk.COORDINATOR);
      this.state = State.RUNNING;
    } else {
      this.state = State.ENERGY;
      this.bytes.fill(Scan.LOUDEST + 128, this.energy, this.pans);
    }
    this.radio.start(now);
  }

  /** The co-processor is set up, at first or anew. */
  radioReady(now: number): void {
    if (this.state === State.ENERGY) this.measure(now);
    else if (this.state === State.ACTIVE) this.ask(now);
  }

  energyMeasured(now: number, channel: number, rssi: number): void {
    if (this.state !== State.ENERGY || channel !== this.channel()) return;
    this.bytes[this.energy + this.channelIndex] = rssi + 128;
    this.nextChannel(now);
  }

  /** A frame heard while scanning; only beacons count. */
  frameReceived(bytes: Uint8Array, start: number, length: number): void {
    if (this.state !== State.ACTIVE || this.neighbours === Scan.NEIGHBOURS) return;
    if (checkMac(bytes, start, length) !== Parsed.OK) return;
    if (macType(bytes, start) !== MacType.BEACON) return;
    if (checkBeacon(bytes, start, length) !== Parsed.OK) return;
    const at = this.pans + this.neighbours++ * Neighbour.LENGTH;
    writeU16(this.bytes, at + Neighbour.PAN_ID, macSourcePan(bytes, start));
    if (isZigbeeBeacon(bytes, start, length)) {
      copyBytes(
        bytes,
        beaconExtendedPanAt(bytes, start),
        this.bytes,
        at + Neighbour.EXTENDED_PAN,
        8,
      );
    } else this.bytes.fill(0, at + Neighbour.EXTENDED_PAN, at + Neighbour.LENGTH);
  }

  identityStored(now: number): void {
    check(this.state === State.STORING, "an identity that nobody chose");
    const identity = this.store.identity;
    identity.isKnown = true;
    this.bytes.fill(0, this.energy, this.pans + Scan.NEIGHBOURS * Neighbour.LENGTH);
    this.state = State.RUNNING;
    this.radio.configure(now, identity.channel, identity.panId, Nwk.COORDINATOR);
  }

  tick(now: number): void {
    if (now < this.numbers[Due.FORMATION]!) return;
    this.numbers[Due.FORMATION] = Infinity;
    if (this.state !== State.ACTIVE) return;
    if (this.requests < Scan.REQUESTS) this.ask(now);
    else this.found(now);
  }

  private channel(): number {
    return this.radio.settings.band.firstChannel + this.channelIndex;
  }

  private measure(now: number): void {
    // Coming here again means that the co-processor was reset during the measurement.
    if (this.tries++ === Scan.TRIES) {
      this.nextChannel(now);
      return;
    }
    this.radio.measureEnergy(now, this.channel(), Scan.ENERGY_MS);
  }

  private nextChannel(now: number): void {
    this.channelIndex++;
    this.tries = 0;
    if (this.channelIndex < this.radio.settings.band.channels) {
      this.measure(now);
      return;
    }
    this.channelIndex = this.quietest();
    this.state = State.ACTIVE;
    this.radio.configure(now, this.channel(), Unset.ADDRESS, Unset.ADDRESS);
  }

  private quietest(): number {
    // Where several are equally quiet, chance decides, so that neighbours spread.
    this.entropy.fill(this.scratch, 0, 1);
    const { channels } = this.radio.settings.band;
    const from = this.scratch[0]! % channels;
    let best = -1;
    for (let i = 0; i < channels; i++) {
      const index = (from + i) % channels;
      if (best < 0 || this.loudness(index) < this.loudness(best)) best = index;
    }
    return best;
  }

  private loudness(index: number): number {
    const { preferred, firstChannel } = this.radio.settings.band;
    const isPreferred = preferred.length === 0 || preferred.includes(firstChannel + index);
    return this.bytes[this.energy + index]! + (isPreferred ? 0 : Scan.PREFERENCE_DB);
  }

  private ask(now: number): void {
    this.requests++;
    this.numbers[Due.FORMATION] = now + Scan.LISTEN_MS;
    const length = putBeaconRequest(this.scratch, 0, this.sequence++ & 0xff);
    this.radio.transmit(now, this.scratch, length, 0, false);
  }

  private found(now: number): void {
    const identity = this.store.identity;
    for (let i = 0; i < Scan.DRAWS; i++) {
      this.entropy.fill(this.scratch, 0, Neighbour.LENGTH);
      if (this.isFree()) break;
      check(i + 1 < Scan.DRAWS, "no free PAN ID among so many draws");
    }
    identity.channel = this.channel();
    identity.panId = readU16(this.scratch, 0);
    copyBytes(this.scratch, 2, identity.bytes, identity.extendedPanAt, 8);
    this.state = State.STORING;
    this.store.saveIdentity(now);
  }

  /** Whether the drawn identity is allowed and no neighbour's. */
  private isFree(): boolean {
    const { scratch, bytes } = this;
    const pan = readU16(scratch, 0);
    if (pan === 0 || pan >= Mac.NO_SHORT) return false;
    let zeros = 0;
    let ones = 0;
    for (let i = 2; i < 10; i++) {
      if (scratch[i] === 0) zeros++;
      if (scratch[i] === 0xff) ones++;
    }
    if (zeros === 8 || ones === 8) return false;
    for (let i = 0; i < this.neighbours; i++) {
      const at = this.pans + i * Neighbour.LENGTH;
      if (readU16(bytes, at + Neighbour.PAN_ID) === pan) return false;
      if (equalBytes(bytes, at + Neighbour.EXTENDED_PAN, scratch, Neighbour.EXTENDED_PAN, 8))
        return false;
    }
    return true;
  }
}
