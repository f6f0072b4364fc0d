// The management party tells a hub of its devices and of who may read them.

import { beforeEach, describe, expect, it } from "vitest";
import { pathOf } from "../../../host-sim/head-end/coap";
import { Commissioning } from "../../../host-sim/head-end/commissioning";
import { HeadEnd, type HeadEndContext } from "../../../host-sim/head-end/head-end";
import { NO_CHANCE } from "./chance";
import { keysOf, ScriptedHub } from "./scripted-hub";

const installCode = Buffer.alloc(18, 1);
const DEVICES = [
  { eui64: "70b3d52b60000001", kind: 1, installCode },
  { eui64: "70b3d52b60000002", kind: 2, installCode },
  { eui64: "70b3d52b60000003", kind: 3, installCode },
];
const ALL = [
  "grants/supplier/70b3d52b60000001",
  "grants/operator/70b3d52b60000001",
  "grants/supplier/70b3d52b60000002",
  "grants/operator/70b3d52b60000002",
  "devices/70b3d52b60000001",
  "devices/70b3d52b60000002",
  "devices/70b3d52b60000003",
];

let hub: ScriptedHub;
let head: HeadEnd;
let commissioning: Commissioning;
const asked = (): string[] => hub.asked.map(pathOf);

beforeEach(() => {
  hub = new ScriptedHub(keysOf(1));
  let sequence = 0;
  const context: HeadEndContext = {
    name: "management",
    kind: "management",
    keys: keysOf(1),
    takeSequence: () => sequence++,
    fresh: true,
  };
  const send = (_peer: Uint8Array, datagram: Buffer): void => hub.receive(datagram);
  head = new HeadEnd([context], NO_CHANCE, () => 0, send, {});
  hub.head = head;
  hub.ask("0.02", "alerts");
  commissioning = new Commissioning(head, DEVICES, ["supplier", "operator"]);
});

describe("commissioning", () => {
  it("gives grants for the meters first, then puts every device, and is done", () => {
    expect(commissioning.done).toBe(false);
    commissioning.start(0);
    expect(asked()).toEqual(ALL);
    expect(commissioning.done).toBe(true);
    for (const { eui64 } of DEVICES) commissioning.joined(eui64);
    commissioning.tick(240_000);
    expect(asked()).toEqual(ALL);
    expect(commissioning.dueAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it("opens the window again for devices that are late, for an hour", () => {
    commissioning.start(0);
    for (const { eui64 } of DEVICES.slice(1)) commissioning.joined(eui64);
    for (let now = 0; now <= 7_200_000; now += 1000) commissioning.tick(now);
    expect(asked().slice(ALL.length)).toEqual(Array(15).fill("network"));
  });

  it("goes up step by step where the hub refuses to go at once", () => {
    hub.script.push({ code: "4.09" }, { code: "2.04" }, { code: "2.04" });
    commissioning.start(0);
    expect(asked()).toEqual([ALL[0], ALL[0], ALL[0], ...ALL.slice(1)]);
    const bodies = hub.asked.slice(0, 3).map((one) => Buffer.from(one.payload).toString("hex"));
    expect(bodies).toEqual(["a10002", "a10001", "a10002"]);
    expect(commissioning.refused).toEqual([]);
    expect(commissioning.done).toBe(true);
  });

  it("tries no other step when the first one is refused too", () => {
    hub.script.push({ code: "4.09" }, { code: "4.09" }, { code: "4.09" });
    commissioning.start(0);
    expect(commissioning.refused).toHaveLength(1);
    expect(commissioning.done).toBe(true);
  });

  it("tries again after 30 s what a full or busy hub refused", () => {
    hub.script.push({ code: "2.04" }, { code: "5.03" });
    commissioning.start(0);
    expect(asked()).toEqual(ALL.slice(0, 2));
    expect(commissioning.dueAt()).toBe(30_000);
    commissioning.tick(29_999);
    expect(asked()).toHaveLength(2);
    commissioning.tick(30_000);
    expect(asked()).toEqual([ALL[0], ...ALL.slice(1, 2), ...ALL.slice(1)]);
    expect(commissioning.refused).toEqual([]);
  });

  it("tries again when the hub did not answer", () => {
    hub.passes = () => false;
    commissioning.start(0);
    for (let now = 0; now <= 62_000; now += 1_000) head.tick(now);
    expect(commissioning.dueAt()).toBe(92_000);
    hub.passes = () => true;
    commissioning.tick(92_000);
    expect(commissioning.done).toBe(true);
  });

  it("notes what the hub refuses for good, and goes on", () => {
    hub.script.push(...Array.from({ length: 4 }, () => ({ code: "2.04" })), { code: "4.00" });
    commissioning.start(0);
    expect(asked()).toEqual(ALL);
    expect(commissioning.refused).toEqual([{ eui64: "70b3d52b60000001", code: "4.00" }]);
  });

  it("begins anew for a hub that has forgotten everything, heedless of late answers", () => {
    hub.script.push(undefined);
    commissioning.start(0);
    commissioning.start(10);
    expect(commissioning.done).toBe(false);
    // The hub's answer to the first round's request, which it kept back.
    for (let now = 0; now <= 62_000; now += 1_000) head.tick(now);
    expect(asked()).toEqual([ALL[0], ...ALL]);
    expect(commissioning.done).toBe(true);
    // Only the window is left to open again.
    expect(commissioning.done).toBe(true);
  });
});
