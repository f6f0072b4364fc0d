// The real HAN side of the hub over the simulated air, with the open firewall behind it.

import { CONSTRUCTORS } from "../../../firmware/constructors";
import { DeviceKind } from "../../../firmware/ipc/device";
import type { Constructors } from "../../../firmware/kernel/board";
import { TimeQuality } from "../../../hal/clock";
import { nodeCrypto } from "../../../hal/node/crypto";
import { Air } from "../../../host-sim/air/air";
import { Display } from "../../../host-sim/devices/display";
import { ElectricityMeter } from "../../../host-sim/devices/electricity-meter";
import { ExchangeTable } from "../../../host-sim/devices/exchange-table";
import { GasMeter } from "../../../host-sim/devices/gas-meter";
import { generateProfile } from "../../../host-sim/devices/load-profile";
import { MeterTruth } from "../../../host-sim/devices/meter-truth";
import { withCrc } from "../../../host-sim/devices/zigbee/security";
import { Hub } from "../../../host-sim/hub/hub";
import { ipv4Host, Wan } from "../../../host-sim/wan";
import { World } from "../../../host-sim/world";
import { OpenFirewall, Outside } from "./open-firewall";

export const EPOCH_S = 1_767_225_600;

export interface HubHouse {
  readonly world: World;
  readonly air: Air;
  readonly hub: Hub;
  readonly outside: Outside;
  readonly truth: MeterTruth;
  readonly exchanges: ExchangeTable;
  readonly meter: ElectricityMeter;
  readonly gas: GasMeter;
  readonly display: Display;
}

/**
 * @param registered which of the devices are registered, in the order meter, gas, display
 * @param others partitions in the place of the firmware's
 */
export function hubHouse(
  seed: number,
  loss = 0,
  registered = [true, true, true],
  others: Constructors = {},
): HubHouse {
  const world = new World(seed, EPOCH_S * 1000);
  const air = new Air(world, { loss });
  const installCodes = [1, 2, 3].map((n) => withCrc(Buffer.alloc(16, n)));
  const eui64s = [0x00124b0000000a01n, 0x00124b0000000a02n, 0x00124b0000000a03n];
  const kinds = [DeviceKind.ELECTRICITY_METER, DeviceKind.GAS_METER, DeviceKind.DISPLAY];
  const outside = new Outside(
    kinds
      .map((kind, i) => ({ kind, eui64: eui64s[i]!, installCode: installCodes[i]! }))
      .filter((_one, i) => registered[i]),
  );
  const { audit, trust, access, han, gas: createGas, demand } = CONSTRUCTORS;
  const hub = new Hub(world, air, new Wan(world, {}), {
    place: { x: 0, y: 0 },
    eui64: Buffer.from("01020304054b1200", "hex"),
    constructors: {
      ...{ audit, trust, access, han, gas: createGas, demand },
      firewall: (environment) => new OpenFirewall(environment, outside),
      ...others,
    } as typeof CONSTRUCTORS,
    crypto: nodeCrypto(),
    management: ipv4Host(198, 51, 100, 7, 1),
    application: ipv4Host(198, 51, 100, 7, 2),
    headEnd: ipv4Host(192, 0, 2, 10, 5683),
  });
  const truth = new MeterTruth();
  const exchanges = new ExchangeTable();
  const profile = generateProfile(world.random.fork("profile"));
  const options = (i: number, name: string) => ({
    name,
    eui64: eui64s[i]!,
    installCode: installCodes[i]!,
    place: { x: 2 + i, y: 3 - i },
    epochS: EPOCH_S,
    profile,
    exchanges,
    truth,
  });
  const meter = new ElectricityMeter(world, air, options(0, "electricity"));
  const gas = new GasMeter(world, air, options(1, "gas"));
  const display = new Display(world, air, options(2, "display"));
  world.at(0, () => hub.powerOn());
  world.at(1, () => hub.clock.set(world.utcMs, TimeQuality.SYNCHRONISED));
  for (const [i, device] of [meter, gas, display].entries()) {
    world.at(5_000_000 + i * 1_000_000, () => device.powerOn());
  }
  return { world, air, hub, outside, truth, exchanges, meter, gas, display };
}
