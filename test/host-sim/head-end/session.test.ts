// One session of the head-end against a hub that follows a script.

import { beforeEach, describe, expect, it } from "vitest";
import {
  blockOf,
  blockOption,
  type CoapBody,
  decodeDatagram,
  encodeDatagram,
  numberOf,
  numberOption,
  OPTION,
  optionOf,
  pathOf,
} from "../../../host-sim/head-end/coap";
import { MessageLayer } from "../../../host-sim/head-end/message-layer";
import type { Response } from "../../../host-sim/head-end/request-queue";
import { Session } from "../../../host-sim/head-end/session";
import { NO_CHANCE } from "./chance";
import { HUB, keysOf, OBSERVE, ScriptedHub } from "./scripted-hub";

const POST = "0.02";
const KEYS = keysOf(1);
const OTHER_PORT = Uint8Array.from(HUB, (byte) => byte + 1);

let hub: ScriptedHub;
let session: Session;
/** Whole requests that reached the head-end's resources. */
let served: { path: string; query: string[]; body: CoapBody }[];
let responses: (Response | undefined)[];
/** Where requests went. */
let sentTo: Uint8Array[];

beforeEach(() => {
  hub = new ScriptedHub(KEYS);
  connect(true);
});

/** @param fresh whether this life of the head-end is its first */
function connect(fresh: boolean): void {
  served = [];
  responses = [];
  sentTo = [];
  let sequence = 0;
  const toHub = (peer: Uint8Array, datagram: Buffer): void => {
    if (decodeDatagram(datagram)!.type === "CON") sentTo.push(peer);
    hub.receive(datagram);
  };
  const layer = new MessageLayer(NO_CHANCE, toHub, {
    serve: (now, peer, outer) => session.serve(now, peer, outer),
  });
  session = new Session(
    "supplier",
    KEYS,
    () => sequence++,
    fresh,
    layer,
    (_now, path, query, body) => {
      served.push({ path, query, body });
      if (path === "ask me") send(bytes(3));
      return { code: "2.04", payload: Buffer.from(`${served.length}`) };
    },
    NO_CHANCE,
  );
  hub.head = {
    receive: (now, peer, datagram) => {
      layer.receive(now, peer, datagram);
      layer.tick(now);
    },
  };
}

const hello = (): void => void hub.ask(POST, "register");
const done = (_now: number, response: Response | undefined): void => void responses.push(response);
const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, i) => i & 0xff));
const send = (payload: Buffer, path = "devices/x/messages"): void =>
  session.request(hub.now, { method: "POST", path, payload, contentFormat: 42 }, done);
const codes = (answers: (CoapBody | string)[]): string[] =>
  answers.map((answer) => (typeof answer === "string" ? answer : answer.code));
const block = (number: number, more: boolean, size: number) =>
  blockOption(OPTION.block1, { number, more, size });

describe("a request of the hub", () => {
  it("is served inside the protection, and answered in it", () => {
    const answers = hub.ask(POST, "readings", { payload: Buffer.from("abc") });
    expect(served[0]!.path).toBe("readings");
    expect(served[0]!.body.payload.toString()).toBe("abc");
    expect(answers[0]).toMatchObject({ code: "2.04", payload: Buffer.from("1") });
  });

  it("that is replayed gets 4.01 outside, and is not served (RFC 8613 section 8.2)", () => {
    hello();
    const again = decodeDatagram(hub.fromHub[0]!)!;
    hub.send(encodeDatagram({ ...again, messageId: 4_711 }));
    expect(served).toHaveLength(1);
    expect(session.counts.replayed).toBe(1);
    expect(decodeDatagram(hub.toHub.at(-1)!)).toMatchObject({ code: "4.01", options: [] });
  });

  it("that was changed gets 4.00 outside, and is not served", () => {
    hub.passes = (toHub) => toHub;
    const answers = hub.ask(POST, "register");
    hub.passes = () => true;
    const datagram = hub.fromHub[0]!;
    datagram[datagram.length - 1]! ^= 1;
    hub.send(datagram);
    expect(served).toEqual([]);
    expect(session.counts.forged).toBe(1);
    expect(codes(answers)).toEqual(["plain 4.00"]);
    expect(session.hub).toBeUndefined();
  });

  it("whose OSCORE option is broken gets 4.02 outside", () => {
    hello();
    const good = decodeDatagram(hub.fromHub[0]!)!;
    for (const value of ["", "08", "0d", "e90001", "00"]) {
      const options = [{ name: OPTION.oscore, value: Buffer.from(value, "hex") }];
      const answer = session.serve(0, HUB, { ...good, options });
      expect(answer?.code).toBe("4.02");
    }
    expect(session.counts.malformed).toBe(5);
  });
});

describe("freshness after a restart (RFC 8613 appendix B.1.2)", () => {
  const echo = (answer: CoapBody | string | undefined): Buffer =>
    optionOf(answer as CoapBody, OPTION.echo)!;

  it("is asked for by Echo once, of the first request", () => {
    connect(false);
    const [challenge] = hub.ask(POST, "register");
    expect(challenge).toMatchObject({ code: "4.01" });
    expect(served).toEqual([]);
    expect(session.hub).toBeUndefined();
    const options = [{ name: OPTION.echo, value: echo(challenge) }];
    expect(codes(hub.ask(POST, "register", { options }))).toEqual(["2.04"]);
    expect(codes(hub.ask(POST, "readings"))).toEqual(["2.04"]);
    expect(session.counts.challenged).toBe(1);
  });

  it("is not proved by another Echo", () => {
    connect(false);
    const options = [{ name: OPTION.echo, value: Buffer.alloc(8) }];
    expect(codes(hub.ask(POST, "register", { options }))).toEqual(["4.01"]);
    expect(served).toEqual([]);
  });

  it("puts every request before the proof out of the window: they may be of an earlier life", () => {
    hub.passes = () => false;
    hub.ask(POST, "readings");
    const before = decodeDatagram(hub.fromHub[0]!)!;
    hub = new ScriptedHub(KEYS, 10);
    connect(false);
    const [challenge] = hub.ask(POST, "register");
    hub.ask(POST, "register", { options: [{ name: OPTION.echo, value: echo(challenge) }] });
    hub.send(encodeDatagram({ ...before, messageId: 4_711 }));
    expect(served).toHaveLength(1);
    expect(session.counts.replayed).toBe(1);
  });
});

describe("a body in blocks from the hub (RFC 7959 section 2.5)", () => {
  const part = (number: number, more: boolean, size: number, whole: Buffer, path = "messages/a") =>
    hub.ask(POST, path, {
      options: [block(number, more, size)],
      payload: whole.subarray(number * size, (number + 1) * size),
    })[0] as CoapBody;

  it("is put together, each block acknowledged by 2.31 with its number", () => {
    const whole = bytes(300);
    const answers = [0, 1, 2].map((number) => part(number, number < 2, 128, whole));
    expect(answers.map(({ code }) => code)).toEqual(["2.31", "2.31", "2.04"]);
    expect(answers.map((answer) => blockOf(answer, OPTION.block1)!.number)).toEqual([0, 1, 2]);
    expect(served[0]!.body.payload.equals(whole)).toBe(true);
  });

  it("may have 4,096 bytes, in smaller blocks too", () => {
    const whole = bytes(4_096);
    for (let i = 0; i < 256; i++) part(i, i < 255, 16, whole);
    expect(served[0]!.body.payload.equals(whole)).toBe(true);
  });

  it("of more than 4,096 bytes is refused by 4.13, and by what Size1 tells at once", () => {
    const whole = bytes(4_224);
    const answers = Array.from({ length: 33 }, (_, i) => part(i, i < 32, 128, whole));
    expect(answers.at(-2)!.code).toBe("2.31");
    expect(answers.at(-1)!.code).toBe("4.13");
    const options = [block(0, true, 128), numberOption(OPTION.size1, 4_097)];
    expect(codes(hub.ask(POST, "messages/a", { options, payload: bytes(128) }))).toEqual(["4.13"]);
    expect(served).toEqual([]);
  });

  it.each([
    ["is missing", [0, 2]],
    ["comes twice", [0, 1, 1]],
    ["is the first to come", [1]],
  ])("is refused by 4.08 when a block %s, and can begin anew", (_name, numbers) => {
    const whole = bytes(512);
    const answers = numbers.map((number) => part(number, true, 128, whole));
    expect(answers.at(-1)!.code).toBe("4.08");
    expect(part(1, true, 128, whole).code).toBe("4.08");
    for (let i = 0; i < 4; i++) part(i, i < 3, 128, whole);
    expect(served).toHaveLength(1);
  });

  it("does not mix with another resource's, or another query's", () => {
    const whole = bytes(256);
    part(0, true, 128, whole);
    expect(part(1, false, 128, whole, "messages/b").code).toBe("4.08");
    const id = (text: string) => ({ name: OPTION.query, value: Buffer.from(text) });
    const options = (number: number, text: string) => [id(text), block(number, number < 1, 128)];
    const payload = bytes(128);
    hub.ask(POST, "messages/a", { options: options(0, "id=1"), payload });
    const other = hub.ask(POST, "messages/a", { options: options(1, "id=2"), payload });
    expect(codes(other)).toEqual(["4.08"]);
    expect(served).toEqual([]);
  });

  it("is refused by 4.00 when a block is not as long as it says, 4.02 with the reserved size", () => {
    const options = [block(0, true, 128)];
    for (const length of [0, 127, 129]) {
      const answers = hub.ask(POST, "messages/a", { options, payload: bytes(length) });
      expect(codes(answers)).toEqual(["4.00"]);
    }
    const reserved = [{ name: OPTION.block1, value: Buffer.from([0x0f]) }];
    expect(codes(hub.ask(POST, "m", { options: reserved, payload: bytes(128) }))).toEqual(["4.02"]);
  });
});

describe("requests to the hub", () => {
  it("wait until the hub has spoken, and go one after the other", () => {
    hub.script.push({ code: "2.01", payload: Buffer.from("a") }, { code: "4.04" });
    send(bytes(3), "one");
    send(bytes(3), "two");
    expect(session.pending).toBe(2);
    expect(hub.asked).toEqual([]);
    hello();
    expect(hub.asked.map(pathOf)).toEqual(["one", "two"]);
    expect(responses.map((response) => response?.code)).toEqual(["2.01", "4.04"]);
    expect(responses[0]!.payload.toString()).toBe("a");
    expect(session.pending).toBe(0);
  });

  it("go to where the hub last spoke from; what was under way elsewhere ends", () => {
    hello();
    hub.script.push(undefined);
    session.request(hub.now, { method: "GET", path: "mirror", observe: true }, done);
    send(bytes(3), "two");
    hub.address = OTHER_PORT;
    hello();
    expect(session.hub).toEqual(OTHER_PORT);
    expect(responses.map((response) => response?.code)).toEqual([undefined, "2.04"]);
    expect(hub.asked.map(pathOf)).toEqual(["mirror", "two"]);
  });

  it("that are made while the hub speaks from a new address go there", () => {
    hello();
    const before = hub.asked.length;
    hub.address = OTHER_PORT;
    hub.ask(POST, "ask me");
    expect(hub.asked).toHaveLength(before + 1);
    expect(sentTo.at(-1)).toEqual(OTHER_PORT);
  });

  it("are repeated once with the Echo that the hub asks for, and not with it afterwards", () => {
    const value = Buffer.from("0123456789abcdef", "hex");
    hub.script.push({ code: "4.01", options: [{ name: OPTION.echo, value }] });
    hello();
    send(bytes(3));
    send(bytes(3));
    const echoes = hub.asked.map((body) => optionOf(body, OPTION.echo));
    expect(echoes).toEqual([undefined, value, undefined]);
    expect(responses.map((response) => response?.code)).toEqual(["2.04", "2.04"]);
  });

  it("give up with a hub that asks for Echo over and over", () => {
    const challenge = { code: "4.01", options: [{ name: OPTION.echo, value: bytes(8) }] };
    hub.script.push(challenge, challenge, challenge);
    hello();
    send(bytes(3));
    expect(hub.asked).toHaveLength(3);
    expect(responses[0]!.code).toBe("4.01");
  });

  it("end with nothing on an error outside OSCORE, which proves nothing", () => {
    hub.script.push({ code: "plain 4.01" });
    hello();
    send(bytes(3));
    expect(responses).toEqual([undefined]);
  });

  it("pass over a response that does not open, and take the good one after it", () => {
    hello();
    hub.passes = (toHub) => toHub;
    send(bytes(3));
    hub.passes = () => true;
    const good = hub.fromHub.at(-1)!;
    const bad = Buffer.from(good);
    bad[bad.length - 1]! ^= 1;
    hub.send(bad);
    expect(responses).toEqual([]);
    hub.send(good);
    expect(responses[0]!.code).toBe("2.04");
  });

  it("end with nothing when the hub stays away", () => {
    hello();
    hub.passes = () => false;
    send(bytes(3));
    for (let now = 0; now <= 70_000; now += 1_000) {
      hub.now = now;
      hub.head!.receive(now, OTHER_PORT, Buffer.alloc(0));
    }
    expect(responses).toEqual([undefined]);
    expect(hub.asked).toEqual([]);
  });
});

describe("a long body to the hub (RFC 7959)", () => {
  const blocks = () => hub.asked.map((body) => blockOf(body, OPTION.block1)!);
  const body = () => Buffer.concat(hub.asked.map(({ payload }) => payload));
  const goOn = (number: number, size = 128) => ({
    code: "2.31",
    options: [block(number, true, size)],
  });

  it("of 128 bytes goes in one piece without Block1", () => {
    hello();
    send(bytes(128));
    expect(hub.asked).toHaveLength(1);
    expect(optionOf(hub.asked[0]!, OPTION.block1)).toBeUndefined();
  });

  it("goes in blocks of 128 bytes, the first with the whole length", () => {
    hub.script.push(goOn(0), goOn(1), { code: "2.01" });
    hello();
    send(bytes(300));
    expect(blocks()).toEqual([
      { number: 0, more: true, size: 128 },
      { number: 1, more: true, size: 128 },
      { number: 2, more: false, size: 128 },
    ]);
    const sizes = hub.asked.map((one) => optionOf(one, OPTION.size1));
    expect(sizes.map((size) => size && numberOf(size))).toEqual([300, undefined, undefined]);
    expect(body().equals(bytes(300))).toBe(true);
    expect(responses[0]!.code).toBe("2.01");
  });

  it("goes on in smaller blocks when the hub grants no more (section 2.3)", () => {
    hub.script.push(goOn(0, 32), ...Array.from({ length: 5 }, (_, i) => goOn(4 + i, 32)));
    hello();
    send(bytes(300));
    expect(blocks().slice(0, 3)).toEqual([
      { number: 0, more: true, size: 128 },
      { number: 4, more: true, size: 32 },
      { number: 5, more: true, size: 32 },
    ]);
    expect(blocks().at(-1)).toEqual({ number: 9, more: false, size: 32 });
    expect(body().equals(bytes(300))).toBe(true);
  });

  it("goes on in blocks as they were when the hub speaks of larger ones", () => {
    hub.script.push(goOn(0, 1_024));
    hello();
    send(bytes(200));
    expect(blocks().map(({ size }) => size)).toEqual([128, 128]);
  });

  it("begins in smaller blocks when the first was too large (section 2.9.3)", () => {
    hub.script.push({ code: "4.13", options: [block(0, true, 64)] }, goOn(0, 64));
    hello();
    send(bytes(128));
    expect(blocks().slice(1)).toEqual([
      { number: 0, more: true, size: 64 },
      { number: 1, more: false, size: 64 },
    ]);
    expect(responses[0]!.code).toBe("2.04");
  });

  it("begins anew when the hub has forgotten the blocks before, twice at most (4.08)", () => {
    hub.script.push(goOn(0), { code: "4.08" }, goOn(0), { code: "2.01" });
    hello();
    send(bytes(200));
    expect(blocks().map(({ number }) => number)).toEqual([0, 1, 0, 1]);
    expect(responses[0]!.code).toBe("2.01");
    const forgets = [goOn(0), { code: "4.08" }];
    hub.script.push(...forgets, ...forgets, ...forgets);
    send(bytes(200));
    expect(responses[1]!.code).toBe("4.08");
  });

  it("ends with a refusal of any of its blocks, or with 2.31 to the last", () => {
    hub.script.push(goOn(0), { code: "4.03" }, goOn(0), goOn(1));
    hello();
    send(bytes(200));
    send(bytes(200));
    expect(responses.map((response) => response?.code)).toEqual(["4.03", "2.31"]);
  });

  it("brings Echo in the block that was challenged", () => {
    const value = bytes(8);
    hub.script.push(goOn(0), { code: "4.01", options: [{ name: OPTION.echo, value }] });
    hello();
    send(bytes(200));
    expect(blocks().map(({ number }) => number)).toEqual([0, 1, 1]);
    expect(optionOf(hub.asked[2]!, OPTION.echo)).toEqual(value);
  });
});

describe("an observation (RFC 8613 section 4.1.3.5)", () => {
  const observe = (path = "mirror"): void =>
    session.request(hub.now, { method: "GET", path, observe: true }, done);
  const heard = () => responses.map((response) => response?.payload.toString());
  const first = { code: "2.05", options: [OBSERVE], payload: Buffer.from("first") };

  beforeEach(() => {
    hub.script.push(first);
    hello();
  });

  it("asks with Observe inside and outside", () => {
    observe();
    expect(optionOf(hub.asked[0]!, OPTION.observe)).toEqual(Buffer.alloc(0));
    expect(decodeDatagram(hub.toHub.at(-1)!)).toMatchObject({ code: "0.05" });
  });

  it("hands on the first answer and each notification, whose Observe is empty", () => {
    observe();
    hub.notify(100, "second");
    hub.notify(101, "third");
    expect(heard()).toEqual(["first", "second", "third"]);
    expect(session.pending).toBe(0);
  });

  it("passes over a notification that another has overtaken, or that is repeated", () => {
    observe();
    hub.notify(105, "newer");
    hub.notify(104, "older");
    hub.notify(105, "newer");
    hub.notify(106, "newest");
    expect(heard()).toEqual(["first", "newer", "newest"]);
  });

  it("orders by a first answer that has a Partial IV of its own", () => {
    hub.ownIv = true;
    observe();
    hub.notify(0, "from before");
    hub.notify(200, "after");
    expect(heard()).toEqual(["first", "after"]);
  });

  it("does not hold up requests behind it", () => {
    observe();
    send(bytes(3));
    expect(responses.map((response) => response?.code)).toEqual(["2.05", "2.04"]);
  });

  it("ends, and says so, when the hub moves", () => {
    observe();
    hub.script.push(first);
    observe("another");
    send(bytes(3));
    hub.address = OTHER_PORT;
    hello();
    expect(responses.map((response) => response?.code)).toEqual([
      "2.05",
      "2.05",
      "2.04",
      undefined,
      undefined,
    ]);
    hub.notify(100, "too late");
    expect(responses).toHaveLength(5);
  });

  it("that is refused is an answer like any other", () => {
    hub.script[0] = { code: "4.04" };
    observe();
    hub.notify(100, "nobody asked for this");
    expect(responses.map((response) => response?.code)).toEqual(["4.04"]);
  });

  it("takes the place of an earlier one of the same resource", () => {
    observe();
    hub.script.push({ ...first, payload: Buffer.from("again") });
    observe();
    hub.notify(100, "news");
    expect(heard()).toEqual(["first", "again", "news"]);
  });
});
