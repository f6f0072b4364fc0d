// Two days of the house, as a person runs them, judged by Wireshark: every secured frame of both
// captures opens with the keys of the key log, nothing is malformed, no secret stands in clear.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_HOUSE } from "../../host-sim/house/house-config";
import type { HouseReport } from "../../host-sim/report";
import { hasTshark } from "./tshark";

const DAYS = "2";
const SEED = "7";

const directory = mkdtempSync(join(tmpdir(), "heddle-house-"));
const file = (name: string): string => join(directory, name);
let first: HouseReport;
let second: HouseReport;
let keys: string[];

function heddle(args: string[]): void {
  execFileSync(
    "npx",
    ["heddle", "home", "--days", DAYS, "--speed", "max", "--seed", SEED, ...args],
    {
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
}

/** How many packets of a capture a display filter finds. */
function count(capture: string, filter: string): number {
  const options = keys.flatMap((key) => ["-o", key]);
  const text = execFileSync(
    "tshark",
    ["-r", file(capture), ...options, "-Y", filter, "-T", "fields", "-e", "frame.number"],
    { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "ignore"] },
  );
  return text.split("\n").length - 1;
}

beforeAll(() => {
  heddle([
    ...["--pcap", file("han.pcap"), "--wan-pcap", file("wan.pcap")],
    ...["--keylog", file("keys"), "--report", file("r.json")],
  ]);
  heddle(["--report", file("again.json")]);
  first = JSON.parse(readFileSync(file("r.json"), "utf8")) as HouseReport;
  second = JSON.parse(readFileSync(file("again.json"), "utf8")) as HouseReport;
  keys = readFileSync(file("keys"), "utf8").trim().split("\n");
}, 600_000);

afterAll(() => rmSync(directory, { recursive: true }));

describe("two days of the house", () => {
  it("happen the same way twice", () => {
    expect(first.trace).toMatch(/^[0-9a-f]{64}$/);
    expect(second.trace).toBe(first.trace);
  });

  it("end with three networked nodes, a mirror in step and no reading lost", () => {
    expect(first.han.nodes.map(({ state }) => state)).toEqual([
      "networked",
      "networked",
      "networked",
    ]);
    expect(first.gasMirror.syncs).toBeGreaterThanOrEqual(95);
    expect(first.gasMirror.syncs).toBeLessThanOrEqual(97);
    expect(first.gasMirror.meterWakesCausedByReads).toBe(0);
    expect(first.gasMirror.readsAnswered).toBeGreaterThan(1_000);
    expect(first.readings.lost).toBe(0);
    expect(first.readings.measured).toBeGreaterThan(17_000);
    expect(first.checks.map(({ finding }) => finding)).toEqual(first.checks.map(() => null));
  });
});

describe.skipIf(!hasTshark())("tshark, with the keys of those days", () => {
  it("opens every frame that NWK security protects", () => {
    expect(count("han.pcap", "zbee_nwk.security == 1")).toBeGreaterThan(50_000);
    expect(count("han.pcap", "zbee_sec.encrypted_payload")).toBe(0);
  });

  it("finds no malformed frame and no wrong checksum on the air", () => {
    expect(count("han.pcap", "_ws.malformed || wpan.fcs_ok == 0")).toBe(0);
  });

  it("opens every OSCORE message", () => {
    expect(count("wan.pcap", "oscore")).toBeGreaterThan(1_000);
    expect(count("wan.pcap", "udp && !(oscore.code) && coap.code != 0")).toBe(0);
    const failures = ["partial_iv_not_found", "context_not_set", "message_too_small"];
    expect(count("wan.pcap", failures.map((name) => `oscore.${name}`).join(" || "))).toBe(0);
  });

  it("finds no malformed datagram and no wrong checksum on the WAN", () => {
    expect(count("wan.pcap", "_ws.malformed || udp.checksum.status == 0")).toBe(0);
  });

  it("sees what was measured: gas and electricity reports under the network key", () => {
    expect(count("han.pcap", "zbee_zcl_se.met.attr_id == 0x0000")).toBeGreaterThan(17_000);
  });
});

describe("the captures of those days", () => {
  it("hold no key and no install code in clear", () => {
    const secrets = keys.flatMap((line) =>
      [...line.matchAll(/"([0-9a-f:]{16,})"/g)].map((match) => match[1]!.replaceAll(":", "")),
    );
    expect(secrets.length).toBeGreaterThanOrEqual(1 + DEFAULT_HOUSE.devices.length);
    const codes = DEFAULT_HOUSE.devices.map(({ installCode }) => installCode);
    for (const name of ["han.pcap", "wan.pcap"]) {
      const bytes = readFileSync(file(name));
      for (const secret of [...secrets, ...codes]) {
        const whole = Buffer.from(secret, "hex");
        expect(bytes.includes(whole)).toBe(false);
        expect(bytes.includes(Buffer.from(whole).reverse())).toBe(false);
      }
    }
  });
});
