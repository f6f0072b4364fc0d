import { generate } from "coap-packet";
import { describe, expect, test } from "vitest";
import { Exchange, ExchangeFailed, ExchangeFailure } from "../../../firmware/ipc/exchange";
import { Operation } from "../../../firmware/ipc/operation";
import { Party } from "../../../firmware/ipc/party";
import { readU16 } from "../../../firmware/wire/little-endian";
import { Sent } from "../../../hal/sent";
import { Stage } from "./stage";

const OWNER = Party.ESI_SUPPLIER;

function asked(exchange = 9): Stage {
  const stage = new Stage();
  stage.owner(OWNER, Operation.EXCHANGE_REQUEST, {
    code: 2,
    exchange,
    option: [0x09, 0, 1],
    payload: Uint8Array.of(1, 2, 3),
  });
  return stage;
}

function response(stage: Stage, change: Parameters<typeof generate>[0] = {}): void {
  const { messageId, token } = stage.sent[0]!;
  stage.datagram(
    generate({
      code: "2.04",
      ack: true,
      messageId,
      token,
      options: [{ name: "OSCORE", value: Buffer.alloc(0) }],
      payload: Buffer.from("answer..."),
      ...change,
    }),
  );
}

describe("a request of the hub (RFC 7252 sections 4.2 and 5.2)", () => {
  test("is confirmable, with OSCORE option, ciphertext and a token of its own", () => {
    const stage = asked();
    expect(stage.last).toMatchObject({ code: "0.02", confirmable: true });
    expect(stage.last.token).toHaveLength(4);
    expect(stage.last.options).toEqual([{ name: "OSCORE", value: Buffer.from([9, 0, 1]) }]);
    expect([...stage.last.payload]).toEqual([1, 2, 3]);
  });

  test("gets its piggybacked response, and is over", () => {
    const stage = asked();
    response(stage);
    const [told] = stage.told(OWNER, Operation.EXCHANGE_RESPONSE);
    expect(readU16(told!, Exchange.EXCHANGE)).toBe(9);
    expect(told![Exchange.CODE]).toBe(0x44);
    expect(Buffer.from(told!.subarray(Exchange.OPTION)).toString()).toBe("answer...");
    stage.bench.advance(200_000);
    expect(stage.sent).toHaveLength(1);
  });

  test("is sent five times with doubled pauses, the first 2 to 3 s, then fails", () => {
    const stage = asked();
    stage.bench.advance(200_000);
    expect(stage.sent).toHaveLength(5);
    const pauses = stage.sentAt.slice(1).map((at, i) => at - stage.sentAt[i]!);
    expect(pauses[0]).toBeGreaterThanOrEqual(2000);
    expect(pauses[0]).toBeLessThanOrEqual(3000);
    expect(pauses).toEqual([1, 2, 4, 8].map((factor) => factor * pauses[0]!));
    const [failed] = stage.told(OWNER, Operation.EXCHANGE_FAILED);
    expect(failed![ExchangeFailed.REASON]).toBe(ExchangeFailure.TIMEOUT);
    expect(readU16(failed!, ExchangeFailed.EXCHANGE)).toBe(9);
  });

  test("acknowledged by an empty ACK waits for a separate response, which it acknowledges", () => {
    const stage = asked();
    const { messageId } = stage.sent[0]!;
    stage.datagram(generate({ code: "0.00", ack: true, messageId }));
    stage.bench.advance(10_000);
    expect(stage.sent).toHaveLength(1);
    response(stage, { ack: false, confirmable: true, messageId: 0x9999 });
    expect(stage.last).toMatchObject({ code: "0.00", ack: true, messageId: 0x9999 });
    expect(stage.told(OWNER, Operation.EXCHANGE_RESPONSE)).toHaveLength(1);
    // Its duplicate is acknowledged again, and not handed on again.
    response(stage, { ack: false, confirmable: true, messageId: 0x9999 });
    expect(stage.last).toMatchObject({ code: "0.00", ack: true, messageId: 0x9999 });
    expect(stage.told(OWNER, Operation.EXCHANGE_RESPONSE)).toHaveLength(1);
  });

  test("acknowledged and never answered fails after a while", () => {
    const stage = asked();
    stage.datagram(generate({ code: "0.00", ack: true, messageId: stage.sent[0]!.messageId }));
    stage.bench.advance(31_000);
    expect(stage.told(OWNER, Operation.EXCHANGE_FAILED)).toHaveLength(1);
  });

  test("takes a NON response too", () => {
    const stage = asked();
    response(stage, { ack: false, messageId: 0x7777 });
    expect(stage.told(OWNER, Operation.EXCHANGE_RESPONSE)).toHaveLength(1);
    expect(stage.sent).toHaveLength(1);
  });

  test("fails when it is reset", () => {
    const stage = asked();
    stage.datagram(generate({ code: "0.00", reset: true, messageId: stage.sent[0]!.messageId }));
    const [failed] = stage.told(OWNER, Operation.EXCHANGE_FAILED);
    expect(failed![ExchangeFailed.REASON]).toBe(ExchangeFailure.RESET);
  });

  test("takes no response with another token, and no piggybacked one with another message id", () => {
    const stage = asked();
    response(stage, { token: Buffer.from([1, 2, 3, 4]) });
    response(stage, { messageId: (stage.sent[0]!.messageId + 1) & 0xffff });
    expect(stage.told(OWNER, Operation.EXCHANGE_RESPONSE)).toHaveLength(0);
    response(stage, {
      ack: false,
      confirmable: true,
      messageId: 5,
      token: Buffer.from([1, 2, 3, 4]),
    });
    expect(stage.last).toMatchObject({ code: "0.00", reset: true, messageId: 5 });
  });

  test("of an owner with two under way is refused as BUSY; the other owner's goes", () => {
    const stage = asked(1);
    stage.owner(OWNER, Operation.EXCHANGE_REQUEST, { code: 2, exchange: 2 });
    stage.owner(OWNER, Operation.EXCHANGE_REQUEST, { code: 2, exchange: 3 });
    const [failed] = stage.told(OWNER, Operation.EXCHANGE_FAILED);
    expect(failed![ExchangeFailed.REASON]).toBe(ExchangeFailure.BUSY);
    expect(readU16(failed!, ExchangeFailed.EXCHANGE)).toBe(3);
    stage.owner(Party.ESI_OPERATOR, Operation.EXCHANGE_REQUEST, { code: 2, exchange: 3 });
    expect(stage.told(Party.ESI_OPERATOR, Operation.EXCHANGE_FAILED)).toHaveLength(0);
    expect(stage.sent).toHaveLength(3);
  });

  test("whose owner's channel is full gets its response with the next try", () => {
    const stage = asked();
    let refusals = 1;
    stage.bench.admit = () => (refusals-- > 0 ? Sent.FULL : Sent.OK);
    response(stage);
    expect(stage.told(OWNER, Operation.EXCHANGE_RESPONSE)).toHaveLength(0);
    stage.bench.advance(3000);
    expect(stage.sent).toHaveLength(2);
    response(stage);
    expect(stage.told(OWNER, Operation.EXCHANGE_RESPONSE)).toHaveLength(1);
  });

  test("of an owner that restarted is forgotten", () => {
    const stage = asked();
    stage.wan.peerRestarted(stage.bench.now, OWNER);
    response(stage);
    stage.bench.advance(200_000);
    expect(stage.sent).toHaveLength(1);
    expect(stage.told(OWNER, Operation.EXCHANGE_RESPONSE)).toHaveLength(0);
    expect(stage.told(OWNER, Operation.EXCHANGE_FAILED)).toHaveLength(0);
  });
});
