// Faults that a house's file asks for, at their times.

import type { HouseConfig } from "../house/house-config";
import { Status } from "../radio/spinel";
import type { Scene } from "./fault";
import { Strongest } from "./strongest";
import { type FaultConfig, faultRowOf } from "./table";

/** What a chip that fails answers. */
const FLASH_STATUS = 1;

/** What the house gives: the rest of the scene is the faults' own. */
export type Surroundings = Pick<Scene, "world" | "air" | "wan" | "hub" | "devices" | "network">;

export class Faults {
  private readonly scene: Scene;

  constructor(around: Surroundings, config: HouseConfig) {
    const { world, air, wan, hub } = around;
    const random = world.random.fork("faults");
    this.scene = {
      ...around,
      random,
      expected: [],
      airLoss: new Strongest(air.loss, (value) => {
        air.loss = value;
      }),
      wanLoss: new Strongest(wan.loss, (value) => {
        wan.loss = value;
      }),
      outage: new Strongest(0, (value) => {
        wan.outage = value > 0;
      }),
      flashFailure: new Strongest(0, (value) => {
        hub.flash.faults = () => (random.chance(value) ? FLASH_STATUS : 0);
      }),
      later: (seconds, run) => {
        world.schedule(Math.round(seconds * 1e6), run);
      },
    };
    for (const fault of config.faults) {
      world.at(Math.round(fault.at * 1e6), () => this.happen(fault));
    }
    const every = config.radio.resetEverySeconds;
    if (every > 0) this.resetEvery(every);
  }

  /** Partition faults that were asked for and have not happened yet. */
  get expected(): string[] {
    return this.scene.expected;
  }

  private happen(fault: FaultConfig): void {
    faultRowOf(fault.kind).begin(this.scene, fault);
    const { everySeconds } = fault;
    if (everySeconds !== undefined) this.scene.later(everySeconds, () => this.happen(fault));
  }

  private resetEvery(seconds: number): void {
    this.scene.later(seconds, () => {
      const { hub } = this.scene;
      if (hub.running) hub.coprocessor.reset(Status.RESET_CRASH);
      this.resetEvery(seconds);
    });
  }
}
