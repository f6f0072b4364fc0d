// Our simulated meter joins a coordinator that somebody else wrote: zigbee-on-host's.

import { describe, expect, test } from "vitest";
import { aes128MmoHash } from "zigbee-on-host/dist/zigbee/zigbee.js";
import { Air } from "../../../host-sim/air/air";
import { ElectricityMeter } from "../../../host-sim/devices/electricity-meter";
import { ExchangeTable } from "../../../host-sim/devices/exchange-table";
import { generateProfile } from "../../../host-sim/devices/load-profile";
import { MeterTruth } from "../../../host-sim/devices/meter-truth";
import { JoinState } from "../../../host-sim/devices/zigbee/joiner";
import { World } from "../../../host-sim/world";
import {
  FOREIGN_KEY,
  FOREIGN_PAN,
  ForeignCoordinator,
  WELL_KNOWN_KEY,
} from "./foreign-coordinator";

const EUI64 = 0x0011223344556677n;
/** Base Device Behavior's example, with its CRC. */
const INSTALL_CODE = Buffer.from("83fed3407a939723a5c639b26916d505c3b5", "hex");

function house(tcKey: Buffer): {
  world: World;
  coordinator: ForeignCoordinator;
  meter: ElectricityMeter;
} {
  const world = new World(5);
  const air = new Air(world);
  const coordinator = new ForeignCoordinator(world, air, tcKey);
  const meter = new ElectricityMeter(world, air, {
    name: "meter",
    eui64: EUI64,
    installCode: INSTALL_CODE,
    place: { x: 3, y: 2 },
    epochS: 1_767_225_600,
    profile: generateProfile(world.random.fork("profile")),
    exchanges: new ExchangeTable(),
    truth: new MeterTruth(),
    verifiesKey: true,
  });
  return { world, coordinator, meter };
}

describe("a meter and zigbee-on-host's coordinator", () => {
  test("it joins with its install code and is authorised", async () => {
    const { coordinator, meter } = house(aes128MmoHash(INSTALL_CODE));
    await coordinator.start();
    try {
      coordinator.driver.context.addInstallCode(EUI64, INSTALL_CODE);
      coordinator.driver.context.allowJoins(120, true);
      meter.powerOn();
      await coordinator.run(30, () => coordinator.authorised.length > 0);
      await coordinator.run(1);
      expect(meter.node.state).toBe(JoinState.JOINED);
      expect(meter.node.isKeyVerified).toBe(true);
      expect(coordinator.joined).toEqual([EUI64]);
      expect(coordinator.authorised).toEqual([EUI64]);
      expect(meter.node.memory.networkKey?.key).toEqual(FOREIGN_KEY);
      expect(meter.node.memory.network?.panId).toBe(FOREIGN_PAN);
    } finally {
      await coordinator.stop();
    }
  });

  test("it does not take a key that is wrapped with the well-known key", async () => {
    const { coordinator, meter } = house(WELL_KNOWN_KEY);
    await coordinator.start();
    try {
      coordinator.driver.context.allowJoins(120, true);
      meter.powerOn();
      await coordinator.run(40, () => meter.refusals > 0);
      expect(meter.node.memory.networkKey).toBeUndefined();
      expect(meter.node.refusedKeys).toBeGreaterThan(0);
      expect(meter.node.state).not.toBe(JoinState.JOINED);
    } finally {
      await coordinator.stop();
    }
  });
});
