import { expect, test } from "vitest";
import { MeterTruth } from "../../../host-sim/devices/meter-truth";
import { ReadingLedger } from "../../../host-sim/house/reading-ledger";

const METER = 0x70b3d52b60000001n;
const EUI64 = "70b3d52b60000001";
const START = 1_767_225_600;

function bench() {
  const truth = new MeterTruth();
  const ledger = new ReadingLedger(truth, ["supplier", "operator"]);
  const measure = (second: number, acknowledged: boolean, missed = false) => {
    const reading = truth.measured(METER, START + second, 1000 + second);
    reading.acknowledged = acknowledged;
    reading.missed = missed;
  };
  const arrive = (context: string, second: number, value = 1000 + second, delayS = 5): void => {
    const time = START + second;
    ledger.arrived({ context, eui64: EUI64, quantity: "electricity", value, time }, time + delayS);
  };
  return { truth, ledger, measure, arrive };
}

test("a reading is delivered when every provider has it, and late after a minute", () => {
  const { ledger, measure, arrive } = bench();
  measure(10, true);
  measure(20, true);
  arrive("supplier", 10);
  expect(ledger.counts()).toMatchObject({ measured: 2, delivered: 0, pending: 2 });
  arrive("operator", 10);
  arrive("supplier", 20);
  arrive("operator", 20, 1020, 61);
  expect(ledger.counts()).toMatchObject({ measured: 2, delivered: 2, late: 1, pending: 0 });
});

test("a wrong value, another meter, a repetition deliver nothing", () => {
  const { ledger, measure, arrive } = bench();
  measure(10, true);
  for (const context of ["supplier", "operator"]) arrive(context, 10, 999);
  arrive("supplier", 10);
  arrive("supplier", 10);
  expect(ledger.counts()).toMatchObject({ delivered: 0, pending: 1 });
});

test("an acknowledged reading that much younger ones overtook is lost; a missed one is not", () => {
  const { ledger, measure, arrive } = bench();
  measure(10, true);
  measure(20, false, true);
  measure(300, true);
  measure(400, true);
  for (const context of ["supplier", "operator"]) arrive(context, 300);
  expect(ledger.counts()).toMatchObject({ lost: 0, missed: 1, pending: 2 });
  for (const context of ["supplier", "operator"]) arrive(context, 400);
  expect(ledger.counts()).toMatchObject({ delivered: 2, lost: 1, missed: 1, pending: 0 });
  expect(ledger.lostReadings()).toEqual([`${EUI64} at ${START + 10}: 1010`]);
});

test("a half-hour with a missed reading is recovered by its interval from the profile", () => {
  const { truth, ledger, measure } = bench();
  measure(10, false, true);
  measure(1800, false, true);
  measure(1810, false, true);
  truth.halfHour(METER, START + 1800, 250);
  const interval = { context: "supplier", eui64: EUI64, quantity: "electricity-interval" };
  ledger.arrived({ ...interval, value: 249, time: START + 1800 }, START + 1900);
  expect(ledger.counts()).toMatchObject({ missedHalfHours: 1, recoveredHalfHours: 0 });
  ledger.arrived({ ...interval, value: 250, time: START + 1800 }, START + 1900);
  expect(ledger.counts()).toMatchObject({ missedHalfHours: 1, recoveredHalfHours: 1 });
  truth.halfHour(METER, START + 3600, 90);
  expect(ledger.counts()).toMatchObject({ missed: 3, missedHalfHours: 2 });
});

test("a house that runs for ever forgets readings, and none that is still on its way", () => {
  const { truth, ledger, measure, arrive } = bench();
  measure(10, true);
  for (let second = 20; second < 500_000; second += 10) {
    measure(second, true);
    for (const context of ["supplier", "operator"]) arrive(context, second);
  }
  expect(truth.readings.length).toBeLessThan(40_000);
  expect(truth.acknowledged).toBe(49_999);
  expect(ledger.counts()).toMatchObject({ measured: 49_999, delivered: 49_998, lost: 1 });
});

test("each meter has its own account, with the half-hours that its profile brought", () => {
  const { truth, ledger, measure, arrive } = bench();
  const other = truth.measured(METER + 1n, START + 5, 7);
  other.missed = true;
  for (const second of [10, 20, 1000]) measure(second, true);
  for (const context of ["supplier", "operator"]) {
    arrive(context, 10);
    arrive(context, 1000);
  }
  truth.halfHour(METER, START + 1800, 50);
  truth.halfHour(METER, START + 3600, 60);
  const quantity = "electricity-interval";
  for (const [value, time] of [
    [50, START + 1800],
    [61, START + 3600],
  ] as const) {
    ledger.arrived({ context: "supplier", eui64: EUI64, quantity, value, time }, time);
  }
  expect(ledger.devices()).toEqual([
    {
      eui64: "70b3d52b60000002",
      measured: 1,
      delivered: 0,
      missed: 1,
      lost: 0,
      halfHours: 0,
      profiled: 0,
    },
    { eui64: EUI64, measured: 3, delivered: 2, missed: 0, lost: 1, halfHours: 2, profiled: 1 },
  ]);
});
