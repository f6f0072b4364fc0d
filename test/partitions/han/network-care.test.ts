// What keeps a running network well: a PAN ID of its own, a channel that works, children that come.
// Zigbee 05-3474-22 sections 3.6.1.13, 3.6.10, 2.4.3.1.12, annex E.3.

import { describe, expect, it } from "vitest";
import { Place } from "../../../firmware/partitions/han/nodes";
import { putBeacon } from "../../../firmware/wire/beacon";
import { macType } from "../../../firmware/wire/mac";
import { SpinelProperty, SpinelStatus } from "../../../firmware/wire/spinel-property";
import { Sent } from "../../../hal/sent";
import { decodeAps } from "../../../host-sim/devices/zigbee/aps-frame";
import { decodeBeacon, decodeMac } from "../../../host-sim/devices/zigbee/mac-frame";
import { NwkCommand, NwkType } from "../../../host-sim/devices/zigbee/nwk-frame";
import { OctetWriter } from "../../../host-sim/devices/zigbee/octets";
import { Bench } from "./fixture";
import { eui64Of, TestNode } from "./test-node";
import { TestRouter } from "./test-router";

const APS = Uint8Array.from([0x00, 0x01, 0x02, 0x07, 0x09, 0x01, 0x01, 0x05]);
const OTHER_NETWORK = Uint8Array.from([9, 9, 9, 9, 9, 9, 9, 9]);
const HOUR = 3_600_000;

function withRouter(): { bench: Bench; router: TestRouter } {
  const bench = Bench.up();
  const router = TestRouter.joined(bench);
  router.take();
  return { bench, router };
}

function beacon(bench: Bench, extendedPan: Uint8Array, pan = bench.han.store.identity.panId) {
  const bytes = new Uint8Array(64);
  return bytes.slice(0, putBeacon(bytes, 0, 7, pan, 0, 0, 0, extendedPan, 0, 0));
}

/** A neighbour's hub: answers each beacon request with a beacon under our PAN ID. */
function neighbour(bench: Bench): void {
  const before = bench.radio.heard;
  bench.radio.heard = (psdu) => {
    before(psdu);
    const isRequest = macType(psdu, 0) === 3 && psdu[7] === 7;
    if (isRequest) bench.radio.receive(beacon(bench, OTHER_NETWORK, first));
  };
  const first = bench.han.store.identity.panId;
}

describe("another network under our PAN ID", () => {
  it("makes the hub ask, tell everybody another one, and go there", () => {
    const { bench, router } = withRouter();
    const { identity } = bench.han.store;
    const before = identity.panId;
    neighbour(bench);
    bench.hear(beacon(bench, OTHER_NETWORK));
    bench.run(5000);
    const updates = router.commands(NwkCommand.UPDATE);
    expect(updates[0]!.frame.destination).toBe(0xffff);
    const { plain } = updates[0]!;
    const extendedPan = identity.bytes.slice(identity.extendedPanAt, identity.extendedPanAt + 8);
    expect([...plain.subarray(2, 10)]).toEqual([...extendedPan]);
    expect(plain[10]).toBe(1);
    expect(identity.panId).toBe(before);
    bench.run(10_000);
    expect(identity.panId).toBe(plain.readUInt16LE(11));
    expect(identity.panId).not.toBe(before);
    const set = bench.radio.properties.get(SpinelProperty.MAC_15_4_PANID)!;
    expect(set[0]! | (set[1]! << 8)).toBe(identity.panId);
    bench.hear(Uint8Array.from([3, 8, 1, 0xff, 0xff, 0xff, 0xff, 7]));
    bench.run(10);
    const answer = decodeBeacon(decodeMac(Buffer.from(bench.radio.air.at(-1)!)));
    expect(answer).toMatchObject({ panId: identity.panId, updateId: 1 });
  });

  it("is remembered over a restart", () => {
    const { bench } = withRouter();
    neighbour(bench);
    bench.hear(beacon(bench, OTHER_NETWORK));
    bench.run(20_000);
    const { panId } = bench.han.store.identity;
    bench.restartHan();
    bench.run(3000);
    expect(bench.han.store.identity).toMatchObject({ panId, updateId: 1 });
    expect(bench.han.isUp()).toBe(true);
  });

  it("that does not answer when asked was forged, and changes nothing", () => {
    const { bench, router } = withRouter();
    for (let i = 0; i < 2; i++) {
      bench.hear(beacon(bench, OTHER_NETWORK));
      bench.run(30_000);
    }
    expect(router.commands(NwkCommand.UPDATE)).toEqual([]);
    expect(bench.han.care.conflict.conflicts).toBe(0);
  });

  it("is none of our own: beacons of our routers, or under another PAN ID", () => {
    const { bench } = withRouter();
    const { identity } = bench.han.store;
    const ours = identity.bytes.slice(identity.extendedPanAt, identity.extendedPanAt + 8);
    for (let i = 0; i < 5; i++) {
      bench.hear(beacon(bench, ours));
      bench.hear(beacon(bench, OTHER_NETWORK, identity.panId ^ 1));
    }
    bench.run(30_000);
    expect(bench.han.care.conflict.conflicts).toBe(0);
  });

  it("moves us once an hour at most, and ever less often, whoever forges it", () => {
    const { bench } = withRouter();
    const moves: number[] = [];
    for (let minute = 0; minute < 60 * 24; minute++) {
      for (let i = 0; i < 4; i++) bench.hear(beacon(bench, OTHER_NETWORK));
      const before = bench.han.care.move.moves;
      bench.run(60_000);
      if (bench.han.care.move.moves > before) moves.push(minute);
    }
    expect(moves.length).toBeLessThanOrEqual(5);
    expect(moves[1]! - moves[0]!).toBeGreaterThanOrEqual(60);
    expect(moves[2]! - moves[1]!).toBeGreaterThanOrEqual(120);
  });

  it("may be reported by a router, and the PAN IDs that it lists are not taken", () => {
    const { bench, router } = withRouter();
    const { identity } = bench.han.store;
    const report = (pan: number, extendedPan: Uint8Array) => {
      const bytes = new OctetWriter(20).u8(NwkCommand.REPORT).u8(1).bytes(extendedPan).u16(pan);
      router.carry(router.short, bytes.done(), NwkType.COMMAND);
      bench.run(5000);
      return router.commands(NwkCommand.UPDATE);
    };
    const ours = identity.bytes.slice(identity.extendedPanAt, identity.extendedPanAt + 8);
    expect(report(identity.panId, OTHER_NETWORK)).toEqual([]);
    expect(report(identity.panId ^ 1, ours)).toEqual([]);
    const [update] = report(identity.panId, ours);
    expect(update!.plain.readUInt16LE(11)).not.toBe(identity.panId);
  });
});

describe("a channel on which frames keep failing", () => {
  /** An hour in which half of all frames to a node fail, and how loud each channel is. */
  function bad(energy: (channel: number) => number): { bench: Bench; router: TestRouter } {
    const { bench, router } = withRouter();
    bench.radio.energy = energy;
    let turn = 0;
    bench.radio.result = () => (turn++ % 2 === 0 ? SpinelStatus.CCA_FAILURE : SpinelStatus.OK);
    for (let minute = 0; minute < 60; minute++) {
      for (let i = 0; i < 12; i++) bench.han.send(bench.now + i, 0, APS, APS.length, 0);
      bench.run(30_000);
      for (let i = 0; i < 12; i++) bench.han.send(bench.now + i, 0, APS, APS.length, 0);
      bench.run(30_000);
    }
    return { bench, router };
  }

  it("is left for a quieter one, when all were told", () => {
    const { bench, router } = bad((channel) => (channel === 20 ? -95 : -60));
    const told = router
      .take()
      .filter(({ frame }) => frame.type === NwkType.DATA)
      .map(({ plain }) => decodeAps(plain))
      .filter(({ cluster }) => cluster === 0x0038);
    expect(told[0]!.payload.subarray(1)).toEqual(Buffer.from([0, 0, 0x10, 0, 0xfe, 1]));
    expect(bench.han.store.identity).toMatchObject({ channel: 20, updateId: 1 });
    expect([...bench.radio.properties.get(SpinelProperty.PHY_CHAN)!]).toEqual([20]);
    expect(bench.han.care.move.moves).toBe(1);
  });

  it("is kept when no other is much quieter: the frames fail for another reason", () => {
    const { bench } = bad(() => -80);
    expect(bench.han.care.watch.scans).toBe(2);
    expect(bench.han.care.move.moves).toBe(0);
    expect(bench.han.isUp()).toBe(true);
  });

  it("is not even looked at when frames are few or mostly arrive", () => {
    const { bench } = withRouter();
    bench.radio.energy = (channel) => (channel === 20 ? -95 : -60);
    bench.run(HOUR);
    expect(bench.han.care.watch.scans).toBe(0);
  });
});

describe("children of the hub", () => {
  function child(): { bench: Bench; router: TestRouter; node: TestNode; index: number } {
    const { bench, router } = withRouter();
    const node = new TestNode(bench, eui64Of(0x21), true, 0x21);
    bench.add(node.eui64, node.code);
    if (!node.join()) throw new Error("it did not join");
    return { bench, router, node, index: bench.han.nodes.findEui64(node.eui64, 0) };
  }

  it("that do not come in the time that they asked for are looked for elsewhere", () => {
    const { bench, router, node, index } = child();
    bench.hear(node.secured(Uint8Array.from([0x0b, 3, 0]), 0, 1));
    bench.run(7 * 60_000);
    expect(bench.han.send(bench.now, index, APS, APS.length, 1)).toBe(Sent.OK);
    bench.run(3 * 60_000);
    expect(bench.han.care.children.aged).toBe(1);
    router.take();
    expect(bench.han.send(bench.now, index, APS, APS.length, 1)).toBe(Sent.FULL);
    bench.run(50);
    const asked = router.commands(NwkCommand.ROUTE_REQUEST).map(({ plain }) => plain);
    expect(asked.some((plain) => plain.readUInt16LE(3) === node.short)).toBe(true);
  });

  it("stay while they ask for frames, and are back with their next question", () => {
    const { bench, node, index } = child();
    bench.hear(node.secured(Uint8Array.from([0x0b, 1, 0]), 0, 1));
    for (let minute = 0; minute < 10; minute++) {
      bench.run(60_000);
      node.poll();
    }
    expect(bench.han.care.children.aged).toBe(0);
    bench.run(5 * 60_000);
    expect(bench.han.routes.isDirect(index)).toBe(false);
    node.poll();
    expect(bench.han.routes.isDirect(index)).toBe(true);
  });

  it("that a router announces as its own are claimed while they come to the hub", () => {
    const { bench, router, node, index } = child();
    const announce = () => {
      const head = Buffer.from([0x08, 0, 0x1f, 0, 0, 0, 0, 9]);
      const list = Buffer.concat([Buffer.from([0x44, 1]), Buffer.from(node.eui64)]);
      router.carry(router.short, Buffer.concat([head, list]), NwkType.DATA, undefined, 0xfffc);
      bench.run(20);
      return router
        .take()
        .filter(({ frame, toAll }) => frame.type === NwkType.DATA && !toAll)
        .map(({ plain }) => decodeAps(plain))
        .filter(({ cluster }) => cluster === 0x801f);
    };
    const [answer] = announce();
    expect(answer!.payload).toEqual(Buffer.from([0x44, 0, 1, ...node.eui64]));
    expect(bench.han.nodes.place(index)).toBe(Place.CHILD);
    bench.run(300 * 60_000);
    expect(announce()).toEqual([]);
    expect(bench.han.nodes.place(index)).toBe(Place.BEHIND);
    expect(bench.han.routes.lastRelay(index)).toBe(bench.han.nodes.findShort(router.short));
  });

  it("are announced after a start of the hub, and given up when a router claims them", () => {
    const { bench, router, node, index } = child();
    bench.run(100);
    bench.restartHan();
    router.take();
    bench.run(25_000);
    const announced = router
      .take()
      .filter(({ frame, toAll }) => frame.type === NwkType.DATA && toAll)
      .map(({ plain }) => decodeAps(plain))
      .filter(({ cluster }) => cluster === 0x1f);
    expect([...announced[0]!.payload.subarray(1)]).toEqual([1, ...node.eui64]);
    const head = Buffer.from([0x00, 0, 0x1f, 0x80, 0, 0, 0, 9]);
    const list = Buffer.from([announced[0]!.payload[0]!, 0, 1, ...node.eui64]);
    // After a restart the first few frames of a node are refused.
    router.node.counter += 20;
    router.carry(router.short, Buffer.concat([head, list]));
    expect(bench.han.nodes.place(index)).toBe(Place.BEHIND);
  });
});
