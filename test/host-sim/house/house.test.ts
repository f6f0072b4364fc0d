import { expect, test } from "vitest";
import { House } from "../../../host-sim/house/house";
import { readHouse } from "../../../host-sim/house/read-house";

function run(seed: number, seconds: number, document: unknown = {}): House {
  const house = new House({ seed, config: readHouse(document) });
  house.runUntil(seconds);
  house.finish();
  return house;
}

test("the same seed gives the same trace, another seed another", () => {
  const [one, again, other] = [run(7, 300), run(7, 300), run(8, 300)];
  expect(one.world.trace.digest()).toBe(again.world.trace.digest());
  expect(one.world.trace.digest()).not.toBe(other.world.trace.digest());
  expect(one.world.trace.count).toBeGreaterThan(500);
});

test("another loss or another place is another trace, with the same seed", () => {
  const digests = [{}, { air: { loss: 0.01 } }, { hub: { place: { x: 1, y: 0 } } }].map(
    (document) => run(7, 120, document).world.trace.digest(),
  );
  expect(new Set(digests).size).toBe(3);
});

test("within a minute three nodes are Networked, on the quietest channel", () => {
  const report = run(7, 60).report(0);
  expect(report.han.nodes.map(({ state }) => state)).toEqual(Array(3).fill("networked"));
  // Wi-Fi covers 16 to 19.
  expect([16, 17, 18, 19]).not.toContain(report.han.channel);
  expect(report.han.refused).toEqual([]);
});

test("a node whose install code nobody registered is refused, and the head-end is told", () => {
  const stranger = {
    kind: "in-home-display",
    eui64: "70b3d52b600000ff",
    installCode: "83fed3407a939723a5c639b26916d505c3b5",
    place: { x: 3, y: 3 },
    registered: false,
  };
  // First, while the window is open for the others.
  const report = run(7, 120, { devices: [stranger, ...readHouse({}).devices] }).report(0);
  expect(report.han.nodes.slice(1).map(({ state }) => state)).toEqual(Array(3).fill("networked"));
  expect(report.han.nodes[0]).toMatchObject({ state: "refused", joinedAt: null });
  expect(report.han.refused).toEqual([{ eui64: stranger.eui64, reason: "not registered" }]);
});
