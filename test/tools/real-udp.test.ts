// Hub and head-end as two processes over real UDP, each stopped and started again.

import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DEFAULT_HOUSE } from "../../host-sim/house/house-config";
import { contexts, Desk, type Running } from "./heddle";

const METER = "70b3d52b60000001";
const JOINED = 0x8f12;
const SPEED = ["--speed", "60"];
const desk = new Desk();
let port: number;

beforeAll(async () => {
  desk.file("contexts.json", contexts());
  desk.file("message.bin", Buffer.alloc(300, 0xdd));
  port = await freePort();
});
afterAll(() => desk.clear());

function headEnd(): Running {
  const listen = ["--listen", `127.0.0.1:${port}`];
  return desk.start(["head-end", ...listen, "--oscore", "contexts.json", ...SPEED, "--json"]);
}

function hub(): Running {
  const wan = ["--wan", `udp://127.0.0.1:${port}`, "--oscore", "contexts.json"];
  return desk.start(["home", ...wan, ...SPEED]);
}

function send() {
  return desk.run(["send", "--to", METER, "--head-end", `127.0.0.1:${port}`, "message.bin"]);
}

interface Line {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** What the head-end printed, from this character on. */
function lines({ out }: Running, from = 0): Line[] {
  const whole = out.slice(from, out.lastIndexOf("\n") + 1);
  return whole
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
}

/** All nodes joined, and both providers have readings of the electricity meter. */
const isAlive =
  (from = 0) =>
  (head: Running): boolean => {
    const heard = lines(head, from);
    const joined = heard.filter(({ event, code }) => event === "alert" && code === JOINED);
    const nodes = new Set(joined.map(({ eui64 }) => eui64));
    return nodes.size === DEFAULT_HOUSE.devices.length && hasReadings(from)(head);
  };

const hasReadings =
  (from = 0) =>
  (head: Running): boolean => {
    const of = lines(head, from).filter(
      ({ event, eui64 }) => event === "reading" && eui64 === METER,
    );
    return new Set(of.map(({ context }) => context)).size === 2 && of.length >= 8;
  };

test("a house and its head-end meet over UDP, and outlive each other's restarts", async () => {
  let head = headEnd();
  await head.until(({ err }) => err.startsWith("listening"));
  let house = hub();
  await head.until(isAlive());
  const first = await send();
  expect(first.err).toBe("the hub has taken it as message 65537\nthe device has it\n");
  expect([first.code, first.out]).toEqual([0, expect.stringMatching(/^([0-9a-f]{2})+\n$/)]);

  // Another hub under the same keys: its numbers go on, the head-end tells it of its devices.
  house.signal("SIGINT");
  expect(await house.ended).toMatchObject({ code: 0, err: "" });
  const from = head.out.length;
  house = hub();
  await head.until(isAlive(from));
  const boots = lines(head).filter(({ event }) => event === "registered");
  expect(new Set(boots.map(({ context, boots: count }) => `${context} ${count}`))).toEqual(
    new Set(["management", "supplier", "operator"].flatMap((name) => [`${name} 1`, `${name} 2`])),
  );

  // A head-end that has lost its replay windows asks for Echo, and goes on.
  head.signal("SIGINT");
  expect(await head.ended).toMatchObject({ code: 0 });
  head = headEnd();
  await head.until(hasReadings());
  const second = await send();
  expect(second.err).toMatch(/^the hub has taken it as message 131073\n/);
  expect([second.code, second.out]).toEqual([0, first.out]);

  house.signal("SIGINT");
  head.signal("SIGINT");
  expect(await house.ended).toMatchObject({ code: 0, err: "" });
  expect(await head.ended).toMatchObject({ code: 0 });
}, 120_000);

/** One that neither UDP nor TCP uses now. */
async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  await new Promise<void>((done) => socket.bind(0, "127.0.0.1", done));
  const { port: free } = socket.address();
  const server = createServer();
  await new Promise<void>((done) => server.listen(free, "127.0.0.1", done));
  await new Promise((done) => server.close(done));
  await new Promise<void>((done) => socket.close(done));
  return free;
}
