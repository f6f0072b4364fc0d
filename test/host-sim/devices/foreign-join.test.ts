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

  test("it reports what the coordinator configured, and counts as missed what nobody answers", async () => {
    const { world, coordinator, meter } = house(aes128MmoHash(INSTALL_CODE));
    await coordinator.start();
    try {
      coordinator.driver.context.allowJoins(120, true);
      meter.powerOn();
      await coordinator.run(30, () => coordinator.authorised.length > 0);
      meter.clock.set(world.now, 1_767_225_700);
      // Configure Reporting of CurrentSummationDelivered, 10 to 10 s, change 1.
      const configure = Buffer.from("00010600000025" + "0a000a00" + "010000000000", "hex");
      const { short } = meter.node;
      await coordinator.driver.sendUnicast(configure, 0x0109, 0x0702, short, EUI64, 1, 1);
      await coordinator.run(35);
      const answers = coordinator.frames.filter((frame) => frame.cluster === 0x0702);
      // Configure Reporting Response: all went well.
      expect(answers[0]?.payload).toEqual(Buffer.from([0x18, 0x01, 0x07, 0x00]));
      const reports = answers.slice(1).map((frame) => frame.payload);
      expect(reports.length).toBeGreaterThanOrEqual(7);
      for (const report of reports) {
        expect(report[0]).toBe(0x08);
        expect(report.subarray(2, 6)).toEqual(Buffer.from([0x0a, 0x00, 0x00, 0x25]));
      }
      expect(meter.reports.missed).toBeGreaterThan(0);
      expect(meter.reports.acknowledged).toBe(0);
    } finally {
      await coordinator.stop();
    }
  });
});
