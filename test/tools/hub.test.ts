// `heddle hub` and `heddle house`: what they make, and how they tell a mistake. The hub itself is
// tried in test/device/live.

import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHIP_BYTES } from "../../host-sim/hub/chip-image";
import { contexts, Desk } from "./heddle";

const desk = new Desk();
const at = (name: string): string => join(desk.path, name);
const OSCORE = ["--oscore", "contexts.json"];

beforeAll(() => {
  desk.file("contexts.json", contexts());
  desk.file(
    "others.json",
    contexts((list) => {
      list[0]!["masterSecret"] = "ab".repeat(16);
    }),
  );
});
afterAll(() => desk.clear());

const usage = (what: string, verb: string) => ({
  code: 2,
  out: "",
  err: `heddle: ${what}; see heddle ${verb} --help\n`,
});

describe("heddle hub --prepare", () => {
  it("makes a flash that only its owner can read, once", async () => {
    const words = ["hub", "--prepare", ...OSCORE, "--state", "made/hub"];
    const made = "made made/hub from contexts.json\n";
    expect(await desk.run(words)).toEqual({ code: 0, out: "", err: made });
    const flash = readFileSync(at("made/hub/flash.bin"));
    expect(flash.length).toBe(CHIP_BYTES);
    expect(flash.includes(Buffer.alloc(16, 1))).toBe(true);
    expect(statSync(at("made/hub/flash.bin")).mode & 0o777).toBe(0o600);
    expect(await desk.run(words)).toEqual({ code: 0, out: "", err: "" });
    expect(readFileSync(at("made/hub/flash.bin"))).toEqual(flash);
  });

  it("goes on above the sequence numbers of a hub that is no more", async () => {
    const flash = async (state: string): Promise<Buffer> => {
      await desk.run(["hub", "--prepare", ...OSCORE, "--state", state]);
      return readFileSync(at(`${state}/flash.bin`));
    };
    const numbers = (): number =>
      JSON.parse(readFileSync(at("contexts.json.hub.json"), "utf8")).management;
    const first = await flash("one");
    const before = numbers();
    const second = await flash("two");
    expect(numbers()).toBeGreaterThanOrEqual(before + 100_000_000);
    expect(second.equals(first)).toBe(false);
  });

  it("refuses a state that was made from other contexts", async () => {
    await desk.run(["hub", "--prepare", ...OSCORE, "--state", "mine"]);
    const words = ["hub", "--prepare", "--oscore", "others.json", "--state", "mine"];
    const { code, err } = await desk.run(words);
    expect([code, err]).toEqual([
      2,
      expect.stringContaining("--state mine belongs to other contexts than others.json"),
    ]);
  });

  it("refuses a state of another firmware, and one whose note is gone", async () => {
    await desk.run(["hub", "--prepare", ...OSCORE, "--state", "old"]);
    const note = JSON.parse(readFileSync(at("old/hub.json"), "utf8"));
    const words = ["hub", "--prepare", ...OSCORE, "--state", "old"];
    writeFileSync(at("old/hub.json"), JSON.stringify({ ...note, regions: [] }));
    const what = "--state old is of another firmware: give another --state";
    expect(await desk.run(words)).toEqual(usage(what, "hub"));
    writeFileSync(at("old/hub.json"), "{");
    const { code, err } = await desk.run(words);
    expect([code, err]).toEqual([2, expect.stringContaining("old/hub.json: cannot be read")]);
  });

  it("says that a directory cannot be made", async () => {
    desk.file("file", "");
    const words = ["hub", "--prepare", ...OSCORE, "--state", "file/hub"];
    const what = "--state file/hub: cannot be written (ENOTDIR)";
    expect(await desk.run(words)).toEqual(usage(what, "hub"));
  });
});

describe("heddle hub", () => {
  const wan = ["--wan", "udp://127.0.0.1:5683"];
  const state = ["--state", "never"];
  it.each([
    [["--radio", "r", ...OSCORE, ...state], "--wan is missing"],
    [[...wan, ...OSCORE, ...state], "--radio is missing"],
    [["--baud", "fast"], '--baud must be a whole number from 1 to 4000000, not "fast"'],
    [
      ["--wan", "127.0.0.1:5683"],
      '--wan must be udp://HOST:PORT, as udp://192.0.2.10:5683, not "127.0.0.1:5683"',
    ],
    [
      ["--radio", "r", ...wan, ...OSCORE, ...state, "--program", "nothing"],
      "--program nothing cannot be run: npx heddle build --board linux writes one",
    ],
    [
      ["--prepare", "--oscore", "nothing.json", ...state],
      "nothing.json: cannot be read; name a file that exists",
    ],
  ])("%j says what is wrong, and makes nothing", async (words, what) => {
    expect(await desk.run(["hub", ...words])).toEqual(usage(what, "hub"));
    expect(existsSync(at("never"))).toBe(false);
  });
});

describe("heddle house", () => {
  it("ends with SIGINT, takes its socket away, and reports", async () => {
    const house = desk.start(["house", "--radio", "radio.sock", "--json"]);
    await house.until(({ err }) => err === "the radio is at radio.sock\n");
    expect(statSync(at("radio.sock")).isSocket()).toBe(true);
    house.signal("SIGINT");
    const { code, out } = await house.ended;
    expect([code, existsSync(at("radio.sock"))]).toEqual([0, false]);
    expect(JSON.parse(out).han.nodes).toHaveLength(3);
  });

  it("does not offer its radio where a file or another house is", async () => {
    desk.file("taken", "");
    const file = await desk.run(["house", "--radio", "taken"]);
    expect(file).toEqual(usage("--radio taken: it is a file; name another", "house"));
    const server = createServer().listen(at("busy.sock"));
    const busy = await desk.run(["house", "--radio", "busy.sock"]);
    server.close();
    expect(busy).toEqual(usage("--radio busy.sock: another process offers it", "house"));
  });

  it("takes the place of a socket that a killed house left behind", async () => {
    const killed = desk.start(["house", "--radio", "left.sock"]);
    await killed.until(({ err }) => err !== "");
    killed.signal("SIGKILL");
    await killed.ended;
    expect(existsSync(at("left.sock"))).toBe(true);
    const house = desk.start(["house", "--radio", "left.sock"]);
    await house.until(({ err }) => err === "the radio is at left.sock\n");
    house.signal("SIGTERM");
    expect(await house.ended).toMatchObject({ code: 0 });
  });

  it("says that a fault of a partition is not its to make", async () => {
    const fault = { kind: "partition-fault", at: 1, partition: "han", fault: "throw" };
    desk.file("fault.json", JSON.stringify({ faults: [fault] }));
    const { code, err } = await desk.run(["house", "--radio", "f.sock", "--house", "fault.json"]);
    expect(code).toBe(2);
    expect(err).toContain("fault.json: a partition-fault needs the hub in the house");
  });
});

describe("heddle home --realtime", () => {
  it.each([
    [["--realtime"], "--realtime needs --device, a board that runs by itself"],
    [["--realtime", "--device", "linux", "--speed", "2"], "--realtime has no other --speed than 1"],
  ])("%j says what is wrong", async (words, what) => {
    expect(await desk.run(["home", ...words])).toEqual(usage(what, "home"));
  });
});
