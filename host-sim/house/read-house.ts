// Reads and checks a `--house` file: everything that is wrong in it is told in a sentence each.

import { crcStep } from "../air/fcs";
import { bandNamed } from "../air/phy";
import { FAULT_ROWS, type FaultConfig, faultRowOf } from "../faults/table";
import { Fields } from "./fields";
import {
  DEFAULT_HOUSE,
  DEVICE_KIND_NAMES,
  type DeviceConfig,
  type HouseConfig,
  type WallConfig,
} from "./house-config";

/** Sentences for a person, one a problem. */
export class HouseError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

const DEVICES_MAX = 32;
const FAULTS_MAX = 1000;
const INTERFERERS_MAX = 64;
/** Between each two of them, and the hub. */
const WALLS_MAX = (DEVICES_MAX * (DEVICES_MAX + 1)) / 2;
const METRES_MAX = 1000;
const SECONDS_MAX = 100 * 365 * 86_400;
const FAULT_KINDS = FAULT_ROWS.map(({ kind }) => kind);
const EUI64 = /^[0-9a-fA-F]{16}$/;
const EUI64_WORDS = "16 hexadecimal digits";

/** @throws HouseError */
export function parseHouse(text: string): HouseConfig {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new HouseError([`it is not JSON: ${(error as Error).message}`]);
  }
  return readHouse(document);
}

/** @throws HouseError */
export function readHouse(document: unknown): HouseConfig {
  const problems: string[] = [];
  const fields = Fields.of(document, "", problems);
  const devices = fields.has("devices")
    ? fields.list("devices", DEVICES_MAX, readDevice)
    : DEFAULT_HOUSE.devices;
  const config: HouseConfig = {
    startUtcMs: readStart(fields),
    hub: readHub(fields.object("hub")),
    devices,
    air: readAir(fields.object("air"), devices),
    wan: readWan(fields.object("wan")),
    radio: readRadio(fields.object("radio")),
    attacker: readAttacker(fields.object("attacker")),
    faults: fields.list("faults", FAULTS_MAX, (one) => readFault(one, devices)),
  };
  fields.end();
  const known = new Set([config.hub.eui64]);
  for (const { eui64 } of devices) {
    if (known.has(eui64)) problems.push(`two devices have the EUI-64 ${eui64}`);
    known.add(eui64);
  }
  checkReads(devices, problems);
  if (problems.length > 0) throw new HouseError(problems);
  return config;
}

function readStart(fields: Fields): number {
  const pattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
  const text = fields.text("start", pattern, "a time as 2026-01-01T00:00:00Z", "");
  if (text === "") return DEFAULT_HOUSE.startUtcMs;
  const milliseconds = Date.parse(text);
  // ZCL times begin in 2000 and end in 2136.
  if (milliseconds >= 946_684_800_000 && milliseconds < 4_000_000_000_000) return milliseconds;
  fields.say("start", "must be a time after the year 2000 and before 2096");
  return DEFAULT_HOUSE.startUtcMs;
}

function readHub(fields: Fields): HouseConfig["hub"] {
  const { hub } = DEFAULT_HOUSE;
  const eui64 = fields.text("eui64", EUI64, EUI64_WORDS, hub.eui64).toLowerCase();
  const clockDriftPpm = fields.number("clockDriftPpm", -500, 500, hub.clockDriftPpm);
  const place = readPlace(fields);
  fields.end();
  return { eui64, place, clockDriftPpm };
}

function readPlace(fields: Fields): { x: number; y: number } {
  const place = fields.object("place");
  const x = place.number("x", -METRES_MAX, METRES_MAX, 0);
  const y = place.number("y", -METRES_MAX, METRES_MAX, 0);
  place.end();
  return { x, y };
}

function readDevice(fields: Fields): DeviceConfig {
  const kind = fields.oneOf("kind", DEVICE_KIND_NAMES);
  const eui64 = fields.text("eui64", EUI64, EUI64_WORDS).toLowerCase();
  const hexadecimal = /^([0-9a-fA-F]{2}){8,18}$/;
  const installCode = fields.text("installCode", hexadecimal, "hexadecimal, with its CRC");
  if (installCode !== "" && !installCodeIsGood(installCode)) {
    fields.say("installCode", "must be 6, 8, 12 or 16 bytes and their CRC-16, low byte first");
  }
  const place = readPlace(fields);
  const registered = fields.boolean("registered", true);
  const reads = fields.has("reads") ? fields.text("reads", EUI64, EUI64_WORDS) : undefined;
  if (reads !== undefined && kind !== "in-home-display" && kind !== "consumer-access-device") {
    fields.say("reads", "is for displays and consumer access devices");
  }
  fields.end();
  const device = { kind, eui64, installCode: installCode.toLowerCase(), place, registered };
  return reads === undefined ? device : { ...device, reads: reads.toLowerCase() };
}

/** A display reads an electricity meter of the same house. */
function checkReads(devices: readonly DeviceConfig[], problems: string[]): void {
  for (const [i, { reads }] of devices.entries()) {
    const read = devices.find(({ eui64 }) => eui64 === reads);
    if (reads === undefined || read?.kind === "electricity-meter") continue;
    problems.push(`devices[${i}].reads must be the EUI-64 of an electricity meter`);
  }
}

/** @source Zigbee Base Device Behavior 10.1.1 */
function installCodeIsGood(text: string): boolean {
  const bytes = Buffer.from(text, "hex");
  if (![8, 10, 14, 18].includes(bytes.length)) return false;
  let crc = 0xffff;
  for (const byte of bytes) crc = crcStep(crc, byte);
  // What a CRC-16/X-25 leaves over data and its own check bytes.
  return crc === 0xf0b8;
}

function readWall(fields: Fields, stations: readonly string[]): WallConfig {
  const a = fields.oneOf("a", stations);
  const b = fields.oneOf("b", stations);
  if (a === b) fields.say("b", "must be another station than a");
  const db = fields.number("db", 0, 200);
  fields.end();
  return { a, b, db };
}

function readAir(fields: Fields, devices: readonly DeviceConfig[]): HouseConfig["air"] {
  const band = fields.has("band") ? fields.oneOf("band", ["2450", "868"]) : "2450";
  const { firstChannel, lastChannel } = bandNamed(band);
  const loss = fields.number("loss", 0, 1, DEFAULT_HOUSE.air.loss);
  const interferers = fields.has("interferers")
    ? fields.list("interferers", INTERFERERS_MAX, (one) => {
        const channel = one.number("channel", firstChannel, lastChannel);
        const dbm = one.number("dbm", -120, 20);
        const duty = one.number("duty", 0, 1);
        one.end();
        return { channel, dbm, duty };
      })
    : DEFAULT_HOUSE.air.interferers.filter(() => band === DEFAULT_HOUSE.air.band);
  const stations = ["hub", ...devices.map(({ eui64 }) => eui64)];
  const walls = fields.list("walls", WALLS_MAX, (one) => readWall(one, stations));
  fields.end();
  return { band, loss, interferers, walls };
}

function readWan(fields: Fields): HouseConfig["wan"] {
  const { wan } = DEFAULT_HOUSE;
  const config = {
    loss: fields.number("loss", 0, 1, wan.loss),
    duplication: fields.number("duplication", 0, 1, wan.duplication),
    reordering: fields.number("reordering", 0, 1, wan.reordering),
    latencyMs: fields.number("latencyMs", 0, 60_000, wan.latencyMs),
    jitterMs: fields.number("jitterMs", 0, 60_000, wan.jitterMs),
  };
  fields.end();
  return config;
}

function readAttacker(fields: Fields): HouseConfig["attacker"] {
  const { attacker } = DEFAULT_HOUSE;
  const everySeconds = fields.number("everySeconds", 0, SECONDS_MAX, attacker.everySeconds);
  const place = fields.has("place") ? readPlace(fields) : attacker.place;
  fields.end();
  return { everySeconds, place };
}

function readRadio(fields: Fields): HouseConfig["radio"] {
  const resetEverySeconds = fields.number("resetEverySeconds", 0, SECONDS_MAX, 0);
  if (resetEverySeconds > 0 && resetEverySeconds < 1) {
    fields.say("resetEverySeconds", "must be 0, for never, or at least 1");
  }
  fields.end();
  return { resetEverySeconds };
}

function readFault(fields: Fields, devices: readonly DeviceConfig[]): FaultConfig {
  const kind = fields.oneOf("kind", FAULT_KINDS);
  const at = fields.number("at", 0, SECONDS_MAX);
  const every = fields.number("everySeconds", 0, SECONDS_MAX, 0);
  if (every > 0 && every < 1) fields.say("everySeconds", "must be 0, for once, or at least 1");
  const targets = { devices: devices.map(({ eui64 }) => eui64) };
  const own = faultRowOf(kind).read(fields, targets);
  fields.end();
  return { kind, at, ...(every > 0 && { everySeconds: every }), ...own } as FaultConfig;
}
