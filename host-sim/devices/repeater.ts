// A repeater in a socket: it extends the range of the network, and measures nothing.
// @source Smart Energy profile 07-5356-21 clause 6.3.1 (range extender)

import type { Air } from "../air/air";
import type { World } from "../world";
import { BasicServer, PowerSource } from "./basic-server";
import { ClusterId, DeviceId, SMART_ENERGY_PROFILE } from "./clusters";
import { Device, type DeviceOptions } from "./device";
import { ROUTER_CAPABILITY } from "./zigbee/mac-frame";

const ENDPOINT = 1;

export class Repeater extends Device {
  constructor(world: World, air: Air, options: DeviceOptions) {
    const descriptor = {
      endpoint: ENDPOINT,
      profile: SMART_ENERGY_PROFILE,
      device: DeviceId.RANGE_EXTENDER,
      version: 0,
      inputs: [ClusterId.BASIC],
      outputs: [],
    };
    const clusters = [new BasicServer("repeater", PowerSource.MAINS)];
    super(world, air, options, ROUTER_CAPABILITY, [{ descriptor, clusters }]);
  }

  protected override started(): void {}

  protected override stopped(): void {}
}
