import { expect, test } from "vitest";
import { ipv4Host, Wan, type WanOptions } from "../../host-sim/wan";
import { World } from "../../host-sim/world";

const A = ipv4Host(192, 0, 2, 1, 1000);
const B = ipv4Host(192, 0, 2, 2, 2000);

function bench(options: WanOptions) {
  const world = new World(1);
  const wan = new Wan(world, options);
  const arrived: { at: number; id: number; from: Uint8Array }[] = [];
  wan.attach(B, {
    datagram: (bytes, length) =>
      arrived.push({ at: world.now, id: bytes[length - 1]!, from: bytes.slice(0, 18) }),
  });
  const send = (id: number): void => {
    const datagram = new Uint8Array(19);
    datagram.set(B);
    datagram[18] = id;
    wan.send(A, datagram, 19);
  };
  return { world, wan, arrived, send };
}

test("a datagram arrives after the latency and some jitter, with its sender's address before it", () => {
  const { world, arrived, send } = bench({ latencyMs: 40, jitterMs: 10 });
  send(7);
  world.runUntil(1e6);
  expect(arrived).toHaveLength(1);
  expect(arrived[0]!.id).toBe(7);
  expect(arrived[0]!.from).toEqual(A);
  expect(arrived[0]!.at).toBeGreaterThanOrEqual(40_000);
  expect(arrived[0]!.at).toBeLessThanOrEqual(50_000);
});

test("loss, duplication and reordering happen as often as they are set", () => {
  const { world, wan, arrived, send } = bench({ loss: 0.1, duplication: 0.2, reordering: 0.3 });
  for (let i = 0; i < 2000; i++) world.at(i * 100_000, () => send(i % 256));
  world.runUntil(1e9);
  expect(wan.counts.lost).toBeGreaterThan(150);
  expect(wan.counts.lost).toBeLessThan(250);
  expect(wan.counts.duplicated).toBeGreaterThan(300);
  expect(arrived).toHaveLength(2000 - wan.counts.lost + wan.counts.duplicated);
  const overtaken = arrived.filter(
    ({ id }, i) => i > 0 && (id - arrived[i - 1]!.id + 256) % 256 > 128,
  );
  expect(overtaken.length).toBeGreaterThan(200);
});

test("in an outage nothing passes, not even what was under way; observers see it all the same", () => {
  const { world, wan, arrived, send } = bench({});
  let seen = 0;
  wan.observe((_time, from, to, payload) => {
    expect([from, to, payload.length]).toEqual([A, B, 1]);
    seen++;
  });
  send(1);
  wan.outage = true;
  send(2);
  world.runUntil(1e6);
  wan.outage = false;
  send(3);
  world.runUntil(2e6);
  expect(arrived.map(({ id }) => id)).toEqual([3]);
  expect(seen).toBe(3);
});
