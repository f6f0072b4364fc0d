// `heddle backup` and `heddle restore`: a hub's state directory into a file and out of it.

import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { House } from "../../host-sim/house/house";
import { makeBackup } from "../../host-sim/hub/backup";
import { chipOf, imageOf } from "../../host-sim/hub/chip-image";
import { contexts, Desk } from "./heddle";

const desk = new Desk();
afterAll(() => desk.clear());
const run = (text: string) => desk.run(text.split(" "));

beforeAll(async () => {
  desk.file("contexts.json", contexts());
  for (const state of ["old", "new", "other"]) {
    const { code } = await run(`hub --prepare --oscore contexts.json --state ${state}`);
    expect(code).toBe(0);
  }
  // What a hub that ran for ten minutes leaves behind.
  const house = new House({ seed: 5 });
  house.runUntil(600);
  house.hub.powerOff();
  writeFileSync(join(desk.path, "old", "flash.bin"), imageOf(house.hub.flash));
}, 120_000);

describe("heddle backup and heddle restore", () => {
  test("have examples in their help", async () => {
    for (const verb of ["backup", "restore"]) {
      const { code, out } = await run(`${verb} --help`);
      expect(code).toBe(0);
      expect(out).toContain(`\nExamples:\n  heddle `);
      expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
    }
  });

  test("carry a network from one state directory to another, the file and its key private", {
    timeout: 300_000,
  }, async () => {
    const made = await run("backup --state old --key k --new-key --out b");
    expect(made).toEqual({ code: 0, out: "b: 3 devices, 14848 bytes\n", err: "" });
    for (const name of ["k", "b"]) {
      expect(statSync(join(desk.path, name)).mode & 0o777).toBe(0o600);
    }
    const restored = await run("restore b --state new --key k");
    expect([restored.code, restored.err]).toEqual([0, ""]);
    expect(restored.out).toMatch(/^new: 3 devices, frame counter from \d{7,}\n$/);
    const again = await run("backup --state new --key k --out c");
    expect(again.out).toBe("c: 3 devices, 14848 bytes\n");
    const key = Buffer.from(readFileSync(join(desk.path, "k"), "utf8").trim(), "hex");
    const chip = chipOf(readFileSync(join(desk.path, "old", "flash.bin")));
    writeFileSync(join(desk.path, "later"), makeBackup(chip, key, Date.now() / 1_000 + 600));
    const later = await run("restore later --state other --key k");
    expect(later.code).toBe(0);
  });

  test("refuse in one line", { timeout: 300_000 }, async () => {
    const at = (name: string): string => join(desk.path, name);
    writeFileSync(at("wrong"), `${"0".repeat(32)}\n`);
    writeFileSync(at("short"), readFileSync(at("b")).subarray(0, 5_000));
    writeFileSync(at("text"), "hello");
    mkdirSync(at("empty"));
    const { code } = await run("hub --prepare --oscore contexts.json --state blank");
    expect(code).toBe(0);
    const cases: [string, string][] = [
      ["restore b --state blank --key wrong", "b: was sealed under another recovery key"],
      ["restore short --state blank --key k", "short: is cut short: 39 of 116 pages are whole"],
      ["restore text --state blank --key k", "text: is no backup of a hub"],
      ["restore none --state blank --key k", "none: cannot be read"],
      ["restore b --state old --key k", "b: would overwrite a network"],
      ["restore b --state other --key k", "b: is older than the one that was restored here"],
      ["restore b --state empty --key k", "--state empty: is no hub's"],
      ["restore b --state blank --key text", "text: must be a recovery key"],
      ["backup --state blank --key k --out d", "that hub has no network yet"],
      ["backup --state old --key k --new-key --out d", "k: cannot be made (EEXIST)"],
      ["backup --state old --key none --out d", "none: cannot be read"],
    ];
    for (const [command, what] of cases) {
      const ended = await run(command);
      expect([ended.code, ended.out]).toEqual([2, ""]);
      expect(ended.err).toMatch(/^heddle: [^\n]+\n$/);
      expect(ended.err).toContain(what);
    }
  });
});
