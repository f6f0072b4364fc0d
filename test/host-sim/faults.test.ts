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

test("a cut of all recurs, and what returns is back at times of its own", () => {
  const cut = { kind: "power-cut", target: "all", at: 20, forSeconds: 5 };
  const one = house([{ ...cut, everySeconds: 60, spreadSeconds: 10 }]);
  const on = [19, 21, 24.9, 36, 81, 96].map((second) => {
    one.runUntil(second);
    return [one.hub.running, ...one.devices.map(({ device }) => device.isOn)];
  });
  expect(on.map((all) => all.filter(Boolean).length)).toEqual([4, 0, 0, 4, 0, 4]);
  expect(one.hub.boots).toBe(3);
  const again = house([{ ...cut, spreadSeconds: 10 }]);
  const back = new Set<number>();
  for (let second = 25; second < 36; second += 0.5) {
    again.runUntil(second);
    back.add(again.devices.filter(({ device }) => device.isOn).length);
  }
  expect(back.size).toBeGreaterThan(2);
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

test("faults that overlap leave what was before, whichever ends first", () => {
  const one = house([
    { kind: "air-loss", at: 10, forSeconds: 20, loss: 0.25 },
    { kind: "air-loss", at: 15, forSeconds: 5, loss: 0.75 },
    { kind: "air-loss", at: 18, forSeconds: 30, loss: 0.5 },
  ]);
  const seen = [12, 16, 21, 31, 49].map((second) => {
    one.runUntil(second);
    return one.air.loss;
  });
  expect(seen).toEqual([0.25, 0.75, 0.5, 0.5, 0]);
});

test("the whole house goes dark at once, and every device comes back", () => {
  const one = house([{ kind: "power-cut", target: "all", at: 120, forSeconds: 10 }]);
  const on = (): boolean[] => [one.hub.running, ...one.devices.map(({ device }) => device.isOn)];
  one.runUntil(125);
  expect(on()).toEqual(Array(4).fill(false));
  one.runUntil(400);
  one.finish();
  expect(on()).toEqual(Array(4).fill(true));
  expect(one.devices.map(({ device }) => device.node.isJoined)).toEqual(Array(3).fill(true));
});

test("a supply that fails in the middle of a write leaves a hub that goes on", () => {
  const cuts = [0.5, 20, 60, 90].map((at) => ({ kind: "power-cut-in-write", at, forSeconds: 2 }));
  const one = house(cuts);
  let running = 0;
  one.hub.observe({ booted: () => running++ });
  one.runUntil(600);
  one.finish();
  expect(one.hub.boots).toBe(1 + cuts.length);
  expect(running).toBe(cuts.length + 1);
  expect(one.report(0).readings.lost).toBe(0);
});

test("a clock that jumps shows it, and the hub puts its own right within seconds", () => {
  const one = house([
    { kind: "clock-jump", target: "hub", at: 102, bySeconds: 7200 },
    { kind: "clock-jump", target: "70b3d52b60000003", at: 102, bySeconds: -30 },
  ]);
  const { clock } = one.devices[2]!.device;
  one.runUntil(101);
  const before = clock.seconds(one.world.now);
  one.runUntil(103);
  expect(one.hub.clock.utcMs() - one.world.utcMs).toBeGreaterThan(7_000_000);
  expect(clock.seconds(one.world.now) - before).toBe(-28);
  one.runUntil(110);
  expect(Math.abs(one.hub.clock.utcMs() - one.world.utcMs)).toBeLessThan(1_000);
});

test("an interferer is in the band for its time, on the network's channel when none is named", () => {
  const interferers = { air: { interferers: [] } };
  const noisy = { forSeconds: 10, dbm: -20, duty: 1 };
  const one = house(
    [
      { kind: "interference", at: 100, ...noisy },
      { kind: "interference", at: 100, ...noisy, channel: 26 },
    ],
    interferers,
  );
  const energy = (channel: number): number =>
    one.air.energy(one.hub.coprocessor.transceiver, channel, 0);
  one.runUntil(105);
  expect([energy(one.han.channel!), energy(26)]).toEqual([-20, -20]);
  one.runUntil(111);
  expect(Math.max(energy(one.han.channel!), energy(26))).toBeLessThan(-80);
});

test("a neighbour's hub with our channel and PAN ID beacons and broadcasts until it is gone", () => {
  const one = house([{ kind: "neighbour", at: 100, forSeconds: 60 }]);
  let heard = 0;
  one.air.observe(({ sender, channel, bytes }) => {
    if (sender.name !== "neighbour's hub") return;
    expect(channel).toBe(one.han.channel);
    if ((bytes[0]! & 7) !== 2) heard++;
  });
  one.runUntil(160);
  expect(heard).toBeGreaterThan(5);
  const during = heard;
  one.runUntil(600);
  one.finish();
  expect(heard).toBe(during);
  expect(one.report(0).readings.lost).toBe(0);
});
