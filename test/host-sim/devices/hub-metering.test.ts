// Meters at work with the hub's HAN side: readings acknowledged, the gas mirror and its reader,
// messages through tunnels, on a quiet air and a lossy one.

import { describe, expect, test } from "vitest";
import { StreamResult } from "../../../firmware/ipc/stream";
import { type HubHouse, hubHouse } from "./hub-house";

function run(house: HubHouse, seconds: number): void {
  house.world.runUntil(house.world.now + seconds * 1e6);
}

function key(one: { eui64: bigint; time: number; value: number }): string {
  return `${one.eui64} ${one.time} ${one.value}`;
}

describe("an electricity meter", () => {
  test("reports every ten seconds, each reading acknowledged and passed on as measured", () => {
    const house = hubHouse(1);
    run(house, 900);
    const readings = house.truth.readings.filter((one) => one.eui64 === house.meter.eui64);
    expect(readings.length).toBeGreaterThan(75);
    expect(readings.filter((one) => one.missed)).toEqual([]);
    const seen = new Set(house.outside.readings.map(key));
    for (const one of readings.slice(0, -1)) {
      expect(one.acknowledged).toBe(true);
      expect(seen.has(key(one))).toBe(true);
    }
  });

  test("counts a reading as missed after two repetitions, when nobody stores it", () => {
    const house = hubHouse(2);
    run(house, 300);
    house.outside.stores = false;
    const from = house.truth.readings.length;
    run(house, 120);
    const late = house.truth.readings.slice(from).filter((one) => one.eui64 === house.meter.eui64);
    expect(late.filter((one) => one.missed).length).toBeGreaterThan(8);
    expect(house.meter.reports.repeated).toBeGreaterThan(16);
  });

  test("goes on measuring while the hub has no power, and all of that is missed", () => {
    const house = hubHouse(7);
    run(house, 300);
    const from = house.truth.readings.length;
    house.hub.powerOff();
    run(house, 600);
    const during = house.truth.readings
      .slice(from)
      .filter((one) => one.eui64 === house.meter.eui64 && one.missed);
    expect(during.length).toBeGreaterThan(55);
    expect(during.some((one) => one.acknowledged)).toBe(false);
  });

  test("loses nothing that was acknowledged, though one frame in ten is lost", () => {
    const house = hubHouse(3, 0.1);
    run(house, 3600);
    const seen = new Set(house.outside.readings.map(key));
    const acknowledged = house.truth.readings.filter((one) => one.acknowledged);
    expect(acknowledged.length).toBeGreaterThan(300);
    for (const one of acknowledged) expect(seen.has(key(one))).toBe(true);
  });
});

describe("a gas meter", () => {
  test("synchronises each half-hour by its own clock alone, and the display reads the mirror", () => {
    const house = hubHouse(4);
    run(house, 6 * 3600);
    const { gas, display } = house;
    expect(gas.syncs).toBeGreaterThanOrEqual(12);
    expect(gas.syncs).toBeLessThanOrEqual(13);
    expect(gas.wakes.retry).toBe(0);
    expect(gas.wakeCount).toBe(gas.wakes.joined + gas.wakes.schedule);
    expect(display.answered).toBeGreaterThan(340);
    const last = house.truth.readings.filter((one) => one.eui64 === gas.eui64).at(-1);
    expect(display.shown).toMatchObject({ litres: last?.value, meterTime: last?.time });
    // Awake for some seconds of each half-hour.
    expect(gas.radio.energy().rxUs).toBeLessThan(6 * 3600e6 * 0.01);
  });
});

describe("a message", () => {
  const bytes = (length: number): Buffer => Buffer.alloc(length, length & 0xff);

  test("of 40 to 4,096 octets reaches the electricity meter and its answer comes back", () => {
    const house = hubHouse(5);
    run(house, 60);
    const lengths = [40, 128, 1164, 4096];
    for (const [i, length] of lengths.entries()) {
      house.exchanges.add(bytes(length), bytes(lengths.at(-1 - i)!));
      house.outside.send(house.meter.eui64, i + 1, bytes(length));
    }
    run(house, 180);
    const answers = house.outside.answers.map((one) => [one.messageId, one.message.length]);
    expect(answers).toEqual([
      [1, 4096],
      [2, 1164],
      [3, 128],
      [4, 40],
    ]);
    expect(house.outside.answers.every((one) => one.isAnswer)).toBe(true);
    for (const { message } of house.outside.answers) {
      expect(message.equals(bytes(message.length))).toBe(true);
    }
    const delivered = house.outside.fates.filter((one) => one.result === StreamResult.DELIVERED);
    expect(delivered.map((one) => one.messageId)).toEqual([1, 2, 3, 4]);
    expect(house.truth.exchanges.every((one) => one.known && one.delivered)).toBe(true);
  });

  test("waits for the gas meter, which fetches it when it wakes", () => {
    const house = hubHouse(6);
    run(house, 120);
    house.exchanges.add(bytes(300), bytes(1164));
    house.outside.send(house.gas.eui64, 7, bytes(300));
    house.outside.send(house.gas.eui64, 8, Buffer.from("unknown to the meter"));
    run(house, 600);
    expect(house.outside.answers).toEqual([]);
    run(house, 1800);
    expect(house.outside.answers.map((one) => one.messageId)).toEqual([7, 8]);
    expect(house.outside.answers[0]?.message).toEqual(bytes(1164));
    expect(house.truth.exchanges.map((one) => one.known)).toEqual([true, false]);
  });
});
