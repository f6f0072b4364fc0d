// Long messages in blocks over a link that loses frames (Zigbee 05-3474-22 clause 2.2.8.4.5).

import { describe, expect, test } from "vitest";
import { Aps, type ReceivedMessage } from "../../../../host-sim/devices/zigbee/aps";
import type { Nwk } from "../../../../host-sim/devices/zigbee/nwk";
import { World } from "../../../../host-sim/world";

interface End {
  readonly aps: Aps;
  readonly received: ReceivedMessage[];
}

/** Two application sub-layers with a lossy wire instead of network layers between them. */
function pair(seed: number, loss: number): { world: World; a: End; b: End } {
  const world = new World(seed);
  const chance = world.random.fork("loss");
  const ends: End[] = [];
  const make = (own: number): End => {
    const nwk = {
      sendData: (_to: number, payload: Buffer, done: (ok: boolean) => void) => {
        const octets = Buffer.from(payload);
        world.schedule(4_000, () => {
          done(true);
          if (!chance.chance(loss)) ends[1 - own]!.aps.receive(own, 1n, octets, true);
        });
        return true;
      },
    } as unknown as Nwk;
    const received: ReceivedMessage[] = [];
    const user = {
      apsMessage: (message: ReceivedMessage) => received.push(message),
      apsCommand: () => {},
      apsFate: () => {},
    };
    return { aps: new Aps(world, nwk, world.random.fork(`end ${own}`), user), received };
  };
  ends.push(make(0), make(1));
  return { world, a: ends[0]!, b: ends[1]! };
}

function message(world: World, length: number) {
  const payload = Buffer.alloc(length);
  world.random.fork(`message ${length}`).fill(payload, 0, length);
  return {
    destination: 1,
    destinationEndpoint: 1,
    cluster: 0x0704,
    profile: 0x0109,
    sourceEndpoint: 1,
    payload,
  };
}

describe("a long message", () => {
  test.each([40, 82, 83, 152, 1164, 4096, 4103])("of %i octets arrives whole, once", (length) => {
    const { world, a, b } = pair(3, 0);
    const sent = message(world, length);
    let fate: boolean | undefined;
    a.aps.send(sent, (ok) => {
      fate = ok;
    });
    world.runUntil(60e6);
    expect(fate).toBe(true);
    expect(b.received.map((one) => one.payload)).toEqual([sent.payload]);
  });

  test("arrives exactly once though one frame in ten is lost", () => {
    let delivered = 0;
    for (let seed = 0; seed < 40; seed++) {
      const { world, a, b } = pair(seed, 0.1);
      const sent = message(world, 2000);
      let fate: boolean | undefined;
      a.aps.send(sent, (ok) => {
        fate = ok;
      });
      world.runUntil(300e6);
      expect(fate).toBeDefined();
      expect(b.received.length).toBeLessThanOrEqual(1);
      if (fate) {
        delivered++;
        expect(b.received[0]?.payload).toEqual(sent.payload);
        expect(a.aps.busy || b.aps.busy).toBe(false);
      }
    }
    // Each block fails for good once in 700 times (four tries, one in five lost both ways).
    expect(delivered).toBeGreaterThan(30);
  });

  test("is given up when nothing comes back", () => {
    const { world, a, b } = pair(1, 1);
    let fate: boolean | undefined;
    a.aps.send(message(world, 500), (ok) => {
      fate = ok;
    });
    world.runUntil(60e6);
    expect(fate).toBe(false);
    expect(a.aps.busy).toBe(false);
    expect(b.received).toEqual([]);
  });
});

test("a whole message whose acknowledgement is lost is delivered once (clause 2.2.8.4.2)", () => {
  let repeated = 0;
  for (let seed = 0; seed < 50; seed++) {
    const { world, a, b } = pair(seed, 0.3);
    a.aps.send(message(world, 30), () => {});
    world.runUntil(20e6);
    expect(b.received.length).toBeLessThanOrEqual(1);
    repeated += b.aps.counts.duplicates;
  }
  expect(repeated).toBeGreaterThan(0);
});
