// Wireshark's own lists of attributes: whatever number it knows, our tables have, under its name.

import { describe, expect, it } from "vitest";
import { CLUSTERS } from "../../firmware/wire/clusters/catalogue";
import { attributesOf } from "../../firmware/wire/clusters/table";
import { tsharkValues } from "./pdml";
import { hasTshark } from "./tshark";
import { letters } from "./wireshark-names";

const LISTS: Readonly<Record<string, string>> = {
  Basic: "zbee_zcl_general.basic.attr_id",
  "Power Configuration": "zbee_zcl_general.power_config.attr_id",
  Identify: "zbee_zcl_general.identify.attr_id",
  Time: "zbee_zcl_general.time.attr_id",
  "OTA Upgrade": "zbee_zcl_general.ota.attr_id",
  "Poll Control": "zbee_zcl_general.poll.attr_id",
  "Keep-Alive": "zbee_zcl_se.keep_alive.attr_id",
  Price: "zbee_zcl_se.price.attr_id",
  Metering: "zbee_zcl_se.met.attr_id",
  Tunneling: "zbee_zcl_se.tun.attr_id",
  Prepayment: "zbee_zcl_se.pp.attr_id",
  Calendar: "zbee_zcl_se.calendar.attr_id",
  "Device Management": "zbee_zcl_se.device_management.attr_id",
  "Meter Identification": "zbee_zcl_ha.metidt.attr_id",
};

/** Attributes of every cluster: its revision, and how its reporting stands. */
const OF_ALL = 0xfffd;
/** It calls this one deprecated, and has no other name for it. */
const NAMELESS = "deprecated";

/** Wireshark's spelling of what we have in other words. */
const OTHER_WORDS: readonly (readonly [RegExp, string])[] = [
  [/^hwversion$/, "hardwareversion"],
  [/^imageupgradestatus$/, "upgradestatus"],
  [/^minimumblockrequestdelay$/, "minimumblockrequestperiod"],
  [/^rx/, "received"],
  [/^receivednumberoftarifftiersinuse$/, "receivednumberofpricetiersinuse"],
  [/^softwarebuildid$/, "swbuildid"],
  [/^daylightsavingtime/, "dst"],
  [/^mainsvoltagedwelltrippoint$/, "mainsvoltagedwelltrip"],
  [/^batteryvoltageminimumthreshold$/, "batteryvoltageminthreshold"],
  [/^auxswitch/, "auxiliaryswitch"],
  [/^(ihd)?lowcreditwarning$/, "$1lowcreditwarninglevel"],
  [/^originatingdevice/, "topuporiginatingdevice"],
  [/^demandlimitarmduration$/, "demandlimitarmdurationinminutes"],
  [/^manufactureralarmmask$/, "manufacturealarmmask"],
  [/^uncontrolledflow(unitofmeasure|multiplier|divisor)$/, "uncontrolledflowthreshold$1"],
  [/^flowstabilisationperiod$/, "flowstabilizationperiod"],
  [/^current(day|month|year)alternative(max|min)(pressure|demand)$/, "currentalternative$1$2$3"],
];

describe.skipIf(!hasTshark())("the attributes of every cluster, as Wireshark lists them", () => {
  const values = tsharkValues();

  it.each(CLUSTERS.filter((table) => LISTS[table.name] !== undefined))("$name", (table) => {
    const rows = attributesOf([...table.attributes, ...table.clientAttributes]);
    const theirs = [...values.get(LISTS[table.name]!)!].filter(([id]) => id < OF_ALL);
    expect(theirs.length).toBeGreaterThan(0);
    const differing = theirs.filter(([id, name]) => {
      const ours = rows.filter((row) => row[0] === id).map((row) => letters(row[1]));
      return !ours.some((one) => namesOf(name).includes(one));
    });
    expect(differing.filter(([, name]) => letters(name) !== NAMELESS)).toEqual([]);
  });
});

/** A name as it stands, and in our words. */
function namesOf(name: string): string[] {
  const plain = letters(name);
  return [plain, ...OTHER_WORDS.map(([pattern, words]) => plain.replace(pattern, words))];
}
