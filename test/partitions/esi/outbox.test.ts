import { describe, expect, test } from "vitest";
import { Operation } from "../../../firmware/ipc/operation";
import { Commodity, ReadingFlags, ReadingStored, Stored } from "../../../firmware/ipc/reading";
import { StreamEnd, StreamResult } from "../../../firmware/ipc/stream";
import { readU16, readU32 } from "../../../firmware/wire/little-endian";
import { cborOf, optionOf, pathOf, uintOf } from "../../session/peer";
import { ProviderHub } from "./hub";
import { bytesOf, eui64Text, reading, streamEnd, streamOpen, streamSegment } from "./messages";
import { resolve } from "./senml";

const T = 1_790_000_000;

function readingsAt(hub: ProviderHub) {
  return hub.supplier.requests
    .filter((one) => pathOf(one) === "readings")
    .flatMap((one) => resolve(one.payload));
}

function storedCodes(hub: ProviderHub): number[] {
  return hub.toFirewall(Operation.READING_STORED).map((one) => one[ReadingStored.CODE]!);
}

describe("readings", () => {
  test("are acknowledged only after they lie in flash", () => {
    const hub = new ProviderHub().ready();
    let operations = 0;
    hub.bench.admit = (from, _to, bytes) => {
      if (bytes[0] === Operation.READING_STORED) {
        operations = hub.memories.supplierOutbox.length;
        expect(from).toBeDefined();
      }
      return 0;
    };
    hub.fromFirewall(reading({ reference: 77, time: T, value: 1234, demand: -5 }));
    expect(operations).toBeGreaterThan(0);
    const [stored] = hub.toFirewall(Operation.READING_STORED);
    expect(stored![ReadingStored.CODE]).toBe(Stored.OK);
    expect(readU32(stored!, ReadingStored.REFERENCE)).toBe(77);
  });

  test("go out in SenML with the meter's name, unit and time, at most 30 s old", () => {
    const hub = new ProviderHub().ready();
    hub.fromFirewall(reading({ reference: 1, time: T, value: 1234, demand: -5 }));
    hub.bench.advance(30_000);
    const name = `urn:dev:mac:${eui64Text(1)}_`;
    expect(readingsAt(hub)).toEqual([
      { name: `${name}electricity`, unit: "Wh", value: 1234, time: T },
      { name: `${name}demand`, unit: "W", value: -5, time: T },
    ]);
    const request = hub.supplier.requests.find((one) => pathOf(one) === "readings")!;
    expect(uintOf(request, "Content-Format")).toBe(112);
  });

  test("several share one block of 128 bytes, and a full one goes at once", () => {
    const hub = new ProviderHub().ready();
    for (let i = 0; i < 6; i++) {
      hub.fromFirewall(reading({ reference: i, time: T + 10 * i, value: 1000 + i, demand: 300 }));
      hub.bench.advance(10_000);
    }
    hub.bench.advance(30_000);
    const requests = hub.supplier.requests.filter((one) => pathOf(one) === "readings");
    expect(requests).toHaveLength(3);
    for (const request of requests) {
      expect(request.payload.length).toBeLessThanOrEqual(128);
      expect(optionOf(request, "Block1")).toBeUndefined();
    }
    expect(
      readingsAt(hub)
        .filter((one) => one.unit === "Wh")
        .map((one) => one.time),
    ).toEqual([0, 1, 2, 3, 4, 5].map((i) => T + 10 * i));
  });

  test("gas is in cubic metres, exact; intervals have names of their own", () => {
    const hub = new ProviderHub().ready();
    const gas = { meter: 2, commodity: Commodity.GAS };
    hub.fromFirewall(reading({ reference: 1, time: T, value: 7_654_321, ...gas }));
    hub.fromFirewall(
      reading({ reference: 2, time: T, value: 120, flags: ReadingFlags.INTERVAL, ...gas }),
    );
    hub.fromFirewall(reading({ reference: 3, time: T, value: 9, flags: ReadingFlags.INTERVAL }));
    hub.bench.advance(60_000);
    const name = `urn:dev:mac:${eui64Text(2)}_`;
    expect(readingsAt(hub)).toEqual([
      { name: `${name}gas`, unit: "m3", value: 7654.321, time: T },
      { name: `${name}gas-interval`, unit: "m3", value: 0.12, time: T },
      { name: `urn:dev:mac:${eui64Text(1)}_electricity-interval`, unit: "Wh", value: 9, time: T },
    ]);
  });

  test("of an absent WAN are kept and go out late, with their real time", () => {
    const hub = new ProviderHub().ready();
    hub.supplier.passes = () => false;
    for (let i = 0; i < 40; i++) {
      hub.fromFirewall(reading({ reference: i, time: T + 10 * i, value: i }));
      hub.bench.advance(10_000);
    }
    expect(readingsAt(hub)).toEqual([]);
    hub.supplier.passes = () => true;
    hub.bench.advance(900_000);
    const times = readingsAt(hub).map((one) => one.time);
    expect(times).toEqual(Array.from({ length: 40 }, (_, i) => T + 10 * i));
  });

  test("survive a restart, and none is lost that was acknowledged", () => {
    const hub = new ProviderHub().ready();
    hub.supplier.passes = () => false;
    for (let i = 0; i < 10; i++) hub.fromFirewall(reading({ reference: i, time: T + i, value: i }));
    expect(storedCodes(hub)).toEqual(Array.from({ length: 10 }, () => Stored.OK));
    hub.startEsi();
    hub.supplier.passes = () => true;
    hub.bench.advance(60_000);
    expect(readingsAt(hub).map((one) => one.time)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => T + i),
    );
  });

  test("leave flash only on 2.04: another answer leaves them for later", () => {
    const hub = new ProviderHub().ready();
    const usual = hub.supplier.answer;
    hub.supplier.answer = (one) => (pathOf(one) === "readings" ? { code: "5.03" } : usual(one));
    hub.fromFirewall(reading({ reference: 1, time: T, value: 1 }));
    hub.bench.advance(120_000);
    expect(hub.esi.sender.delivered).toBe(0);
    hub.startEsi();
    hub.supplier.answer = usual;
    hub.bench.advance(60_000);
    expect(readingsAt(hub).at(-1)).toMatchObject({ time: T, value: 1 });
    expect(hub.esi.sender.delivered).toBe(1);
  });

  test("without room are refused: the meter must not be told that they were taken", () => {
    const hub = new ProviderHub().ready();
    hub.supplier.passes = () => false;
    let refused = 0;
    for (let i = 0; i < 4000 && refused === 0; i++) {
      hub.fromFirewall(reading({ reference: i, time: T + i, value: i }));
      refused = storedCodes(hub).filter((code) => code === Stored.FULL).length;
    }
    expect(refused).toBe(1);
    expect(hub.esi.outbox.full).toBe(1);
  });
});

describe("a device's answer", () => {
  /** The firewall's end of an upward stream: sends under credit, stops when it is kept. */
  function stream(hub: ProviderHub, body: Uint8Array, number = 9): void {
    hub.fromFirewall(streamOpen(number, body.length, 0x10007, 1));
    for (let offset = 0; offset < body.length; ) {
      const credit = hub.toFirewall(Operation.STREAM_CREDIT).at(-1)!;
      expect(readU16(credit, 2)).toBe(number);
      expect(readU16(credit, 4)).toBe(offset);
      const end = Math.min(readU16(credit, 6), offset + 256);
      hub.fromFirewall(streamSegment(number, offset, body.subarray(offset, end)));
      offset = end;
    }
  }

  /** Assembles `messages/...` as a server does. */
  function assemble(hub: ProviderHub) {
    let body = Buffer.alloc(0);
    const usual = hub.supplier.answer;
    hub.supplier.answer = (one) => {
      if (!pathOf(one).startsWith("messages/")) return usual(one);
      const block = optionOf(one, "Block1");
      const value = uintOf(one, "Block1") ?? 0;
      if (value >> 4 === 0) body = Buffer.alloc(0);
      expect((value >> 4) * (16 << (value & 7))).toBe(body.length);
      body = Buffer.concat([body, one.payload]);
      const isMore = (value & 8) !== 0;
      return {
        code: isMore ? "2.31" : "2.04",
        options: block === undefined ? [] : [{ name: "Block1" as const, value: block }],
      };
    };
    return { body: () => body };
  }

  test.each([1, 40, 128, 129, 2500, 4096])("of %i bytes is kept, then posted whole", (length) => {
    const hub = new ProviderHub().ready();
    const received = assemble(hub);
    const body = bytesOf(length);
    stream(hub, body);
    const end = hub.toFirewall(Operation.STREAM_END).at(-1)!;
    expect(end[StreamEnd.RESULT]).toBe(StreamResult.KEPT);
    hub.bench.advance(5000);
    expect(received.body().equals(body)).toBe(true);
    const first = hub.supplier.requests.find((one) => pathOf(one).startsWith("messages/"))!;
    expect(pathOf(first)).toBe(`messages/${eui64Text(1)}`);
    expect(optionOf(first, "Uri-Query")!.toString()).toBe(`id=${0x10007}`);
    expect(uintOf(first, "Content-Format")).toBe(42);
    expect(hub.esi.sender.delivered).toBe(1);
  });

  test("comes whole through a WAN that loses one datagram in five", () => {
    const hub = new ProviderHub("loss").ready();
    const received = assemble(hub);
    let count = 0;
    hub.supplier.passes = () => count++ % 5 !== 2;
    const body = bytesOf(2000);
    stream(hub, body);
    hub.bench.advance(600_000);
    expect(received.body().equals(body)).toBe(true);
    expect(hub.esi.sender.delivered).toBe(1);
  });

  test("is refused when it is too long, and while another one is under way", () => {
    const hub = new ProviderHub().ready();
    hub.fromFirewall(streamOpen(1, 4097, 0, 0));
    expect(hub.toFirewall(Operation.STREAM_END).at(-1)![StreamEnd.RESULT]).toBe(
      StreamResult.TOO_LONG,
    );
    hub.fromFirewall(streamOpen(2, 100, 0, 0));
    hub.fromFirewall(streamOpen(3, 100, 0, 0));
    const busy = hub.toFirewall(Operation.STREAM_END).at(-1)!;
    expect([readU16(busy, 2), busy[StreamEnd.RESULT]]).toEqual([3, StreamResult.BUSY]);
  });

  test("that stops half-way is dropped after ten seconds, and readings go on", () => {
    const hub = new ProviderHub().ready();
    hub.fromFirewall(streamOpen(4, 300, 0, 0));
    hub.fromFirewall(streamSegment(4, 0, bytesOf(256)));
    hub.fromFirewall(reading({ reference: 1, time: T, value: 1 }));
    expect(storedCodes(hub)).toEqual([]);
    hub.bench.advance(11_000);
    expect(hub.toFirewall(Operation.STREAM_END).at(-1)![StreamEnd.RESULT]).toBe(StreamResult.BUSY);
    hub.fromFirewall(reading({ reference: 2, time: T, value: 1 }));
    expect(storedCodes(hub).at(-1)).toBe(Stored.OK);
    hub.fromFirewall(streamSegment(4, 256, bytesOf(44)));
    hub.bench.advance(30_000);
    expect(hub.supplier.path).not.toContain(`messages/${eui64Text(1)}`);
  });

  test("with a segment out of its order ends the stream", () => {
    const hub = new ProviderHub().ready();
    hub.fromFirewall(streamOpen(4, 300, 0, 0));
    hub.fromFirewall(streamSegment(4, 10, bytesOf(10)));
    expect(hub.toFirewall(Operation.STREAM_END).at(-1)![StreamEnd.RESULT]).toBe(StreamResult.BUSY);
  });

  test("unasked for has no id, and its place among the readings", () => {
    const hub = new ProviderHub().ready();
    assemble(hub);
    hub.fromFirewall(reading({ reference: 1, time: T, value: 1 }));
    hub.fromFirewall(streamOpen(5, 10, 0, 0));
    hub.fromFirewall(streamSegment(5, 0, bytesOf(10)));
    hub.fromFirewall(reading({ reference: 2, time: T + 1, value: 2 }));
    hub.bench.advance(60_000);
    const paths = hub.supplier.path.filter((path) => path !== "register");
    expect(paths).toEqual(["readings", `messages/${eui64Text(1)}`, "readings"]);
    const message = hub.supplier.requests.find((one) => pathOf(one).startsWith("messages/"))!;
    expect(optionOf(message, "Uri-Query")).toBeUndefined();
  });

  test("that the head-end refuses for good does not stop what comes after it", () => {
    const hub = new ProviderHub().ready();
    const usual = hub.supplier.answer;
    hub.supplier.answer = (one) =>
      pathOf(one).startsWith("messages/") ? { code: "4.00" } : usual(one);
    hub.fromFirewall(streamOpen(5, 10, 0, 0));
    hub.fromFirewall(streamSegment(5, 0, bytesOf(10)));
    hub.fromFirewall(reading({ reference: 2, time: T + 1, value: 2 }));
    hub.bench.advance(600_000);
    expect(hub.esi.sender.dropped).toBe(1);
    expect(readingsAt(hub)).toHaveLength(1);
  });
});

describe("the fate of a message", () => {
  test("is kept in flash and told to the head-end", () => {
    const hub = new ProviderHub().ready();
    hub.supplier.passes = () => false;
    hub.fromFirewall(streamEnd(3, StreamResult.DELIVERED, 0x10001));
    hub.startEsi();
    hub.supplier.passes = () => true;
    hub.bench.advance(30_000);
    const fate = hub.supplier.requests.find((one) => pathOf(one) === "fates")!;
    expect(cborOf(fate)).toEqual({ 0: 0x10001, 1: StreamResult.DELIVERED });
  });
});
