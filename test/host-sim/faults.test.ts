import { expect, test } from "vitest";
import { House } from "../../host-sim/house/house";
import { readHouse } from "../../host-sim/house/read-house";

function house(faults: readonly object[], rest: object = {}): House {
  return new House({ seed: 1, config: readHouse({ faults, ...rest }) });
}

test("losses and outages begin at their time and end after it", () => {
  const one = house([
    { kind: "air-loss", at: 10, forSeconds: 5, loss: 0.5 },
    { kind: "wan-loss", at: 10, forSeconds: 6, loss: 0.25 },
    { kind: "wan-outage", at: 10, forSeconds: 7 },
  ]);
  const seen = [9, 11, 15.5, 16.5, 18].map((second) => {
    one.runUntil(second);
    return [one.air.loss, one.wan.loss, one.wan.outage];
  });
  expect(seen).toEqual([
    [0, 0, false],
    [0.5, 0.25, true],
    [0, 0.25, true],
    [0, 0, true],
    [0, 0, false],
  ]);
});

test("a hub that loses its power forgets its RAM and its time, keeps its flash, and starts anew", () => {
  const one = house([{ kind: "power-cut", target: "hub", at: 20, forSeconds: 5 }]);
  one.runUntil(19);
  expect(one.hub.clock.utcMs()).toBeGreaterThan(0);
  const { channel, panId } = one.han;
  one.runUntil(22);
  expect(one.hub.running).toBe(false);
  one.runUntil(25);
  expect(one.hub.boots).toBe(2);
  expect(one.hub.monotonicMs).toBe(0);
  expect(one.hub.clock.utcMs()).toBe(0);
  one.runUntil(60);
  one.finish();
  expect([one.han.channel, one.han.panId]).toEqual([channel, panId]);
  expect(one.hub.clock.utcMs()).toBeGreaterThan(0);
});

test("a device that loses its power is off, and comes back by itself", () => {
  const eui64 = "70b3d52b60000003";
  const one = house([{ kind: "power-cut", target: eui64, at: 20, forSeconds: 5 }]);
  const { device } = one.devices[2]!;
  one.runUntil(22);
  expect(device.isOn).toBe(false);
  one.runUntil(26);
  expect(device.isOn).toBe(true);
});

test("the radio co-processor resets as often as the house says, and the hub sets it up again", () => {
  const one = house([], { radio: { resetEverySeconds: 30 } });
  one.runUntil(125);
  one.finish();
  expect(one.hub.coprocessor.resets).toBeGreaterThanOrEqual(1 + 4);
  expect(one.hub.coprocessor.transceiver.hears).toBe(one.han.channel);
});

test("a silent or noisy co-processor is found again", () => {
  const one = house([
    { kind: "radio-silence", at: 20, forSeconds: 30 },
    { kind: "radio-noise", at: 60 },
  ]);
  one.runUntil(120);
  one.finish();
  expect(one.hub.coprocessor.transceiver.hears).toBe(one.han.channel);
});

test("a flash that fails for a while does not stop the hub for good", () => {
  const one = house([{ kind: "flash-failure", at: 0.01, forSeconds: 3, chance: 0.3 }]);
  one.runUntil(60);
  one.finish();
  expect(one.hub.clock.utcMs()).toBeGreaterThan(0);
});

test("a partition is broken in the way that was asked for, and starts anew", () => {
  const faults = ["throw", "memory", "cpu"].map((fault, i) => ({
    kind: "partition-fault",
    partition: "manage",
    fault,
    at: 10 + 3700 * i,
  }));
  const one = house(faults);
  one.runUntil(11_500);
  one.finish();
  expect(one.hub.figures("manage").restarts).toBe(3);
});
