// A sleeping node behind a router: it joins there with its install code, is reached by a source
// route, and survives the loss of its router. Zigbee 05-3474-22 sections 3.6.3.3, 4.4.3, 4.6.3.

import { describe, expect, it } from "vitest";
import { AuditEvent } from "../../../firmware/ipc/audit";
import { JoinDecision } from "../../../firmware/ipc/join";
import { NodeState, Place } from "../../../firmware/partitions/han/nodes";
import { SpinelStatus } from "../../../firmware/wire/spinel-property";
import { Sent } from "../../../hal/sent";
import { ApsCommand } from "../../../host-sim/devices/zigbee/aps-frame";
import { decodeMac } from "../../../host-sim/devices/zigbee/mac-frame";
import { NwkCommand } from "../../../host-sim/devices/zigbee/nwk-frame";
import { DeviceUpdate } from "../../../host-sim/devices/zigbee/parenting";
import { HUB_EUI64 } from "./fake-coprocessor";
import { Bench } from "./fixture";
import { eui64Of, TestNode } from "./test-node";
import { FarNode, TestRouter } from "./test-router";

const HUB = Buffer.from(HUB_EUI64).readBigUInt64LE();
const APS = Uint8Array.from([0x00, 0x01, 0x02, 0x07, 0x09, 0x01, 0x01, 0x05]);
const TRUST_CENTRE_REJOIN = 3;

/** A hub, a router, and a node that is on its way in at the router. */
function asked(): { bench: Bench; router: TestRouter; far: FarNode } {
  const bench = Bench.up();
  const router = TestRouter.joined(bench);
  router.take();
  return { bench, router, far: router.takeIn() };
}

/** The same with the node Networked; its index. */
function joined() {
  const { bench, router, far } = asked();
  const tunnel = router.apsCommands(ApsCommand.TUNNEL)[0];
  if (tunnel === undefined) throw new Error("no tunnel");
  far.unwrap(tunnel.subarray(8), HUB);
  router.carry(far.short, far.announcement(), undefined, undefined, 0xfffd);
  bench.run(100);
  const node = bench.han.nodes.findEui64(far.octets, 0);
  router.take();
  bench.up.length = 0;
  bench.fates.length = 0;
  return { bench, router, far, node };
}

describe("a node that joins at a router", () => {
  it("gets the network key by a Tunnel, wrapped for its install code alone", () => {
    const { router, far } = asked();
    const [tunnel, ...more] = router.apsCommands(ApsCommand.TUNNEL);
    expect(more).toEqual([]);
    expect(tunnel!.readBigUInt64LE()).toBe(far.eui64);
    far.unwrap(tunnel!.subarray(8), HUB);
    expect(far.key).toEqual(Buffer.from(router.node.key!));
    const other = new FarNode(eui64Of(0x32), 0x3232, 0x13);
    other.unwrap(tunnel!.subarray(8), HUB);
    expect(other.key).toBeUndefined();
  });

  it("is Networked by its first frame under that key, which its router hands on", () => {
    const { bench, far, node } = joined();
    expect(bench.joined).toEqual([0, node]);
    expect(bench.han.nodes.state(node)).toBe(NodeState.NETWORKED);
    expect(bench.han.nodes.short(node)).toBe(far.short);
    expect(bench.han.nodes.place(node)).toBe(Place.BEHIND);
    expect(bench.han.nodes.sleeps(node)).toBe(true);
  });

  it("gets its key again while it has not proved itself, and reaches nothing without that", () => {
    const { bench, router, far } = asked();
    bench.run(15_000);
    expect(router.apsCommands(ApsCommand.TUNNEL).length).toBeGreaterThan(1);
    bench.run(20_000);
    const node = bench.han.nodes.findEui64(far.octets, 0);
    expect(bench.han.nodes.state(node)).toBe(NodeState.KEYED);
    expect(bench.joined).not.toContain(node);
  });

  it("and is not registered is refused: no key, and its router is told to send it away", () => {
    const bench = Bench.up();
    const router = TestRouter.joined(bench);
    router.take();
    const stranger = new FarNode(eui64Of(0x66), 0x6666);
    router.updateDevice(stranger.eui64, stranger.short, DeviceUpdate.UNSECURED_JOIN);
    bench.run(50);
    expect(router.apsCommands(ApsCommand.TUNNEL)).toEqual([]);
    const [remove] = router.apsCommands(ApsCommand.REMOVE_DEVICE);
    expect(remove!.readBigUInt64LE()).toBe(stranger.eui64);
    expect(bench.han.nodes.findEui64(stranger.octets, 0)).toBe(-1);
  });

  it("under an address that another node has is not let in", () => {
    const bench = Bench.up();
    const router = TestRouter.joined(bench);
    const far = new FarNode(eui64Of(0x31), router.short);
    bench.add(far.octets, far.code);
    router.take();
    router.updateDevice(far.eui64, far.short, DeviceUpdate.UNSECURED_JOIN);
    bench.run(50);
    expect(router.apsCommands(ApsCommand.TUNNEL)).toEqual([]);
  });

  it("without the network key after it had it, is refused and audited", () => {
    const { bench, router, far } = joined();
    router.updateDevice(far.eui64, far.short, TRUST_CENTRE_REJOIN);
    bench.run(50);
    expect(router.apsCommands(ApsCommand.TUNNEL)).toEqual([]);
    const details = bench.audit.map((message) => message[AuditEvent.DETAIL]);
    expect(details).toContain(JoinDecision.INSECURE_REJOIN);
  });
});

describe("a node behind a router", () => {
  it("is sent to by a source route, through its router", () => {
    const { bench, router, far, node } = joined();
    expect(bench.han.send(bench.now, node, APS, APS.length, 7)).toBe(Sent.OK);
    bench.run(10);
    const [heard] = router.take();
    expect(heard!.frame.destination).toBe(far.short);
    expect(heard!.frame.route).toEqual({ index: 0, relays: [router.short] });
    expect([...heard!.plain]).toEqual([...APS]);
    expect(bench.fates).toEqual([[7, true]]);
  });

  it("is heard as itself, and once, on whatever way its frame comes", () => {
    const { bench, router, far, node } = joined();
    const second = TestRouter.joined(bench, 0x72);
    router.carry(far.short, Buffer.from(APS), undefined, 33);
    second.carry(far.short, Buffer.from(APS), undefined, 33);
    expect(bench.up).toEqual([{ node, aps: APS }]);
    expect(bench.han.nwk.router.duplicates).toBe(1);
  });

  it("is reached along the relays that its route record names, the last of them first", () => {
    const { bench, router, far, node } = joined();
    const second = TestRouter.joined(bench, 0x72);
    second.record(far.short, [router.short, second.short]);
    second.take();
    bench.han.send(bench.now, node, APS, APS.length, 7);
    bench.run(10);
    const [heard] = second.take();
    expect(heard!.frame.route).toEqual({ index: 1, relays: [router.short, second.short] });
    expect(heard!.frame.destination).toBe(far.short);
  });

  const wrong: [string, (router: number, second: number, far: number) => number[]][] = [
    ["a relay that is no member", (_, second) => [0x4444, second]],
    ["a relay twice", (_, second) => [second, second]],
    ["the node itself", (_, second, far) => [far, second]],
    ["a last relay that did not hand it to us", (router, second) => [second, router]],
    ["more relays than fit", (router, second) => [router, router, router, router, router, second]],
  ];

  it.each(wrong)("keeps its route when a record names %s", (_name, relays) => {
    const { bench, router, far, node } = joined();
    const second = TestRouter.joined(bench, 0x72);
    const before = bench.han.routes.lastRelay(node);
    second.record(far.short, relays(router.short, second.short, far.short));
    expect(bench.han.mesh.recordsRefused).toBe(1);
    expect(bench.han.routes.lastRelay(node)).toBe(before);
  });

  it("may rejoin at the hub when its router is lost, and is a child then", () => {
    const { bench, router, far, node } = joined();
    lose(bench, router);
    const near = nearby(bench, router, far);
    near.counter = 500;
    bench.hear(near.secured(Uint8Array.from([NwkCommand.REJOIN_REQUEST, 0x80]), 0, 1));
    bench.run(10);
    near.poll();
    bench.run(10);
    const short = [far.short & 0xff, far.short >> 8];
    expect([...near.got.at(-1)!.payload]).toEqual([NwkCommand.REJOIN_RESPONSE, ...short, 0]);
    expect(bench.han.nodes.place(node)).toBe(Place.CHILD);
    bench.han.send(bench.now, node, APS, APS.length, 9);
    bench.run(10);
    near.poll();
    bench.run(10);
    expect([...near.got.at(-1)!.payload]).toEqual([...APS]);
    expect(bench.fates.at(-1)).toEqual([9, true]);
  });

  it("may rejoin at another router, which gives it another address", () => {
    const { bench, router, far, node } = joined();
    const second = TestRouter.joined(bench, 0x72);
    lose(bench, router);
    second.updateDevice(far.eui64, 0x4141, DeviceUpdate.SECURED_REJOIN);
    bench.run(10);
    second.take();
    expect(bench.han.send(bench.now, node, APS, APS.length, 9)).toBe(Sent.OK);
    bench.run(10);
    const [heard] = second.take();
    expect(heard!.frame.destination).toBe(0x4141);
    expect(heard!.frame.route).toEqual({ index: 0, relays: [second.short] });
  });

  it("is found by its announcement under another address", () => {
    const { bench, router, far, node } = joined();
    far.short = 0x5151;
    router.carry(far.short, far.announcement(), undefined, undefined, 0xfffd);
    expect(bench.han.nodes.short(node)).toBe(0x5151);
  });

  it("stays behind its router over a restart of the hub, and is looked for", () => {
    const { bench, router, far, node } = joined();
    bench.run(100);
    bench.restartHan();
    bench.run(1500);
    expect(bench.han.nodes.place(node)).toBe(Place.BEHIND);
    expect(bench.han.send(bench.now, node, APS, APS.length, 9)).toBe(Sent.FULL);
    bench.run(50);
    const asked = router.commands(NwkCommand.ROUTE_REQUEST).map(({ plain }) => plain);
    expect(asked.some((plain) => plain.readUInt16LE(3) === far.short)).toBe(true);
  });

  it("is gone when its own router says so, and no other", () => {
    const { bench, router, far, node } = joined();
    const second = TestRouter.joined(bench, 0x72);
    second.updateDevice(far.eui64, far.short, DeviceUpdate.LEFT);
    bench.run(50);
    expect(bench.left).toEqual([]);
    router.updateDevice(far.eui64, far.short, DeviceUpdate.LEFT);
    bench.run(50);
    expect(bench.left).toEqual([node]);
  });

  it("whose registration is removed is sent away by its router", () => {
    const { bench, router, far, node } = joined();
    bench.remove(far.octets);
    const [remove] = router.apsCommands(ApsCommand.REMOVE_DEVICE);
    expect(remove!.readBigUInt64LE()).toBe(far.eui64);
    expect(bench.left).toEqual([node]);
    bench.up.length = 0;
    router.carry(far.short, Buffer.from(APS));
    expect(bench.up).toEqual([]);
  });
});

/** The router is without power: nothing is acknowledged by it. */
function lose(bench: Bench, router: TestRouter): void {
  bench.radio.result = (psdu) =>
    decodeMac(Buffer.from(psdu)).destination === router.short
      ? SpinelStatus.NO_ACK
      : SpinelStatus.OK;
}

/** The far node, now near the hub. */
function nearby(bench: Bench, router: TestRouter, far: FarNode): TestNode {
  const near = new TestNode(bench, far.octets, true);
  near.short = far.short;
  near.key = router.node.key!;
  return near;
}
