// The built-in house `terrace`: 32 devices in three parts of a long building. The hub stands in
// the front; the middle is reached over either of two repeaters, the back over a third one behind
// them. Every night the power fails for all at once, every evening somebody disturbs the network's
// channel, and somebody attacks it all the time.

import { withCrc } from "../devices/zigbee/security";
import {
  DEFAULT_HOUSE,
  type DeviceConfig,
  type DeviceKindName,
  type HouseConfig,
} from "./house-config";

type Part = "front" | "middle" | "back";

interface Row {
  readonly kind: DeviceKindName;
  readonly part: Part;
  readonly x: number;
  readonly y: number;
}

/** Metres of each part along the building. */
const STARTS: Readonly<Record<Part, number>> = { front: 0, middle: 18, back: 40 };
/** Between two parts: firewalls and foil, more than any radio here gets through. */
const WALL_DB = 70;
const EUI64_BASE = 0x70b3d52b61000000n;
const DAY_S = 86_400;
const HOUR_S = 3_600;

const ROWS: readonly Row[] = [
  { kind: "electricity-meter", part: "front", x: 0.5, y: 0.2 },
  { kind: "gas-meter", part: "front", x: 7, y: 3 },
  { kind: "in-home-display", part: "front", x: 5, y: 6 },
  { kind: "repeater", part: "front", x: 12, y: 2 },
  { kind: "repeater", part: "front", x: 13, y: 7 },
  { kind: "electricity-meter", part: "front", x: 1, y: 1 },
  { kind: "electricity-meter", part: "front", x: 1.5, y: 0.4 },
  { kind: "electricity-meter", part: "front", x: 2, y: 0.2 },
  { kind: "electricity-meter", part: "front", x: 2.5, y: 1 },
  { kind: "sub-meter", part: "front", x: 6, y: 1 },
  { kind: "gas-meter", part: "front", x: 8, y: 1 },
  { kind: "in-home-display", part: "front", x: 3, y: 4 },
  { kind: "in-home-display", part: "front", x: 9, y: 5 },
  { kind: "consumer-access-device", part: "front", x: 4, y: 3 },
  { kind: "consumer-access-device", part: "front", x: 10, y: 2 },
  { kind: "thermostat", part: "front", x: 6, y: 5 },
  { kind: "load-switch", part: "front", x: 2, y: 6 },
  { kind: "load-switch", part: "front", x: 8, y: 7 },
  { kind: "charger", part: "front", x: 11, y: 0 },
  { kind: "handheld-terminal", part: "front", x: 1, y: 3 },
  { kind: "repeater", part: "middle", x: 16, y: 4 },
  { kind: "electricity-meter", part: "middle", x: 2, y: 1 },
  { kind: "electricity-meter", part: "middle", x: 6, y: 2 },
  { kind: "sub-meter", part: "middle", x: 4, y: 5 },
  { kind: "gas-meter", part: "middle", x: 8, y: 6 },
  { kind: "in-home-display", part: "middle", x: 5, y: 3 },
  { kind: "load-switch", part: "middle", x: 9, y: 4 },
  { kind: "thermostat", part: "middle", x: 7, y: 7 },
  { kind: "electricity-meter", part: "back", x: 3, y: 1 },
  { kind: "gas-meter", part: "back", x: 5, y: 3 },
  { kind: "in-home-display", part: "back", x: 4, y: 5 },
  { kind: "load-switch", part: "back", x: 7, y: 2 },
];

export function terrace(): HouseConfig {
  const devices = ROWS.map(deviceOf);
  const [first] = devices;
  // One display shows the meter by the hub as it turns.
  const reading = devices.findIndex(({ kind }) => kind === "in-home-display");
  return {
    ...DEFAULT_HOUSE,
    devices: devices.map((one, i) => (i === reading ? { ...one, reads: first!.eui64 } : one)),
    air: { ...DEFAULT_HOUSE.air, loss: 0.05, walls: wallsOf(devices) },
    attacker: { ...DEFAULT_HOUSE.attacker, everySeconds: 30 },
    faults: [
      {
        kind: "power-cut",
        at: 3 * HOUR_S,
        everySeconds: DAY_S,
        target: "all",
        forSeconds: 60,
        spreadSeconds: 120,
      },
      {
        kind: "interference",
        at: 18 * HOUR_S,
        everySeconds: DAY_S,
        forSeconds: HOUR_S,
        dbm: -68,
        duty: 0.3,
      },
    ],
  };
}

function deviceOf({ kind, part, x, y }: Row, i: number): DeviceConfig {
  return {
    kind,
    eui64: (EUI64_BASE + BigInt(i + 1)).toString(16),
    installCode: installCode(i + 1).toString("hex"),
    place: { x: STARTS[part] + x, y },
    registered: true,
  };
}

/** Any sixteen octets that differ: these are secrets of a simulation. */
function installCode(n: number): Buffer {
  return withCrc(
    Buffer.from(Array.from({ length: 16 }, (_, i) => (n * 37 + i * 101 + n * i) & 0xff)),
  );
}

/** Repeaters stand where they hear the next part too; nothing else does. */
function wallsOf(devices: readonly DeviceConfig[]): HouseConfig["air"]["walls"] {
  const stations = [
    { name: "hub", part: "front", repeats: false },
    ...ROWS.map(({ kind, part }, i) => ({
      name: devices[i]!.eui64,
      part,
      repeats: kind === "repeater",
    })),
  ];
  return stations.flatMap((a, i) =>
    stations.slice(i + 1).flatMap((b) => {
      const isApart = a.part !== b.part && !(hearsBoth(a, b) || hearsBoth(b, a));
      return isApart ? [{ a: a.name, b: b.name, db: WALL_DB }] : [];
    }),
  );
}

interface Standing {
  readonly part: string;
  readonly repeats: boolean;
}

/** A repeater of the front hears the middle, one of the middle the back. */
function hearsBoth(repeater: Standing, other: Standing): boolean {
  if (!repeater.repeats) return false;
  const next = repeater.part === "front" ? "middle" : repeater.part === "middle" ? "back" : "";
  return other.part === next;
}
