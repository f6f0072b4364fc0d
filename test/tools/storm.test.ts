// What `heddle storm` shows, and how it ends.

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Desk } from "./heddle";

const desk = new Desk();
afterAll(() => desk.clear());

const storm = (text: string) => desk.run(["storm", ...text.split(" ")]);
const dark = { kind: "power-cut", target: "70b3d52b60000001", at: 7_000, forSeconds: 4_700 };

describe("heddle storm", () => {
  test("has examples in its help", async () => {
    const { code, out } = await storm("--help");
    expect(code).toBe(0);
    expect(out).toContain("\nExamples:\n  heddle storm");
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test("counts at the end, and says nothing else of storms that pass", async () => {
    const ended = await storm("--seeds 2 --from 3");
    expect(ended).toEqual({ code: 0, out: "2 passed, 0 failed\n", err: "" });
  });

  test("prints a storm that fails, and the command that replays it", async () => {
    desk.file("dark.json", JSON.stringify({ faults: [dark] }));
    const { code, out } = await storm("--seeds 2 --house dark.json");
    expect(code).toBe(1);
    const lines = out.trim().split("\n");
    expect(lines[0]).toContain("storm 1 failed: electricity-meter 70b3d52b60000001 was not served");
    expect(lines[1]).toBe("  npx heddle storm --seeds 1 --from 1 --house dark.json");
    expect(lines.at(-1)).toBe("0 passed, 2 failed");
  });

  test("lists the faults of one storm, and writes what was on the air", async () => {
    const { code, out } = await storm("--seeds 1 --from 4 --pcap han.pcap");
    expect(code).toBe(0);
    expect(out).toMatch(/^\d\d:\d\d:\d\d {2}[a-z-]+(, .*)?$/m);
    expect(out).toContain("02:00:00  calm\n");
    expect(out).toMatch(/gas-meter 70b3d52b60000002 served again after \d+ s, \d wakes/);
    expect(out.endsWith("1 passed, 0 failed\n")).toBe(true);
    expect(statSync(join(desk.path, "han.pcap")).size).toBeGreaterThan(10_000);
  });

  test("prints one JSON object with --json", async () => {
    const { code, out, err } = await storm("--seeds 1 --house dark.json --json");
    expect([code, err]).toEqual([1, ""]);
    const { passed, failed, failures } = JSON.parse(out);
    expect([passed, failed, failures[0].seed]).toEqual([0, 1, 1]);
    expect(failures[0].replay).toBe("npx heddle storm --seeds 1 --from 1 --house dark.json");
  });

  test.each([
    ["--seeds 0", "--seeds must be a whole number"],
    ["--from -1", "--from must be a whole number"],
    ["--seeds 2 --pcap x.pcap", "are for one storm: give --seeds 1"],
    ["--seeds 1 --pcap x --keylog x", "two options name one file"],
    ["--house none.json", "none.json"],
  ])("refuses %s in one line", async (text, what) => {
    const { code, out, err } = await storm(text);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/^heddle: [^\n]+\n$/);
    expect(err).toContain(what);
    expect(existsSync(join(desk.path, "x.pcap"))).toBe(false);
  });
});
