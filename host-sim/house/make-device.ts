// The simulated device that a line of the house's file asks for.

import type { Air } from "../air/air";
import { Appliance } from "../devices/appliance";
import type { Device } from "../devices/device";
import { Display } from "../devices/display";
import { ElectricityMeter } from "../devices/electricity-meter";
import { ExchangeTable } from "../devices/exchange-table";
import { GasMeter } from "../devices/gas-meter";
import type { LoadProfile } from "../devices/load-profile";
import type { MeterTruth } from "../devices/meter-truth";
import { Repeater } from "../devices/repeater";
import type { ExchangePair } from "../head-end/exchange-run";
import type { World } from "../world";
import type { DeviceConfig, DeviceKindName } from "./house-config";

export interface HouseDevice {
  readonly config: DeviceConfig;
  readonly device: Device;
}

/** What all devices of a house share. */
export interface DeviceSurroundings {
  readonly world: World;
  readonly air: Air;
  readonly profile: LoadProfile;
  readonly truth: MeterTruth;
  readonly pairs: readonly ExchangePair[];
}

/**
 * `DeviceKind` of the hub's device log, by name: meters, smart metering devices as displays are,
 * and what belongs to the consumer. @source docs/wan.md
 */
export const DEVICE_KINDS: Readonly<Record<DeviceKindName, number>> = {
  "electricity-meter": 1,
  "sub-meter": 1,
  "gas-meter": 2,
  "in-home-display": 3,
  "consumer-access-device": 4,
  thermostat: 4,
  "load-switch": 3,
  charger: 4,
  repeater: 3,
  "handheld-terminal": 3,
};

export function makeDevice(config: DeviceConfig, around: DeviceSurroundings): HouseDevice {
  const { world, air, profile, truth } = around;
  const options = {
    name: `${config.kind} ${config.eui64}`,
    eui64: BigInt(`0x${config.eui64}`),
    installCode: Buffer.from(config.installCode, "hex"),
    place: config.place,
    epochS: world.startUtcMs / 1000,
  };
  const exchanges = new ExchangeTable();
  for (const { to, command, response } of around.pairs) {
    if (to === config.kind || to === config.eui64) exchanges.add(command, response);
  }
  const { kind } = config;
  switch (kind) {
    case "electricity-meter":
    case "sub-meter": {
      const own = { ...options, profile, exchanges, truth };
      return { config, device: new ElectricityMeter(world, air, own) };
    }
    case "gas-meter": {
      const own = { ...options, profile, exchanges, truth };
      return { config, device: new GasMeter(world, air, own) };
    }
    case "in-home-display":
    case "consumer-access-device":
    case "handheld-terminal": {
      const reads = config.reads === undefined ? {} : { reads: BigInt(`0x${config.reads}`) };
      return { config, device: new Display(world, air, { ...options, ...reads }) };
    }
    case "thermostat":
    case "load-switch":
    case "charger":
      return { config, device: new Appliance(world, air, { ...options, kind }) };
    case "repeater":
      return { config, device: new Repeater(world, air, options) };
  }
}
