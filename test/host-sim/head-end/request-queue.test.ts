// What a session of the head-end asks of a hub: one request after the other, in blocks, with Echo;
// observations.

import { beforeEach, describe, expect, it } from "vitest";
import {
  blockOf,
  decodeDatagram,
  numberOf,
  OPTION,
  optionOf,
  pathOf,
} from "../../../host-sim/head-end/coap";
import { OBSERVE, type ScriptedHub } from "./scripted-hub";
import { block, bytesOf, OTHER_PORT, POST, SessionBench } from "./session-bench";

let bench: SessionBench;
let hub: ScriptedHub;

beforeEach(() => {
  bench = new SessionBench();
  hub = bench.hub;
});

describe("requests to the hub", () => {
  it("wait until the hub has spoken, and go one after the other", () => {
    hub.script.push({ code: "2.01", payload: Buffer.from("a") }, { code: "4.04" });
    bench.send(bytesOf(3), "one");
    bench.send(bytesOf(3), "two");
    expect(bench.session.pending).toBe(2);
    expect(hub.asked).toEqual([]);
    bench.hello();
    expect(hub.asked.map(pathOf)).toEqual(["one", "two"]);
    expect(bench.codes).toEqual(["2.01", "4.04"]);
    expect(bench.responses[0]!.payload.toString()).toBe("a");
    expect(bench.session.pending).toBe(0);
  });

  it("go to where the hub last spoke from; what was under way elsewhere ends", () => {
    bench.hello();
    hub.script.push(undefined);
    bench.observe();
    bench.send(bytesOf(3), "two");
    hub.address = OTHER_PORT;
    bench.hello();
    expect(bench.session.hub).toEqual(OTHER_PORT);
    expect(bench.codes).toEqual([undefined, "2.04"]);
    expect(hub.asked.map(pathOf)).toEqual(["mirror", "two"]);
  });

  it("that are made while the hub speaks from a new address go there", () => {
    bench.hello();
    const before = hub.asked.length;
    hub.address = OTHER_PORT;
    hub.ask(POST, "ask me");
    expect(hub.asked).toHaveLength(before + 1);
    expect(bench.sentTo.at(-1)).toEqual(OTHER_PORT);
  });

  it("are repeated once with the Echo that the hub asks for, and not with it afterwards", () => {
    const value = Buffer.from("0123456789abcdef", "hex");
    hub.script.push({ code: "4.01", options: [{ name: OPTION.echo, value }] });
    bench.hello();
    bench.send(bytesOf(3));
    bench.send(bytesOf(3));
    const echoes = hub.asked.map((body) => optionOf(body, OPTION.echo));
    expect(echoes).toEqual([undefined, value, undefined]);
    expect(bench.codes).toEqual(["2.04", "2.04"]);
  });

  it("give up with a hub that asks for Echo over and over", () => {
    const challenge = { code: "4.01", options: [{ name: OPTION.echo, value: bytesOf(8) }] };
    hub.script.push(challenge, challenge, challenge);
    bench.hello();
    bench.send(bytesOf(3));
    expect(hub.asked).toHaveLength(3);
    expect(bench.responses[0]!.code).toBe("4.01");
  });

  it("end with nothing on an error outside OSCORE, which proves nothing", () => {
    hub.script.push({ code: "plain 4.01" });
    bench.hello();
    bench.send(bytesOf(3));
    expect(bench.responses).toEqual([undefined]);
  });

  it("pass over a response that does not open, and take the good one after it", () => {
    bench.hello();
    hub.passes = (toHub) => toHub;
    bench.send(bytesOf(3));
    hub.passes = () => true;
    const good = hub.fromHub.at(-1)!;
    const bad = Buffer.from(good);
    bad[bad.length - 1]! ^= 1;
    hub.send(bad);
    expect(bench.responses).toEqual([]);
    hub.send(good);
    expect(bench.responses[0]!.code).toBe("2.04");
  });

  it("end with nothing when the hub stays away", () => {
    bench.hello();
    hub.passes = () => false;
    bench.send(bytesOf(3));
    for (let now = 0; now <= 70_000; now += 1_000) {
      hub.now = now;
      hub.head!.receive(now, OTHER_PORT, Buffer.alloc(0));
    }
    expect(bench.responses).toEqual([undefined]);
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
    bench.hello();
    bench.send(bytesOf(128));
    expect(hub.asked).toHaveLength(1);
    expect(optionOf(hub.asked[0]!, OPTION.block1)).toBeUndefined();
  });

  it("goes in blocks of 128 bytes, the first with the whole length", () => {
    hub.script.push(goOn(0), goOn(1), { code: "2.01" });
    bench.hello();
    bench.send(bytesOf(300));
    expect(blocks()).toEqual([
      { number: 0, more: true, size: 128 },
      { number: 1, more: true, size: 128 },
      { number: 2, more: false, size: 128 },
    ]);
    const sizes = hub.asked.map((one) => optionOf(one, OPTION.size1));
    expect(sizes.map((size) => size && numberOf(size))).toEqual([300, undefined, undefined]);
    expect(body().equals(bytesOf(300))).toBe(true);
    expect(bench.responses[0]!.code).toBe("2.01");
  });

  it("goes on in smaller blocks when the hub grants no more (section 2.3)", () => {
    hub.script.push(goOn(0, 32), ...Array.from({ length: 5 }, (_, i) => goOn(4 + i, 32)));
    bench.hello();
    bench.send(bytesOf(300));
    expect(blocks().slice(0, 3)).toEqual([
      { number: 0, more: true, size: 128 },
      { number: 4, more: true, size: 32 },
      { number: 5, more: true, size: 32 },
    ]);
    expect(blocks().at(-1)).toEqual({ number: 9, more: false, size: 32 });
    expect(body().equals(bytesOf(300))).toBe(true);
  });

  it("goes on in blocks as they were when the hub speaks of larger ones", () => {
    hub.script.push(goOn(0, 1_024));
    bench.hello();
    bench.send(bytesOf(200));
    expect(blocks().map(({ size }) => size)).toEqual([128, 128]);
  });

  it("begins in smaller blocks when the first was too large (section 2.9.3)", () => {
    hub.script.push({ code: "4.13", options: [block(0, true, 64)] }, goOn(0, 64));
    bench.hello();
    bench.send(bytesOf(128));
    expect(blocks().slice(1)).toEqual([
      { number: 0, more: true, size: 64 },
      { number: 1, more: false, size: 64 },
    ]);
    expect(bench.responses[0]!.code).toBe("2.04");
  });

  it("begins anew when the hub has forgotten the blocks before, twice at most (4.08)", () => {
    hub.script.push(goOn(0), { code: "4.08" }, goOn(0), { code: "2.01" });
    bench.hello();
    bench.send(bytesOf(200));
    expect(blocks().map(({ number }) => number)).toEqual([0, 1, 0, 1]);
    expect(bench.responses[0]!.code).toBe("2.01");
    const forgets = [goOn(0), { code: "4.08" }];
    hub.script.push(...forgets, ...forgets, ...forgets);
    bench.send(bytesOf(200));
    expect(bench.responses[1]!.code).toBe("4.08");
  });

  it("ends with a refusal of any of its blocks, or with 2.31 to the last", () => {
    hub.script.push(goOn(0), { code: "4.03" }, goOn(0), goOn(1));
    bench.hello();
    bench.send(bytesOf(200));
    bench.send(bytesOf(200));
    expect(bench.codes).toEqual(["4.03", "2.31"]);
  });

  it("brings Echo in the block that was challenged", () => {
    const value = bytesOf(8);
    hub.script.push(goOn(0), { code: "4.01", options: [{ name: OPTION.echo, value }] });
    bench.hello();
    bench.send(bytesOf(200));
    expect(blocks().map(({ number }) => number)).toEqual([0, 1, 1]);
    expect(optionOf(hub.asked[2]!, OPTION.echo)).toEqual(value);
  });
});

describe("an observation (RFC 8613 section 4.1.3.5)", () => {
  const heard = () => bench.responses.map((response) => response?.payload.toString());
  const first = { code: "2.05", options: [OBSERVE], payload: Buffer.from("first") };

  beforeEach(() => {
    hub.script.push(first);
    bench.hello();
  });

  it("asks with Observe inside and outside", () => {
    bench.observe();
    expect(optionOf(hub.asked[0]!, OPTION.observe)).toEqual(Buffer.alloc(0));
    expect(decodeDatagram(hub.toHub.at(-1)!)).toMatchObject({ code: "0.05" });
  });

  it("hands on the first answer and each notification, whose Observe is empty", () => {
    bench.observe();
    hub.notify(100, "second");
    hub.notify(101, "third");
    expect(heard()).toEqual(["first", "second", "third"]);
    expect(bench.session.pending).toBe(0);
  });

  it("passes over a notification that another has overtaken, or that is repeated", () => {
    bench.observe();
    hub.notify(105, "newer");
    hub.notify(104, "older");
    hub.notify(105, "newer");
    hub.notify(106, "newest");
    expect(heard()).toEqual(["first", "newer", "newest"]);
  });

  it("orders by a first answer that has a Partial IV of its own", () => {
    hub.ownIv = true;
    bench.observe();
    hub.notify(0, "from before");
    hub.notify(200, "after");
    expect(heard()).toEqual(["first", "after"]);
  });

  it("does not hold up requests behind it", () => {
    bench.observe();
    bench.send(bytesOf(3));
    expect(bench.codes).toEqual(["2.05", "2.04"]);
  });

  it("ends, and says so, when the hub moves", () => {
    bench.observe();
    hub.script.push(first);
    bench.observe("another");
    bench.send(bytesOf(3));
    hub.address = OTHER_PORT;
    bench.hello();
    expect(bench.codes).toEqual(["2.05", "2.05", "2.04", undefined, undefined]);
    hub.notify(100, "too late");
    expect(bench.responses).toHaveLength(5);
  });

  it("that is refused is an answer like any other", () => {
    hub.script[0] = { code: "4.04" };
    bench.observe();
    hub.notify(100, "nobody asked for this");
    expect(bench.codes).toEqual(["4.04"]);
  });

  it("takes the place of an earlier one of the same resource", () => {
    bench.observe();
    hub.script.push({ ...first, payload: Buffer.from("again") });
    bench.observe();
    hub.notify(100, "news");
    expect(heard()).toEqual(["first", "again", "news"]);
  });
});
