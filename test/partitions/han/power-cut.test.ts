// The power fails at every flash operation of a join, in `han` and in `access`: afterwards the node
// is in, whole, or not in, and can join. One that has the key already comes back under it.

import { describe, expect, it } from "vitest";
import { NwkType } from "../../../firmware/wire/nwk";
import { PowerCut } from "../../../host-sim/flash-direct";
import { CUTS } from "../../powercut/cut-points";
import { Bench, blankFlash, copyFlash, type Flash } from "./fixture";
import { eui64Of, TestNode } from "./test-node";

interface Cut {
  readonly region: "network" | "credentials";
  readonly at: number;
  readonly how: number;
}

describe("a power cut during registration and join", () => {
  it("leaves the node's record whole or absent, and the node can join afterwards", () => {
    const flash = blankFlash();
    Bench.up(flash).run(1000);
    for (const region of ["network", "credentials"] as const) {
      const operations = count(flash, region);
      expect(operations).toBeGreaterThan(0);
      for (let at = 0; at < operations; at++) {
        for (let how = 0; how < CUTS.length; how++) check(flash, { region, at, how });
      }
    }
  });

  it("during the formation of the network leaves one network, formed once", () => {
    const whole = new Bench(blankFlash(), 4);
    whole.run(10_000);
    const operations = whole.networkFlash.operations;
    for (let at = 0; at < operations; at++) {
      for (const cut of CUTS) {
        const flash = blankFlash();
        const bench = new Bench(flash, 4);
        bench.networkFlash.cut = { ...cut, at };
        dies(() => bench.run(10_000));
        const next = Bench.up(flash, 5);
        const { panId, channel } = next.han.store.identity;
        const third = Bench.up(flash, 6);
        expect(third.han.store.identity.panId).toBe(panId);
        expect(third.han.store.identity.channel).toBe(channel);
      }
    }
  });
});

/** Flash writes of a join. */
function count(flash: Flash, region: Cut["region"]): number {
  const bench = Bench.up(copyFlash(flash));
  const before = device(bench, region).operations;
  const node = new TestNode(bench, eui64Of(1), false);
  bench.add(node.eui64, node.code);
  expect(node.join()).toBe(true);
  bench.run(1000);
  return device(bench, region).operations - before;
}

function check(from: Flash, { region, at, how }: Cut): void {
  const flash = copyFlash(from);
  const bench = Bench.up(flash);
  const node = new TestNode(bench, eui64Of(1), false);
  device(bench, region).cut = { ...CUTS[how]!, at: device(bench, region).operations + at };
  const died = dies(() => {
    bench.add(node.eui64, node.code);
    node.join();
    bench.run(1000);
  });
  const where = `${region} operation ${at}, cut ${how}`;
  expect(died, where).toBe(true);
  const wasTold = bench.joined.length > 0;

  const next = Bench.up(flash, 7);
  next.run(2000);
  const index = next.han.nodes.findEui64(node.eui64, 0);
  // What the upper half or the head-end was told must still be so.
  if (wasTold) expect(index, where).toBe(0);
  if (wasTold) expect(next.han.nodes.isNetworked(index), where).toBe(true);
  if (node.key !== undefined) {
    expect(next.han.nodes.short(index), where).toBe(node.short);
    comesBack(next, node, where);
    return;
  }
  const later = new TestNode(next, node.eui64, false);
  expect(next.add(later.eui64, later.code), where).toBe(0);
  later.counter = node.counter + 100;
  expect(later.join(), where).toBe(true);
  expect(next.joined, where).toEqual([0]);
}

/** It asks under the key; counters of its first frames may have been reserved already. */
function comesBack(next: Bench, node: TestNode, where: string): void {
  const same = new TestNode(next, node.eui64, false);
  same.key = node.key;
  same.keySequence = node.keySequence;
  same.short = node.short;
  same.counter = node.counter + 10;
  for (let i = 0; i < 2; i++) {
    next.hear(same.secured(Uint8Array.from([6, 0x8c]), 0, NwkType.COMMAND));
    next.run(100);
  }
  expect(next.joined, where).toEqual([0]);
  expect(
    same.got.some(({ isCommand }) => isCommand),
    where,
  ).toBe(true);
}

function device(bench: Bench, region: Cut["region"]) {
  return region === "network" ? bench.networkFlash : bench.credentialFlash;
}

function dies(work: () => void): boolean {
  try {
    work();
    return false;
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
    return true;
  }
}
