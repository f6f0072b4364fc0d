import { expect, test } from "vitest";
import { builtInHouse } from "../../../host-sim/house/built-in";
import { DEFAULT_HOUSE } from "../../../host-sim/house/house-config";
import { HouseError, parseHouse, readHouse } from "../../../host-sim/house/read-house";
import { terrace } from "../../../host-sim/house/terrace";

function problemsOf(document: unknown): readonly string[] {
  try {
    readHouse(document);
  } catch (error) {
    if (error instanceof HouseError) return error.problems;
    throw error;
  }
  return [];
}

const DEVICE = DEFAULT_HOUSE.devices[0]!;

test("an empty file is the house of npm start", () => {
  expect(parseHouse("{}")).toEqual(DEFAULT_HOUSE);
});

test("the default house passes its own checks", () => {
  const { startUtcMs, ...rest } = DEFAULT_HOUSE;
  expect(startUtcMs).toBe(Date.UTC(2026, 0, 1));
  expect(readHouse(rest)).toEqual(DEFAULT_HOUSE);
});

test("loss, resets, devices and faults are taken as they stand", () => {
  const house = readHouse({
    start: "2026-06-01T12:00:00Z",
    air: { loss: 0.1 },
    wan: { loss: 0.1, latencyMs: 300 },
    radio: { resetEverySeconds: 3600 },
    attacker: { everySeconds: 5 },
    devices: [{ ...DEVICE, eui64: "70B3D52B60000001", registered: false }],
    faults: [
      { kind: "power-cut", target: "hub", at: 60, forSeconds: 5 },
      { kind: "partition-fault", partition: "esi-supplier", fault: "memory", at: 70 },
    ],
  });
  expect(house.startUtcMs).toBe(Date.UTC(2026, 5, 1, 12));
  expect(house.air.loss).toBe(0.1);
  expect(house.attacker).toEqual({ everySeconds: 5, place: { x: -3, y: 2 } });
  expect(house.wan).toEqual({ ...DEFAULT_HOUSE.wan, loss: 0.1, latencyMs: 300 });
  expect(house.devices).toEqual([{ ...DEVICE, registered: false }]);
  expect(house.faults).toHaveLength(2);
});

test("what is built in passes the checks of a file", () => {
  const { startUtcMs: _start, ...rest } = terrace();
  expect(readHouse(JSON.parse(JSON.stringify(rest)))).toEqual(terrace());
  expect(terrace().devices).toHaveLength(32);
  expect(builtInHouse("terrace")).toEqual(terrace());
  expect(builtInHouse("default")).toBe(DEFAULT_HOUSE);
  expect(builtInHouse("castle")).toBeUndefined();
});

test("walls, a display that reads a meter, and faults that recur are checked too", () => {
  const display = { ...DEFAULT_HOUSE.devices[2]!, reads: DEVICE.eui64 };
  const devices = [DEVICE, display];
  const walls = [{ a: "hub", b: DEVICE.eui64, db: 30 }];
  const cut = { kind: "power-cut", target: "all", at: 60, forSeconds: 5, spreadSeconds: 9 };
  const house = readHouse({ devices, air: { walls }, faults: [{ ...cut, everySeconds: 90 }] });
  expect(house.devices).toEqual(devices);
  expect(house.air.walls).toEqual(walls);
  expect(house.faults).toEqual([{ ...cut, everySeconds: 90 }]);
  expect(problemsOf({ devices: [DEVICE, { ...display, reads: display.eui64 }] })).toEqual([
    "devices[1].reads must be the EUI-64 of an electricity meter",
  ]);
  expect(problemsOf({ devices: [{ ...DEVICE, reads: DEVICE.eui64 }] })).toEqual([
    "devices[0].reads is for displays and consumer access devices",
  ]);
  expect(problemsOf({ air: { walls: [{ a: "hub", b: "hub", db: 1 }] } })).toEqual([
    "air.walls[0].b must be another station than a",
  ]);
  expect(problemsOf({ air: { walls: [{ a: "hub", b: "x", db: 1 }] } })[0]).toMatch(
    /^air\.walls\[0\]\.b must be one of hub, 70b3d52b60000001/,
  );
  expect(problemsOf({ air: { walls: [{ a: "hub", b: DEVICE.eui64, db: -1 }] } })).toEqual([
    "air.walls[0].db must be a number from 0 to 200",
  ]);
  expect(problemsOf({ faults: [{ ...cut, everySeconds: 0.5 }] })).toEqual([
    "faults[0].everySeconds must be 0, for once, or at least 1",
  ]);
  expect(problemsOf({ faults: [{ ...cut, spreadSeconds: 3601 }] })).toEqual([
    "faults[0].spreadSeconds must be a number from 0 to 3600",
  ]);
});

test("each mistake is told in one sentence that names its place", () => {
  expect(() => parseHouse("{")).toThrow("it is not JSON");
  expect(problemsOf([])).toEqual(["the file must be an object"]);
  expect(problemsOf({ colour: 1 })).toEqual(["colour is no field that is known"]);
  expect(problemsOf({ air: { loss: 2 } })).toEqual(["air.loss must be a number from 0 to 1"]);
  expect(problemsOf({ start: "today" })).toEqual(["start must be a time as 2026-01-01T00:00:00Z"]);
  expect(problemsOf({ radio: { resetEverySeconds: 0.5 } })[0]).toContain("at least 1");
  const code = `${DEVICE.installCode.slice(0, -1)}0`;
  expect(problemsOf({ devices: [{ ...DEVICE, installCode: code }] })).toEqual([
    "devices[0].installCode must be 6, 8, 12 or 16 bytes and their CRC-16, low byte first",
  ]);
  expect(problemsOf({ devices: [DEVICE, DEVICE] })).toEqual([
    `two devices have the EUI-64 ${DEVICE.eui64}`,
  ]);
  expect(problemsOf({ devices: [{ ...DEVICE, kind: "toaster" }] })[0]).toMatch(
    /^devices\[0\]\.kind must be one of electricity-meter/,
  );
  expect(
    problemsOf({ faults: [{ kind: "power-cut", target: "x", at: 1, forSeconds: 1 }] }),
  ).toEqual([
    "faults[0].target must be one of hub, all, 70b3d52b60000001, 70b3d52b60000002, 70b3d52b60000003",
  ]);
  expect(problemsOf({ air: { loss: "a" }, wan: [] })).toHaveLength(2);
});
