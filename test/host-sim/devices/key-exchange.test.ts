// Link keys of the devices' own and changes of the network key, between the devices' stack and the
// hub's, which share no codec.

import { describe, expect, test } from "vitest";
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
    for (let seed = 20; seed < 24; seed++) {
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
