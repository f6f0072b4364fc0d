// The house at 868 MHz: another co-processor and another air, the same hub and the same devices.

import { expect, test } from "vitest";
import { BAND_868 } from "../../../host-sim/air/phy";
import { House } from "../../../host-sim/house/house";
import { HouseError, readHouse } from "../../../host-sim/house/read-house";

const HOURS = 3;
const HOUR_S = 3600;

test("at 868 MHz every meter is served, within the hour's time on air", () => {
  const house = new House({ seed: 7, config: readHouse({ air: { band: "868" } }) });
  const radio = house.hub.coprocessor.transceiver;
  let before = 0;
  for (let hour = 1; hour <= HOURS; hour++) {
    house.runUntil(hour * HOUR_S);
    const { txUs } = radio.energy();
    expect(txUs - before).toBeGreaterThan(0);
    expect(txUs - before).toBeLessThan(BAND_868.onAirPerHourUs);
    before = txUs;
  }
  house.finish();
  const { han, readings } = house.report(0);
  expect(han.nodes.map(({ state }) => state)).toEqual(["networked", "networked", "networked"]);
  expect(readings).toMatchObject({ missed: 0, lost: 0 });
  expect(readings.delivered).toBeGreaterThan(1000);
});

test("a house names a band that there is, and interferers on its channels", () => {
  expect(readHouse({ air: { band: "868" } }).air).toMatchObject({
    band: "868",
    interferers: [],
  });
  expect(() => readHouse({ air: { band: "433" } })).toThrow(HouseError);
  const interferers = [{ channel: 62, dbm: -60, duty: 0.5 }];
  expect(readHouse({ air: { band: "868", interferers } }).air.interferers).toEqual(interferers);
  expect(() => readHouse({ air: { interferers } })).toThrow(HouseError);
});
