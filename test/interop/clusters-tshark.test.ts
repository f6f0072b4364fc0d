// Wireshark reads one frame of every command of every cluster, in every form and both directions,
// decrypted with the network key: each field lies where it was put and has the value it was given.

import { describe, expect, it } from "vitest";
import { CLUSTERS } from "../../firmware/wire/clusters/catalogue";
import { checkPayload, fieldsEnd } from "../../firmware/wire/clusters/fields";
import { layoutOf } from "../../firmware/wire/clusters/layout";
import { Time } from "../../firmware/wire/clusters/time";
import { Parsed } from "../../firmware/wire/parsed";
import { type SampleCommand, sampleCommands } from "../wire/clusters/sample-commands";
import { decode, type Place, placesOf } from "../wire/clusters/values";
import { NETWORK_KEY } from "../wire/sample-frames";
import { type PdmlField, tsharkPdml } from "./pdml";
import { hasTshark, LinkType, pcap, zigbeeKeyOption } from "./tshark";
import { isSameField, letters } from "./wireshark-names";

/** Fields that Wireshark 4.0 does not read as they are written, each with its reason. */
const NOT_JUDGED: Readonly<Record<string, string>> = {
  // It knows the two times of this status, and not what came with a later revision.
  "OTA Upgrade ImageBlockResponse of the server": "minimumBlockPeriod",
  // It takes one byte of the two; the attribute of the same name has two there too.
  "Prepayment ChangeDebt": "debtRecoveryBalancePercentage",
};
/** Fields that it finds where they are and shows with another value: their bytes are judged. */
const SHOWN_WRONG: Readonly<Record<string, string>> = {
  // Some of the bits of its four bytes.
  "Demand Response and Load Control CancelLoadControlEvent of the server": "effectiveTime",
  "Demand Response and Load Control GetScheduledEvents": "issuerEventId",
  // As if it counted from 1970.
  "Metering RequestFastPollModeResponse of the server": "fastPollModeEndtime",
  // The most significant byte first, as nothing in Zigbee is.
  "Device Management PublishChangeOfTenancy of the server": "proposedTenancyChangeControl",
  "Device Management RequestNewPasswordResponse of the server": "durationInMinutes",
};
/** A time shown as a date. */
const DATE = /^\w{3} +\d+, \d{4} [\d:]+(?:\.\d+)? UTC$/;

/** What Wireshark found in one packet's payload. */
interface Reading {
  readonly fields: readonly PdmlField[];
  readonly command: string;
  readonly start: number;
}

describe.skipIf(!hasTshark())("every command of every cluster, read by Wireshark", () => {
  const samples = sampleCommands();
  const capture = pcap(
    LinkType.IEEE802154_NO_FCS,
    samples.map((sample) => sample.bytes),
  );
  const packets = tsharkPdml(capture, [zigbeeKeyOption(NETWORK_KEY, "network")]);

  it("has commands of every cluster that has any, in both directions", () => {
    const commands = CLUSTERS.flatMap((table) => [...table.received, ...table.generated]);
    expect(new Set(samples.map((sample) => sample.command)).size).toBe(commands.length);
    expect(samples.filter((sample) => sample.toMeter).length).toBe(samples.length / 2);
    expect(packets.length).toBe(samples.length);
  });

  it("has frames that fit into the air", () => {
    for (const { bytes, name } of samples) expect(bytes.length, name).toBeLessThanOrEqual(125);
  });

  it("finds no packet malformed and has no complaint", () => {
    packets.forEach((fields, i) => {
      const names = fields.map((field) => field.name);
      expect(names, samples[i]!.name).not.toContain("_ws.malformed");
      expect(names, samples[i]!.name).not.toContain("_ws.expert.message");
    });
  });

  it.each(samples.map((sample, i) => ({ ...sample, i })))("$name", (sample) => {
    const reading = readingOf(packets[sample.i]!);
    const name = sample.command.replace(/ of the server$/, "");
    expect(letters(name).endsWith(commandName(reading.command)), reading.command).toBe(true);
    const places = placesOf(sample.layout, sample.payload, 0, sample.payload.length);
    for (const place of judged(sample, places)) expectField(sample, place, reading);
    expect(unexplained(sample, places, reading)).toEqual([]);
  });

  it("leaves nothing unjudged but what is listed", () => {
    const found = samples.flatMap((sample) => {
      const places = placesOf(sample.layout, sample.payload, 0, sample.payload.length);
      const known = judged(sample, places);
      return places.filter((place) => !known.includes(place)).map((place) => place.name);
    });
    expect([...new Set(found)].sort()).toEqual(Object.values(NOT_JUDGED).sort());
  });
});

function readingOf(packet: readonly PdmlField[]): Reading {
  const zcl = packet.findIndex((field) => field.name === "zbee_zcl" && field.length > 0);
  const fields = packet
    .slice(zcl + 1)
    .filter((field) => field.name !== "" && !field.isHidden && field.length > 0);
  const command = fields.find((field) => /cmd\.srv_[rt]x\.id$/.test(field.name));
  return { fields, command: command?.showname ?? "", start: packet[zcl]!.at + 3 };
}

/** "Command: Image Block Request (0x03)" */
function commandName(showname: string): string {
  const name = /^Command: (.*) \(0x/.exec(showname)?.[1] ?? "unknown";
  return letters(name.replace("(s)", "s"));
}

function judged(sample: SampleCommand, places: readonly Place[]): Place[] {
  return places.filter((place) => place.length > 0 && NOT_JUDGED[sample.command] !== place.name);
}

function expectField(sample: SampleCommand, place: Place, reading: Reading): void {
  if (place.type === "date") {
    expectDate(sample, place, reading);
    return;
  }
  const what = `${sample.name}: ${place.name}`;
  const start = reading.start + place.at;
  const field = reading.fields.find(
    (one) => one.at === start && one.length === place.length && isSameField(place.name, label(one)),
  );
  // Bytes that nobody divides further are one field, whatever we count in.
  const around = reading.fields.find(
    (one) =>
      one.at <= start && start + place.length <= one.at + one.length && isSameRun(place, one),
  );
  const found = field ?? around;
  expect(found, what).toBeDefined();
  expect(hexOf(found!, start, place.length), what).toBe(bytesOf(sample, place));
  const isShown = field?.isBits === false && SHOWN_WRONG[sample.command] !== place.name;
  if (isShown && typeof place.value === "number")
    expect(numberShown(field), what).toBe(place.value);
}

/** A run of bytes: an image's, or those of a tunnel, which Wireshark calls data. */
function isSameRun(place: Place, field: PdmlField): boolean {
  return field.name === "data.data" || isSameField(place.name, label(field));
}

function label(field: PdmlField): string {
  const name = field.showname.split(":")[0]!;
  // Of some bits: "0001 .... = Name".
  return field.isBits ? name.replace(/^.*= /, "") : name;
}

function hexOf(field: PdmlField, start: number, length: number): string {
  const from = 2 * (start - field.at);
  return field.bytes.slice(from, from + 2 * length);
}

function bytesOf(sample: SampleCommand, place: Place): string {
  return Buffer.from(sample.payload.subarray(place.at, place.at + place.length)).toString("hex");
}

function numberShown(field: PdmlField): number {
  if (DATE.test(field.show))
    return Date.parse(field.show.replace(/\.\d+/, "")) / 1000 - Time.EPOCH_UNIX_SECONDS;
  return Number(field.show);
}

/** Year, month, day of the month, day of the week: a byte each. */
function expectDate(sample: SampleCommand, place: Place, reading: Reading): void {
  const start = reading.start + place.at;
  for (let i = 0; i < place.length; i++) {
    const field = reading.fields.find((one) => one.at === start + i && one.length === 1);
    expect(field?.bytes, `${sample.name}: ${place.name}`).toBe(
      bytesOf(sample, { ...place, at: place.at + i, length: 1 }),
    );
  }
}

/** Named fields of Wireshark's that begin where no field of ours does. */
function unexplained(sample: SampleCommand, places: readonly Place[], reading: Reading): string[] {
  const starts = new Set(places.flatMap((place) => startsOf(place)));
  return reading.fields
    .filter((field) => field.at >= reading.start)
    .filter((field) => !starts.has(field.at - reading.start))
    .map((field) => `${sample.name}: ${field.showname}`);
}

function startsOf({ at, length, type }: Place): number[] {
  return type === "date" ? Array.from({ length }, (_none, i) => at + i) : [at];
}

describe("what Wireshark does not judge, by bytes written by hand", () => {
  // Status WAIT_FOR_DATA 0x97; current time 1; request time 2; minimum block period 3.
  const wait = "97" + "01000000" + "02000000" + "0300";
  // Event 1; label "A"; 2; 3; 4; time 5; 6; 7; 8; 100.00 % as 10000.
  const debt =
    "01000000" +
    "0141" +
    "02000000" +
    "03" +
    "04" +
    "05000000" +
    "0600" +
    "07" +
    "08000000" +
    "1027";

  it.each([
    ["OTA Upgrade", "ImageBlockResponse", wait, { minimumBlockPeriod: 3, requestTime: 2 }],
    ["Prepayment", "ChangeDebt", debt, { debtAmount: 2, debtRecoveryBalancePercentage: 10_000 }],
  ])("%s %s", (cluster, command, hexadecimal, expected) => {
    const table = CLUSTERS.find((one) => one.name === cluster)!;
    const row = [...table.received, ...table.generated].find((one) => one[1] === command)!;
    const bytes = Uint8Array.from(Buffer.from(hexadecimal, "hex"));
    const layout = layoutOf(row[2]);
    expect(checkPayload(layout, bytes, 0, bytes.length)).toBe(Parsed.OK);
    expect(fieldsEnd(layout, bytes, 0, bytes.length)).toBe(bytes.length);
    expect(decode(layout, bytes, 0, bytes.length)).toMatchObject(expected);
  });
});
