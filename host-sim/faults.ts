// Faults that a house's file asks for, at their times.

import { FaultKind } from "../firmware/kernel/fault";
import type { Air } from "./air/air";
import type { FaultConfig, HouseConfig } from "./house/house-config";
import type { Hub } from "./hub/hub";
import { Status } from "./radio/spinel";
import type { Random } from "./random";
import type { Wan } from "./wan";
import type { World } from "./world";

/** Anything that can lose its supply. */
export interface Powered {
  powerOn(): void;
  powerOff(): void;
}

const FAULT_KINDS = {
  throw: FaultKind.THROW,
  memory: FaultKind.MEMORY,
  cpu: FaultKind.CPU,
} as const;

const NOISE_BYTES = 40;
/** What a chip that fails answers. */
const FLASH_STATUS = 1;

export class Faults {
  /** Partition faults that were asked for and have not happened yet. */
  readonly expected: string[] = [];
  private readonly random: Random;

  constructor(
    private readonly world: World,
    private readonly air: Air,
    private readonly wan: Wan,
    private readonly hub: Hub,
    private readonly poweredOf: (eui64: string) => Powered,
    config: HouseConfig,
  ) {
    this.random = world.random.fork("faults");
    for (const fault of config.faults) this.at(fault.at, () => this.begin(fault));
    const every = config.radio.resetEverySeconds;
    if (every > 0) this.resetEvery(every);
  }

  private begin(fault: FaultConfig): void {
    switch (fault.kind) {
      case "air-loss": {
        const before = this.air.loss;
        this.air.loss = fault.loss;
        this.later(fault.forSeconds, () => {
          this.air.loss = before;
        });
        break;
      }
      case "wan-loss": {
        const before = this.wan.loss;
        this.wan.loss = fault.loss;
        this.later(fault.forSeconds, () => {
          this.wan.loss = before;
        });
        break;
      }
      case "wan-outage":
        this.wan.outage = true;
        this.later(fault.forSeconds, () => {
          this.wan.outage = false;
        });
        break;
      case "flash-failure":
        this.hub.flash.faults = () => (this.random.chance(fault.chance) ? FLASH_STATUS : 0);
        this.later(fault.forSeconds, () => {
          this.hub.flash.faults = () => 0;
        });
        break;
      case "partition-fault":
        this.breakPartition(fault.partition, FAULT_KINDS[fault.fault]);
        break;
      case "power-cut":
        this.cutPower(fault.target, fault.forSeconds);
        break;
      default:
        this.disturbRadio(fault);
    }
  }

  private disturbRadio(fault: FaultConfig): void {
    const { coprocessor } = this.hub;
    if (!this.hub.running) return;
    if (fault.kind === "radio-reset") coprocessor.reset(Status.RESET_CRASH);
    else if (fault.kind === "radio-silence") coprocessor.fallSilent(fault.forSeconds * 1e6);
    else if (fault.kind === "radio-noise") {
      const noise = new Uint8Array(NOISE_BYTES);
      this.random.fill(noise, 0, NOISE_BYTES);
      coprocessor.garble(noise);
    }
  }

  private breakPartition(name: string, kind: FaultKind): void {
    if (this.hub.kernel === undefined) return;
    this.expected.push(name);
    this.hub.kernel.inject(name, kind);
  }

  private cutPower(target: string, forSeconds: number): void {
    const powered: Powered = target === "hub" ? this.hub : this.poweredOf(target);
    powered.powerOff();
    this.later(forSeconds, () => powered.powerOn());
  }

  private resetEvery(seconds: number): void {
    this.later(seconds, () => {
      if (this.hub.running) this.hub.coprocessor.reset(Status.RESET_CRASH);
      this.resetEvery(seconds);
    });
  }

  private at(seconds: number, run: () => void): void {
    this.world.at(Math.round(seconds * 1e6), run);
  }

  private later(seconds: number, run: () => void): void {
    this.world.schedule(Math.round(seconds * 1e6), run);
  }
}
