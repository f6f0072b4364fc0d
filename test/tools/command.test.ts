// What the command shows, and how it ends.

import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { version } from "../../package.json";
import { contexts, Desk } from "./heddle";

const desk = new Desk();
const read = (name: string): string => readFileSync(join(desk.path, name), "utf8");
const ESCAPE = "\u001b";

beforeAll(() => {
  desk.file("contexts.json", contexts());
  desk.file("message.bin", "hello");
});
afterAll(() => desk.clear());

describe("help", () => {
  it.each([[], ["home"], ["hub"], ["house"], ["head-end"], ["send"]])(
    "of heddle %s has examples",
    async (...verb) => {
      const { code, out, err } = await desk.run([...verb, "--help"]);
      expect([code, err]).toEqual([0, ""]);
      expect(out).toContain(`Usage: ${["heddle", ...verb].join(" ")}`);
      expect(out).toContain("\nExamples:\n  heddle ");
      expect(out).toContain("\nExit codes: ");
      expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
    },
  );

  it("tells the package's version", async () => {
    expect(await desk.run(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
  });
});

describe("heddle home", () => {
  it("lists the houses that are built in", async () => {
    for (const verb of ["home", "house"]) {
      const radio = verb === "house" ? ["--radio", "unused.sock"] : [];
      const { code, out, err } = await desk.run([verb, ...radio, "--house", "help"]);
      expect([code, err]).toEqual([0, ""]);
      expect(out).toMatch(/^default .+\nterrace +32 devices.+\n$/);
    }
    const unknown = await desk.run(["home", "--house", "castle"]);
    expect(unknown).toMatchObject({ code: 2, out: "" });
    expect(unknown.err).toContain("castle: cannot be read; name a file that exists, or a house of");
  });

  it("prints one JSON document with --json, and nothing else", async () => {
    const { code, out, err } = await desk.run([
      "home",
      ..."--days 0.05 --speed max --json".split(" "),
    ]);
    expect([code, err]).toEqual([0, ""]);
    expect(out.trim().split("\n")).toHaveLength(1);
    const report = JSON.parse(out);
    expect(report.simulatedSeconds).toBe(4_320);
    expect(report.han.nodes.map(({ state }: { state: string }) => state)).toEqual(
      Array(3).fill("networked"),
    );
    expect(report.readings).toMatchObject({ lost: 0 });
    expect(report.readings.delivered).toBeGreaterThan(400);
  });

  it("writes no colours, no escapes and no progress where there is no terminal", async () => {
    // CI makes some libraries believe in a terminal.
    const environment = { CI: "1", TERM: "xterm-256color" };
    const paced = await desk.run(
      ["home", ..."--days 0.002 --speed 300".split(" ")],
      "",
      environment,
    );
    const full = await desk.run(["home", ..."--days 0.01 --speed max".split(" ")], "", environment);
    for (const { code, out, err } of [paced, full]) {
      expect([code, err]).toEqual([0, ""]);
      expect(out).not.toContain(ESCAPE);
      expect(out).not.toContain("\r");
    }
    expect(paced.out).toMatch(/electricity-meter 70b3d52b60000001: networked/);
    expect(full.out).toMatch(/^0\.01 days in /);
  });

  it.each(["SIGINT", "SIGTERM"] as const)(
    "ends with %s, captures and keys whole",
    async (signal) => {
      const files = "--pcap han.pcap --wan-pcap wan.pcap --keylog keys --report r.json".split(" ");
      const running = desk.start(["home", "--speed", "600", ...files]);
      await running.until(({ out }) => out.includes("in-home-display 70b3d52b60000003: networked"));
      running.signal(signal);
      const { code, err } = await running.ended;
      expect([code, err]).toEqual([0, ""]);
      const report = JSON.parse(read("r.json"));
      expect(report.trace).toMatch(/^[0-9a-f]{64}$/);
      for (const name of ["han.pcap", "wan.pcap"]) expectWhole(readFileSync(join(desk.path, name)));
      expect(read("keys")).toMatch(/zigbee_pc_keys.*\n(.*\n)*.*oscore_contexts.*\n$/);
    },
  );

  it("ends at full speed with SIGINT too", async () => {
    const running = desk.start(["home", "--speed", "max", "--report", "max.json"]);
    await running.until(() => existsSync(join(desk.path, "max.json")));
    await new Promise((done) => setTimeout(done, 500));
    running.signal("SIGINT");
    expect(await running.ended).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(read("max.json")).simulatedSeconds).toBeGreaterThan(60);
  });

  it("ends quietly when nobody reads its output any more", async () => {
    const running = desk.start(["home", "--speed", "600"]);
    await running.until(({ out }) => out !== "");
    running.stopReading();
    expect(await running.ended).toMatchObject({ code: 0, err: "" });
  });
});

describe("heddle head-end", () => {
  it("listens, says so on standard error, and ends with SIGINT", async () => {
    const running = desk.start([
      "head-end",
      "--oscore",
      "contexts.json",
      "--listen",
      "127.0.0.1:25701",
    ]);
    await running.until(({ err }) => err === "listening for hubs on udp://127.0.0.1:25701\n");
    running.signal("SIGINT");
    expect(await running.ended).toMatchObject({ code: 0, out: "" });
  });

  it("says in a line that its port is taken", async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
    const { port } = other.address() as { port: number };
    const listen = ["--listen", `127.0.0.1:${port}`];
    const { code, err } = await desk.run(["head-end", "--oscore", "contexts.json", ...listen]);
    other.close();
    expect([code, err]).toEqual([1, `heddle: 127.0.0.1:${port} is taken; give another --listen\n`]);
  });

  it("keeps its sequence numbers beside the file of contexts", () => {
    expect(JSON.parse(read("contexts.json.head-end.json"))).toEqual({});
    expect(statSync(join(desk.path, "contexts.json.head-end.json")).mode & 0o077).toBe(0o044);
  });
});

describe("heddle send", () => {
  it("says in a line that no head-end answers", async () => {
    const args = ["send", "--to", "70b3d52b60000001", "--head-end", "127.0.0.1:1", "message.bin"];
    const line = "heddle: no head-end answers on 127.0.0.1:1; start one with heddle head-end\n";
    expect(await desk.run(args)).toEqual({ code: 1, out: "", err: line });
  });

  it("says in a line that the head-end has no hub yet", async () => {
    const listen = "127.0.0.1:25702";
    const running = desk.start(["head-end", "--oscore", "contexts.json", "--listen", listen]);
    await running.until(({ err }) => err !== "");
    const args = ["send", "--to", "70b3d52b60000001", "--head-end", listen, "--hex", "-"];
    const { code, out, err } = await desk.run(args, "dd 00\n");
    running.signal("SIGTERM");
    await running.ended;
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^heddle: refused: no hub has spoken to this head-end yet[^\n]*\n$/);
  });
});

/** A pcap whose last record is complete. */
function expectWhole(pcap: Buffer): void {
  let at = 24;
  let packets = 0;
  for (; at < pcap.length; packets++) at += 16 + pcap.readUInt32LE(at + 8);
  expect(at).toBe(pcap.length);
  expect(packets).toBeGreaterThan(5);
}
