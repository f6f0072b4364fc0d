// How fast the whole house runs, and what one reading's way from the air to the WAN costs.

import { House } from "../../host-sim/house/house";
import type { Figure } from "./figure";

export const name = "house";

const SEED = 7;
/** The joins and the first registration are over by then. */
const SETTLED_S = 120;
const MEASURED_S = 6 * 3600;

export function run(): Figure[] {
  const house = new House({ seed: SEED });
  house.runUntil(SETTLED_S);
  const before = sample(house);
  house.runUntil(SETTLED_S + MEASURED_S);
  const after = sample(house);
  const seconds = (after.cpuUs - before.cpuUs) / 1e6;
  const readings = after.readings - before.readings;
  const each = (total: number): number => total / readings;
  return [
    { figure: "simulated seconds a second of one core", value: MEASURED_S / seconds, unit: "s/s" },
    { figure: "readings delivered", value: readings, unit: "" },
    { figure: "host time a reading, air to WAN", value: each(seconds) * 1e6, unit: "us" },
    {
      figure: "kernel messages a reading",
      value: each(after.messages - before.messages),
      unit: "",
    },
    { figure: "frames on the air a reading", value: each(after.frames - before.frames), unit: "" },
    { figure: "datagrams a reading", value: each(after.datagrams - before.datagrams), unit: "" },
  ];
}

interface Sample {
  readonly cpuUs: number;
  readonly readings: number;
  readonly messages: number;
  readonly frames: number;
  readonly datagrams: number;
}

function sample(house: House): Sample {
  const { user, system } = process.cpuUsage();
  const partitions = house.report(0).partitions;
  return {
    cpuUs: user + system,
    readings: house.ledger.counts().delivered,
    messages: partitions.reduce((sum, { received }) => sum + received, 0),
    frames: house.encryptedAir.frames,
    datagrams: house.wan.counts.sent,
  };
}
