// A simulated repeater as parent, without any coordinator: the network is put into its memory.

import { expect, test } from "vitest";
import { Air } from "../../../../host-sim/air/air";
import { Appliance } from "../../../../host-sim/devices/appliance";
import type { Device } from "../../../../host-sim/devices/device";
import { ExchangeTable } from "../../../../host-sim/devices/exchange-table";
import { GasMeter } from "../../../../host-sim/devices/gas-meter";
import { generateProfile } from "../../../../host-sim/devices/load-profile";
import { MeterTruth } from "../../../../host-sim/devices/meter-truth";
import { Repeater } from "../../../../host-sim/devices/repeater";
import { JoinState, RefusalReason } from "../../../../host-sim/devices/zigbee/joiner";
import type { Realignment } from "../../../../host-sim/devices/zigbee/mac";
import { NwkCommand, NwkType } from "../../../../host-sim/devices/zigbee/nwk-frame";
import { withCrc } from "../../../../host-sim/devices/zigbee/security";
import { World } from "../../../../host-sim/world";

const SECOND = 1_000_000;
const KEY = Buffer.alloc(16, 0x11);
const CHANNEL = 15;
const PAN = 0x2345;
const EPID = 0xabcdn;

function bench() {
  const world = new World(4);
  const air = new Air(world);
  const options = (n: number) => ({
    name: `device ${n}`,
    eui64: BigInt(0xa00 + n),
    installCode: withCrc(Buffer.alloc(16, n)),
    place: { x: n, y: 0 },
    epochS: 1_767_225_600,
  });
  const repeater = new Repeater(world, air, options(1));
  const appliance = new Appliance(world, air, { ...options(2), kind: "thermostat" });
  const gas = new GasMeter(world, air, {
    ...options(3),
    profile: generateProfile(world.random.fork("profile")),
    exchanges: new ExchangeTable(),
    truth: new MeterTruth(),
  });
  settle(repeater, 0x1000, 0x0000);
  repeater.powerOn();
  world.runUntil(5 * SECOND);
  return { world, air, repeater, appliance, gas, parenting: repeater.node.role!.parenting };
}

/** As if it had joined some time ago. */
function settle({ node }: Device, short: number, parent: number): void {
  node.memory.network = {
    extendedPanId: EPID,
    panId: PAN,
    channel: CHANNEL,
    parent,
    parentEui64: undefined,
    short,
    depth: 1,
  };
  node.memory.setKey({ key: KEY, sequence: 0, trustCentre: 1n });
}

test("a router that has its network goes on there at once, and others come back through it", () => {
  const { world, repeater, appliance, parenting } = bench();
  expect(repeater.node.state).toBe(JoinState.JOINED);
  settle(appliance, 0x2000, 0x0000);
  appliance.powerOn();
  world.runUntil(20 * SECOND);
  expect(appliance.node.isJoined).toBe(true);
  expect(appliance.node.memory.network).toMatchObject({
    parent: 0x1000,
    parentEui64: repeater.eui64,
    short: 0x2000,
    depth: 2,
  });
  expect(parenting.rejoins).toBe(1);
  expect(parenting.children.byEui64(appliance.eui64)?.short).toBe(0x2000);
});

test("a new device comes in only while joining is permitted, and gets no key from its parent", () => {
  const { world, appliance, parenting } = bench();
  appliance.powerOn();
  world.runUntil(30 * SECOND);
  expect([appliance.refusals, parenting.joins]).toEqual([0, 0]);
  parenting.permit(120);
  world.runUntil(110 * SECOND);
  expect(parenting.joins).toBeGreaterThan(0);
  expect(appliance.lastRefusal).toBe(RefusalReason.NO_KEY);
  expect(appliance.node.memory.networkKey).toBeUndefined();
  world.runUntil(151 * SECOND);
  expect(parenting.permits).toBe(false);
  const { joins } = parenting;
  world.runUntil(400 * SECOND);
  expect(parenting.joins).toBe(joins);
});

test("another device that has the address of a child gets one of its own", () => {
  const { parenting } = bench();
  const first = parenting.children.add(7n, 0x8e, 0x3000)!;
  const second = parenting.children.add(8n, 0x8e, 0x3000)!;
  expect(first.short).toBe(0x3000);
  expect(second.short).not.toBe(0x3000);
  for (let n = 0; n < 20; n++) parenting.children.add(BigInt(100 + n), 0x8e, undefined);
  expect(parenting.children.isFull).toBe(true);
  expect(parenting.children.add(999n, 0x8e, undefined)).toBeUndefined();
  // Who is in already is taken in again.
  expect(parenting.children.add(7n, 0x8e, undefined)?.short).toBe(0x3000);
});

test("a child that was silent for longer than its time-out is forgotten, also after a restart", () => {
  const { world, repeater, parenting } = bench();
  const child = parenting.children.add(7n, 0x8e, 0x3000)!;
  expect(parenting.children.setTimeout(child, 15)).toBe(false);
  expect(parenting.children.setTimeout(child, 1)).toBe(true);
  world.runUntil(world.now + 100 * SECOND);
  expect(parenting.children.byEui64(7n)).toBeDefined();
  repeater.powerOff();
  world.runUntil(world.now + 100 * SECOND);
  repeater.powerOn();
  world.runUntil(world.now + 100 * SECOND);
  expect(parenting.children.byEui64(7n)).toBeDefined();
  world.runUntil(world.now + 50 * SECOND);
  expect(parenting.children.byEui64(7n)).toBeUndefined();
});

test("frames wait 7.68 s for a sleeping child, six at most", () => {
  const { world, repeater, parenting } = bench();
  const child = parenting.children.add(7n, 0x80, 0x3000)!;
  const fates: boolean[] = [];
  const frame = repeater.node.nwk.frame(NwkType.DATA, 0x3000, Buffer.alloc(9), {})!;
  const taken = [1, 2, 3, 4, 5, 6, 7].map(() =>
    parenting.children.deliver(child, frame, (ok) => fates.push(ok)),
  );
  expect(taken).toEqual([true, true, true, true, true, true, false]);
  world.runUntil(world.now + 7.6 * SECOND);
  expect(fates).toEqual([]);
  world.runUntil(world.now + 0.1 * SECOND);
  expect(fates).toEqual(Array(6).fill(false));
});

test("a sleeping child fetches what waits for it, oldest first and one a poll", () => {
  const { world, repeater, gas, parenting } = bench();
  settle(gas, 0x2000, 0x0000);
  gas.powerOn();
  world.runUntil(world.now + 20 * SECOND);
  expect(gas.node.isJoined).toBe(true);
  const child = parenting.children.byEui64(gas.eui64)!;
  gas.node.stopPolling();
  const fates: boolean[] = [];
  for (let n = 0; n < 3; n++) {
    const frame = repeater.node.nwk.frame(NwkType.DATA, child.short, Buffer.alloc(9), {})!;
    parenting.children.deliver(child, frame, (ok) => fates.push(ok));
  }
  const received = gas.node.nwk.counts.received;
  world.runUntil(world.now + 2 * SECOND);
  expect(gas.node.nwk.counts.received).toBe(received);
  gas.node.startPolling(SECOND / 4);
  world.runUntil(world.now + 3 * SECOND);
  expect(gas.node.nwk.counts.received).toBe(received + 3);
  expect(fates).toEqual([true, true, true]);
  expect(gas.node.nwk.counts.refused).toBe(0);
});

test("an orphan that is its child hears where the network is, a stranger nothing (3.6.1.4.3)", () => {
  const { world, repeater, appliance, parenting } = bench();
  const found: (Realignment | undefined)[] = [];
  appliance.node.mac.orphanScan([CHANNEL], (one) => found.push(one));
  world.runUntil(world.now + 2 * SECOND);
  parenting.children.add(appliance.eui64, 0x8c, 0x3000);
  appliance.node.mac.orphanScan([CHANNEL], (one) => found.push(one));
  world.runUntil(world.now + 2 * SECOND);
  const { short: coordinator } = repeater.node;
  expect(found).toEqual([undefined, { panId: PAN, coordinator, channel: CHANNEL, short: 0x3000 }]);
});

test("an end device that only thinks it is a child is told to rejoin, and does", () => {
  const { world, appliance, parenting } = bench();
  settle(appliance, 0x2000, 0x0000);
  appliance.powerOn();
  world.runUntil(20 * SECOND);
  parenting.children.remove(parenting.children.byEui64(appliance.eui64)!);
  appliance.node.nwk.sendData(0x0000, Buffer.alloc(9), () => {});
  world.runUntil(60 * SECOND);
  expect(appliance.losses).toBe(1);
  expect(appliance.node.isJoined).toBe(true);
  expect(parenting.children.byEui64(appliance.eui64)).toBeDefined();
});

test("the network manager's change of channel is followed, once all have heard (2.4.3.3.9)", () => {
  const { world, repeater, appliance } = bench();
  settle(appliance, 0x2000, 0x0000);
  appliance.powerOn();
  world.runUntil(20 * SECOND);
  const change = (channels: number, duration: number): void => {
    const payload = Buffer.alloc(7);
    payload.writeUInt32LE(channels, 1);
    payload[5] = duration;
    const message = {
      destination: 0xfffd,
      destinationEndpoint: 0,
      cluster: 0x0038,
      profile: 0,
      sourceEndpoint: 0,
      payload,
    };
    repeater.node.aps.send(message, () => {});
    world.runUntil(world.now + 10 * SECOND);
  };
  change(2 ** 20, 3);
  change(2 ** 20 + 2 ** 21, 0xfe);
  change(2 ** 5, 0xfe);
  expect(appliance.node.mac.channel).toBe(CHANNEL);
  change(2 ** 20, 0xfe);
  expect(appliance.node.mac.channel).toBe(20);
  expect(appliance.node.memory.network?.channel).toBe(20);
});

test("a router that was away says whose parent it is, and gives up who is another's (2.4.3.1.12)", () => {
  const { world, air, repeater, parenting } = bench();
  const other = new Repeater(world, air, {
    name: "other",
    eui64: 0xb00n,
    installCode: withCrc(Buffer.alloc(16, 9)),
    place: { x: 0, y: 1 },
    epochS: 1_767_225_600,
  });
  settle(other, 0x1100, 0x0000);
  const [moved, stays, both] = [7n, 8n, 9n];
  other.node.memory.children.set(moved, child(moved));
  other.node.memory.children.set(stays, child(stays));
  other.node.memory.children.set(both, child(both));
  parenting.children.add(moved, 0x8e, 0x3007);
  // Known from before a restart, and not heard since: that is no claim.
  repeater.node.memory.children.set(both, child(both));
  other.powerOn();
  world.runUntil(world.now + 40 * SECOND);
  expect([...other.node.memory.children.keys()]).toEqual([stays, both]);
  expect(parenting.children.byEui64(moved)).toBeDefined();
});

test("a beacon of another network under the same PAN ID is reported to the manager (3.4.9)", () => {
  const { world, repeater } = bench();
  const sent: string[] = [];
  const { nwk, role } = repeater.node;
  const frame = nwk.frame.bind(nwk);
  nwk.frame = (type, destination, payload, options) => {
    if (payload[0] === NwkCommand.REPORT) sent.push(`${destination} ${payload.toString("hex")}`);
    return frame(type, destination, payload, options);
  };
  const beacon = {
    panId: PAN,
    source: 0,
    permitsAssociation: false,
    stackProfile: 2,
    depth: 0,
    endDeviceCapacity: true,
    extendedPanId: EPID,
    updateId: 0,
  };
  role!.beacon(beacon);
  role!.beacon({ ...beacon, panId: PAN + 1, extendedPanId: 5n });
  expect(sent).toEqual([]);
  for (let times = 0; times < 3; times++) role!.beacon({ ...beacon, extendedPanId: 5n });
  expect(sent).toEqual(["0 0901cdab0000000000004523"]);
  world.runUntil(world.now + 31 * SECOND);
  role!.beacon({ ...beacon, extendedPanId: 5n });
  expect(sent).toHaveLength(2);
});

function child(eui64: bigint) {
  const short = 0x3000 + Number(eui64);
  return { eui64, short, capability: 0x8e, timeoutUs: 3600 * SECOND, heardUs: 0, lqi: 0 };
}

test("a network that changes its PAN ID takes its devices with it, once all have heard (3.4.10)", () => {
  const { world, repeater, appliance } = bench();
  settle(appliance, 0x2000, 0x0000);
  appliance.powerOn();
  world.runUntil(20 * SECOND);
  const update = (epid: bigint): Buffer => {
    const octets = Buffer.alloc(13);
    octets[0] = NwkCommand.UPDATE;
    octets[1] = 1;
    octets.writeBigUInt64LE(epid, 2);
    octets[10] = 1;
    octets.writeUInt16LE(0x4321, 11);
    return octets;
  };
  const say = (epid: bigint): void => {
    const { nwk } = repeater.node;
    nwk.broadcast(nwk.frame(NwkType.COMMAND, 0xffff, update(epid), { radius: 1 })!);
  };
  const panOf = () => [appliance.node.memory.network?.panId, appliance.node.mac.panId];
  say(EPID + 1n);
  world.runUntil(world.now + 12 * SECOND);
  expect(panOf()).toEqual([PAN, PAN]);
  say(EPID);
  world.runUntil(world.now + 8 * SECOND);
  expect(panOf()).toEqual([PAN, PAN]);
  world.runUntil(world.now + 2 * SECOND);
  expect(panOf()).toEqual([0x4321, 0x4321]);
});
