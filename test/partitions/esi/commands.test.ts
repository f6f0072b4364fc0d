import { describe, expect, test } from "vitest";
import { AuditCode } from "../../../firmware/ipc/audit";
import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import { StreamEnd, StreamOpen, StreamResult, StreamSegment } from "../../../firmware/ipc/stream";
import { readU16, readU32 } from "../../../firmware/wire/little-endian";
import { Sent } from "../../../hal/sent";
import { type Asked, cborOf, uintOf } from "../../session/peer";
import { ProviderHub } from "./hub";
import { bytesOf, eui64, eui64Text, streamCredit, streamEnd } from "./messages";

const POST = 2;
const PATH = `devices/${eui64Text(1)}/messages`;

function open(hub: ProviderHub): Uint8Array {
  return hub.toFirewall(Operation.STREAM_OPEN).at(-1)!;
}

function code(asked: Asked): string | undefined {
  return asked.outcomes.at(-1)?.inner?.code;
}

/** Sends a body in blocks while the firewall's end gives credit; answers the last outcome. */
function send(hub: ProviderHub, body: Uint8Array, szx = 3): Asked {
  const size = 16 << szx;
  let asked!: Asked;
  for (let offset = 0; offset < body.length; offset += size) {
    const isMore = offset + size < body.length;
    const block1 = ((offset / size) << 4) | (isMore ? 8 : 0) | szx;
    const options = body.length <= size ? {} : { Block1: block1, Size1: body.length };
    asked = hub.supplier.ask(
      POST,
      PATH,
      { "Content-Format": 42, ...options },
      body.subarray(offset, offset + size),
    );
    const stream = readU16(open(hub), StreamOpen.STREAM);
    hub.fromFirewall(streamCredit(stream, offset, body.length));
    hub.bench.advance(50);
    if (isMore) expect(code(asked)).toBe("2.31");
  }
  return asked;
}

function streamed(hub: ProviderHub): Buffer {
  const segments = hub.toFirewall(Operation.STREAM_SEGMENT);
  return Buffer.concat(segments.map((one) => one.subarray(StreamSegment.DATA)));
}

describe("a message for a device", () => {
  test.each([1, 128, 129, 1000, 4096])(
    "of %i bytes goes on whole, 2.01 after it is kept",
    (length) => {
      const hub = new ProviderHub().ready();
      const body = bytesOf(length);
      const asked = send(hub, body);
      expect(streamed(hub).equals(body)).toBe(true);
      expect(asked.outcomes).toHaveLength(0);
      const stream = readU16(open(hub), StreamOpen.STREAM);
      const id = readU32(open(hub), StreamOpen.MESSAGE_ID);
      hub.fromFirewall(streamEnd(stream, StreamResult.KEPT, id));
      hub.bench.advance(10);
      expect(code(asked)).toBe("2.01");
      expect(cborOf(asked.outcomes[0]!.inner!)).toEqual({ 0: id });
      expect(open(hub)[StreamOpen.PROVIDER]).toBe(0);
      expect([...open(hub).subarray(StreamOpen.EUI64, StreamOpen.EUI64 + 8)]).toEqual([
        ...eui64(1),
      ]);
      expect(readU16(open(hub), StreamOpen.TOTAL)).toBe(length);
    },
  );

  test("in larger blocks is asked for in blocks of 128 (RFC 7959 section 2.3)", () => {
    const hub = new ProviderHub().ready();
    const body = bytesOf(256 + 128);
    const first = hub.supplier.ask(
      POST,
      PATH,
      { Block1: 8 | 4, Size1: body.length },
      body.subarray(0, 256),
    );
    hub.fromFirewall(streamCredit(readU16(open(hub), StreamOpen.STREAM), 0, body.length));
    hub.bench.advance(10);
    expect(uintOf(first.outcomes[0]!.inner!, "Block1")).toBe(8 | 3);
    const second = hub.supplier.ask(POST, PATH, { Block1: (2 << 4) | 3 }, body.subarray(256));
    hub.fromFirewall(streamEnd(readU16(open(hub), StreamOpen.STREAM), StreamResult.KEPT));
    hub.bench.advance(10);
    expect(code(second)).toBe("2.01");
    expect(streamed(hub).equals(body)).toBe(true);
  });

  test.each([
    [StreamResult.NO_GRANT, "4.03"],
    [StreamResult.UNKNOWN_DEVICE, "4.04"],
    [StreamResult.TOO_LONG, "4.13"],
    [StreamResult.QUEUE_FULL, "5.03"],
    [StreamResult.BUSY, "5.03"],
  ])("that the other end refuses with %i is answered %s and audited", (result, expected) => {
    const hub = new ProviderHub().ready();
    const before = hub.audited(AuditCode.REQUEST_REFUSED).length;
    const asked = hub.supplier.ask(POST, PATH, {}, bytesOf(20));
    hub.fromFirewall(streamEnd(readU16(open(hub), StreamOpen.STREAM), result));
    hub.bench.advance(10);
    expect(code(asked)).toBe(expected);
    expect(hub.audited(AuditCode.REQUEST_REFUSED).length).toBe(before + 1);
  });

  test.each([
    ["an empty body", {}, 0, "4.00"],
    ["a first block without Size1", { Block1: 8 | 3 }, 128, "4.00"],
    ["a length over 4096", { Block1: 8 | 3, Size1: 4097 }, 128, "4.13"],
    ["a block shorter than its size", { Block1: 8 | 3, Size1: 400 }, 100, "4.00"],
    ["a block out of the blue", { Block1: (3 << 4) | 8 | 3 }, 128, "4.08"],
    ["another content format", { "Content-Format": 60 }, 10, "4.15"],
  ])("with %s is refused", (_name, options, length, expected) => {
    const hub = new ProviderHub().ready();
    const asked = hub.supplier.ask(POST, PATH, options, bytesOf(length));
    hub.bench.advance(10);
    expect(code(asked)).toBe(expected);
    expect(hub.toFirewall(Operation.STREAM_OPEN)).toHaveLength(0);
  });

  test("with a block missing is refused with 4.08, and can begin again", () => {
    const hub = new ProviderHub().ready();
    const body = bytesOf(384);
    hub.supplier.ask(POST, PATH, { Block1: 8 | 3, Size1: 384 }, body.subarray(0, 128));
    hub.fromFirewall(streamCredit(readU16(open(hub), StreamOpen.STREAM), 0, 384));
    const third = hub.supplier.ask(POST, PATH, { Block1: (2 << 4) | 3 }, body.subarray(256));
    hub.bench.advance(10);
    expect(code(third)).toBe("4.08");
    const again = send(hub, body);
    hub.fromFirewall(streamEnd(readU16(open(hub), StreamOpen.STREAM), StreamResult.KEPT));
    hub.bench.advance(10);
    expect(code(again)).toBe("2.01");
  });

  test("waits while another one is under way: 5.03", () => {
    const hub = new ProviderHub().ready();
    hub.supplier.ask(POST, PATH, {}, bytesOf(20));
    const second = hub.supplier.ask(POST, `devices/${eui64Text(2)}/messages`, {}, bytesOf(20));
    hub.bench.advance(10);
    expect(code(second)).toBe("5.03");
  });

  test("that nobody admits is answered 5.03 after a while, and the stream is given up", () => {
    const hub = new ProviderHub().ready();
    const asked = hub.supplier.ask(POST, PATH, {}, bytesOf(20));
    hub.bench.advance(25_000);
    expect(code(asked)).toBe("5.03");
    expect(hub.toFirewall(Operation.STREAM_END).at(-1)![StreamEnd.RESULT]).toBe(StreamResult.BUSY);
  });

  test("whose head-end falls silent is given up after a minute", () => {
    const hub = new ProviderHub().ready();
    hub.supplier.ask(POST, PATH, { Block1: 8 | 3, Size1: 384 }, bytesOf(128));
    hub.fromFirewall(streamCredit(readU16(open(hub), StreamOpen.STREAM), 0, 384));
    hub.bench.advance(61_000);
    expect(hub.toFirewall(Operation.STREAM_END)).toHaveLength(1);
  });

  test("waits for room in the channel, and for credit", () => {
    const hub = new ProviderHub().ready();
    const asked = hub.supplier.ask(POST, PATH, {}, bytesOf(20));
    const stream = readU16(open(hub), StreamOpen.STREAM);
    let refusals = 3;
    hub.bench.admit = (_from, to, bytes) =>
      to === Party.FIREWALL && bytes[0] === Operation.STREAM_SEGMENT && refusals-- > 0
        ? Sent.FULL
        : Sent.OK;
    hub.fromFirewall(streamCredit(stream, 0, 10));
    expect(hub.toFirewall(Operation.STREAM_SEGMENT)).toHaveLength(0);
    hub.fromFirewall(streamCredit(stream, 0, 20));
    hub.bench.advance(200);
    expect(hub.toFirewall(Operation.STREAM_SEGMENT)).toHaveLength(1);
    hub.fromFirewall(streamEnd(stream, StreamResult.KEPT));
    hub.bench.advance(1);
    expect(code(asked)).toBe("2.01");
  });

  test("that takes long is acknowledged first, and answered on its own", () => {
    const hub = new ProviderHub().ready();
    const asked = send(hub, bytesOf(10));
    hub.bench.advance(3000);
    const ack = hub.supplier.seen.at(-1)!;
    expect([ack.ack, ack.code]).toEqual([true, "0.00"]);
    hub.fromFirewall(streamEnd(readU16(open(hub), StreamOpen.STREAM), StreamResult.KEPT));
    hub.bench.advance(10);
    expect(asked.outcomes[0]!.outer.confirmable).toBe(true);
    expect(code(asked)).toBe("2.01");
    hub.bench.advance(60_000);
    expect(asked.outcomes).toHaveLength(1);
  });

  test("has an id that no restart repeats", () => {
    const hub = new ProviderHub().ready();
    const ids = new Set<number>();
    for (let start = 0; start < 3; start++) {
      for (let i = 0; i < 3; i++) {
        hub.supplier.ask(POST, PATH, {}, bytesOf(20));
        ids.add(readU32(open(hub), StreamOpen.MESSAGE_ID));
        hub.fromFirewall(streamEnd(readU16(open(hub), StreamOpen.STREAM), StreamResult.BUSY));
      }
      hub.startEsi();
      hub.ready();
    }
    expect(ids.size).toBe(9);
  });
});

describe("resources", () => {
  test.each([
    [1, PATH, "4.05"],
    [2, `devices/${eui64Text(1)}/mirror`, "4.05"],
    [1, "devices", "4.04"],
    [1, "", "4.04"],
    [1, `devices/${eui64Text(1)}x/mirror`, "4.04"],
    [1, `devices/${eui64Text(1)}/mirror/more`, "4.04"],
    [1, "a/b/c/d/e/f/g", "4.04"],
    [5, "readings", "4.04"],
  ])("method %i on %s is answered %s", (method, path, expected) => {
    const hub = new ProviderHub().ready();
    const asked = hub.supplier.ask(method, path);
    hub.bench.advance(10);
    expect(code(asked)).toBe(expected);
    expect(hub.audited(AuditCode.REQUEST_REFUSED).length).toBeGreaterThan(1);
  });

  test("a critical option that we do not know is answered 4.02 (RFC 7252 section 5.4.1)", () => {
    const hub = new ProviderHub().ready();
    // GET with option 35, Proxy-Uri.
    const asked = hub.supplier.askRaw(Uint8Array.of(1, 0xd1, 35 - 13, 0x78), 4);
    hub.bench.advance(10);
    expect(code(asked)).toBe("4.02");
  });
});
