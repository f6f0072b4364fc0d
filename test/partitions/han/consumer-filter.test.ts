// The hub is a consumer access device's only way to the home's other devices, and hands nothing on.
// Requirement 106; Zigbee 05-3474-22 section 3.6.3.3.

import { describe, expect, it } from "vitest";
import { AuditCode, AuditEvent } from "../../../firmware/ipc/audit";
import { DeviceKind } from "../../../firmware/ipc/device";
import { NodeRule } from "../../../firmware/ipc/join";
import { Bench } from "./fixture";
import { eui64Of, TestNode } from "./test-node";
import { TestRouter } from "./test-router";

const APS = Uint8Array.from([0x00, 0x01, 0x02, 0x07, 0x09, 0x01, 0x01, 0x05]);

function house(first: DeviceKind, second: DeviceKind) {
  const bench = Bench.up();
  const nodes = [first, second].map((kind, i) => {
    const node = new TestNode(bench, eui64Of(0x21 + i), false, 0x21 + i);
    bench.add(node.eui64, node.code, kind);
    if (!node.join()) throw new Error("it did not join");
    return node;
  });
  bench.audit.length = 0;
  return { bench, router: bench.han.nwk.router, from: nodes[0]!, to: nodes[1]! };
}

function refusals(bench: Bench): Buffer[] {
  const all = bench.audit.map((one) => Buffer.from(one));
  return all.filter((one) => one[AuditEvent.CODE] === AuditCode.NODE_REFUSED);
}

const { CONSUMER_ACCESS_DEVICE, DISPLAY, ELECTRICITY_METER, GAS_METER } = {
  CONSUMER_ACCESS_DEVICE: DeviceKind.CONSUMER_ACCESS_DEVICE,
  DISPLAY: DeviceKind.DISPLAY,
  ELECTRICITY_METER: DeviceKind.ELECTRICITY_METER,
  GAS_METER: DeviceKind.GAS_METER,
};

describe("a frame for another node", () => {
  it("is handed on between smart metering devices", () => {
    const { bench, router, from, to } = house(DISPLAY, ELECTRICITY_METER);
    to.got.length = 0;
    bench.hear(from.secured(APS, to.short));
    bench.run(50);
    expect(router.relayed).toBe(1);
    expect(to.got.map(({ payload }) => [...payload])).toEqual([[...APS]]);
    expect(refusals(bench)).toEqual([]);
  });

  it.each([
    ["from", CONSUMER_ACCESS_DEVICE, ELECTRICITY_METER],
    ["from", CONSUMER_ACCESS_DEVICE, GAS_METER],
    ["from", CONSUMER_ACCESS_DEVICE, CONSUMER_ACCESS_DEVICE],
    ["to", ELECTRICITY_METER, CONSUMER_ACCESS_DEVICE],
  ])("is not %s a consumer access device (%i for %i), and that is audited", (_way, a, b) => {
    const { bench, router, from, to } = house(a, b);
    to.got.length = 0;
    bench.hear(from.secured(APS, to.short));
    bench.run(50);
    expect([router.relayed, router.relayDropped]).toEqual([0, 1]);
    expect(to.got).toEqual([]);
    const [line, ...more] = refusals(bench);
    expect(more).toEqual([]);
    expect(line!.readUInt32LE(AuditEvent.DETAIL)).toBe(NodeRule.RELAY);
    expect(line!.subarray(AuditEvent.SUBJECT, AuditEvent.LENGTH)).toEqual(Buffer.from(from.eui64));
  });

  it("of a consumer access device is audited once a minute, and refused each time", () => {
    const { bench, router, from, to } = house(CONSUMER_ACCESS_DEVICE, ELECTRICITY_METER);
    for (let i = 0; i < 59; i++) {
      bench.hear(from.secured(APS, to.short));
      bench.run(1000);
    }
    expect(router.relayDropped).toBe(59);
    expect(refusals(bench).length).toBe(1);
    bench.run(2000);
    bench.hear(from.secured(APS, to.short));
    bench.hear(to.secured(APS, from.short));
    bench.run(50);
    expect(refusals(bench).length).toBe(3);
  });
});

describe("a broadcast among routers (3.6.5)", () => {
  it.each([
    ["a display", DISPLAY, 1],
    ["a consumer access device", CONSUMER_ACCESS_DEVICE, 0],
  ])("of %s is said again so many times by the hub", (_who, kind, relayed) => {
    const bench = Bench.up();
    const router = TestRouter.joined(bench);
    const node = new TestNode(bench, eui64Of(0x21), false, 0x21);
    bench.add(node.eui64, node.code, kind);
    if (!node.join()) throw new Error("it did not join");
    bench.run(1000);
    router.take();
    bench.up.length = 0;
    bench.hear(node.secured(APS, 0xfffd));
    bench.run(300);
    const said = router.take().filter(({ frame, toAll }) => toAll && frame.source === node.short);
    expect(said.length).toBe(relayed);
    expect(bench.up.length).toBe(1);
  });
});
