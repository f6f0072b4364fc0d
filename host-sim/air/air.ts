// The air of one house: who hears which transmission, and how well.

import type { Random } from "../random";
import { TraceKind } from "../trace";
import type { World } from "../world";
import { frameType } from "./frame";
import { airtimeUs, BAND_2450, CAPTURE_DB, type Phy } from "./phy";

/** Metres. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * Something else in the band, a Wi-Fi network for one: `dbm` at every station, `duty` of the time.
 */
export interface Interferer {
  readonly channel: number;
  readonly dbm: number;
  readonly duty: number;
}

export interface AirOptions {
  /** Default: 2.4 GHz. */
  readonly phy?: Phy;
  /** Fraction of frames that every receiver loses besides what physics takes, 0 to 1. */
  readonly loss?: number;
  readonly interferers?: readonly Interferer[];
}

/** A station as the air sees it; `Transceiver` is one. */
export interface Station {
  readonly id: number;
  readonly name: string;
  readonly place: Place;
  /** The channel it hears now, `NO_CHANNEL` while it hears nothing. */
  readonly hears: number;
  /** Since when it has heard this channel without a break. */
  readonly hearsSince: number;
  /** Whether its hardware would take the frame, if it can be read. */
  wants(transmission: Transmission): boolean;
  heard(transmission: Transmission, rssi: number, lqi: number): void;
}

/** One frame on air. `bytes` holds `length` octets without FCS and is never written again. */
export interface Transmission {
  readonly sender: Station;
  readonly channel: number;
  readonly startUs: number;
  readonly endUs: number;
  readonly bytes: Uint8Array;
  readonly length: number;
  /** `FrameType`, or -1. */
  readonly type: number;
  /** What else was on the channel at any time of it. */
  readonly others: Transmission[];
}

/** Sees every frame when it begins, whoever hears it. */
export type AirObserver = (transmission: Transmission) => void;

/** How loss grows with distance inside a house. */
const LOSS_EXPONENT = 3;
/** Walls and furniture: a lasting difference of each link, dB. */
const SHADOWING_DB = 4;
/** People and doors: a difference of each frame, dB. */
const FADING_DB = 1;

export class Air {
  /** Extra loss, 0 to 1; a fault may change it at any time. */
  loss: number;
  readonly phy: Phy;
  private readonly random: Random;
  private readonly stations: Station[] = [];
  /** Received power by sender and receiver, as far as anybody asked. */
  private readonly links: (number | undefined)[][] = [];
  private readonly active: Transmission[] = [];
  private readonly observers: AirObserver[] = [];
  /** The last transmission that ended, by channel. */
  private readonly ended: (Transmission | undefined)[] = [];
  private readonly floor: number[] = [];
  private readonly interferers: Interferer[];

  constructor(
    readonly world: World,
    options: AirOptions = {},
  ) {
    this.random = world.random.fork("air");
    this.loss = options.loss ?? 0;
    this.phy = options.phy ?? BAND_2450;
    this.interferers = [...(options.interferers ?? [])];
    for (let channel = 0; channel <= this.phy.lastChannel; channel++) {
      this.floor.push(this.phy.noiseDbm + this.random.below(5));
    }
  }

  /** Adds a station; its `id` must be what `stationCount` was. */
  add(station: Station): void {
    this.stations.push(station);
    this.links.push([]);
  }

  /** Another user of the band begins; the call that is answered ends it. */
  interfere(one: Interferer): () => void {
    this.interferers.push(one);
    return () => {
      const at = this.interferers.indexOf(one);
      if (at >= 0) this.interferers.splice(at, 1);
    };
  }

  /** Walls between two stations: they hear each other so many dB worse, from now on. */
  attenuate(a: Station, b: Station, db: number): void {
    const [there, back] = [this.power(a, b) - db, this.power(b, a) - db];
    this.links[a.id]![b.id] = there;
    this.links[b.id]![a.id] = back;
  }

  get stationCount(): number {
    return this.stations.length;
  }

  observe(observer: AirObserver): void {
    this.observers.push(observer);
  }

  /** Puts a frame on air now. The bytes are copied. `sender.heard` is never called for it. */
  transmit(sender: Station, channel: number, frame: Uint8Array, length: number): Transmission {
    const startUs = this.world.now;
    const transmission: Transmission = {
      sender,
      channel,
      startUs,
      endUs: startUs + airtimeUs(this.phy, length),
      bytes: frame.slice(0, length),
      length,
      type: frameType(frame, length),
      others: [],
    };
    for (const other of this.active) {
      if (other.channel !== channel) continue;
      other.others.push(transmission);
      transmission.others.push(other);
    }
    this.active.push(transmission);
    this.world.trace.record(
      TraceKind.AIR,
      startUs,
      sender.id,
      channel,
      transmission.bytes,
      0,
      length,
    );
    for (const observer of this.observers) observer(transmission);
    this.world.at(transmission.endUs, () => this.end(transmission));
    return transmission;
  }

  /** Whether `station` finds `channel` busy in the last `windowUs`. */
  busy(station: Station, channel: number, windowUs: number): boolean {
    return this.energy(station, channel, windowUs) > this.phy.busyDbm;
  }

  /** The strongest energy at `station` on `channel` in the last `windowUs`, dBm. */
  energy(station: Station, channel: number, windowUs: number): number {
    let most = this.noise(channel);
    const last = this.ended[channel];
    if (last !== undefined && last.endUs > this.world.now - windowUs && last.sender !== station) {
      most = Math.max(most, this.power(last.sender, station));
    }
    for (const one of this.active) {
      if (one.channel !== channel || one.sender === station) continue;
      most = Math.max(most, this.power(one.sender, station));
    }
    return most;
  }

  /** Received power without the fading of a single frame, dBm. */
  power(from: Station, to: Station): number {
    const known = this.links[from.id]![to.id];
    if (known !== undefined) return known;
    const distance = Math.max(
      0.1,
      Math.hypot(from.place.x - to.place.x, from.place.y - to.place.y),
    );
    // The same both ways, and the same whoever asks first.
    const low = Math.min(from.id, to.id);
    const high = Math.max(from.id, to.id);
    const shadowing = this.random.fork(`link ${low} ${high}`).normal() * SHADOWING_DB;
    const loss = this.phy.lossAtMetre + 10 * LOSS_EXPONENT * Math.log10(distance) + shadowing;
    const power = this.phy.transmitDbm - Math.max(loss, 0);
    this.links[from.id]![to.id] = power;
    return power;
  }

  private noise(channel: number): number {
    let most = this.floor[channel]!;
    for (const one of this.interferers) {
      if (one.channel === channel && this.random.chance(one.duty)) most = Math.max(most, one.dbm);
    }
    return most;
  }

  private end(transmission: Transmission): void {
    this.active.splice(this.active.indexOf(transmission), 1);
    this.ended[transmission.channel] = transmission;
    for (const station of this.stations) {
      if (station.hears !== transmission.channel || station === transmission.sender) continue;
      if (station.hearsSince > transmission.startUs || !station.wants(transmission)) continue;
      this.reach(station, transmission);
    }
    transmission.others.length = 0;
  }

  private reach(station: Station, transmission: Transmission): void {
    const power =
      this.power(transmission.sender, station) + (this.random.float() * 2 - 1) * FADING_DB;
    if (power < this.phy.sensitivityDbm) return;
    let against = 10 ** (this.noise(transmission.channel) / 10);
    for (const other of transmission.others) {
      if (other.sender !== station) against += 10 ** (this.power(other.sender, station) / 10);
    }
    const margin = power - 10 * Math.log10(against);
    if (margin < CAPTURE_DB) return;
    if (this.random.chance(this.loss)) return;
    const lqi = Math.max(0, Math.min(255, Math.round(margin * 6)));
    station.heard(transmission, Math.round(power), lqi);
  }
}
