// The tables of a simulated router, each for itself.

import fc from "fast-check";
import { expect, test } from "vitest";
import { BroadcastTable } from "../../../../host-sim/devices/zigbee/broadcast-table";
import { costOf, Neighbours } from "../../../../host-sim/devices/zigbee/neighbours";
import {
  decodeLinkStatus,
  decodeNetworkUpdate,
  decodeRouteRecord,
  decodeRouteReply,
  decodeRouteRequest,
  encodeLinkStatus,
  encodeRouteRecord,
  encodeRouteReply,
  encodeRouteRequest,
  ManyToOne,
} from "../../../../host-sim/devices/zigbee/nwk-command-frame";
import {
  decodeNwk,
  encodeNwk,
  type NwkFrame,
  NwkType,
} from "../../../../host-sim/devices/zigbee/nwk-frame";
import { MalformedFrame, OctetReader } from "../../../../host-sim/devices/zigbee/octets";
import { RouteTable } from "../../../../host-sim/devices/zigbee/route-table";
import { World } from "../../../../host-sim/world";

const SECOND = 1_000_000;

function frame(source: number, sequence: number): NwkFrame {
  return {
    type: NwkType.DATA,
    destination: 0xfffd,
    source,
    radius: 30,
    sequence,
    destinationEui64: undefined,
    sourceEui64: undefined,
    endDeviceInitiator: false,
    payload: Buffer.alloc(3),
  };
}

/** Behind the command's identifier. */
const behind = (octets: Buffer): OctetReader => new OctetReader(octets.subarray(1));

test("a link is as good as its worse direction, and none that was silent for long (3.6.3.4.2)", () => {
  const world = new World(1);
  const neighbours = new Neighbours(world);
  expect(neighbours.cost(5)).toBe(0);
  neighbours.told(5, 5n, 200, 0);
  expect(neighbours.cost(5)).toBe(0);
  neighbours.told(5, 5n, 200, 3);
  expect(neighbours.cost(5)).toBe(3);
  for (let i = 0; i < 60; i++) neighbours.heard(5, 20);
  expect(neighbours.cost(5)).toBe(7);
  world.runUntil(46 * SECOND);
  expect(neighbours.fresh()).toHaveLength(1);
  world.runUntil(60 * SECOND);
  expect(neighbours.fresh()).toHaveLength(0);
  expect(neighbours.cost(5)).toBe(0);
});

test("the better a link is heard, the less it costs, from 1 to 7", () => {
  const costs = Array.from({ length: 256 }, (_, lqi) => costOf(lqi));
  expect([costs[0], costs[255]]).toEqual([7, 1]);
  expect(costs).toEqual([...costs].sort((a, b) => b - a));
});

test("neighbours are 32 at most, and one that is gone makes room", () => {
  const world = new World(1);
  const neighbours = new Neighbours(world);
  for (let short = 1; short <= 33; short++) neighbours.told(short, BigInt(short), 200, 1);
  expect(neighbours.fresh()).toHaveLength(32);
  expect(neighbours.cost(33)).toBe(0);
  world.runUntil(60 * SECOND);
  neighbours.told(33, 33n, 200, 1);
  expect(neighbours.cost(33)).toBe(1);
});

test("of a route request's copies a better one counts, for ten seconds (3.6.3.5.2)", () => {
  const world = new World(1);
  const routes = new RouteTable(world);
  expect(routes.seen(7, 1, 20, 5)).toBe(true);
  expect(routes.seen(7, 1, 21, 5)).toBe(false);
  expect(routes.seen(7, 1, 22, 4)).toBe(true);
  expect(routes.senderOf(7, 1)).toBe(22);
  expect(routes.seen(7, 2, 23, 9)).toBe(true);
  world.runUntil(11 * SECOND);
  expect(routes.seen(7, 1, 24, 9)).toBe(true);
});

test("a concentrator is told each source's way until it shows that it knows it (3.6.3.5.5)", () => {
  const routes = new RouteTable(new World(1));
  expect(routes.needsRecord(0, 9)).toBe(false);
  routes.set(0, 4, 1);
  expect(routes.needsRecord(0, 9)).toBe(false);
  routes.set(0, 4, 1, ManyToOne.KEEPS_RECORDS);
  expect(routes.needsRecord(0, 9)).toBe(true);
  routes.isKnown(0, 9);
  expect(routes.needsRecord(0, 9)).toBe(false);
  expect([1, 2, 3, 4].map(() => routes.needsRecord(0, 8))).toEqual([true, true, true, false]);
  routes.set(0, 4, 1, ManyToOne.KEEPS_RECORDS);
  expect(routes.needsRecord(0, 9)).toBe(true);
  routes.set(0, 4, 1, ManyToOne.KEEPS_NONE);
  routes.isKnown(0, 9);
  expect(routes.needsRecord(0, 9)).toBe(true);
});

test("with a neighbour go all ways through it, and old ways make room but a concentrator's", () => {
  const routes = new RouteTable(new World(1));
  routes.set(0, 1, 1, ManyToOne.KEEPS_RECORDS);
  for (let destination = 1; destination <= 45; destination++) routes.set(destination, 50, 1);
  expect(routes.all()).toHaveLength(40);
  expect(routes.get(0)).toBeDefined();
  expect(routes.get(45)?.nextHop).toBe(50);
  routes.dropVia(50);
  expect(routes.all().map(({ destination }) => destination)).toEqual([0]);
});

test("a broadcast is passed on once, and again while a neighbour was not heard to (3.6.5)", () => {
  const world = new World(2);
  const put: number[] = [];
  let neighbours = [1, 2];
  const table = new BroadcastTable(
    world,
    world.random.fork("test"),
    () => put.push(world.now),
    () => neighbours,
  );
  expect(table.isNew(frame(9, 1), 1)).toBe(true);
  table.spread(frame(9, 1), false);
  expect(table.isNew(frame(9, 1), 2)).toBe(false);
  world.runUntil(5 * SECOND);
  expect(put).toHaveLength(1);
  expect(put[0]).toBeLessThanOrEqual(64_000);
  neighbours = [1, 2, 3];
  expect(table.isNew(frame(9, 2), 1)).toBe(true);
  table.spread(frame(9, 2), false);
  world.runUntil(9 * SECOND);
  expect(put).toHaveLength(4);
  // After nine seconds the sequence number may be used again.
  world.runUntil(20 * SECOND);
  expect(table.isNew(frame(9, 1), 1)).toBe(true);
});

test("commands between routers read as they were written", () => {
  const request = {
    manyToOne: ManyToOne.KEEPS_RECORDS,
    id: 7,
    destination: 0xfffc,
    cost: 3,
    destinationEui64: 0x1122334455667788n,
  };
  expect(decodeRouteRequest(behind(encodeRouteRequest(request)))).toEqual(request);
  const plain = { ...request, manyToOne: ManyToOne.NO, destinationEui64: undefined };
  expect(decodeRouteRequest(behind(encodeRouteRequest(plain)))).toEqual(plain);
  const reply = {
    id: 8,
    originator: 0x1234,
    responder: 0x5678,
    cost: 2,
    originatorEui64: undefined,
    responderEui64: 3n,
  };
  expect(decodeRouteReply(behind(encodeRouteReply(reply)))).toEqual(reply);
  const links = [{ short: 0x0102, incoming: 1, outgoing: 7 }];
  expect(decodeLinkStatus(behind(encodeLinkStatus(links)))).toEqual(links);
  expect(decodeRouteRecord(behind(encodeRouteRecord([1, 0xfff0])))).toEqual([1, 0xfff0]);
  expect(() => decodeRouteRecord(new OctetReader(Buffer.from([2, 1, 0])))).toThrow(MalformedFrame);
  const update = Buffer.from("01887766554433221105341a", "hex");
  expect(decodeNetworkUpdate(new OctetReader(update))).toEqual({
    extendedPanId: 0x1122334455667788n,
    updateId: 5,
    panId: 0x1a34,
  });
  const report = Buffer.concat([Buffer.from([0x21]), update.subarray(1)]);
  expect(() => decodeNetworkUpdate(new OctetReader(report))).toThrow(MalformedFrame);
});

test("no octets at all make a reader of commands do other than read or call them malformed", () => {
  const readers = [
    decodeRouteRequest,
    decodeRouteReply,
    decodeLinkStatus,
    decodeRouteRecord,
    decodeNetworkUpdate,
  ];
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(readers.length - 1), (octets, which) => {
      try {
        readers[which]!(new OctetReader(Buffer.from(octets)));
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedFrame);
      }
    }),
    { numRuns: 2000 },
  );
});

test("a source route stands in the header as it was given, and none beyond its end is taken", () => {
  const route = { index: 1, relays: [0x1111, 0x2222] };
  const octets = encodeNwk({ ...frame(0, 1), destination: 0x3333, route }, undefined);
  expect(decodeNwk(octets)).toMatchObject({ route, payload: Buffer.alloc(3) });
  octets[9] = 2;
  expect(() => decodeNwk(octets)).toThrow(MalformedFrame);
});
