// What every simulated device has: a name, a transceiver, a Zigbee node, power.

import type { Air, Place } from "../air/air";
import { Transceiver } from "../air/transceiver";
import type { Random } from "../random";
import type { World } from "../world";
import { MeterClock } from "./meter-clock";
import type { RefusalReason } from "./zigbee/joiner";
import { Node, type NodeUser } from "./zigbee/node";
import type { Endpoint } from "./zigbee/zcl";

export interface DeviceOptions {
  readonly name: string;
  /** 0x0011223344556677n is 00:11:22:33:44:55:66:77. */
  readonly eui64: bigint;
  /** With its CRC: 8, 10, 14 or 18 octets. */
  readonly installCode: Buffer;
  readonly place: Place;
  /** Unix seconds of the true time at world time 0. */
  readonly epochS: number;
  /** It never asks for a link key of its own, as older devices do not. */
  readonly keepsInstallKey?: boolean;
}

/** Least to most that a crystal is wrong by, in millionths. */
const DRIFT_PPM = 20;
/** How wrong a clock may be before anybody sets it, in seconds. */
const ERROR_S = 5;

export abstract class Device implements NodeUser {
  readonly node: Node;
  readonly clock: MeterClock;
  readonly radio: Transceiver;
  /** World time of the first join; undefined: never yet. */
  joinedAtUs: number | undefined;
  /** Joins with the install code, and returns with the network key. */
  joins = 0;
  rejoins = 0;
  /** Networks lost while it had its supply. */
  losses = 0;
  refusals = 0;
  lastRefusal: RefusalReason | undefined;
  isOn = false;
  protected readonly random: Random;

  constructor(
    protected readonly world: World,
    air: Air,
    readonly options: DeviceOptions,
    capability: number,
    endpoints: readonly Endpoint[],
  ) {
    this.random = world.random.fork(`device ${options.name}`);
    this.radio = new Transceiver(air, options.name, options.place);
    const drift = (this.random.float() * 2 - 1) * DRIFT_PPM;
    const errorS = (this.random.float() * 2 - 1) * ERROR_S;
    this.clock = new MeterClock({ epochS: options.epochS, errorS, driftPpm: drift });
    const HOURS_4 = 8;
    this.node = new Node(
      world,
      this.radio,
      this.random,
      {
        eui64: options.eui64,
        installCode: options.installCode,
        capability,
        endpoints,
        timeout: HOURS_4,
        keepsInstallKey: options.keepsInstallKey ?? false,
      },
      this,
    );
  }

  get name(): string {
    return this.options.name;
  }

  get eui64(): bigint {
    return this.options.eui64;
  }

  /** How often the hub did for it what it is there for; undefined: being in the network is all. */
  get served(): number | undefined {
    return undefined;
  }

  /** How often a sleeping device woke. */
  get wakeCount(): number {
    return 0;
  }

  powerOn(): void {
    if (this.isOn) return;
    this.isOn = true;
    this.node.powerOn();
  }

  powerOff(): void {
    if (!this.isOn) return;
    this.isOn = false;
    this.stopped();
    this.node.powerOff();
  }

  joined(rejoined: boolean): void {
    this.joinedAtUs ??= this.world.now;
    if (rejoined) this.rejoins++;
    else this.joins++;
    this.started(rejoined);
  }

  lost(): void {
    this.losses++;
    this.stopped();
  }

  refused(reason: RefusalReason): void {
    this.refusals++;
    this.lastRefusal = reason;
  }

  /** Networked: begin work. */
  protected abstract started(rejoined: boolean): void;
  /** No network any more, or no power: end it. Called also when there was none. */
  protected abstract stopped(): void;
}
