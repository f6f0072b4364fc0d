// When each device was served again after a storm: a meter had a reading acknowledged, a display
// an answer, by their own account.

import type { House } from "../house/house";
import type { HouseDevice } from "../house/make-device";

const LOOK_EVERY_US = 1_000_000;

export interface Service {
  readonly device: HouseDevice;
  /** Seconds of the calm that went by before it was served; undefined: it was not. */
  readonly afterSeconds: number | undefined;
  /** How often a sleeper woke in that time. */
  readonly wakes: number;
}

interface Watched {
  readonly device: HouseDevice;
  readonly served: number | undefined;
  readonly wakes: number;
  at: number | undefined;
  wokeBefore: number;
}

export class ServiceWatch {
  private readonly watched: Watched[];
  private readonly beganUs: number;

  /** The calm begins now. */
  constructor(private readonly house: House) {
    this.beganUs = house.world.now;
    this.watched = house.devices
      .filter(({ config }) => config.registered)
      .map((one) => {
        const { served, wakeCount } = one.device;
        return { device: one, served, wakes: wakeCount, at: undefined, wokeBefore: 0 };
      });
    this.look();
  }

  services(): Service[] {
    return this.watched.map(({ device, at, wokeBefore }) => ({
      device,
      afterSeconds: at === undefined ? undefined : (at - this.beganUs) / 1e6,
      wakes: wokeBefore,
    }));
  }

  private look(): void {
    const { world } = this.house;
    let isOpen = false;
    for (const one of this.watched) {
      if (one.at !== undefined) continue;
      one.wokeBefore = one.device.device.wakeCount - one.wakes;
      if (isServed(one)) one.at = world.now;
      else isOpen = true;
    }
    if (isOpen) world.schedule(LOOK_EVERY_US, () => this.look());
  }
}

function isServed({ device: { device }, served }: Watched): boolean {
  if (served === undefined) return device.node.isJoined;
  return (device.served ?? 0) > served;
}
