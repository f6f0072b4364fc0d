// Wireshark reads what the hub itself says among routers: every field as the hub meant it, and no
// frame malformed.

import { expect, test } from "vitest";
import { putBeacon } from "../../firmware/wire/beacon";
import { ApsCommand } from "../../host-sim/devices/zigbee/aps-frame";
import { NwkCommand } from "../../host-sim/devices/zigbee/nwk-frame";
import { Bench } from "../partitions/han/fixture";
import { eui64Of, TestNode } from "../partitions/han/test-node";
import { TestRouter } from "../partitions/han/test-router";
import { hasTshark, LinkType, pcap, tsharkFields, zigbeeKeyOption } from "./tshark";

const FIELDS = [
  "_ws.malformed",
  "zbee_nwk.dst",
  "zbee_nwk.radius",
  "zbee_nwk.relay.index",
  "zbee_nwk.relay",
  "zbee_nwk.cmd.id",
  "zbee_nwk.cmd.route.opts.many2one",
  "zbee_nwk.cmd.route.dest",
  "zbee_nwk.cmd.route.orig",
  "zbee_nwk.cmd.route.resp",
  "zbee_nwk.cmd.link.address",
  "zbee_nwk.cmd.link.incoming_cost",
  "zbee_nwk.cmd.link.outgoing_cost",
  "zbee_nwk.cmd.update.id",
  "zbee_nwk.panid",
  "zbee_aps.cmd.id",
  "zbee_aps.cmd.dst",
  "zbee_aps.cmd.device",
  "zbee_aps.zdp_cluster",
  "zbee_zdp.duration",
  "zbee_zdp.channel_mask",
  "zbee_zdp.update_id",
  "zbee_zdp.n_children",
] as const;

type Row = Readonly<Record<string, string>>;

const hex = (value: number) => `0x${value.toString(16).padStart(2, "0")}`;
const colons = (octets: Uint8Array) =>
  [...octets]
    .reverse()
    .map((octet) => octet.toString(16).padStart(2, "0"))
    .join(":");

/** A hub that says everything that it has to say among routers. */
function scene() {
  const bench = Bench.up();
  const router = TestRouter.joined(bench);
  const child = new TestNode(bench, eui64Of(0x21), false, 0x21);
  bench.add(child.eui64, child.code);
  child.join();
  router.linkStatus([{ short: 0, incoming: 3, outgoing: 0 }]);
  const far = router.takeIn();
  router.carry(far.short, far.announcement(), undefined, undefined, 0xfffd);
  bench.run(100);
  const node = bench.han.nodes.findEui64(far.octets, 0);
  bench.han.send(bench.now, node, Uint8Array.from([0, 1, 2, 7, 9, 1, 1, 5]), 8, 0);
  bench.run(16_000);
  // Somebody looks for the hub.
  router.tellAround(Buffer.from([NwkCommand.ROUTE_REQUEST, 0, 9, 0, 0, 0]));
  bench.run(100);
  bench.remove(far.octets);
  bench.restartHan();
  router.node.counter += 20;
  bench.run(25_000);
  bench.han.care.move.toChannel(bench.now, 20);
  bench.run(10_000);
  const beacon = new Uint8Array(64);
  for (let i = 0; i < 3; i++) {
    const { panId } = bench.han.store.identity;
    const length = putBeacon(beacon, 0, i, panId, 0, 0, 0, new Uint8Array(8).fill(9), 0, 0);
    bench.hear(beacon.slice(0, length));
  }
  bench.run(3000);
  return { bench, router, far };
}

test.skipIf(!hasTshark())("what the hub says among routers is what Wireshark reads", () => {
  const { bench, router, far } = scene();
  const key = Buffer.from(router.node.key!);
  const rows: Row[] = tsharkFields(
    pcap(LinkType.IEEE802154_NO_FCS, bench.radio.air),
    [zigbeeKeyOption(key, "network")],
    FIELDS,
  );
  expect(rows.map((row) => row["_ws.malformed"]).filter((complaint) => complaint !== "")).toEqual(
    [],
  );
  // Wireshark writes some numbers in hex and some not.
  const value = (row: Row | undefined, name: (typeof FIELDS)[number]) => Number(row?.[name]);
  const command = (id: number) => rows.filter((row) => value(row, "zbee_nwk.cmd.id") === id);
  const aps = (id: number) => rows.find((row) => row["zbee_aps.cmd.id"]?.startsWith(hex(id)));
  const zdp = (id: number) => rows.find((row) => value(row, "zbee_aps.zdp_cluster") === id);

  const routed = rows.find((row) => row["zbee_nwk.relay"] !== "");
  expect(value(routed, "zbee_nwk.dst")).toBe(far.short);
  expect(value(routed, "zbee_nwk.relay.index")).toBe(0);
  expect(value(routed, "zbee_nwk.relay")).toBe(router.short);
  for (const row of command(NwkCommand.ROUTE_REQUEST)) {
    expect(value(row, "zbee_nwk.cmd.route.opts.many2one")).toBe(1);
    expect(value(row, "zbee_nwk.cmd.route.dest")).toBe(0xfffc);
  }
  expect(command(NwkCommand.ROUTE_REQUEST).length).toBeGreaterThan(0);
  const [reply] = command(NwkCommand.ROUTE_REPLY);
  expect(value(reply, "zbee_nwk.cmd.route.orig")).toBe(router.short);
  expect(value(reply, "zbee_nwk.cmd.route.resp")).toBe(0);
  const [links] = command(NwkCommand.LINK_STATUS);
  expect(value(links, "zbee_nwk.radius")).toBe(1);
  expect(value(links, "zbee_nwk.cmd.link.address")).toBe(router.short);
  expect(value(links, "zbee_nwk.cmd.link.incoming_cost")).toBe(1);
  expect(value(links, "zbee_nwk.cmd.link.outgoing_cost")).toBe(3);
  const [update] = command(NwkCommand.UPDATE);
  expect(value(update, "zbee_nwk.dst")).toBe(0xffff);
  expect(value(update, "zbee_nwk.cmd.update.id")).toBe(2);
  expect(aps(ApsCommand.TUNNEL)?.["zbee_aps.cmd.dst"]).toContain(colons(far.octets));
  expect(aps(ApsCommand.REMOVE_DEVICE)?.["zbee_aps.cmd.device"]).toBe(colons(far.octets));
  const permits = rows.filter((row) => value(row, "zbee_aps.zdp_cluster") === 0x0036);
  expect(permits.map((row) => value(row, "zbee_zdp.duration"))).toContain(254);
  expect(value(zdp(0x001f), "zbee_zdp.n_children")).toBe(1);
  expect(value(zdp(0x0038), "zbee_zdp.duration")).toBe(254);
  expect(value(zdp(0x0038), "zbee_zdp.update_id")).toBe(1);
  expect(value(zdp(0x0038), "zbee_zdp.channel_mask")).toBe(1 << 20);
});
