// The global commands of the cluster library that the hub's endpoint and its mirrors answer, and
// the servers and clients that they are answered for: Identify, Keep-Alive, Poll Control.

import { describe, expect, test } from "vitest";
import { DeviceKind } from "../../../firmware/ipc/device";
import { Party } from "../../../firmware/ipc/party";
import { Kind, OFFERED, Offered } from "../../../firmware/partitions/han/zcl-offer";
import { CLUSTERS } from "../../../firmware/wire/clusters/catalogue";
import { attributesOf } from "../../../firmware/wire/clusters/table";
import { readU16 } from "../../../firmware/wire/little-endian";
import { sendDown } from "./tunnel-bench";
import { START_S, UpperBench, u16, u32 } from "./upper-bench";

const BASIC = 0x0000;
const IDENTIFY = 0x0003;
const TIME = 0x000a;
const POLL_CONTROL = 0x0020;
const KEEP_ALIVE = 0x0025;
const METERING = 0x0702;
const TUNNELLING = 0x0704;
const TO_CLIENT = 0x08;
const MIRROR_ENDPOINT = 10;

/** What the hub answers, from the command on. */
function ask(bench: UpperBench, ...question: Parameters<UpperBench["ask"]>): number[] | undefined {
  const answer = bench.ask(...question);
  return answer && [...answer.subarray(2)];
}

describe("a global command (ZCL 2.5)", () => {
  test.each<[string, number, number, number[], number, number[]]>([
    // Discover Attributes Extended: a response of complete, then number, type and access.
    ["Identify's attributes", IDENTIFY, 0x15, [0, 0, 9], 0, [0x16, 1, 0, 0, 0x21, 3]],
    ["the first of two", KEEP_ALIVE, 0x15, [0, 0, 1], 0, [0x16, 0, 0, 0, 0x20, 1]],
    ["those from a number on", KEEP_ALIVE, 0x15, [1, 0, 9], 0, [0x16, 1, 1, 0, 0x21, 1]],
    ["none of a client", METERING, 0x15, [0, 0, 9], TO_CLIENT, [0x16, 1]],
    ["half a question for attributes", TIME, 0x15, [0, 0], 0, [0x0b, 0x15, 0x80]],
    // Discover Commands Received and Generated.
    ["commands received", IDENTIFY, 0x11, [0, 9], 0, [0x12, 1, 0, 1]],
    ["commands received, one", IDENTIFY, 0x11, [0, 1], 0, [0x12, 0, 0]],
    ["commands received from 1 on", IDENTIFY, 0x11, [1, 9], 0, [0x12, 1, 1]],
    ["commands generated", IDENTIFY, 0x13, [0, 9], 0, [0x14, 1, 0]],
    ["tunnel commands received", TUNNELLING, 0x11, [0, 9], 0, [0x12, 1, 0, 1, 2, 3, 6]],
    ["tunnel commands by the server", TUNNELLING, 0x13, [0, 9], 0, [0x14, 1, 0, 1, 2, 5]],
    ["tunnel commands to the client", TUNNELLING, 0x11, [0, 9], TO_CLIENT, [0x12, 1, 0, 1, 2, 6]],
    ["tunnel commands by the client", TUNNELLING, 0x13, [0, 9], TO_CLIENT, [0x14, 1, 0, 1, 2, 3]],
    ["what a metering client takes", METERING, 0x11, [0, 9], TO_CLIENT, [0x12, 1, 0, 1, 8]],
    ["what a metering client sends", METERING, 0x13, [0, 9], TO_CLIENT, [0x14, 1, 0, 1, 9]],
    ["a check-in", POLL_CONTROL, 0x11, [0, 9], TO_CLIENT, [0x12, 1, 0]],
    ["its answer", POLL_CONTROL, 0x13, [0, 9], TO_CLIENT, [0x14, 1, 0]],
    ["no commands", TIME, 0x11, [0, 9], 0, [0x12, 1]],
    ["half a question for commands", TIME, 0x13, [0], 0, [0x0b, 0x13, 0x80]],
    // Read Reporting Configuration: nothing of the hub is reported.
    ["no report of the time", TIME, 0x08, [0, 0, 0], 0, [0x09, 0x8c, 0, 0, 0]],
    ["nor of what is not there", TIME, 0x08, [0, 9, 9], 0, [0x09, 0x86, 0, 9, 9]],
    ["two questions", TIME, 0x08, [0, 0, 0, 1, 1, 0], 0, [0x09, 0x8c, 0, 0, 0, 0x8c, 1, 1, 0]],
    ["half a question for reports", TIME, 0x08, [0, 0], 0, [0x0b, 0x08, 0x80]],
    ["a direction that there is not", TIME, 0x08, [2, 0, 0], 0, [0x0b, 0x08, 0x80]],
    [
      "reports of what is not there",
      TIME,
      0x06,
      [0, 9, 9, 0x18, 1, 0, 1, 0],
      0,
      [7, 0x86, 0, 9, 9],
    ],
    // No attribute here is a collection.
    ["no read within a collection", BASIC, 0x0e, [0, 0, 0], 0, [0x0b, 0x0e, 0x82]],
    ["no write within a collection", BASIC, 0x0f, [0, 0, 0, 0x20, 1], 0, [0x0b, 0x0f, 0x82]],
  ])("has in answer %s", (_what, cluster, command, payload, control, expected) => {
    const bench = new UpperBench();
    expect(ask(bench, bench.meter(), cluster, command, payload, control)).toEqual(expected);
  });

  test("is answered by displays' rights: they discover, and ask for no configuration", () => {
    const bench = new UpperBench();
    const display = bench.join(DeviceKind.DISPLAY, 3);
    expect(ask(bench, display, IDENTIFY, 0x15, [0, 0, 9])).toEqual([0x16, 1, 0, 0, 0x21, 3]);
    expect(ask(bench, display, TUNNELLING, 0x11, [0, 1])).toEqual([0x12, 0, 0]);
    expect(ask(bench, display, TIME, 0x08, [0, 0, 0])).toEqual([0x0b, 0x08, 0x7e]);
  });

  test("to a mirror says what the mirror has", () => {
    const bench = new UpperBench();
    const gas = bench.gasMeter();
    bench.zcl(gas, 1, METERING, 0x09, 5, 0x01);
    const meter = bench.meter();
    const extended = ask(bench, meter, METERING, 0x15, [0, 3, 2], 0, MIRROR_ENDPOINT);
    expect(extended).toEqual([0x16, 0, 0, 3, 0x30, 1, 1, 3, 0x22, 1]);
    const attributes = ask(bench, meter, METERING, 0x0c, [0, 0, 1], 0, MIRROR_ENDPOINT);
    expect(attributes).toEqual([0x0d, 0, 0, 0, 0x25]);
    const commands = ask(bench, meter, METERING, 0x11, [0, 9], 0, MIRROR_ENDPOINT);
    expect(commands).toEqual([0x12, 1]);
    const reports = ask(bench, meter, METERING, 0x08, [0, 0, 0, 0, 9, 9], 0, MIRROR_ENDPOINT);
    expect(reports).toEqual([0x09, 0x8c, 0, 0, 0, 0x86, 0, 9, 9]);
  });
});

describe("a write (ZCL 2.5.3 to 2.5.5)", () => {
  const TEN_SECONDS = [0, 0, 0x21, 10, 0];
  const READ_ONLY_TOO = [0, 0, 0x21, 10, 0, 1, 0, 0x18, 0];

  function secondsLeft(bench: UpperBench, node: number): number {
    const answer = ask(bench, node, IDENTIFY, 0x00, [0, 0])!;
    return answer[5]! + 0x100 * answer[6]!;
  }

  test("of what can be written is done, and answered by one status", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    expect(ask(bench, meter, IDENTIFY, 0x02, TEN_SECONDS)).toEqual([0x04, 0]);
    expect(secondsLeft(bench, meter)).toBe(10);
  });

  test("that cannot all be done is done in part, and says what failed", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    expect(ask(bench, meter, IDENTIFY, 0x02, READ_ONLY_TOO)).toEqual([0x04, 0x86, 1, 0]);
    expect(secondsLeft(bench, meter)).toBe(10);
  });

  test("undivided is done as a whole or not at all", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    expect(ask(bench, meter, IDENTIFY, 0x03, READ_ONLY_TOO)).toEqual([0x04, 0x86, 1, 0]);
    expect(secondsLeft(bench, meter)).toBe(0);
    expect(ask(bench, meter, IDENTIFY, 0x03, TEN_SECONDS)).toEqual([0x04, 0]);
    expect(secondsLeft(bench, meter)).toBe(10);
  });

  test("without response is done silently", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    expect(ask(bench, meter, IDENTIFY, 0x05, TEN_SECONDS)).toBeUndefined();
    expect(secondsLeft(bench, meter)).toBe(10);
  });

  test("of another type is refused", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    expect(ask(bench, meter, IDENTIFY, 0x02, [0, 0, 0x20, 10])).toEqual([0x04, 0x8d, 0, 0]);
    expect(secondsLeft(bench, meter)).toBe(0);
  });

  test("of as many records as a frame holds has a status for each", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    // The shortest there are: of a type without value.
    const many = Array.from({ length: 26 }, () => [0, 0, 0x00]).flat();
    const failures = Array.from({ length: 26 }, () => [0x8d, 0, 0]).flat();
    expect(ask(bench, meter, IDENTIFY, 0x02, many)).toEqual([0x04, ...failures]);
  });

  test("by a display is refused", () => {
    const bench = new UpperBench();
    const display = bench.join(DeviceKind.DISPLAY, 3);
    expect(ask(bench, display, IDENTIFY, 0x02, TEN_SECONDS)).toEqual([0x0b, 0x02, 0x7e]);
    expect(secondsLeft(bench, display)).toBe(0);
  });
});

describe("the Identify server (ZCL 3.5)", () => {
  test("identifies itself for as long as it is told, and says so", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    expect(ask(bench, meter, IDENTIFY, 0x01, [], 0x01)).toEqual([0x0b, 0x01, 0]);
    expect(ask(bench, meter, IDENTIFY, 0x00, [5, 0], 0x01)).toEqual([0x0b, 0x00, 0]);
    bench.run(1_500);
    expect(ask(bench, meter, IDENTIFY, 0x01, [], 0x01)).toEqual([0x00, 4, 0]);
    bench.run(3_500);
    expect(ask(bench, meter, IDENTIFY, 0x01, [], 0x01)).toEqual([0x0b, 0x01, 0]);
  });

  test("stops when it is told 0", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    ask(bench, meter, IDENTIFY, 0x00, [0xff, 0xff], 0x01);
    ask(bench, meter, IDENTIFY, 0x00, [0, 0], 0x01);
    expect(ask(bench, meter, IDENTIFY, 0x00, [0, 0])).toEqual([0x01, 0, 0, 0, 0x21, 0, 0]);
  });

  test("refuses half a time, an effect that it cannot show, and a display", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    expect(ask(bench, meter, IDENTIFY, 0x00, [5], 0x01)).toEqual([0x0b, 0x00, 0x80]);
    expect(ask(bench, meter, IDENTIFY, 0x40, [0, 0], 0x01)).toEqual([0x0b, 0x40, 0x81]);
    const display = bench.join(DeviceKind.DISPLAY, 3);
    expect(ask(bench, display, IDENTIFY, 0x00, [5, 0], 0x01)).toEqual([0x0b, 0x00, 0x7e]);
    expect(ask(bench, meter, IDENTIFY, 0x00, [0, 0])).toEqual([0x01, 0, 0, 0, 0x21, 0, 0]);
  });
});

describe("the Keep-Alive server", () => {
  test.each([DeviceKind.ELECTRICITY_METER, DeviceKind.DISPLAY])(
    "tells kind %i to look every ten minutes, and up to five more",
    (kind) => {
      const bench = new UpperBench();
      const node = bench.join(kind, 4);
      const answer = [0x01, 0, 0, 0, 0x20, 10, 1, 0, 0, 0x21, ...u16(300)];
      expect(ask(bench, node, KEEP_ALIVE, 0x00, [0, 0, 1, 0])).toEqual(answer);
    },
  );

  test("is written by nobody", () => {
    const bench = new UpperBench();
    const answer = ask(bench, bench.meter(), KEEP_ALIVE, 0x02, [0, 0, 0x20, 1]);
    expect(answer).toEqual([0x04, 0x88, 0, 0]);
  });
});

describe("a device that checks in (ZCL 3.16)", () => {
  const CHECK_IN = 0x09;

  test("hears that nothing waits for it", () => {
    const bench = new UpperBench();
    for (const node of [bench.gasMeter(), bench.join(DeviceKind.DISPLAY, 3)])
      expect(ask(bench, node, POLL_CONTROL, 0x00, [], CHECK_IN)).toEqual([0x00, 0, ...u16(40)]);
  });

  test("is to ask fast when a question for its profile waits", () => {
    const bench = new UpperBench();
    const gas = bench.gasMeter();
    bench.run(60_000);
    const question = Buffer.from([3, 1, 4, 0, 0, 0, 0, 0]);
    const eui64 = bench.eui64Of(gas);
    bench.say(Party.GAS, Buffer.concat([question, eui64, Buffer.from(u32(START_S))]));
    expect(ask(bench, gas, POLL_CONTROL, 0x00, [], CHECK_IN)).toEqual([0x00, 1, ...u16(40)]);
  });

  test("is to ask fast when a message waits for it, and another device is not", () => {
    const bench = new UpperBench();
    const gas = bench.gasMeter();
    expect(sendDown(bench, gas, Buffer.from("a message"), 1)).toBe(0);
    expect(ask(bench, gas, POLL_CONTROL, 0x00, [], CHECK_IN)).toEqual([0x00, 1, ...u16(40)]);
    const other = bench.gasMeter(9);
    expect(ask(bench, other, POLL_CONTROL, 0x00, [], CHECK_IN)).toEqual([0x00, 0, ...u16(40)]);
  });

  test("commands nothing by it", () => {
    const bench = new UpperBench();
    const meter = bench.meter();
    expect(ask(bench, meter, POLL_CONTROL, 0x01, [], CHECK_IN)).toEqual([0x0b, 0x01, 0x81]);
    // The hub has no Poll Control server: nobody tells it how often to ask.
    expect(ask(bench, meter, POLL_CONTROL, 0x02, [0, 0, 0, 0], 0x01)).toEqual([0x0b, 0x02, 0xc3]);
    const display = bench.join(DeviceKind.DISPLAY, 3);
    expect(ask(bench, display, POLL_CONTROL, 0x01, [], CHECK_IN)).toEqual([0x0b, 0x01, 0x7e]);
    const stranger = bench.join(DeviceKind.UNKNOWN, 5);
    expect(ask(bench, stranger, POLL_CONTROL, 0x00, [], CHECK_IN)).toEqual([0x0b, 0x00, 0x7e]);
  });
});

describe("what the hub offers", () => {
  interface Record {
    readonly cluster: number;
    readonly kind: number;
    readonly number: number;
    readonly type: number;
    readonly access: number;
  }
  const records: Record[] = [];
  for (let at = 0; at < OFFERED.length; at += Offered.LENGTH) {
    records.push({
      cluster: readU16(OFFERED, at + Offered.CLUSTER),
      kind: OFFERED[at + Offered.KIND]!,
      number: readU16(OFFERED, at + Offered.NUMBER),
      type: OFFERED[at + Offered.TYPE]!,
      access: OFFERED[at + Offered.ACCESS]!,
    });
  }

  test("is in the tables, and each once", () => {
    const clusters = CLUSTERS.map((table) => table.id);
    for (const { cluster } of records) expect(clusters).toContain(cluster);
    const keys = records.map(({ cluster, kind, number }) => `${cluster} ${kind} ${number}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test.each(CLUSTERS)("of $name is what the cluster's table has", (table) => {
    const ours = records.filter(({ cluster }) => cluster === table.id);
    const rows = attributesOf(table.attributes);
    const received = table.received.map(([id]) => id);
    const generated = table.generated.map(([id]) => id);
    for (let kind = Kind.ATTRIBUTE; kind <= Kind.SENT_BY_SERVER; kind++) {
      const numbers = ours.filter((one) => one.kind === kind).map(({ number }) => number);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    }
    for (const { kind, number, type, access } of ours) {
      const toServer = kind === Kind.TAKEN_BY_SERVER || kind === Kind.SENT_BY_CLIENT;
      if (kind !== Kind.ATTRIBUTE) expect(toServer ? received : generated).toContain(number);
      else {
        const row = rows.find(([id]) => id === number)!;
        expect(row[2]).toBe(type);
        expect(access & ~row[3]).toBe(0);
      }
    }
  });
});
