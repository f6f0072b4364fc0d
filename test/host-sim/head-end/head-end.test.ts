// The head-end's resources, what it refuses, and what it asks, as docs/wan.md tells them.

import { Encoder, Tag } from "cbor-x";
import { beforeEach, describe, expect, it } from "vitest";
import {
  type CoapBody,
  decodeDatagram,
  encodeDatagram,
  OPTION,
  pathOf,
} from "../../../host-sim/head-end/coap";
import { HeadEnd, type HeadEndContext } from "../../../host-sim/head-end/head-end";
import { NO_CHANCE } from "./chance";
import { HUB, keysOf, OBSERVE, ScriptedHub } from "./scripted-hub";

const POST = "0.02";
const METER = "70b3d52b60000001";
const encoder = new Encoder({ mapsAsObjects: false, useRecords: false });
const cbor = (entries: Record<number, unknown>): Buffer =>
  Buffer.from(
    encoder.encode(new Map(Object.entries(entries).map(([key, value]) => [Number(key), value]))),
  );

let heard: [string, ...unknown[]][];
let head: HeadEnd;
let management: ScriptedHub;
let supplier: ScriptedHub;

beforeEach(() => {
  heard = [];
  management = new ScriptedHub(keysOf(1));
  supplier = new ScriptedHub(keysOf(2));
  supplier.address = Uint8Array.from(HUB, (byte) => byte + 1);
  const hubs = [management, supplier];
  const context = (name: string, kind: HeadEndContext["kind"], number: number) => {
    let sequence = 0;
    return { name, kind, keys: keysOf(number), takeSequence: () => sequence++, fresh: true };
  };
  const note =
    (name: string) =>
    (_now: number, ...what: unknown[]): void =>
      void heard.push([name, ...what]);
  head = new HeadEnd(
    [context("management", "management", 1), context("supplier", "provider", 2)],
    NO_CHANCE,
    () => 1_767_225_600_123.4,
    (peer, datagram) => {
      const hub = hubs.find(({ address }) => Buffer.from(address).equals(peer));
      hub?.receive(datagram);
    },
    {
      registered: note("registered"),
      reading: note("reading"),
      message: note("message"),
      alert: note("alert"),
      fate: note("fate"),
      mirror: note("mirror"),
    },
  );
  for (const hub of hubs) hub.head = head;
});

const ask = (hub: ScriptedHub, path: string, payload: Buffer, method = POST): CoapBody => {
  const [answer] = hub.ask(method, path, { payload });
  if (answer === undefined || typeof answer === "string") throw new Error(`no answer: ${answer}`);
  return answer;
};
const register = (hub: ScriptedHub): CoapBody => ask(hub, "register", cbor({ 1: 3, 2: "0.1.0" }));
const pack = (...records: Record<number, unknown>[]): Buffer =>
  Buffer.from(
    encoder.encode(
      records.map((one) => new Map(Object.entries(one).map(([key, v]) => [Number(key), v]))),
    ),
  );
const base = `urn:dev:mac:${METER}_`;

describe("POST register", () => {
  it("is answered with the time, a whole number of milliseconds", () => {
    const answer = register(management);
    expect(answer.code).toBe("2.04");
    // Map {0: unsigned of 8 bytes}.
    expect(answer.payload.toString("hex")).toBe("a1001b0000019b76daa87b");
    expect(heard).toEqual([["registered", "management", 3, "0.1.0"]]);
    expect(head.isRegistered("management")).toBe(true);
    expect(head.isRegistered("supplier")).toBe(false);
  });

  it.each([
    ["no map", Buffer.from([1])],
    ["nothing", Buffer.alloc(0)],
    ["no boot count", cbor({ 2: "0.1.0" })],
    ["a boot count below zero", cbor({ 1: -1, 2: "0.1.0" })],
    ["a boot count with a fraction", cbor({ 1: 1.5, 2: "0.1.0" })],
    ["no version", cbor({ 1: 3 })],
  ])("with %s is refused by 4.00", (_name, payload) => {
    expect(ask(management, "register", payload).code).toBe("4.00");
    expect(heard).toEqual([]);
    expect(head.counts.refused).toBe(1);
  });
});

describe("POST alerts", () => {
  const eui64 = Buffer.from(METER, "hex");

  it("is told to the listener", () => {
    const payload = cbor({ 0: 0x8f12, 1: 1_767_225_600, 2: eui64, 3: 256 });
    expect(ask(management, "alerts", payload).code).toBe("2.04");
    const alert = { code: 0x8f12, time: 1_767_225_600, eui64: METER, detail: 256 };
    expect(heard).toEqual([["alert", alert]]);
  });

  it.each([
    ["no code", { 1: 1, 2: eui64, 3: 0 }],
    ["no time", { 0: 1, 2: eui64, 3: 0 }],
    ["no device", { 0: 1, 1: 1, 3: 0 }],
    ["a short device", { 0: 1, 1: 1, 2: Buffer.alloc(7), 3: 0 }],
    ["no detail", { 0: 1, 1: 1, 2: eui64 }],
    ["text for a number", { 0: "1", 1: 1, 2: eui64, 3: 0 }],
  ])("with %s is refused by 4.00", (_name, entries) => {
    expect(ask(management, "alerts", cbor(entries)).code).toBe("4.00");
    expect(heard).toEqual([]);
  });
});

describe("POST readings", () => {
  it("gives each record with its meter, quantity, value and time", () => {
    const payload = pack(
      { "-2": base, 0: "electricity", 1: "Wh", 2: 3_815_970, 6: 1_767_225_610 },
      { 0: "demand", 1: "W", 2: 138, 6: 1_767_225_610 },
      { 0: "gas", 1: "m3", 2: new Tag([-3, 1_001], 4), 6: 1_767_225_620 },
    );
    expect(ask(supplier, "readings", payload).code).toBe("2.04");
    const of = { context: "supplier", eui64: METER };
    expect(heard.map(([, reading]) => reading)).toEqual([
      { ...of, quantity: "electricity", value: 3_815_970, time: 1_767_225_610 },
      { ...of, quantity: "demand", value: 138, time: 1_767_225_610 },
      // 1.001 m3: a multiplication by 1,000 would say 1000.9999999999999.
      { ...of, quantity: "gas", value: 1_001, time: 1_767_225_620 },
    ]);
  });

  const good = { "-2": base, 0: "gas", 1: "m3", 2: 1, 6: 1_767_225_620 };
  it.each([
    ["no pack", cbor({ 0: 1 })],
    ["another name", pack({ ...good, "-2": "urn:dev:mac:1_" })],
    ["no time that a meter can have", pack({ ...good, 6: 1e12 })],
    ["a time before 1970", pack({ ...good, 6: -1 })],
    ["something after it", Buffer.concat([pack(good), Buffer.from([0])])],
  ])("with %s is refused by 4.00, and nothing of it is taken", (_name, payload) => {
    expect(ask(supplier, "readings", payload).code).toBe("4.00");
    expect(heard).toEqual([]);
  });
});

describe("POST messages and fates", () => {
  const query = (text: string) => ({ name: OPTION.query, value: Buffer.from(text) });

  it("gives an answer with the message that it answers, or none", () => {
    const payload = Buffer.from("dd00", "hex");
    supplier.ask(POST, `messages/${METER}`, { options: [query("id=65537")], payload });
    supplier.ask(POST, `messages/${METER}`, { payload });
    const message = { context: "supplier", eui64: METER, bytes: payload };
    expect(heard).toEqual([
      ["message", { ...message, messageId: 65_537 }],
      ["message", { ...message, messageId: undefined }],
    ]);
  });

  it.each(["id=", "id=x", "id=-1", "to=1", "id=99999999999"])("refuses the query %s", (text) => {
    const given = { options: [query(text)], payload: Buffer.from("dd", "hex") };
    expect(supplier.ask(POST, `messages/${METER}`, given)[0]).toMatchObject({ code: "4.00" });
    expect(heard).toEqual([]);
  });

  it("refuses two queries, and an empty message", () => {
    const options = [query("id=1"), query("id=2")];
    const two = supplier.ask(POST, `messages/${METER}`, { options, payload: Buffer.from("a") });
    expect(two[0]).toMatchObject({ code: "4.00" });
    expect(ask(supplier, `messages/${METER}`, Buffer.alloc(0)).code).toBe("4.00");
  });

  it("gives a fate, and refuses half of one", () => {
    expect(ask(supplier, "fates", cbor({ 0: 7, 1: 2 })).code).toBe("2.04");
    expect(heard).toEqual([["fate", { context: "supplier", messageId: 7, result: 2 }]]);
    expect(ask(supplier, "fates", cbor({ 0: 7 })).code).toBe("4.00");
  });
});

describe("what a context may not ask", () => {
  it.each([
    ["management", "readings"],
    ["management", `messages/${METER}`],
    ["management", "fates"],
    ["supplier", "alerts"],
    ["supplier", "messages/70B3D52B60000001"],
    ["supplier", "messages"],
    ["supplier", "other"],
  ])("%s has no %s: 4.04", (name, path) => {
    const hub = name === "supplier" ? supplier : management;
    expect(ask(hub, path, Buffer.from([0xa0])).code).toBe("4.04");
    expect(heard).toEqual([]);
  });

  it.each(["0.01", "0.03", "0.04"])("a resource knows POST alone, not %s: 4.05", (method) => {
    expect(ask(supplier, "readings", Buffer.alloc(0), method).code).toBe("4.05");
  });

  it("without OSCORE there is nothing: 4.01", () => {
    const datagram = { type: "CON" as const, code: POST, messageId: 1, token: Buffer.from([1]) };
    supplier.send(encodeDatagram({ ...datagram, options: [], payload: Buffer.alloc(0) }));
    expect(decodeDatagram(supplier.toHub[0]!)).toMatchObject({ type: "ACK", code: "4.01" });
    expect(head.counts.unprotected).toBe(1);
  });

  it("under an unknown kid there is nothing: 4.01", () => {
    const stranger = new ScriptedHub(keysOf(9));
    stranger.address = supplier.address;
    stranger.head = head;
    stranger.ask(POST, "register");
    expect(decodeDatagram(supplier.toHub[0]!)).toMatchObject({ code: "4.01", options: [] });
    expect(head.counts.unknownContext).toBe(1);
  });
});

describe("what it asks of the hub", () => {
  const done = (_now: number, response: { code: string } | undefined): void =>
    void heard.push(["done", response?.code]);
  const codeOf = (body: CoapBody) => [body.code, pathOf(body), body.payload.toString("hex")];

  beforeEach(() => {
    register(management);
    register(supplier);
    heard = [];
  });

  it("puts a device and takes it away", () => {
    head.addDevice(0, METER, 1, Buffer.from("0102", "hex"), done);
    head.removeDevice(0, METER, done);
    expect(management.asked.map(codeOf)).toEqual([
      ["0.03", `devices/${METER}`, "a2000101420102"],
      ["0.04", `devices/${METER}`, ""],
    ]);
    expect(heard).toEqual([
      ["done", "2.04"],
      ["done", "2.04"],
    ]);
  });

  it("gives a grant, with or without an end, and takes it back", () => {
    head.grant(0, "supplier", METER, 3, done);
    head.grant(0, "supplier", METER, 1, done, 1_767_225_600);
    head.revoke(0, "supplier", METER, done);
    expect(management.asked.map(codeOf)).toEqual([
      ["0.03", `grants/supplier/${METER}`, "a10003"],
      ["0.03", `grants/supplier/${METER}`, "a20001011a6955b900"],
      ["0.04", `grants/supplier/${METER}`, ""],
    ]);
  });

  it("sends a message, and reads the ID that the hub gave it", () => {
    supplier.script.push({ code: "2.01", payload: cbor({ 0: 65_537 }) });
    head.sendMessage(0, "supplier", METER, Buffer.from("dd", "hex"), (_now, response) => {
      heard.push(["sent", HeadEnd.messageIdOf(response!)]);
    });
    expect(supplier.asked.map(codeOf)).toEqual([[POST, `devices/${METER}/messages`, "dd"]]);
    expect(heard).toEqual([["sent", 65_537]]);
  });

  it("observes a mirror: each value, and a refusal", () => {
    const value = (litres: number) =>
      pack({ "-2": base, 0: "gas", 1: "m3", 2: new Tag([-3, litres], 4), 6: 1_767_225_620 });
    supplier.script.push({ code: "2.05", options: [OBSERVE], payload: value(1_001) });
    head.observeMirror(0, "supplier", METER);
    supplier.notify(50, value(1_009));
    supplier.script.push({ code: "4.04" });
    head.observeMirror(0, "supplier", METER);
    expect(heard.map(([name, , reading, code]) => [name, reading, code])).toMatchObject([
      ["mirror", { value: 1_001, quantity: "gas" }, "2.05"],
      ["mirror", { value: 1_009, quantity: "gas" }, "2.05"],
      ["mirror", undefined, "4.04"],
    ]);
    expect(head.pending).toBe(0);
  });

  it("knows no context that it was not given", () => {
    expect(() => head.session("operator")).toThrow(/no context named operator/);
  });
});
