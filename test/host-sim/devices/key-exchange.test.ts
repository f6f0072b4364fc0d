// Link keys of the devices' own and changes of the network key, between the devices' stack and the
// hub's, which share no codec.

import { describe, expect, test } from "vitest";
import { NetworkAction } from "../../../firmware/ipc/device";
import { JoinState } from "../../../host-sim/devices/zigbee/joiner";
import { type HubHouse, hubHouse } from "./hub-house";

function run(house: HubHouse, seconds: number): void {
  house.world.runUntil(house.world.now + seconds * 1e6);
}

function devices(house: HubHouse) {
  return [house.meter, house.gas, house.display];
}

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString("hex");
}

describe("a link key of its own", () => {
  test("comes to every device after it has joined, and each has another", () => {
    const house = hubHouse(1);
    run(house, 60);
    const keys = devices(house).map(({ node }) => hex(node.memory.linkKey));
    expect(keys.map((key) => key.length)).toEqual([32, 32, 32]);
    expect(new Set(keys).size).toBe(3);
    for (const { node } of devices(house)) {
      expect(node.keys.confirmations).toBe(1);
      expect(node.keys.refused).toBe(0);
    }
  });

  test("comes to all though one frame in five is lost", () => {
    for (let seed = 20; seed < 22; seed++) {
      const house = hubHouse(seed, 0.2);
      run(house, 4000);
      const keys = devices(house).map(({ node }) => hex(node.memory.linkKey).length);
      expect(keys).toEqual([32, 32, 32]);
    }
  });

  test("comes to all though the hub loses its power again and again meanwhile", () => {
    const house = hubHouse(3);
    for (let i = 0; i < 12; i++) {
      run(house, 3 + i / 4);
      house.hub.powerOff();
      run(house, 1);
      house.hub.powerOn();
    }
    run(house, 4000);
    const keys = devices(house).map(({ node }) => hex(node.memory.linkKey).length);
    expect(keys).toEqual([32, 32, 32]);
    expect(devices(house).map(({ node }) => node.state)).toEqual(Array(3).fill(JoinState.JOINED));
  });
});

/** Has the network key changed, and lets some time pass. */
function change(house: HubHouse, seconds: number): void {
  house.outside.rules.push({ action: NetworkAction.CHANGE_KEY, seconds: 0 });
  run(house, seconds);
}

function sequences(house: HubHouse): (number | undefined)[] {
  return devices(house).map(({ node }) => node.memory.networkKey?.sequence);
}

describe("a change of the network key", () => {
  test("reaches all, sleepers when they wake, and nobody is lost meanwhile", () => {
    const house = hubHouse(5);
    run(house, 120);
    const before = hex(house.meter.node.memory.networkKey?.key);
    const missed = house.outside.readings.length;
    change(house, 2 * 3600);
    expect(sequences(house)).toEqual([1, 1, 1]);
    const keys = new Set(devices(house).map(({ node }) => hex(node.memory.networkKey?.key)));
    expect(keys.size).toBe(1);
    expect(keys.has(before)).toBe(false);
    expect(devices(house).map(({ node }) => node.joiner.rejoins)).toEqual([0, 0, 0]);
    expect(house.outside.readings.length).toBeGreaterThan(missed + 700);
  });

  test("is refused while one is under way, and can follow one that is done", () => {
    const house = hubHouse(6);
    run(house, 120);
    house.outside.results.length = 0;
    change(house, 1);
    change(house, 2 * 3600);
    const [OK, BUSY] = [0, 4];
    expect(house.outside.results).toEqual([OK, BUSY]);
    change(house, 2 * 3600);
    expect(sequences(house)).toEqual([2, 2, 2]);
  });

  test("outlives power cuts of the hub at every step of it", () => {
    for (let i = 0; i < 5; i++) {
      const house = hubHouse(40 + i);
      run(house, 120);
      change(house, 0.05 + i);
      house.hub.powerOff();
      run(house, 2);
      house.hub.powerOn();
      run(house, 4500);
      expect(sequences(house)).toEqual([1, 1, 1]);
      expect(devices(house).every(({ node }) => node.isJoined)).toBe(true);
    }
  });

  test("gives a sleeper that was away the new key when it is back within the day", () => {
    const house = hubHouse(7);
    run(house, 120);
    house.gas.powerOff();
    change(house, 3 * 3600);
    expect(sequences(house).slice(0, 1)).toEqual([1]);
    house.gas.powerOn();
    run(house, 2 * 3600);
    expect(sequences(house)).toEqual([1, 1, 1]);
    expect(house.gas.node.isJoined).toBe(true);
  });
});
