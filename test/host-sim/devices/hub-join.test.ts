// The devices' own Zigbee stack and the hub's, which share no codec, over the simulated air: join,
// refusal, loss of either end's power, losses on air.

import { describe, expect, test } from "vitest";
import { DeviceEvent, DeviceKind } from "../../../firmware/ipc/device";
import { JoinState, RefusalReason } from "../../../host-sim/devices/zigbee/joiner";
import { decodeMac, MacType } from "../../../host-sim/devices/zigbee/mac-frame";
import { decodeNwk } from "../../../host-sim/devices/zigbee/nwk-frame";
import { withCrc } from "../../../host-sim/devices/zigbee/security";
import { type HubHouse, hubHouse } from "./hub-house";

function run(house: HubHouse, seconds: number): void {
  house.world.runUntil(house.world.now + seconds * 1e6);
}

function states(house: HubHouse): JoinState[] {
  return [house.meter, house.gas, house.display].map((device) => device.node.state);
}

const ALL_JOINED = [JoinState.JOINED, JoinState.JOINED, JoinState.JOINED];

describe("a registered device", () => {
  test("joins the hub, whether it sleeps or not", () => {
    const house = hubHouse(1);
    run(house, 30);
    expect(states(house)).toEqual(ALL_JOINED);
    const joined = house.outside.events.filter((one) => one.event === DeviceEvent.JOINED);
    expect(joined.length).toBe(3);
    const keys = [house.meter, house.gas, house.display].map(
      (device) => device.node.memory.networkKey?.key,
    );
    expect(new Set(keys.map((key) => key?.toString("hex"))).size).toBe(1);
  });

  test("joins though one frame in five is lost", () => {
    for (let seed = 20; seed < 26; seed++) {
      const house = hubHouse(seed, 0.2);
      run(house, 900);
      expect(states(house)).toEqual(ALL_JOINED);
    }
  });

  test("comes back after the hub was without power", () => {
    const house = hubHouse(2);
    run(house, 60);
    house.hub.powerOff();
    run(house, 600);
    house.hub.powerOn();
    run(house, 2400);
    expect(states(house)).toEqual(ALL_JOINED);
  });

  test("comes back after its own power cut and never uses a frame counter twice", () => {
    const house = hubHouse(3);
    const counters: number[] = [];
    house.air.observe(({ sender, bytes, length }) => {
      if (sender.id !== house.meter.radio.id || length < 20) return;
      const frame = decodeMac(Buffer.from(bytes.subarray(0, length)));
      if (frame.type !== MacType.DATA) return;
      const counter = decodeNwk(frame.payload).secured?.frameCounter;
      // The radio repeats a frame that was not acknowledged.
      if (counter !== undefined && counter !== counters.at(-1)) counters.push(counter);
    });
    run(house, 60);
    house.meter.powerOff();
    run(house, 30);
    house.meter.powerOn();
    run(house, 120);
    expect(house.meter.node.state).toBe(JoinState.JOINED);
    expect(house.meter.node.joiner.rejoins).toBe(1);
    expect(counters.length).toBeGreaterThan(4);
    expect(counters).toEqual([...new Set(counters)].sort((a, b) => a - b));
  });
});

describe("a device that is not registered", () => {
  test("is refused before any key, waits long, and joins once it is registered", () => {
    const house = hubHouse(4, 0, [true, true, false]);
    run(house, 120);
    const { display } = house;
    expect(display.node.state).not.toBe(JoinState.JOINED);
    expect(display.refusals).toBeGreaterThan(0);
    expect(display.lastRefusal).toBe(RefusalReason.DENIED);
    expect(display.node.refusedKeys).toBe(0);
    expect(display.node.memory.networkKey).toBeUndefined();
    expect(
      house.outside.events.some(
        (one) => one.event === DeviceEvent.REFUSED && one.eui64 === display.eui64,
      ),
    ).toBe(true);
    // Between two tries lie three quarters of a minute and more.
    expect(display.refusals).toBeLessThan(5);

    house.outside.registrations.push({
      eui64: display.eui64,
      kind: DeviceKind.DISPLAY,
      installCode: withCrc(Buffer.alloc(16, 3)),
    });
    run(house, 1500);
    expect(display.node.state).toBe(JoinState.JOINED);
  });
});
