// Our simulated repeater between zigbee-on-host's coordinator and a display out of its range: both
// sides of every frame were written by different people.

import { expect, test } from "vitest";
import { aes128MmoHash } from "zigbee-on-host/dist/zigbee/zigbee.js";
import { Air } from "../../../../host-sim/air/air";
import { Display } from "../../../../host-sim/devices/display";
import { Repeater } from "../../../../host-sim/devices/repeater";
import { withCrc } from "../../../../host-sim/devices/zigbee/security";
import { World } from "../../../../host-sim/world";
import { ForeignCoordinator } from "../foreign-coordinator";

/** The coordinator wraps every network key with one link key. */
const INSTALL_CODE = withCrc(Buffer.alloc(16, 7));
const REPEATER = 0x0011223344550001n;
const DISPLAY = 0x0011223344550002n;
const PERMIT_JOINING = 0x0036;
const ROUTERS = 0xfffc;

function options(name: string, eui64: bigint, x: number) {
  return { name, eui64, installCode: INSTALL_CODE, place: { x, y: 0 }, epochS: 1_767_225_600 };
}

async function chain(seed: number, loss = 0) {
  const world = new World(seed);
  const air = new Air(world, { loss });
  const coordinator = new ForeignCoordinator(world, air, aes128MmoHash(INSTALL_CODE));
  const repeater = new Repeater(world, air, options("repeater", REPEATER, 20));
  const display = new Display(world, air, options("display", DISPLAY, 40));
  air.attenuate(display.radio, coordinator.radio, 60);
  await coordinator.start();
  const { context } = coordinator.driver;
  for (const eui64 of [REPEATER, DISPLAY]) context.addInstallCode(eui64, INSTALL_CODE);
  context.allowJoins(250, true);
  repeater.powerOn();
  await coordinator.run(30, () => coordinator.authorised.includes(REPEATER));
  await coordinator.run(2);
  return { world, air, coordinator, repeater, display };
}

test("a device out of range joins through a repeater, and both ways lead over it", async () => {
  const { coordinator, repeater, display } = await chain(3);
  try {
    expect(repeater.node.isJoined).toBe(true);
    const permit = Buffer.from([0, 120, 1]);
    await coordinator.driver.sendZDO(permit, ROUTERS, undefined, PERMIT_JOINING);
    await coordinator.run(1);
    display.powerOn();
    await coordinator.run(40, () => coordinator.authorised.includes(DISPLAY));
    expect(display.node.isJoined).toBe(true);
    expect(display.node.memory.network?.parent).toBe(repeater.node.short);
    expect(display.node.memory.network?.depth).toBe(2);
    expect(coordinator.authorised).toContain(DISPLAY);
    await coordinator.run(40);
    const { counts } = repeater.node.role!.router;
    expect(counts.relayed).toBeGreaterThan(0);
    // The coordinator keeps the route record that came with the display's first message.
    expect(counts.sourceRouted).toBeGreaterThan(0);
    expect(counts.dropped).toBe(0);
    expect(display.node.aps.counts.undelivered).toBe(0);
  } finally {
    await coordinator.stop();
  }
});
