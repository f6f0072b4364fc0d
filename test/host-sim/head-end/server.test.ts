// The head-end as a process: real UDP on loopback, and the control line.

import { createSocket, type Socket } from "node:dgram";
import { type Socket as Connection, connect, createServer } from "node:net";
import { createInterface } from "node:readline";
import { Encoder } from "cbor-x";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeAddress } from "../../../host-sim/head-end/address";
import type { ControlReply } from "../../../host-sim/head-end/control-line";
import { nodeChance } from "../../../host-sim/head-end/node-chance";
import { HeadEndServer } from "../../../host-sim/head-end/server";
import { type Given, keysOf, ScriptedHub } from "./scripted-hub";

const METER = "70b3d52b60000001";
const encoder = new Encoder({ mapsAsObjects: false, useRecords: false });
const map = (entries: [number, unknown][]) => Buffer.from(encoder.encode(new Map(entries)));
const accepted = (id: number): Given => ({ code: "2.01", payload: map([[0, id]]) });

let server: HeadEndServer;
let hub: ScriptedHub;
let socket: Socket;
let readings: number;
const open: (() => void)[] = [];

beforeEach(async () => {
  readings = 0;
  let sequence = 0;
  server = new HeadEndServer(
    (["management", "supplier"] as const).map((name, index) => ({
      name,
      kind: index === 0 ? ("management" as const) : ("provider" as const),
      keys: keysOf(index + 1),
      takeSequence: () => sequence++,
      fresh: true,
    })),
    nodeChance,
    Date.now,
    {
      reading: () => {
        readings++;
      },
    },
  );
  await server.listen("127.0.0.1", 0);
  hub = new ScriptedHub(keysOf(2));
  socket = createSocket("udp4");
  socket.on("message", (datagram) => hub.receive(datagram));
  hub.head = { receive: (_now, _peer, datagram) => socket.send(datagram, server.port) };
  open.push(
    () => server.close(),
    () => socket.close(),
  );
});

afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** Writes one line; answers every reply until the connection ends. */
function control(line: string): { replies: ControlReply[]; ended: Promise<void>; at: Connection } {
  const at = connect(server.port, "127.0.0.1");
  const replies: ControlReply[] = [];
  createInterface({ input: at }).on("line", (text) => replies.push(JSON.parse(text)));
  const ended = new Promise<void>((resolve) => at.on("close", () => resolve()));
  at.on("error", () => undefined);
  at.write(`${line}\n`);
  open.push(() => at.destroy());
  return { replies, ended, at };
}

const request = (fields: object = {}) => JSON.stringify({ to: METER, payload: "dd00", ...fields });

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error("it did not happen within 5 s");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function meetHub(): Promise<void> {
  hub.ask("0.02", "readings", { payload: Buffer.from("80", "hex") });
  await until(() => server.headEnd.isRegistered("supplier"));
}

const answer = (id: number, text: string) =>
  hub.ask("0.02", `messages/${METER}`, {
    options: [{ name: "Uri-Query", value: Buffer.from(`id=${id}`) }],
    payload: Buffer.from(text),
  });

describe("over UDP", () => {
  it("the hub's readings come in, and are answered", async () => {
    const pack = encoder.encode([
      new Map<number, unknown>([
        [-2, `urn:dev:mac:${METER}_`],
        [0, "electricity"],
        [1, "Wh"],
        [2, 5],
        [6, 1_767_225_600],
      ]),
    ]);
    const answers = hub.ask("0.02", "readings", { payload: Buffer.from(pack) });
    await until(() => answers.length > 0);
    expect(answers[0]).toMatchObject({ code: "2.04" });
    expect(readings).toBe(1);
  });

  it("octets that are no CoAP do no harm", async () => {
    for (const octets of ["", "00", "ff".repeat(1_400)]) {
      socket.send(Buffer.from(octets, "hex"), server.port);
    }
    await meetHub();
  });
});

describe("the control line", () => {
  it("tells of a message that was accepted, delivered and answered, and ends", async () => {
    await meetHub();
    hub.script.push(accepted(5));
    const { replies, ended } = control(request());
    await until(() => replies.length === 1);
    expect(hub.asked[0]!.payload.toString("hex")).toBe("dd00");
    hub.ask("0.02", "fates", {
      payload: map([
        [0, 5],
        [1, 1],
      ]),
    });
    answer(5, "yes");
    await ended;
    expect(replies).toEqual([
      { event: "accepted", messageId: 5 },
      { event: "fate", messageId: 5, result: 1 },
      { event: "answer", messageId: 5, payload: Buffer.from("yes").toString("hex") },
    ]);
  });

  it("ends with a fate that ends the message", async () => {
    await meetHub();
    hub.script.push(accepted(5));
    const { replies, ended } = control(request());
    await until(() => replies.length === 1);
    hub.ask("0.02", "fates", {
      payload: map([
        [0, 5],
        [1, 2],
      ]),
    });
    await ended;
    expect(replies[1]).toEqual({ event: "fate", messageId: 5, result: 2 });
  });

  it("passes on an answer that overtook the receipt", async () => {
    await meetHub();
    hub.script.push(undefined);
    const { replies, ended } = control(request());
    await until(() => hub.asked.length === 1);
    const answers = answer(6, "early");
    await until(() => answers.length === 1);
    hub.receipt(accepted(6));
    await ended;
    expect(replies.map(({ event }) => event)).toEqual(["accepted", "answer"]);
  });

  it.each([
    ["4.03", "the provider holds no grant for this device"],
    ["4.04", "the hub does not know this device"],
    ["5.03", "the device's queue is full or the hub is busy; try again later"],
    ["4.15", "the hub refused it"],
  ])("says why the hub refused with %s", async (code, why) => {
    await meetHub();
    hub.script.push({ code });
    const { replies, ended } = control(request());
    await ended;
    expect(replies).toEqual([{ event: "refused", code, why }]);
  });

  it.each([
    ["no JSON", "{", /must be JSON/],
    ["nothing", "", /must be JSON/],
    ["null", "null", /must be an object/],
    ["no device", request({ to: 7 }), /"to" must be 16/],
    ["a device in capitals", request({ to: "70B3D52B60000001" }), /"to" must be 16/],
    ["an empty message", request({ payload: "" }), /"payload" must be hexadecimal/],
    ["half a byte", request({ payload: "abc" }), /"payload" must be hexadecimal/],
    ["a message too long", request({ payload: "00".repeat(4_097) }), /at most 4,096 bytes/],
    ["a context that is no name", request({ context: 1 }), /"context" must be a name/],
    ["no such context", request({ context: "other" }), /no provider named "other", but supplier/],
    ["the management context", request({ context: "management" }), /no provider named/],
    ["no hub to give it to", request(), /no hub has spoken to this head-end yet/],
  ])("refuses %s with a sentence", async (_name, line, why) => {
    const { replies, ended } = control(line);
    await ended;
    expect(replies).toHaveLength(1);
    expect(replies[0]).toMatchObject({
      event: "refused",
      code: "",
      why: expect.stringMatching(why),
    });
  });

  it("cuts a line that has no end, and serves the next", async () => {
    const { ended, at } = control("x");
    const flood = control("");
    flood.at.write("x".repeat(20_000));
    await flood.ended;
    at.destroy();
    await ended;
    const { replies, ended: last } = control("{}");
    await last;
    expect(replies).toHaveLength(1);
  });
});

describe("a port that is taken", () => {
  it("makes listen fail, on UDP and on TCP, and leaves nothing open", async () => {
    const second = new HeadEndServer([], nodeChance, Date.now, {});
    await expect(second.listen("127.0.0.1", server.port)).rejects.toThrow(/EADDRINUSE/);
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    const third = new HeadEndServer([], nodeChance, Date.now, {});
    await expect(third.listen("127.0.0.1", port)).rejects.toThrow(/EADDRINUSE/);
    other.close();
    const fourth = new HeadEndServer([], nodeChance, Date.now, {});
    await fourth.listen("127.0.0.1", port);
    fourth.close();
  });
});

it("has addresses of IPv4 alone", () => {
  expect(() => encodeAddress("::1", 1)).toThrow(/no IPv4 address/);
});
