// CoAP's message layer as the head-end has it. @source RFC 7252 section 4

import { beforeEach, describe, expect, it } from "vitest";
import {
  type CoapBody,
  type CoapDatagram,
  decodeDatagram,
  encodeDatagram,
} from "../../../host-sim/head-end/coap";
import { Heard, MessageLayer } from "../../../host-sim/head-end/message-layer";
import { NO_CHANCE } from "./chance";

const PEER = Uint8Array.from({ length: 18 }, (_, i) => i);
const OTHER = Uint8Array.from({ length: 18 }, () => 9);
const NONE = Buffer.alloc(0);
const GET: CoapBody = { code: "0.01", options: [], payload: NONE };

let sent: { peer: Uint8Array; datagram: CoapDatagram }[];
let layer: MessageLayer;
/** What came of requests: codes of responses, or "failed". */
let heard: string[];
let served: CoapBody[];
let verdict: Heard;
let answer: CoapBody | undefined;

beforeEach(() => {
  sent = [];
  heard = [];
  served = [];
  verdict = Heard.LAST;
  answer = { code: "2.04", options: [], payload: NONE };
  layer = new MessageLayer(
    NO_CHANCE,
    (peer, datagram) => sent.push({ peer, datagram: decodeDatagram(datagram)! }),
    {
      serve: (_now, _peer, outer) => {
        served.push(outer);
        return answer;
      },
    },
  );
});

function ask(now: number, peer = PEER): string {
  const token = layer.takeToken();
  layer.request(now, peer, token, GET, {
    answered: (_now, { code }) => {
      heard.push(code);
      return verdict;
    },
    failed: () => heard.push("failed"),
  });
  return token;
}

function receive(now: number, fields: Partial<CoapDatagram>, peer = PEER): void {
  const whole = { type: "CON" as const, code: "0.00", messageId: 7, token: NONE };
  layer.receive(now, peer, encodeDatagram({ ...whole, options: [], payload: NONE, ...fields }));
}

const last = (): CoapDatagram => sent.at(-1)!.datagram;

describe("a request (RFC 7252 section 4.2)", () => {
  it("is sent again after 2, 4, 8 and 16 s, and given up 32 s later", () => {
    ask(0);
    const times = [0];
    for (let now = 0; now <= 100_000; now += 500) {
      const before = sent.length;
      layer.tick(now);
      if (sent.length > before) times.push(now);
      if (heard.length > 0 && times.at(-1) !== -1) times.push(now, -1);
    }
    expect(times).toEqual([0, 2_000, 6_000, 14_000, 30_000, 62_000, -1]);
    expect(new Set(sent.map(({ datagram }) => datagram.messageId)).size).toBe(1);
    expect(heard).toEqual(["failed"]);
    expect(layer.counts).toMatchObject({ retransmissions: 4, timeouts: 1 });
    expect(layer.dueAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it("has a token and a message ID of its own", () => {
    ask(0);
    ask(0, OTHER);
    const [one, two] = sent.map(({ datagram }) => datagram);
    expect(one!.type).toBe("CON");
    expect(one!.token.equals(two!.token)).toBe(false);
    expect(one!.messageId).not.toBe(two!.messageId);
  });

  it("ends with a piggybacked response", () => {
    ask(0);
    const { token, messageId } = last();
    receive(10, { type: "ACK", code: "2.05", token, messageId });
    expect(heard).toEqual(["2.05"]);
    layer.tick(1_000_000);
    expect(sent).toHaveLength(1);
    expect(heard).toHaveLength(1);
  });

  it("waits for a separate response after an empty acknowledgement, and acknowledges it", () => {
    ask(0);
    const { token, messageId } = last();
    receive(10, { type: "ACK", messageId });
    layer.tick(60_000);
    expect(sent).toHaveLength(1);
    receive(60_001, { code: "2.05", token, messageId: 99 });
    expect(heard).toEqual(["2.05"]);
    expect(last()).toMatchObject({ type: "ACK", code: "0.00", messageId: 99 });
  });

  it("fails when the separate response does not come in two minutes, however often acknowledged", () => {
    ask(0);
    const { messageId } = last();
    receive(10, { type: "ACK", messageId });
    receive(100_000, { type: "ACK", messageId });
    layer.tick(120_009);
    expect(heard).toEqual([]);
    layer.tick(120_010);
    expect(heard).toEqual(["failed"]);
  });

  it("takes a separate response whose acknowledgement got lost", () => {
    ask(0);
    receive(10, { code: "2.05", token: last().token, messageId: 99 });
    expect(heard).toEqual(["2.05"]);
  });

  it("acknowledges a repeated response again, and hands it on once: our ACK was lost", () => {
    ask(0);
    const { token } = last();
    for (const now of [10, 2_010]) receive(now, { code: "2.05", token, messageId: 99 });
    expect(heard).toEqual(["2.05"]);
    expect(sent.slice(1).map(({ datagram }) => datagram.type)).toEqual(["ACK", "ACK"]);
    expect(layer.counts.duplicates).toBe(1);
  });

  it("tells a separate response from a piggybacked one with the same message ID", () => {
    // Both sides count their message IDs for themselves, so that they may meet.
    ask(0);
    const first = last();
    receive(10, { code: "2.05", token: first.token, messageId: first.messageId + 1 });
    ask(20);
    const second = last();
    expect(second.messageId).toBe(first.messageId + 1);
    receive(30, {
      type: "ACK",
      code: "2.04",
      token: second.token,
      messageId: second.messageId,
    });
    expect(heard).toEqual(["2.05", "2.04"]);
  });

  it("fails at once with a RST", () => {
    ask(0);
    receive(10, { type: "RST", messageId: last().messageId });
    expect(heard).toEqual(["failed"]);
    expect(layer.dueAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it("heeds no acknowledgement and no response of another peer", () => {
    ask(0);
    const { token, messageId } = last();
    receive(10, { type: "ACK", messageId }, OTHER);
    receive(10, { type: "RST", messageId }, OTHER);
    receive(10, { type: "ACK", code: "2.05", token, messageId }, OTHER);
    expect(heard).toEqual([]);
    layer.tick(2_000);
    expect(layer.counts.retransmissions).toBe(1);
  });

  it("goes on waiting when the response was not authentic", () => {
    verdict = Heard.NOTHING;
    ask(0);
    const { token, messageId } = last();
    receive(10, { type: "ACK", code: "2.05", token, messageId });
    verdict = Heard.LAST;
    receive(20, { code: "2.04", token, messageId: 5 });
    expect(heard).toEqual(["2.05", "2.04"]);
  });
});

describe("NSTART (RFC 7252 section 4.7)", () => {
  it("is one: a second request to a peer goes when the first is acknowledged", () => {
    ask(0);
    ask(0);
    ask(0, OTHER);
    expect(sent.map(({ peer }) => peer)).toEqual([PEER, OTHER]);
    receive(10, { type: "ACK", messageId: sent[0]!.datagram.messageId });
    expect(sent).toHaveLength(3);
    expect(sent[2]!.peer).toBe(PEER);
  });

  it.each([
    ["answered", () => receive(9, { code: "2.05", token: last().token, messageId: 1 })],
    ["reset", () => receive(9, { type: "RST", messageId: last().messageId })],
    ["given up", () => [2, 6, 14, 30, 62].map((second) => layer.tick(second * 1_000))],
  ])("lets the next go when the first is %s", (_name, event) => {
    ask(0);
    const first = last().token;
    ask(0);
    event();
    expect(last().code === "0.01" ? last().token : sent.at(-2)!.datagram.token).not.toEqual(first);
    expect(heard).toHaveLength(1);
  });

  it("lets the next go when the first is cancelled", () => {
    const token = ask(0);
    ask(0);
    layer.cancel(5, token);
    expect(sent).toHaveLength(2);
  });
});

describe("an observation (RFC 7641 section 3)", () => {
  it("stays open for its notifications, without a time-out", () => {
    verdict = Heard.ONE_OF_MANY;
    ask(0);
    const { token, messageId } = last();
    receive(10, { type: "ACK", code: "2.05", token, messageId });
    layer.tick(1e9);
    receive(1e9, { code: "2.05", token, messageId: 50 });
    receive(1e9, { type: "NON", code: "2.05", token, messageId: 51 });
    expect(heard).toEqual(["2.05", "2.05", "2.05"]);
    expect(last()).toMatchObject({ type: "ACK", messageId: 50 });
  });

  it("that was cancelled has its next notification rejected by RST", () => {
    verdict = Heard.ONE_OF_MANY;
    const name = ask(0);
    const { token, messageId } = last();
    receive(10, { type: "ACK", code: "2.05", token, messageId });
    layer.cancel(20, name);
    receive(30, { code: "2.05", token, messageId: 50 });
    expect(last()).toMatchObject({ type: "RST", messageId: 50 });
    expect(heard).toHaveLength(1);
  });

  it("that is acknowledged and never answered fails", () => {
    verdict = Heard.ONE_OF_MANY;
    ask(0);
    receive(10, { type: "ACK", messageId: last().messageId });
    layer.tick(120_010);
    expect(heard).toEqual(["failed"]);
  });
});

describe("a request of the peer", () => {
  const token = Buffer.from("ab12", "hex");

  it("is answered in its acknowledgement, with its token", () => {
    receive(0, { code: "0.02", token });
    expect(last()).toMatchObject({ type: "ACK", code: "2.04", messageId: 7, token });
  });

  it("that comes twice is served once and answered twice the same (section 4.5)", () => {
    receive(0, { code: "0.02", token });
    answer = { code: "4.00", options: [], payload: NONE };
    receive(200_000, { code: "0.02", token });
    expect(served).toHaveLength(1);
    expect(sent[1]).toEqual(sent[0]);
    expect(layer.counts.duplicates).toBe(1);
  });

  it("is a new one after EXCHANGE_LIFETIME, or from another peer", () => {
    receive(0, { code: "0.02", token });
    receive(0, { code: "0.02", token }, OTHER);
    receive(247_001, { code: "0.02", token });
    expect(served).toHaveLength(3);
    layer.tick(1_000_000);
    receive(1_000_000, { code: "0.02", token });
    expect(served).toHaveLength(4);
  });

  it("that is not confirmable is answered so", () => {
    receive(0, { type: "NON", code: "0.02", token });
    expect(last()).toMatchObject({ type: "NON", code: "2.04", token });
  });

  it("gets no answer when there is none to give, the second time neither", () => {
    answer = undefined;
    receive(0, { code: "0.02", token });
    receive(1, { code: "0.02", token });
    expect(sent).toEqual([]);
    expect(served).toHaveLength(1);
  });

  it("is remembered among 256 at most, the newest", () => {
    for (let id = 0; id <= 256; id++) receive(id, { code: "0.02", token, messageId: id });
    receive(300, { code: "0.02", token, messageId: 256 });
    expect(served).toHaveLength(257);
    receive(300, { code: "0.02", token, messageId: 0 });
    expect(served).toHaveLength(258);
  });

  it("of 257 peers makes the first forgotten: memory has a limit", () => {
    for (let i = 0; i <= 256; i++) {
      const peer = Uint8Array.from({ length: 18 }, (_, at) => (at === 0 ? i >> 8 : i & 0xff));
      receive(i, { code: "0.02", token }, peer);
    }
    receive(300, { code: "0.02", token }, new Uint8Array(18));
    expect(served).toHaveLength(258);
  });
});

describe("what is no request and no response", () => {
  it.each([
    ["a ping", "0.00"],
    ["a reserved class", "1.01"],
    ["another reserved class", "7.02"],
  ])("%s is rejected by RST (section 4.3)", (_name, code) => {
    receive(0, { code });
    expect(last()).toMatchObject({ type: "RST", code: "0.00", messageId: 7 });
  });

  it("a response that nobody asked for is rejected by RST, and counted", () => {
    receive(0, { code: "2.05", token: Buffer.from("ffff", "hex") });
    expect(last()).toMatchObject({ type: "RST", messageId: 7 });
    expect(layer.counts.unexpected).toBe(1);
  });

  it.each(["ACK", "RST"] as const)("a request in a message of type %s is not served", (type) => {
    receive(0, { type, code: "0.02", token: Buffer.from("01", "hex") });
    expect(served).toEqual([]);
    expect(sent).toEqual([]);
  });

  it.each(["", "40", "8001ffff", "4f010000", "00010000"])("octets %s are counted", (octets) => {
    layer.receive(0, PEER, Buffer.from(octets, "hex"));
    expect(layer.counts.malformed).toBe(1);
    expect(sent).toEqual([]);
  });
});
