// What a session of the head-end makes of a hub's requests.

import { beforeEach, describe, expect, it } from "vitest";
import {
  blockOf,
  type CoapBody,
  decodeDatagram,
  encodeDatagram,
  numberOption,
  OPTION,
  optionOf,
} from "../../../host-sim/head-end/coap";
import { HUB, type ScriptedHub } from "./scripted-hub";
import { anotherHub, block, bytesOf, codesOf, POST, SessionBench } from "./session-bench";

let bench: SessionBench;
let hub: ScriptedHub;

beforeEach(() => {
  bench = new SessionBench();
  hub = bench.hub;
});

/** The head-end in another life, in which it has not seen what was before. */
function restart(of = hub): void {
  bench = new SessionBench(of, false);
  hub = of;
}

describe("a request of the hub", () => {
  it("is served inside the protection, and answered in it", () => {
    const answers = hub.ask(POST, "readings", { payload: Buffer.from("abc") });
    expect(bench.served[0]!.path).toBe("readings");
    expect(bench.served[0]!.body.payload.toString()).toBe("abc");
    expect(answers[0]).toMatchObject({ code: "2.04", payload: Buffer.from("1") });
  });

  it("that is replayed gets 4.01 outside, and is not served (RFC 8613 section 8.2)", () => {
    bench.hello();
    const again = decodeDatagram(hub.fromHub[0]!)!;
    hub.send(encodeDatagram({ ...again, messageId: 4_711 }));
    expect(bench.served).toHaveLength(1);
    expect(bench.session.counts.replayed).toBe(1);
    expect(decodeDatagram(hub.toHub.at(-1)!)).toMatchObject({ code: "4.01", options: [] });
  });

  it("that was changed gets 4.00 outside, and is not served", () => {
    hub.passes = (toHub) => toHub;
    const answers = hub.ask(POST, "register");
    hub.passes = () => true;
    const datagram = hub.fromHub[0]!;
    datagram[datagram.length - 1]! ^= 1;
    hub.send(datagram);
    expect(bench.served).toEqual([]);
    expect(bench.session.counts.forged).toBe(1);
    expect(codesOf(answers)).toEqual(["plain 4.00"]);
    expect(bench.session.hub).toBeUndefined();
  });

  it("whose OSCORE option is broken gets 4.02 outside", () => {
    bench.hello();
    const good = decodeDatagram(hub.fromHub[0]!)!;
    for (const value of ["", "08", "0d", "e90001", "00"]) {
      const options = [{ name: OPTION.oscore, value: Buffer.from(value, "hex") }];
      const answer = bench.session.serve(0, HUB, { ...good, options });
      expect(answer?.code).toBe("4.02");
    }
    expect(bench.session.counts.malformed).toBe(5);
  });
});

describe("freshness after a restart (RFC 8613 appendix B.1.2)", () => {
  const echo = (answer: CoapBody | string | undefined): Buffer =>
    optionOf(answer as CoapBody, OPTION.echo)!;

  it("is asked for by Echo once, of the first request", () => {
    restart();
    const [challenge] = hub.ask(POST, "register");
    expect(challenge).toMatchObject({ code: "4.01" });
    expect(bench.served).toEqual([]);
    expect(bench.session.hub).toBeUndefined();
    const options = [{ name: OPTION.echo, value: echo(challenge) }];
    expect(codesOf(hub.ask(POST, "register", { options }))).toEqual(["2.04"]);
    expect(codesOf(hub.ask(POST, "readings"))).toEqual(["2.04"]);
    expect(bench.session.counts.challenged).toBe(1);
  });

  it("is not proved by another Echo", () => {
    restart();
    const options = [{ name: OPTION.echo, value: Buffer.alloc(8) }];
    expect(codesOf(hub.ask(POST, "register", { options }))).toEqual(["4.01"]);
    expect(bench.served).toEqual([]);
  });

  it("puts every request before the proof out of the window: they may be of an earlier life", () => {
    hub.passes = () => false;
    hub.ask(POST, "readings");
    const before = decodeDatagram(hub.fromHub[0]!)!;
    restart(anotherHub(10));
    const [challenge] = hub.ask(POST, "register");
    hub.ask(POST, "register", { options: [{ name: OPTION.echo, value: echo(challenge) }] });
    hub.send(encodeDatagram({ ...before, messageId: 4_711 }));
    expect(bench.served).toHaveLength(1);
    expect(bench.session.counts.replayed).toBe(1);
  });
});

describe("a body in blocks from the hub (RFC 7959 section 2.5)", () => {
  const part = (number: number, more: boolean, size: number, whole: Buffer, path = "messages/a") =>
    hub.ask(POST, path, {
      options: [block(number, more, size)],
      payload: whole.subarray(number * size, (number + 1) * size),
    })[0] as CoapBody;

  it("is put together, each block acknowledged by 2.31 with its number", () => {
    const whole = bytesOf(300);
    const answers = [0, 1, 2].map((number) => part(number, number < 2, 128, whole));
    expect(answers.map(({ code }) => code)).toEqual(["2.31", "2.31", "2.04"]);
    expect(answers.map((answer) => blockOf(answer, OPTION.block1)!.number)).toEqual([0, 1, 2]);
    expect(bench.served[0]!.body.payload.equals(whole)).toBe(true);
  });

  it("may have 4,096 bytes, in smaller blocks too", () => {
    const whole = bytesOf(4_096);
    for (let i = 0; i < 256; i++) part(i, i < 255, 16, whole);
    expect(bench.served[0]!.body.payload.equals(whole)).toBe(true);
  });

  it("of more than 4,096 bytes is refused by 4.13, and by what Size1 tells at once", () => {
    const whole = bytesOf(4_224);
    const answers = Array.from({ length: 33 }, (_, i) => part(i, i < 32, 128, whole));
    expect(answers.at(-2)!.code).toBe("2.31");
    expect(answers.at(-1)!.code).toBe("4.13");
    const options = [block(0, true, 128), numberOption(OPTION.size1, 4_097)];
    expect(codesOf(hub.ask(POST, "messages/a", { options, payload: bytesOf(128) }))).toEqual([
      "4.13",
    ]);
    expect(bench.served).toEqual([]);
  });

  it.each([
    ["is missing", [0, 2]],
    ["comes twice", [0, 1, 1]],
    ["is the first to come", [1]],
  ])("is refused by 4.08 when a block %s, and can begin anew", (_name, numbers) => {
    const whole = bytesOf(512);
    const answers = numbers.map((number) => part(number, true, 128, whole));
    expect(answers.at(-1)!.code).toBe("4.08");
    expect(part(1, true, 128, whole).code).toBe("4.08");
    for (let i = 0; i < 4; i++) part(i, i < 3, 128, whole);
    expect(bench.served).toHaveLength(1);
  });

  it("does not mix with another resource's, or another query's", () => {
    const whole = bytesOf(256);
    part(0, true, 128, whole);
    expect(part(1, false, 128, whole, "messages/b").code).toBe("4.08");
    const id = (text: string) => ({ name: OPTION.query, value: Buffer.from(text) });
    const options = (number: number, text: string) => [id(text), block(number, number < 1, 128)];
    const payload = bytesOf(128);
    hub.ask(POST, "messages/a", { options: options(0, "id=1"), payload });
    const other = hub.ask(POST, "messages/a", { options: options(1, "id=2"), payload });
    expect(codesOf(other)).toEqual(["4.08"]);
    expect(bench.served).toEqual([]);
  });

  it("is refused by 4.00 when a block is not as long as it says, 4.02 with the reserved size", () => {
    const options = [block(0, true, 128)];
    for (const length of [0, 127, 129]) {
      const answers = hub.ask(POST, "messages/a", { options, payload: bytesOf(length) });
      expect(codesOf(answers)).toEqual(["4.00"]);
    }
    const reserved = [{ name: OPTION.block1, value: Buffer.from([0x0f]) }];
    expect(codesOf(hub.ask(POST, "m", { options: reserved, payload: bytesOf(128) }))).toEqual([
      "4.02",
    ]);
  });
});
