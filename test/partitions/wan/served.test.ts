import { generate } from "coap-packet";
import { describe, expect, test } from "vitest";
import { AuditCode, AuditEvent, SessionRefusal } from "../../../firmware/ipc/audit";
import { Exchange, ExchangeFlags } from "../../../firmware/ipc/exchange";
import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import { readU16 } from "../../../firmware/wire/little-endian";
import { Sent } from "../../../hal/sent";
import { PEER } from "../../session/bench";
import { Stage } from "./stage";

const OWNER = Party.ESI_SUPPLIER;
const ANSWER = Buffer.from("protected");

function exchangeOf(stage: Stage): number {
  return readU16(stage.told(OWNER, Operation.SERVE_REQUEST).at(-1)!, Exchange.EXCHANGE);
}

function answer(
  stage: Stage,
  flags: number = ExchangeFlags.HAS_OSCORE,
  exchange = exchangeOf(stage),
): void {
  stage.owner(OWNER, Operation.SERVE_RESPONSE, { code: 0x44, exchange, flags, payload: ANSWER });
}

describe("a request of the head-end", () => {
  test("goes to the session that bound its kid, option and ciphertext as they are", () => {
    const stage = new Stage();
    stage.request();
    const [told] = stage.told(OWNER, Operation.SERVE_REQUEST);
    expect(told![Exchange.CODE]).toBe(2);
    expect(told![Exchange.FLAGS]).toBe(ExchangeFlags.HAS_OSCORE);
    expect([...told!.subarray(Exchange.OPTION_LENGTH, Exchange.OPTION + 3)]).toEqual([
      3, 9, 5, 0x53,
    ]);
    expect(told).toHaveLength(Exchange.OPTION + 3 + 12);
    stage.request({ options: [{ name: "OSCORE", value: Buffer.from([0x09, 5, 0x4f, 0x50]) }] });
    expect(stage.told(Party.ESI_OPERATOR, Operation.SERVE_REQUEST)).toHaveLength(1);
  });

  test("is answered piggybacked when the owner is quick", () => {
    const stage = new Stage();
    const messageId = stage.request();
    answer(stage);
    expect(stage.last).toMatchObject({ code: "2.04", ack: true, messageId });
    expect(stage.last.token).toEqual(Buffer.from([7, 7]));
    expect(stage.last.payload).toEqual(ANSWER);
    stage.bench.advance(100_000);
    expect(stage.sent).toHaveLength(1);
  });

  test("sent twice is handed on once, and its reply is sent again (RFC 7252 section 4.5)", () => {
    const stage = new Stage();
    const messageId = stage.request();
    stage.request({ messageId });
    answer(stage);
    stage.request({ messageId });
    expect(stage.told(OWNER, Operation.SERVE_REQUEST)).toHaveLength(1);
    expect(stage.sent).toHaveLength(2);
    expect(stage.sent[1]).toEqual(stage.sent[0]);
    expect(stage.wan.counts.duplicates).toBe(2);
  });

  test("under a message ID that somebody guessed before is no duplicate of his", () => {
    const stage = new Stage();
    const messageId = stage.request({ token: Buffer.from([6, 6, 6]) });
    answer(stage, 0);
    stage.request({ messageId });
    expect(stage.told(OWNER, Operation.SERVE_REQUEST)).toHaveLength(2);
    answer(stage);
    expect(stage.last).toMatchObject({ code: "2.04", ack: true, messageId });
    expect(stage.last.token).toEqual(Buffer.from([7, 7]));
  });

  test("under a message ID of long before is a new one (RFC 7252 section 4.8.2)", () => {
    const stage = new Stage();
    const messageId = stage.request();
    answer(stage);
    stage.bench.advance(246_000);
    stage.request({ messageId });
    expect(stage.told(OWNER, Operation.SERVE_REQUEST)).toHaveLength(1);
    stage.bench.advance(2_000);
    stage.request({ messageId });
    expect(stage.told(OWNER, Operation.SERVE_REQUEST)).toHaveLength(2);
  });

  test("answered late is acknowledged first; the answer is sent again until acknowledged", () => {
    const stage = new Stage();
    const messageId = stage.request();
    stage.bench.advance(1000);
    expect(stage.last).toMatchObject({ code: "0.00", ack: true, messageId });
    // A duplicate meanwhile is acknowledged again.
    stage.request({ messageId });
    expect(stage.sent).toHaveLength(2);
    answer(stage);
    expect(stage.last).toMatchObject({ code: "2.04", confirmable: true });
    stage.bench.advance(4000);
    expect(stage.sent).toHaveLength(4);
    stage.datagram(generate({ code: "0.00", ack: true, messageId: stage.last.messageId }));
    stage.bench.advance(100_000);
    expect(stage.sent).toHaveLength(4);
  });

  test("that is NON is answered with a NON, and only once", () => {
    const stage = new Stage();
    stage.request({ confirmable: false });
    answer(stage);
    expect(stage.last).toMatchObject({ confirmable: false, ack: false, code: "2.04" });
    stage.bench.advance(100_000);
    expect(stage.sent).toHaveLength(1);
  });

  test("that the owner never answers is given up, and its slot is free again", () => {
    const stage = new Stage();
    for (let round = 0; round < 10; round++) {
      stage.request();
      stage.bench.advance(50_000);
    }
    expect(stage.told(OWNER, Operation.SERVE_REQUEST)).toHaveLength(10);
    answer(stage);
    expect(stage.last.code).toBe("0.00");
  });

  test("beyond an owner's three open ones is refused with 5.03; the other owner's goes", () => {
    const stage = new Stage();
    for (let i = 0; i < 4; i++) stage.request();
    expect(stage.told(OWNER, Operation.SERVE_REQUEST)).toHaveLength(3);
    expect(stage.last.code).toBe("5.03");
    stage.request({ options: [{ name: "OSCORE", value: Buffer.from([0x09, 5, 0x4f, 0x50]) }] });
    expect(stage.told(Party.ESI_OPERATOR, Operation.SERVE_REQUEST)).toHaveLength(1);
  });

  test("whose owner's channel is full is as good as lost: its repetition is taken", () => {
    const stage = new Stage();
    stage.bench.admit = () => Sent.FULL;
    const messageId = stage.request();
    expect(stage.sent).toHaveLength(0);
    stage.bench.admit = () => Sent.OK;
    stage.request({ messageId });
    expect(stage.told(OWNER, Operation.SERVE_REQUEST)).toHaveLength(1);
  });
});

describe("refusals (RFC 8613 section 8.2)", () => {
  function audited(stage: Stage): number[] {
    return stage.told(Party.AUDIT, Operation.AUDIT_EVENT).map((one) => {
      expect(one[AuditEvent.CODE]).toBe(AuditCode.SESSION_REFUSED);
      return one[AuditEvent.DETAIL]!;
    });
  }

  test("a request outside OSCORE: 4.01, counted, audited", () => {
    const stage = new Stage();
    stage.request({ options: [{ name: "Uri-Path", value: Buffer.from("x") }] });
    // Uri-Path is critical and belongs inside: that alone is a bad option.
    expect(stage.last.code).toBe("4.02");
    stage.request({ options: [] });
    expect(stage.last.code).toBe("4.01");
    expect(stage.last.options).toEqual([]);
    expect(audited(stage)).toEqual([SessionRefusal.BAD_OPTION, SessionRefusal.UNPROTECTED]);
    expect(stage.wan.counts.refused).toBe(2);
  });

  test("a kid that nobody bound: 4.01 with the RFC's words, not to be cached", () => {
    const stage = new Stage();
    stage.request({ options: [{ name: "OSCORE", value: Buffer.from([0x09, 5, 0x99]) }] });
    expect(stage.last.code).toBe("4.01");
    expect(stage.last.payload.toString()).toBe("Security context not found");
    expect(stage.last.options).toEqual([{ name: "Max-Age", value: Buffer.alloc(0) }]);
    expect(audited(stage)).toEqual([SessionRefusal.UNKNOWN_KID]);
  });

  test.each([
    ["reserved flags", [0x29, 5, 0x53]],
    ["no Partial IV", [0x08, 0x53]],
    ["no kid", [0x01, 5]],
    ["a cut option", [0x0d, 5]],
    ["nothing at all", []],
  ])("an OSCORE option with %s: 4.02", (_name, value) => {
    const stage = new Stage();
    stage.request({ options: [{ name: "OSCORE", value: Buffer.from(value) }] });
    expect(stage.last.code).toBe("4.02");
    expect(audited(stage)).toEqual([SessionRefusal.BAD_OPTION]);
  });

  test("the audit log gets four lines of a flood, and one more each half a minute", () => {
    const stage = new Stage();
    for (let i = 0; i < 50; i++) stage.request({ options: [] });
    expect(audited(stage)).toHaveLength(4);
    stage.bench.advance(31_000);
    for (let i = 0; i < 50; i++) stage.request({ options: [] });
    expect(audited(stage)).toHaveLength(5);
    expect(stage.wan.counts.refused).toBe(100);
  });

  test("a datagram over 340 bytes: 4.13", () => {
    const stage = new Stage();
    stage.request({ payload: Buffer.alloc(331) });
    expect(stage.last.code).toBe("4.13");
    expect(stage.told(OWNER, Operation.SERVE_REQUEST)).toHaveLength(0);
  });

  test("another source than the configured peer: dropped, counted, nothing is said", () => {
    const stage = new Stage();
    for (let i = 0; i < PEER.length; i++) {
      const source = PEER.slice();
      source[i]! ^= 1;
      stage.datagram(Buffer.from("4001000a", "hex"), source);
    }
    stage.datagram(new Uint8Array(0));
    expect(stage.wan.counts.foreign).toBe(PEER.length + 1);
    expect(stage.sent).toHaveLength(0);
  });

  test.each([
    ["a token of nine bytes", "4901000a000000000000000000", true],
    ["an option past the end", "4001000ab5", true],
    ["a marker without a payload", "4001000aff", true],
    ["a reserved class", "4021000a", true],
    ["an empty message with more", "4000000a00", true],
    ["a malformed NON", "5001000aff", false],
    ["another version", "8001000a", false],
  ])("%s", (_name, text, isReset) => {
    const stage = new Stage();
    stage.datagram(Buffer.from(text, "hex"));
    expect(stage.sent.map((one) => one.reset)).toEqual(isReset ? [true] : []);
    expect(stage.wan.counts.malformed).toBe(1);
  });

  test("a ping is answered with a RST (RFC 7252 section 4.3)", () => {
    const stage = new Stage();
    stage.datagram(Buffer.from("40001234", "hex"));
    expect(stage.last).toMatchObject({ reset: true, messageId: 0x1234, code: "0.00" });
  });
});

describe("an owner's kid", () => {
  test("cannot be taken by another owner", () => {
    const stage = new Stage();
    stage.bind(Party.ESI_OPERATOR, [0x53]);
    stage.request();
    expect(stage.told(OWNER, Operation.SERVE_REQUEST)).toHaveLength(1);
    expect(stage.told(Party.ESI_OPERATOR, Operation.SERVE_REQUEST)).toHaveLength(0);
  });

  test("is forgotten when the owner restarts", () => {
    const stage = new Stage();
    stage.wan.peerRestarted(stage.bench.now, OWNER);
    stage.request();
    expect(stage.last.code).toBe("4.01");
  });
});

describe("an observation", () => {
  function observed(): Stage {
    const stage = new Stage();
    stage.request({
      options: [
        { name: "Observe", value: Buffer.alloc(0) },
        { name: "OSCORE", value: Buffer.from([9, 5, 0x53]) },
      ],
    });
    const [told] = stage.told(OWNER, Operation.SERVE_REQUEST);
    expect(told![Exchange.FLAGS]).toBe(ExchangeFlags.HAS_OSCORE | ExchangeFlags.HAS_OBSERVE);
    answer(stage, ExchangeFlags.HAS_OSCORE | ExchangeFlags.MORE);
    return stage;
  }

  test("is told by confirmable messages with the request's token", () => {
    const stage = observed();
    answer(stage, ExchangeFlags.HAS_OSCORE | ExchangeFlags.MORE);
    expect(stage.last).toMatchObject({ confirmable: true, token: Buffer.from([7, 7]) });
    stage.datagram(generate({ code: "0.00", ack: true, messageId: stage.last.messageId }));
    stage.bench.advance(200_000);
    expect(stage.sent).toHaveLength(2);
  });

  test("that is reset is cancelled with its owner", () => {
    const stage = observed();
    answer(stage, ExchangeFlags.HAS_OSCORE | ExchangeFlags.MORE);
    stage.datagram(generate({ code: "0.00", reset: true, messageId: stage.last.messageId }));
    expect(stage.told(OWNER, Operation.SERVE_CANCEL)).toHaveLength(1);
  });

  test("that the owner closes sends nothing more", () => {
    const stage = observed();
    const exchange = exchangeOf(stage);
    stage.owner(OWNER, Operation.SERVE_RESPONSE, { code: 0, exchange, flags: 0 });
    answer(stage, ExchangeFlags.HAS_OSCORE | ExchangeFlags.MORE, exchange);
    expect(stage.sent).toHaveLength(1);
  });
});
