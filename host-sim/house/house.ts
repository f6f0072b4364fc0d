// A whole house: air, WAN, hub, devices, energy companies, faults, checkers. One seed.

import { CONSTRUCTORS } from "../../firmware/constructors";
import type { Constructors } from "../../firmware/kernel/board";
import type { CryptoProvider } from "../../hal/crypto";
import { nodeCrypto } from "../../hal/node/crypto";
import { Air } from "../air/air";
import { bandNamed } from "../air/phy";
import { Attacker } from "../attacker/attacker";
import { type Capture, captureAir, captureWan } from "../capture";
import { AcknowledgedReadings } from "../checkers/acknowledged-readings";
import { EncryptedAir } from "../checkers/encrypted-air";
import { Finding } from "../checkers/finding";
import { KernelAccount } from "../checkers/kernel-account";
import { Separation } from "../checkers/separation";
import { GasMeter } from "../devices/gas-meter";
import { generateProfile, type LoadProfile } from "../devices/load-profile";
import { MeterTruth } from "../devices/meter-truth";
import { Faults, type Surroundings } from "../faults/faults";
import type { ExchangePair } from "../head-end/exchange-run";
import type { SharedContext } from "../head-end/oscore-file";
import { provisionSealing } from "../hub/backup";
import { Hub } from "../hub/hub";
import type { MakeKernel } from "../hub/hub-kernel";
import { type EarlierHub, provision, type SessionContext } from "../hub/manufacture";
import type { Chip } from "../hub/region-records";
import { writeKeys } from "../keylog";
import { type HouseReport, reportOf } from "../report";
import { ipv4Host, Wan } from "../wan";
import { World } from "../world";
import { FirewallObserver } from "./firewall-observer";
import { HanObserver } from "./han-observer";
import { HeadEndHost } from "./head-end-host";
import { DEFAULT_HOUSE, type HouseConfig } from "./house-config";
import { DEVICE_KINDS, type HouseDevice, makeDevice } from "./make-device";
import { ReadingLedger } from "./reading-ledger";
import { linkKeyOf, makeContexts, makeRecoveryKey } from "./secrets";

export interface HouseOptions {
  readonly seed: number;
  readonly config?: HouseConfig;
  /** What the meters follow; made from the seed when it is left out. */
  readonly profile?: LoadProfile;
  /** Messages that the head-end sends, and what the simulated meters answer. */
  readonly exchanges?: readonly ExchangePair[];
  /** The hub's contexts, made from the seed when they are left out. */
  readonly contexts?: readonly SharedContext[];
  /** Under which the hub seals backups of its network; made from the seed when it is left out. */
  readonly recoveryKey?: Uint8Array;
  /** What an earlier hub did under a context's keys, when there was one. */
  readonly earlierHub?: (context: string) => EarlierHub;
  /** The head-end is elsewhere: whoever made the house attaches it to `wan` at `HEAD_END`. */
  readonly headEndElsewhere?: boolean;
  /** Paths of files to write. */
  readonly pcap?: string;
  readonly wanPcap?: string;
  readonly keylog?: string;
  /** Other partitions than the firmware's, for tests. */
  readonly constructors?: Constructors;
  /** Another provider of cryptography than the host's, for tests. */
  readonly crypto?: CryptoProvider;
  /** Makes the hub's kernel, for a hub that runs on a board; absent: the one in TypeScript. */
  readonly makeKernel?: MakeKernel;
}

/** Addresses of documentation (RFC 5737), so that no capture shows a stranger's. */
export const HEAD_END = ipv4Host(192, 0, 2, 10, 5683);
export const HUB_MANAGEMENT = ipv4Host(198, 51, 100, 7, 49152);
export const HUB_APPLICATION = ipv4Host(198, 51, 100, 7, 49153);

/** Sequence numbers and starts that no hub of a simulation reaches. */
const USED_BY_A_HUB = { firstSequence: 2 ** 24, starts: 1000 };

/** A frame lasts 4 ms; a hub takes longer to start. */
const LAST_WORDS_US = 10_000;

/** Devices get power one after the other, the first a while after the hub. */
const FIRST_DEVICE_US = 5_000_000;
const DEVICE_SPREAD_US = 2_000_000;

export class House {
  readonly config: HouseConfig;
  readonly world: World;
  readonly air: Air;
  readonly wan: Wan;
  readonly hub: Hub;
  readonly devices: readonly HouseDevice[];
  readonly truth = new MeterTruth();
  readonly ledger: ReadingLedger;
  /** Undefined when the head-end is elsewhere. */
  readonly headEnd: HeadEndHost | undefined;
  readonly han: HanObserver;
  readonly firewall: FirewallObserver;
  readonly separation: Separation;
  /** Undefined where nobody attacks. */
  readonly attacker: Attacker | undefined;
  readonly kernelAccount: KernelAccount;
  readonly acknowledged: AcknowledgedReadings;
  readonly encryptedAir: EncryptedAir;
  readonly contexts: readonly SharedContext[];
  readonly recoveryKey: Uint8Array;
  private readonly captures: Capture[] = [];

  constructor(readonly options: HouseOptions) {
    this.config = options.config ?? DEFAULT_HOUSE;
    this.world = new World(options.seed, this.config.startUtcMs);
    const { band, ...air } = this.config.air;
    this.air = new Air(this.world, { phy: bandNamed(band), ...air });
    this.wan = new Wan(this.world, this.config.wan);
    this.contexts = options.contexts ?? makeContexts(this.world.random);
    this.recoveryKey = options.recoveryKey ?? makeRecoveryKey(this.world.random);
    this.hub = this.makeHub();
    this.devices = this.makeDevices();
    this.buildWalls();
    const providers = this.contexts.filter(({ kind }) => kind === "provider");
    this.ledger = new ReadingLedger(
      this.truth,
      providers.map(({ name }) => name),
    );
    this.headEnd = options.headEndElsewhere === true ? undefined : this.makeHeadEnd();
    const faults = new Faults(this.faultScene(), this.config);
    this.han = new HanObserver(this.air, this.hub.coprocessor.transceiver);
    for (const { device } of this.devices) {
      if (device instanceof GasMeter) {
        this.han.watch(device.radio, () => device.node.isJoined);
      }
    }
    this.firewall = new FirewallObserver(this.hub);
    const routers = this.devices.filter(({ device }) => device.node.role !== undefined);
    this.encryptedAir = new EncryptedAir(
      this.air,
      this.hub.coprocessor.transceiver,
      new Set(routers.map(({ device }) => device.radio)),
    );
    this.separation = this.watchSecrets();
    this.attacker = this.config.attacker.everySeconds > 0 ? this.makeAttacker() : undefined;
    this.kernelAccount = new KernelAccount(this.world, this.hub, faults.expected);
    this.acknowledged = new AcknowledgedReadings(this.world, this.ledger);
    if (options.pcap !== undefined) this.captures.push(captureAir(options.pcap, this.air));
    if (options.wanPcap !== undefined) {
      this.captures.push(captureWan(options.wanPcap, this.wan, this.world));
    }
    this.switchOn();
  }

  /**
   * Another hub takes the place of this one: a blank chip with the same contexts, which goes on
   * above what the one before can have used, a radio with another address.
   * @param restore writes into the chip what the factory did not
   */
  replaceHub(eui64: string, restore: (chip: Chip) => void): void {
    const { hub, headEnd } = this;
    // What the old one said last may still be on the air, and the new one says nothing so soon.
    this.world.schedule(LAST_WORDS_US, () => this.ledger.hubDestroyed());
    hub.replace(Buffer.from(eui64, "hex").reverse());
    for (const context of this.contexts) {
      provision(hub.flash, sessionContext(context), USED_BY_A_HUB);
    }
    provisionSealing(hub.flash, this.recoveryKey);
    restore(hub.flash);
    hub.powerOn();
    // Grants are the management party's, and it gives them again.
    headEnd?.commissioning.start(headEnd.now);
  }

  /** Goes on until so many simulated seconds have passed since the start. Throws a `Finding`. */
  runUntil(seconds: number): void {
    this.world.runUntil(Math.round(seconds * 1e6));
  }

  /** The last look of the checkers, and whatever is still to be written. Throws a `Finding`. */
  finish(): void {
    this.kernelAccount.check();
    if (this.headEnd !== undefined) this.acknowledged.check();
    this.close();
    this.world.runUntil(this.world.now);
  }

  /** Writes captures and keys; the world may not go on. */
  close(): void {
    for (const capture of this.captures.splice(0)) capture.close();
    if (this.options.keylog === undefined) return;
    writeKeys(this.options.keylog, {
      networkKey: this.separation.networkKeyBytes,
      linkKeys: this.devices.flatMap(({ config, device }) => {
        const install = linkKeyOf(Buffer.from(config.installCode, "hex"));
        const own = device.node.memory.linkKey;
        const keys = own === undefined ? [install] : [install, own];
        return keys.map((key) => ({ name: config.kind, key }));
      }),
      contexts: this.contexts.map(sessionContext),
    });
  }

  /** @param wallSeconds what the run took by the clock on the wall */
  report(wallSeconds: number): HouseReport {
    return reportOf(this, wallSeconds);
  }

  /** Every checker, and what it found. */
  checks(): { name: string; finding: string | null }[] {
    const { error } = this.world;
    const checkers = [this.encryptedAir, this.separation, this.acknowledged, this.kernelAccount];
    return checkers.map(({ name }) => {
      const found = error instanceof Finding && error.checker === name;
      return { name, finding: found ? error.message : null };
    });
  }

  /** The EUI-64 of the first device of this kind, or the EUI-64 that it is. */
  eui64Of(to: string): string {
    const device = this.devices.find(({ config }) => config.kind === to || config.eui64 === to);
    return device?.config.eui64 ?? to;
  }

  private faultScene(): Surroundings {
    const { world, air, wan, hub } = this;
    const devices = new Map(this.devices.map(({ config, device }) => [config.eui64, device]));
    const network = () => {
      const { channel, panId } = this.han;
      return channel === undefined || panId === undefined ? undefined : { channel, panId };
    };
    return { world, air, wan, hub, devices, network };
  }

  private makeHub(): Hub {
    const { eui64, place, clockDriftPpm } = this.config.hub;
    const hub = new Hub(this.world, this.air, this.wan, {
      place,
      eui64: Buffer.from(eui64, "hex").reverse(),
      constructors: this.options.constructors ?? CONSTRUCTORS,
      crypto: this.options.crypto ?? nodeCrypto(),
      management: HUB_MANAGEMENT,
      application: HUB_APPLICATION,
      headEnd: HEAD_END,
      driftPpm: clockDriftPpm,
      ...(this.options.makeKernel && { makeKernel: this.options.makeKernel }),
    });
    for (const context of this.contexts) {
      provision(hub.flash, sessionContext(context), this.options.earlierHub?.(context.name));
    }
    provisionSealing(hub.flash, this.recoveryKey);
    return hub;
  }

  private makeAttacker(): Attacker {
    const { everySeconds, place } = this.config.attacker;
    const attacker = new Attacker({
      world: this.world,
      air: this.air,
      hub: this.hub,
      hubEui64: BigInt(`0x${this.config.hub.eui64}`),
      place,
      everySeconds,
      victims: this.devices.map(({ device }) => device),
      stolen: () => this.separation.networkKeyInUse,
    });
    this.encryptedAir.ignore(attacker.radio);
    return attacker;
  }

  private makeDevices(): HouseDevice[] {
    const around = {
      world: this.world,
      air: this.air,
      profile: this.options.profile ?? generateProfile(this.world.random.fork("profile")),
      truth: this.truth,
      pairs: this.options.exchanges ?? [],
    };
    return this.config.devices.map((config) => makeDevice(config, around));
  }

  private buildWalls(): void {
    const stationOf = (name: string) =>
      this.devices.find(({ config }) => config.eui64 === name)?.device.radio ??
      this.hub.coprocessor.transceiver;
    for (const { a, b, db } of this.config.air.walls) {
      this.air.attenuate(stationOf(a), stationOf(b), db);
    }
  }

  private makeHeadEnd(): HeadEndHost {
    return new HeadEndHost(
      this.world,
      this.wan,
      HEAD_END,
      this.contexts,
      this.config.devices
        .filter(({ registered }) => registered)
        .map(({ eui64, kind, installCode }) => ({
          eui64,
          kind: DEVICE_KINDS[kind],
          installCode: Buffer.from(installCode, "hex"),
        })),
      (reading) => this.ledger.arrived(reading, this.world.utcMs / 1000),
      this.options.exchanges,
      (to) => this.eui64Of(to),
    );
  }

  private watchSecrets(): Separation {
    const separation = new Separation(this.world, this.air, this.wan, this.hub);
    separation.addContexts(this.contexts);
    for (const { config } of this.devices) {
      const installCode = Buffer.from(config.installCode, "hex");
      separation.addDevice(config.kind, installCode, linkKeyOf(installCode));
    }
    const provider = this.contexts.find(({ kind }) => kind === "provider")?.name;
    if (provider === "supplier" || provider === "operator") {
      for (const { command, response } of this.options.exchanges ?? []) {
        separation.addMessage(provider, command);
        separation.addMessage(provider, response);
      }
    }
    return separation;
  }

  private switchOn(): void {
    this.world.at(0, () => this.hub.powerOn());
    const chance = this.world.random.fork("switching on");
    for (const [i, { device }] of this.devices.entries()) {
      const atUs = FIRST_DEVICE_US + i * DEVICE_SPREAD_US + chance.below(DEVICE_SPREAD_US);
      this.world.at(atUs, () => device.powerOn());
    }
  }
}

function sessionContext(context: SharedContext): SessionContext {
  // Names were checked where the contexts came from: the firmware's table has these three.
  return { ...context, name: context.name as SessionContext["name"] };
}
