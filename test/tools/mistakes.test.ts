// Every bad argument, file and value gets one clear line on standard error and exit code 2.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contexts, Desk } from "./heddle";

const METER = "70b3d52b60000001";
const desk = new Desk();

beforeAll(() => {
  desk.file("good.json", contexts());
  desk.file("broken.json", "{");
  desk.file("message.bin", Buffer.alloc(10));
  desk.file("empty.bin", "");
  desk.file("long.bin", Buffer.alloc(4_097));
  desk.file(
    "names.json",
    contexts((list) => Object.assign(list[1]!, { name: "grocer" })),
  );
  desk.file(
    "secret.json",
    contexts((list) => Object.assign(list[1]!, { masterSecret: "00" })),
  );
  desk.file(
    "alone.json",
    contexts((list) => list.shift()),
  );
  desk.file("damaged.json", contexts());
  desk.file("damaged.json.hub.json", "{");
  desk.file("damaged.json.head-end.json", '{"management":-1}');
  desk.file("house.json", '{"devices":[{"kind":"kettle"}]}');
  desk.file("profile.csv", "time,electricity_kwh,gas_kwh\n2026-01-01T00:00:00Z,x,1\n");
  desk.file("columns.csv", "a,b\n1,2\n");
  desk.file("nothing.jsonl", "\n");
  desk.file("hex.jsonl", '{"name":"a","to":"gas-meter","command":"0","response":"00"}');
  desk.file("to.jsonl", '{"name":"a","to":"kettle","command":"00","response":"00"}');
  desk.file("fields.jsonl", '{"name":"a"}');
  desk.file("text.jsonl", "hello");
  desk.file("null.jsonl", "null");
  const long = "00".repeat(4_097);
  desk.file("long.jsonl", `{"name":"a","to":"gas-meter","command":"${long}","response":"00"}`);
  mkdirSync(join(desk.path, "folder"));
});

afterAll(() => desk.clear());

const wan = "--wan udp://127.0.0.1:9";
const HOME: [string, RegExp][] = [
  ["--days x", /--days must be a number over 0 and up to 3660, not "x"/],
  ["--days 0", /--days must be/],
  ["--days -1", /./],
  ["--days 4000", /--days must be/],
  ["--days 1e3", /--days must be/],
  ["--days", /argument missing/],
  ["--seed 1.5", /--seed must be a whole number from 0 to 4294967295, not "1.5"/],
  ["--seed 4294967296", /--seed must be/],
  ["--speed fast", /--speed must be a number/],
  ["--speed 0", /--speed must be/],
  ["--house nowhere.json", /nowhere.json: cannot be read/],
  ["--house folder", /folder: cannot be read/],
  ["--house broken.json", /broken.json: it is not JSON/],
  ["--house house.json", /house.json: .*devices\[0\].kind/],
  ["--profile nowhere.csv", /nowhere.csv: cannot be read/],
  ["--profile profile.csv", /profile.csv: line 2: electricity_kwh must be a number/],
  ["--profile columns.csv", /columns.csv: line 1: expected time,electricity_kwh,gas_kwh/],
  ["--exchange nowhere.jsonl", /nowhere.jsonl: cannot be read/],
  ["--exchange nothing.jsonl", /nothing.jsonl: holds no exchange/],
  ["--exchange hex.jsonl", /hex.jsonl, line 1: "command" must be hexadecimal/],
  ["--exchange to.jsonl", /to.jsonl, line 1: the house has no device "kettle"/],
  ["--exchange fields.jsonl", /fields.jsonl, line 1: needs "name"/],
  ["--exchange text.jsonl", /text.jsonl, line 1: not JSON/],
  ["--exchange null.jsonl", /null.jsonl, line 1: needs "name"/],
  ["--exchange long.jsonl", /long.jsonl, line 1: "command" has 4097 bytes/],
  ["--pcap nowhere/a", /nowhere\/a: cannot be written \(ENOENT\)/],
  ["--wan-pcap folder", /folder: cannot be written \(EISDIR\)/],
  ["--keylog nowhere/a", /nowhere\/a: cannot be written/],
  ["--report nowhere/a", /nowhere\/a: cannot be written/],
  ["--pcap a --report ./a", /is named for two options/],
  [wan, /--wan needs --oscore/],
  ["--oscore good.json", /--oscore needs --wan/],
  ["--wan 127.0.0.1:9 --oscore good.json", /--wan must be udp:\/\/HOST:PORT/],
  ["--wan udp://house:9 --oscore good.json", /--wan must be HOST:PORT/],
  ["--wan udp://127.0.0.1:0 --oscore good.json", /--wan must be HOST:PORT/],
  ["--wan udp://127.0.0.1:70000 --oscore good.json", /--wan must be HOST:PORT/],
  [`${wan} --oscore good.json --speed max`, /--wan is a real network/],
  [`${wan} --oscore good.json --exchange to.jsonl`, /leave --wan out/],
  [`${wan} --oscore nowhere.json`, /nowhere.json: cannot be read/],
  [`${wan} --oscore broken.json`, /broken.json: not JSON/],
  [`${wan} --oscore names.json`, /names.json: a provider context must be named supplier or/],
  [`${wan} --oscore secret.json`, /secret.json: contexts\[1\].masterSecret: must have 16 to 32/],
  [`${wan} --oscore alone.json`, /alone.json: exactly one context must be of kind "management"/],
  [`${wan} --oscore damaged.json`, /damaged.json.hub.json: cannot be read as JSON/],
  ["--charge-cpu", /--charge-cpu needs --device qemu-arm or qemu-riscv/],
  ["--charge-cpu --device linux", /--charge-cpu needs --device qemu-arm or qemu-riscv/],
  ["--charge-cpu --device qemu-arm --realtime", /--charge-cpu is for lockstep: leave --realtime/],
  ["--colour red", /unknown option '--colour'/],
  ["extra", /too many arguments/],
];
const HEAD_END: [string, RegExp][] = [
  ["", /required option '--oscore <file>' not specified/],
  ["--oscore nowhere.json", /nowhere.json: cannot be read/],
  ["--oscore damaged.json", /damaged.json.head-end.json: "management" is no sequence number/],
  ["--oscore good.json --listen 5683", /--listen must be HOST:PORT/],
  ["--oscore good.json --listen host:1", /--listen must be HOST:PORT/],
  ["--oscore good.json --listen 127.0.0.1:0x10", /--listen must be HOST:PORT/],
  ["--oscore good.json --listen 192.0.2.1:5683", /--listen 192.0.2.1:5683 is no address/],
  ["--oscore good.json --house broken.json", /broken.json: it is not JSON/],
  ["--oscore good.json --speed max", /--speed must be a number/],
  ["--oscore good.json extra", /too many arguments/],
];
const SEND: [string, RegExp][] = [
  ["", /required option '--to <eui64>' not specified|missing required argument/],
  [`--to ${METER}`, /missing required argument 'file'/],
  ["message.bin", /required option '--to <eui64>' not specified/],
  ["--to 1 message.bin", /--to must be an EUI-64/],
  [`--to ${METER} nowhere.bin`, /nowhere.bin: cannot be read/],
  [`--to ${METER} empty.bin`, /empty.bin: a message has 1 to 4096 bytes, not 0/],
  [`--to ${METER} long.bin`, /long.bin: a message has 1 to 4096 bytes, not 4097/],
  [`--to ${METER} --hex message.bin`, /message.bin: must hold hexadecimal digits/],
  [`--to ${METER} -`, /-: a message has 1 to 4096 bytes, not 0/],
  [`--to ${METER} --head-end nowhere message.bin`, /--head-end must be HOST:PORT/],
];

const VERBS: [string, [string, RegExp][]][] = [
  ["home", HOME],
  ["head-end", HEAD_END],
  ["send", SEND],
];
for (const [verb, mistakes] of VERBS) {
  describe(`heddle ${verb}`, () => {
    it.concurrent.each(mistakes)(`${verb} %s`, async (text, line) => {
      const args = [verb, ...text.split(" ").filter((word) => word !== "")];
      const { code, out, err } = await desk.run(args);
      expect(err).toMatch(/^heddle: [^\n]+\n$/);
      expect(err).toMatch(line);
      expect(err).toMatch(new RegExp(`; see heddle ${verb} --help\n$`));
      expect([code, out]).toEqual([2, ""]);
    });
  });
}

describe("heddle", () => {
  it("says what it does not know", async () => {
    const { code, err } = await desk.run(["hom"]);
    const line = "heddle: unknown command 'hom' (Did you mean home?); see heddle --help\n";
    expect([code, err]).toEqual([2, line]);
  });

  it("shows its help on standard error when no verb is given", async () => {
    const { code, out, err } = await desk.run([]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/^Usage: heddle/);
  });

  it("overwrites no file before everything that is read has proved good", async () => {
    desk.file("kept.json", "kept");
    await desk.run(["home", "--report", "kept.json", "--exchange", "text.jsonl"]);
    const { err } = await desk.run(["home", "--house", "kept.json"]);
    expect(err).toMatch(/it is not JSON: .*kept/);
  });
});
