// Houses in which the hub does not reach everybody: the firmware's hub, and repeaters that share no
// code with it, find ways over the simulated air.

import { expect, test } from "vitest";
import type { GasMeter } from "../../../host-sim/devices/gas-meter";
import { withCrc } from "../../../host-sim/devices/zigbee/security";
import { House } from "../../../host-sim/house/house";
import type { DeviceKindName } from "../../../host-sim/house/house-config";
import { readHouse } from "../../../host-sim/house/read-house";

const eui64 = (n: number): string => (0x70b3d52b62000000n + BigInt(n)).toString(16);

interface Row {
  readonly kind: DeviceKindName;
  readonly x: number;
  readonly reads?: string;
}

/** Devices by number from 1; whoever is named with another by `links` hears it, nobody else. */
function house(rows: readonly Row[], links: readonly (readonly [number, number])[], rest = {}) {
  const devices = rows.map(({ x, ...row }, i) => ({
    ...row,
    eui64: eui64(i + 1),
    installCode: withCrc(Buffer.alloc(16, i + 1)).toString("hex"),
    place: { x, y: 1 },
  }));
  const name = (n: number): string => (n === 0 ? "hub" : eui64(n));
  const walls = [];
  for (let a = 0; a <= rows.length; a++) {
    for (let b = a + 1; b <= rows.length; b++) {
      if (links.some(([x, y]) => x === a && y === b)) continue;
      walls.push({ a: name(a), b: name(b), db: 90 });
    }
  }
  return new House({ seed: 3, config: readHouse({ devices, air: { walls }, ...rest }) });
}

const nodes = (one: House) => one.report(0).han.nodes;

const CHAIN: readonly Row[] = [
  { kind: "repeater", x: 5 },
  { kind: "repeater", x: 10 },
  { kind: "electricity-meter", x: 15 },
  { kind: "gas-meter", x: 14 },
];
const CHAIN_LINKS = [
  [0, 1],
  [1, 2],
  [2, 3],
  [2, 4],
] as const;

test("meters join and are served over two repeaters, the sleeping one too", () => {
  const one = house(CHAIN, CHAIN_LINKS);
  one.runUntil(2 * 3600);
  one.finish();
  const [first, second, meter, gas] = nodes(one);
  expect(first).toMatchObject({ state: "networked", parent: null, route: [] });
  expect(second).toMatchObject({ state: "networked", route: [eui64(1)] });
  expect(meter).toMatchObject({
    state: "networked",
    parent: eui64(2),
    route: [eui64(2), eui64(1)],
    joins: 1,
    lost: 0,
  });
  expect(gas).toMatchObject({ state: "networked", parent: eui64(2) });
  expect(second!.relayed).toBeGreaterThan(700);
  const { readings, gasMirror } = one.report(0);
  expect(readings).toMatchObject({ missed: 0, lost: 0 });
  const ofMeter = readings.devices.find((each) => each.eui64 === eui64(3))!;
  expect(ofMeter).toMatchObject({ missed: 0, lost: 0, halfHours: 4 });
  expect(ofMeter.delivered).toBeGreaterThan(600);
  expect(gasMirror.syncs).toBeGreaterThanOrEqual(3);
  const meterOf = one.devices[3]!.device as GasMeter;
  expect(meterOf.wakes.retry).toBe(0);
});

test("children of a repeater that loses its power find the other one, and are served again", () => {
  const rows: readonly Row[] = [
    { kind: "repeater", x: 5 },
    { kind: "repeater", x: 6 },
    { kind: "electricity-meter", x: 9 },
  ];
  const links = [
    [0, 1],
    [0, 2],
    [1, 2],
    [1, 3],
    [2, 3],
  ] as const;
  const one = house(rows, links);
  one.runUntil(1200);
  const before = nodes(one)[2]!;
  expect(before.state).toBe("networked");
  const parent = one.devices.find(({ config }) => config.eui64 === before.parent)!;
  parent.device.powerOff();
  one.runUntil(1800);
  const after = nodes(one)[2]!;
  expect(after).toMatchObject({ state: "networked", rejoins: 1, joins: 1 });
  expect(after.parent).not.toBe(before.parent);
  const delivered = one.ledger.counts().delivered;
  one.runUntil(2400);
  one.finish();
  expect(one.ledger.counts().delivered).toBeGreaterThan(delivered + 55);
  expect(one.ledger.counts().lost).toBe(0);
});

test("a repeater that was without power goes on where it was, with its children", () => {
  const one = house(CHAIN, CHAIN_LINKS);
  one.runUntil(1200);
  for (const i of [0, 1]) one.devices[i]!.device.powerOff();
  one.runUntil(1210);
  for (const i of [0, 1]) one.devices[i]!.device.powerOn();
  const missed = one.ledger.counts().missed;
  one.runUntil(1500);
  const delivered = one.ledger.counts().delivered;
  one.runUntil(2100);
  one.finish();
  expect(nodes(one).every(({ state }) => state === "networked")).toBe(true);
  expect(one.ledger.counts().delivered).toBeGreaterThan(delivered + 55);
  expect(one.ledger.counts().missed).toBeLessThan(missed + 20);
  expect(one.ledger.counts().lost).toBe(0);
});

test("a display by the hub reads a meter behind a repeater, which looks for the way back", () => {
  const rows: readonly Row[] = [
    { kind: "repeater", x: 5 },
    { kind: "electricity-meter", x: 9 },
    { kind: "in-home-display", x: -4, reads: eui64(2) },
  ];
  const links = [
    [0, 1],
    [0, 3],
    [1, 2],
  ] as const;
  const one = house(rows, links);
  one.runUntil(1800);
  one.finish();
  const display = nodes(one)[2]!;
  expect(display).toMatchObject({ state: "networked", parent: "hub" });
  const { answered } = display.meterReads!;
  expect(answered).toBeGreaterThan(100);
  const { discoveries } = one.devices[0]!.device.node.role!.router.counts;
  expect(discoveries).toBeGreaterThan(0);
  // Once found, a way is used again.
  expect(discoveries).toBeLessThan(answered / 4);
});

test("with 5 % loss and a power cut for all, everybody behind repeaters is served again", () => {
  const cut = { kind: "power-cut", target: "all", at: 1500, forSeconds: 30, spreadSeconds: 60 };
  const one = house(CHAIN, CHAIN_LINKS, { faults: [cut] });
  one.air.loss = 0.05;
  one.runUntil(2400);
  const delivered = one.ledger.counts().delivered;
  one.runUntil(3600);
  one.finish();
  expect(nodes(one).every(({ state }) => state === "networked")).toBe(true);
  expect(one.ledger.counts().delivered).toBeGreaterThan(delivered + 110);
  expect(one.ledger.counts().lost).toBe(0);
  expect((one.devices[3]!.device as GasMeter).syncs).toBeGreaterThan(0);
  // The half-hour that lacks readings came from the meter's profile.
  const ofMeter = one.report(0).readings.devices.find((each) => each.eui64 === eui64(3))!;
  expect(ofMeter.profiled).toBeGreaterThanOrEqual(1);
});

test("when a neighbour's hub has our PAN ID, the network takes another and all come with it", () => {
  const one = house(CHAIN, CHAIN_LINKS, {
    faults: [
      { kind: "neighbour", at: 900, forSeconds: 3600 },
      // It looks for its network again, which makes everybody beacon.
      { kind: "power-cut", at: 1000, target: eui64(3), forSeconds: 5 },
    ],
  });
  one.runUntil(899);
  const { panId } = one.han;
  const missed = one.ledger.counts().missed;
  one.runUntil(3000);
  one.finish();
  expect(one.han.panId).not.toBe(panId);
  const pans = one.devices.map(({ device }) => device.node.memory.network?.panId);
  expect(pans).toEqual(Array(4).fill(one.han.panId));
  expect(nodes(one).every(({ state, joins }) => state === "networked" && joins === 1)).toBe(true);
  expect(one.ledger.counts().missed).toBeLessThan(missed + 10);
  expect(one.ledger.counts().lost).toBe(0);
});
