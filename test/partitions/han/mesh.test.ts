// The hub as a concentrator among routers. Zigbee 05-3474-22 sections 3.4, 3.6.3, 3.6.5.

import { describe, expect, it } from "vitest";
import { Operation } from "../../../firmware/ipc/operation";
import { SpinelStatus } from "../../../firmware/wire/spinel-property";
import { Sent } from "../../../hal/sent";
import { decodeMac } from "../../../host-sim/devices/zigbee/mac-frame";
import {
  decodeLinkStatus,
  decodeRouteReply,
  decodeRouteRequest,
  encodeNetworkStatus,
  encodeRouteReply,
  encodeRouteRequest,
  ManyToOne,
  NetworkStatus,
} from "../../../host-sim/devices/zigbee/nwk-command-frame";
import { NwkCommand, NwkType } from "../../../host-sim/devices/zigbee/nwk-frame";
import { OctetReader } from "../../../host-sim/devices/zigbee/octets";
import { Bench } from "./fixture";
import { eui64Of, TestNode } from "./test-node";
import { FarNode, type Heard, TestRouter } from "./test-router";

const APS = Uint8Array.from([0x00, 0x01, 0x02, 0x07, 0x09, 0x01, 0x01, 0x05]);
const ADDRESS_CONFLICT = 0x0d;

function meshed(routers = 1): { bench: Bench; all: TestRouter[] } {
  const bench = Bench.up();
  const all = Array.from({ length: routers }, (_, i) => TestRouter.joined(bench, 0x71 + i));
  for (const router of all) router.take();
  bench.up.length = 0;
  return { bench, all };
}

/** A mains node that joined at the hub, and is told to be behind `router` now. */
function behind(bench: Bench, router: TestRouter): { node: TestNode; index: number } {
  const node = new TestNode(bench, eui64Of(0x21), false, 0x21);
  bench.add(node.eui64, node.code);
  if (!node.join()) throw new Error("it did not join");
  router.record(node.short, [router.short]);
  router.take();
  return { node, index: bench.han.nodes.findEui64(node.eui64, 0) };
}

function read(heard: Heard): OctetReader {
  return new OctetReader(heard.plain.subarray(1));
}

describe("link status (3.4.8)", () => {
  it("is said every fifteen seconds to those around, with how the hub hears each router", () => {
    const { bench, all } = meshed();
    const [router] = all;
    router!.linkStatus([{ short: 0, incoming: 3, outgoing: 0 }]);
    bench.run(60_000);
    const said = router!.commands(NwkCommand.LINK_STATUS);
    expect(said.length).toBe(4);
    expect(said[0]!.frame).toMatchObject({ destination: 0xfffc, radius: 1, source: 0 });
    expect(decodeLinkStatus(read(said[0]!))).toEqual([
      { short: router!.short, incoming: 1, outgoing: 3 },
    ]);
  });

  it("is not said where there are no routers", () => {
    const bench = Bench.up();
    const before = bench.radio.air.length;
    bench.run(120_000);
    expect(bench.radio.air.length).toBe(before);
  });

  it("names no router that was silent for three periods", () => {
    const { bench, all } = meshed();
    all[0]!.linkStatus([{ short: 0, incoming: 3, outgoing: 0 }]);
    bench.run(90_000);
    const said = all[0]!.commands(NwkCommand.LINK_STATUS);
    expect(decodeLinkStatus(read(said.at(-1)!))).toEqual([]);
  });

  it("lists routers by address, upwards", () => {
    const { bench, all } = meshed(4);
    for (const router of all) router.linkStatus([]);
    bench.run(20_000);
    const [said] = all[0]!.commands(NwkCommand.LINK_STATUS);
    const shorts = decodeLinkStatus(read(said!)).map(({ short }) => short);
    expect(shorts).toEqual(all.map(({ short }) => short).sort((a, b) => a - b));
  });
});

describe("many-to-one route requests (3.6.3.5.2)", () => {
  it("are said when a router is new, and every three minutes, by one that keeps records", () => {
    const { bench, all } = meshed();
    bench.run(200_000);
    const asked = all[0]!.commands(NwkCommand.ROUTE_REQUEST).map((heard) => heard);
    const first = decodeRouteRequest(read(asked[0]!));
    expect(first).toMatchObject({ manyToOne: ManyToOne.KEEPS_RECORDS, destination: 0xfffc });
    const ids = new Set(asked.map((heard) => decodeRouteRequest(read(heard)).id));
    expect(ids.size).toBe(2);
  });

  it("are said again until every router around that hears the hub was heard to relay them", () => {
    const { bench, all } = meshed(2);
    for (const router of all) router.linkStatus([{ short: 0, incoming: 1, outgoing: 0 }]);
    bench.run(20_000);
    all[0]!.take();
    let first: Heard | undefined;
    while (first === undefined) {
      bench.run(100);
      [first] = all[0]!.commands(NwkCommand.ROUTE_REQUEST);
      for (const router of all) router.linkStatus([{ short: 0, incoming: 1, outgoing: 0 }]);
    }
    const { sequence } = first.frame;
    const { plain } = first;
    const relay = (router: TestRouter) => router.carry(0, plain, NwkType.COMMAND, sequence, 0xfffc);
    relay(all[0]!);
    bench.run(600);
    expect(all[0]!.commands(NwkCommand.ROUTE_REQUEST).length).toBe(1);
    relay(all[1]!);
    bench.run(3000);
    expect(all[0]!.commands(NwkCommand.ROUTE_REQUEST)).toEqual([]);
  });

  it("follow a failure, ten seconds apart at least", () => {
    const { bench, all } = meshed();
    bench.run(30_000);
    all[0]!.take();
    for (let i = 0; i < 30; i++) {
      const failure = encodeNetworkStatus(NetworkStatus.MANY_TO_ONE_FAILURE, 0);
      all[0]!.carry(all[0]!.short, failure, NwkType.COMMAND);
      bench.run(1000);
    }
    const asked = all[0]!.commands(NwkCommand.ROUTE_REQUEST);
    const ids = new Set(asked.map((heard) => decodeRouteRequest(read(heard)).id));
    expect(ids.size).toBeGreaterThanOrEqual(3);
    expect(ids.size).toBeLessThanOrEqual(4);
  });
});

describe("a way that fails", () => {
  it("is dropped when a relay says so, and the node is looked for", () => {
    const { bench, all } = meshed();
    const [router] = all;
    const { node, index } = behind(bench, router!);
    const failure = encodeNetworkStatus(NetworkStatus.SOURCE_ROUTE_FAILURE, node.short);
    router!.carry(router!.short, failure, NwkType.COMMAND);
    expect(bench.han.send(bench.now, index, APS, APS.length, 1)).toBe(Sent.FULL);
    bench.run(20);
    const asked = router!.commands(NwkCommand.ROUTE_REQUEST).map((heard) => read(heard));
    const wanted = asked.map((request) => decodeRouteRequest(request));
    expect(wanted.some(({ destination }) => destination === node.short)).toBe(true);
  });

  it("is replaced by the cheapest that a route reply tells of", () => {
    const { bench, all } = meshed(2);
    const { node, index } = behind(bench, all[0]!);
    const failure = encodeNetworkStatus(NetworkStatus.NO_ROUTE, node.short);
    all[0]!.carry(all[0]!.short, failure, NwkType.COMMAND);
    bench.han.send(bench.now, index, APS, APS.length, 1);
    bench.run(20);
    const asked = all[0]!.commands(NwkCommand.ROUTE_REQUEST).map((heard) => read(heard));
    const request = asked.map((r) => decodeRouteRequest(r)).find((r) => r.destination !== 0xfffc);
    const reply = (router: TestRouter, cost: number, id = request!.id) => {
      const { short: responder } = node;
      const names = { originatorEui64: undefined, responderEui64: undefined };
      const payload = encodeRouteReply({ id, originator: 0, responder, cost, ...names });
      router.carry(router.short, payload, NwkType.COMMAND);
    };
    reply(all[0]!, 1, (request!.id + 1) & 0xff);
    expect(bench.han.routes.hop(index)).toBe(-1);
    reply(all[0]!, 9);
    reply(all[1]!, 2);
    reply(all[0]!, 5);
    all[1]!.take();
    expect(bench.han.send(bench.now, index, APS, APS.length, 1)).toBe(Sent.OK);
    bench.run(20);
    const [heard] = all[1]!.take();
    expect(heard!.frame.destination).toBe(node.short);
    expect(heard!.frame.route).toBeUndefined();
  });

  it("through a router that does not acknowledge leads nowhere, for all behind it", () => {
    const { bench, all } = meshed();
    const [router] = all;
    const { index } = behind(bench, router!);
    bench.radio.result = (psdu) =>
      decodeMac(Buffer.from(psdu)).destination === router!.short
        ? SpinelStatus.NO_ACK
        : SpinelStatus.OK;
    for (let i = 1; i <= 2; i++) {
      expect(bench.han.send(bench.now, index, APS, APS.length, i)).toBe(Sent.OK);
      bench.run(50);
    }
    expect(bench.fates).toEqual([
      [1, false],
      [2, false],
    ]);
    expect(bench.han.send(bench.now, index, APS, APS.length, 3)).toBe(Sent.FULL);
    expect(bench.han.routes.hop(bench.han.nodes.findShort(router!.short))).toBe(-1);
  });

  it("to a router is there again when its link status says that it hears the hub", () => {
    const { bench, all } = meshed();
    const [router] = all;
    const index = bench.han.nodes.findShort(router!.short);
    bench.han.routes.drop(index);
    router!.linkStatus([]);
    expect(bench.han.routes.hop(index)).toBe(-1);
    router!.linkStatus([{ short: 0, incoming: 2, outgoing: 0 }]);
    expect(bench.han.routes.hop(index)).toBe(index);
  });
});

describe("a request for a route to the hub", () => {
  it("is answered on each better way, once, and not to an unknown node", () => {
    const { bench, all } = meshed(2);
    const asker = all[0]!.short;
    const ask = (router: TestRouter, cost: number, source = asker) => {
      const request = { manyToOne: ManyToOne.NO, id: 5, destination: 0, cost };
      const payload = encodeRouteRequest({ ...request, destinationEui64: undefined });
      router.carry(source, payload, NwkType.COMMAND, 9, 0xfffc);
      bench.run(20);
      return router.commands(NwkCommand.ROUTE_REPLY);
    };
    const [reply] = ask(all[1]!, 7);
    expect(reply!.frame.destination).toBe(all[1]!.short);
    expect(decodeRouteReply(read(reply!))).toMatchObject({
      id: 5,
      originator: asker,
      responder: 0,
    });
    expect(ask(all[1]!, 7)).toEqual([]);
    expect(ask(all[1]!, 3).length).toBe(1);
    expect(ask(all[1]!, 3, 0x7777)).toEqual([]);
  });
});

describe("a request for a route to another node", () => {
  it("is answered by the hub where it knows a way, which does not lead back", () => {
    const { bench, all } = meshed(2);
    const { node } = behind(bench, all[0]!);
    const ask = (router: TestRouter, destination: number, id: number) => {
      const request = { manyToOne: ManyToOne.NO, id, destination, cost: 0 };
      router.tellAround(encodeRouteRequest({ ...request, destinationEui64: undefined }));
      bench.run(20);
      return router.commands(NwkCommand.ROUTE_REPLY);
    };
    const [reply] = ask(all[1]!, node.short, 5);
    const answer = decodeRouteReply(read(reply!));
    expect(answer).toMatchObject({ originator: all[1]!.short, responder: node.short });
    expect(answer.cost).toBeGreaterThan(0);
    expect(ask(all[0]!, node.short, 6)).toEqual([]);
    expect(ask(all[1]!, all[1]!.short, 7)).toEqual([]);
    all[1]!.carry(all[1]!.short, Buffer.from(APS), NwkType.DATA, 50, node.short);
    bench.run(20);
    const [handed] = all[0]!.take();
    expect(handed!.frame).toMatchObject({ source: all[1]!.short, destination: node.short });
    expect(handed!.frame.route).toEqual({ index: 0, relays: [all[0]!.short] });
  });
});

describe("broadcasts (3.6.5)", () => {
  it("of a node behind a router are taken once, and relayed", () => {
    const { bench, all } = meshed(2);
    const far = new FarNode(eui64Of(0x21), 0);
    const { node, index } = behind(bench, all[0]!);
    far.short = node.short;
    const announcement = far.announcement(0x8c);
    bench.up.length = 0;
    for (const router of all) {
      router.carry(far.short, announcement, NwkType.DATA, 44, 0xfffd);
      router.carry(far.short, announcement, NwkType.DATA, 44, 0xfffd);
    }
    bench.run(200);
    expect(bench.up.map((frame) => frame.node)).toEqual([index]);
    const relayed = all[0]!.take().filter(({ frame, toAll }) => toAll && frame.sequence === 44);
    expect(relayed.length).toBe(1);
    expect(relayed[0]!.frame).toMatchObject({ source: far.short, radius: 8 });
    expect(relayed[0]!.plain).toEqual(announcement);
  });

  it("without content are relayed by nobody", () => {
    const { bench, all } = meshed();
    all[0]!.carry(all[0]!.short, Buffer.alloc(0), NwkType.DATA, 45, 0xfffd);
    bench.run(200);
    expect(all[0]!.take().filter(({ frame }) => frame.sequence === 45)).toEqual([]);
  });

  it("for routers tell how long nodes may associate, again before that is over, and its end", () => {
    const { bench, all } = meshed();
    const permit = (seconds: number) => {
      const message = Uint8Array.from([Operation.PERMIT_JOIN, 0, seconds & 0xff, seconds >> 8]);
      bench.han.accessSaid(bench.now, message, message.length);
    };
    const told = () =>
      all[0]!
        .take()
        .filter(({ frame, plain }) => frame.type === NwkType.DATA && plain[2] === 0x36)
        .map(({ plain }) => plain[9]);
    permit(600);
    bench.run(2000);
    expect(new Set(told())).toEqual(new Set([254]));
    bench.run(500_000);
    expect(new Set(told())).toEqual(new Set([254, 120]));
    permit(0);
    bench.run(2000);
    expect(new Set(told())).toEqual(new Set([0]));
  });
});

describe("two nodes with one address (3.6.1.9)", () => {
  it("are told, and a child of the hub gets another from it", () => {
    const { bench, all } = meshed();
    const { node, index } = behind(bench, all[0]!);
    const child = new TestNode(bench, eui64Of(0x22), false, 0x22);
    bench.add(child.eui64, child.code);
    child.join();
    const before = child.short;
    all[0]!.take();
    const far = new FarNode(node.eui64, before);
    all[0]!.carry(before, far.announcement(0x8c), NwkType.DATA, 70, 0xfffd);
    expect(bench.han.nodes.short(index)).toBe(node.short);
    bench.run(50);
    const [command, low, high, status] = child.got.at(-1)!.payload;
    expect([command, status]).toEqual([NwkCommand.REJOIN_RESPONSE, 0]);
    const after = low! | (high! << 8);
    expect(after).not.toBe(before);
    expect(bench.han.nodes.short(bench.han.nodes.findEui64(child.eui64, 0))).toBe(after);
    const [told] = all[0]!.commands(NwkCommand.STATUS);
    expect(told!.frame.destination).toBe(0xfffd);
    expect([...told!.plain]).toEqual([3, ADDRESS_CONFLICT, before & 0xff, before >> 8]);
  });
});
