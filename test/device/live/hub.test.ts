// The native hub in real time: its radio on a serial device, its WAN over UDP, its flash in a file.
// Killed and started again it goes on with its network, and a dongle may be pulled out meanwhile.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BOARDS } from "../../../tools/builder/boards";
import { buildBoard, missingFor } from "../../../tools/builder/build";
import { contexts, Desk, type Running } from "../../tools/heddle";
import { compile, ROOT } from "../compiler";
import { hubCounters } from "./hub-counters";
import { NativeHub } from "./native-hub";
import { METER, NEAR_METER } from "./near-meter";

const LINUX = BOARDS.find(({ name }) => name === "linux")!;
const missing = missingFor(ROOT, LINUX);
if (missing !== undefined) console.warn(`skipped: the native hub: ${missing}`);

const BUILD_MS = 600_000;
const REAL_TIME_MS = 240_000;
/** A meter tries to join less and less often, up to a minute between two attempts. */
const JOIN_SECONDS = 150;
const READINGS_SECONDS = 70;
const WAN_PORT = 25_711;
const WAN = ["--wan", `udp://127.0.0.1:${WAN_PORT}`];
const JOINED = 0x8f12;

const HOUSE = {
  // Noise on the line, and a co-processor that starts anew: the hub goes on.
  faults: [
    { kind: "radio-noise", at: 20 },
    { kind: "radio-reset", at: 75 },
  ],
  devices: [NEAR_METER],
};

interface Line {
  readonly event: string;
  readonly [field: string]: unknown;
}

interface Printed {
  readonly out: string;
}

function lines({ out }: Printed): Line[] {
  const whole = out.slice(0, out.lastIndexOf("\n") + 1).split("\n");
  return whole.filter((line) => line !== "").map((line) => JSON.parse(line) as Line);
}

const events = (printed: Printed, name: string): Line[] =>
  lines(printed).filter(({ event }) => event === name);

describe.skipIf(missing !== undefined)("the native hub", () => {
  const desk = new Desk();
  const bridges: ChildProcess[] = [];
  let program: string;
  const at = (name: string): string => join(desk.path, name);
  const hub = (radio: string, state = "state"): Running =>
    desk.start([
      "hub",
      ...["--program", program, "--radio", radio, ...WAN],
      ...["--oscore", "contexts.json", "--state", state, "--json"],
    ]);

  const natives: NativeHub[] = [];
  const native = (...words: string[]): NativeHub => {
    const made = new NativeHub(program, words, desk.path);
    natives.push(made);
    return made;
  };

  /** Plugs the dongle in. */
  const plug = async (): Promise<ChildProcess> => {
    const bridge = spawn(at("pty-bridge"), [at("tty"), at("radio.sock")]);
    bridges.push(bridge);
    await once(bridge.stdout, "data");
    return bridge;
  };

  beforeAll(async () => {
    desk.file("contexts.json", contexts());
    desk.file("house.json", JSON.stringify(HOUSE));
    compile(at("pty-bridge"), [join(ROOT, "test", "device", "live", "pty-bridge.c")], []);
    program = (await buildBoard(ROOT, LINUX, at("linux"))).program;
  }, BUILD_MS);

  afterAll(() => {
    for (const bridge of bridges) bridge.kill("SIGKILL");
    for (const one of natives) one.kill();
    desk.clear();
  });

  test(
    "joins a meter, and goes on with its network after it was killed and its radio pulled out",
    async () => {
      const contextsAnd = ["--oscore", "contexts.json", "--house", "house.json"];
      const listen = ["--listen", `127.0.0.1:${WAN_PORT}`, "--json"];
      const head = desk.start(["head-end", ...contextsAnd, ...listen]);
      await head.until(({ err }) => err !== "");
      const house = desk.start([
        "house",
        ...["--radio", "radio.sock", "--house", "house.json"],
        ...["--pcap", "han.pcap", "--report", "report.json"],
      ]);
      await house.until(({ err }) => err.includes("the radio is at radio.sock"));
      const first = await plug();
      const readings = (): Line[] => events(head, "reading");

      await desk.run(["hub", "--prepare", ...["--oscore", "contexts.json", "--state", "state"]]);
      const killed = native("--radio", "tty", ...WAN, "--state", "state", "--json");
      await head.until(() => readings().length >= 4, JOIN_SECONDS);
      expect(events(killed, "joined")).toMatchObject([{ kind: "electricity-meter", eui64: METER }]);
      const second = await hub("tty").ended;
      expect(second).toMatchObject({
        code: 2,
        err: "heddle: another hub runs with --state state\n",
      });
      killed.kill();
      await killed.ended;

      const again = hub("tty");
      const before = readings().length;
      await head.until(() => readings().length > before, READINGS_SECONDS);
      first.kill("SIGKILL");
      await again.until(() => events(again, "radio-lost").length === 1);
      await plug();
      await again.until(() => events(again, "radio-opened").length === 2);
      const pulled = readings().length;
      await head.until(() => readings().length > pulled, READINGS_SECONDS);

      again.signal("SIGTERM");
      expect(await again.ended).toMatchObject({ code: 0 });
      expect(lines(again).at(-1)).toMatchObject({ event: "ended" });
      house.signal("SIGINT");
      await house.ended;
      head.signal("SIGINT");
      await head.ended;

      // It did not join again, and what it had was not lost.
      expect(events(head, "alert").filter(({ code }) => code === JOINED)).toHaveLength(1);
      expect(events(again, "joined")).toEqual([]);
      const report = JSON.parse(readFileSync(at("report.json"), "utf8"));
      expect(report.han.nodes).toMatchObject([{ eui64: METER, state: "networked" }]);
      const boots = events(head, "registered").map(({ context, boots }) => `${context} ${boots}`);
      expect(new Set(boots)).toContain("management 2");
      // No frame counter of the network was used twice, whatever was under way when it was killed.
      const counters = hubCounters(readFileSync(at("han.pcap")));
      expect(counters.length).toBeGreaterThan(10);
      const sorted = [...new Set(counters)].sort((a, b) => a - b);
      expect(counters).toEqual(sorted);
    },
    REAL_TIME_MS,
  );

  test.each([
    ["is not there; plug the radio in", "nowhere"],
    ["is no serial device", "/dev/null"],
    ["is no serial device", "house.json"],
  ])("that gets a radio that %s says so in a line", async (what, radio) => {
    const { code, out, err } = await hub(radio, "state of mistakes").ended;
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(new RegExp(`(^|\n)heddle: --radio: ${radio} ${what}\n$`));
  });

  test("tells of a radio and of a head-end that do not answer", async () => {
    const mute = createServer().listen(at("mute.sock"));
    await desk.run(["hub", "--prepare", ...["--oscore", "contexts.json", "--state", "alone"]]);
    const nobody = ["--wan", "udp://127.0.0.1:1"];
    const alone = native("--radio", "mute.sock", ...nobody, "--state", "alone", "--json");
    const silent = (): unknown[] => events(alone, "silent").map(({ who }) => who);
    for (let waits = 0; waits < 450 && silent().length < 2; waits++) await pause(100);
    alone.kill();
    mute.close();
    expect(silent()).toEqual(["radio", "head-end"]);
  }, 60_000);

  test.each([
    [["--radio"], "--radio needs a value; see heddle --help"],
    [["--json"], "--radio is missing; see heddle --help"],
    [["--radio", "r", "--state", "s"], "--wan is missing; see heddle --help"],
    [["--radio", "r", ...WAN], "--state is missing; see heddle --help"],
    [["--baud", "12"], '--baud must be a speed of serial lines, as 115200 or 460800, not "12"'],
    [["--colour", "red"], 'unknown option "--colour"; see heddle --help'],
    [["radio"], '"radio" is no option; see heddle --help'],
    [["--radio", "r", ...WAN, "--state", "s"], "s/flash.bin is not there"],
  ])("of %j says what is wrong", async (words, what) => {
    const said = native(...words);
    expect(await said.ended).toBe(2);
    expect(said.err.split("\n")).toHaveLength(2);
    expect(said.err).toContain(`heddle: ${what}`);
  });

  test.each([
    ["udp://127.0.0.1:x", /^heddle: --wan must be udp:\/\/HOST:PORT/],
    ["tcp://127.0.0.1:5683", /^heddle: --wan must be udp:\/\/HOST:PORT/],
    ["udp://nowhere.invalid:5683", /^heddle: --wan: nowhere\.invalid is not found: /],
  ])("says what is wrong with the head-end %s", async (wan, what) => {
    const made = await desk.run([
      "hub",
      "--prepare",
      "--oscore",
      "contexts.json",
      "--state",
      "unreached",
    ]);
    expect(made.code).toBe(0);
    const said = native("--radio", "r", "--wan", wan, "--state", "unreached");
    expect(await said.ended).toBe(2);
    expect(said.err).toMatch(what);
  });
});
