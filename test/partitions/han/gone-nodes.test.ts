// The frame counter of a node that is gone stays: nothing of its past is taken again, not while it
// comes back, not after, not over a restart. Zigbee 05-3474-22 sections 4.3.1.2, 4.3.4.

import { describe, expect, it } from "vitest";
import { NodeState } from "../../../firmware/partitions/han/nodes";
import { Bench, blankFlash, type Flash } from "./fixture";
import { eui64Of, installCode, TestNode } from "./test-node";

const DATA = Uint8Array.from([0x00, 0x01, 0x02, 0x07, 0x09, 0x01, 0x01, 0x00]);

interface Past {
  readonly bench: Bench;
  readonly node: TestNode;
  readonly frames: readonly Uint8Array[];
  readonly flash: Flash;
}

/** A node that was in and said something, and what it said. */
function past(): Past {
  const flash = blankFlash();
  const bench = Bench.up(flash);
  const node = new TestNode(bench, eui64Of(11), false);
  bench.add(node.eui64, node.code);
  expect(node.join()).toBe(true);
  const frames = Array.from({ length: 30 }, () => node.secured(DATA));
  for (const frame of frames) bench.hear(frame);
  expect(bench.up.length).toBeGreaterThanOrEqual(30);
  bench.run(1000);
  return { bench, node, frames, flash };
}

function replay(bench: Bench, frames: readonly Uint8Array[]): number {
  bench.up.length = 0;
  for (const frame of frames) {
    const again = frame.slice();
    again[2]! ^= 0x55;
    bench.hear(again);
  }
  return bench.up.length;
}

function state(bench: Bench): NodeState | undefined {
  for (let node = 0; node < 32; node++) {
    if (bench.han.nodes.hasEui64(node, eui64Of(11), 0)) return bench.han.nodes.state(node);
  }
  return undefined;
}

describe("a node that was removed and comes back", () => {
  it("is not proven by what it said before", () => {
    const { bench, node, frames } = past();
    bench.remove(node.eui64);
    bench.run(1000);
    expect(state(bench)).toBe(NodeState.GONE);
    expect(replay(bench, frames)).toBe(0);
    bench.add(node.eui64, node.code);
    node.associate();
    bench.run(490);
    node.pollExtended();
    bench.run(50);
    expect(state(bench)).toBe(NodeState.KEYED);
    bench.joined.length = 0;
    expect(replay(bench, frames)).toBe(0);
    expect(bench.joined).toEqual([]);
    node.announce();
    bench.run(100);
    expect(bench.joined).toHaveLength(1);
    expect(replay(bench, frames)).toBe(0);
    bench.hear(node.secured(DATA));
    expect(bench.up).toHaveLength(1);
  });

  it("is not replayed though the hub had no power meanwhile", () => {
    const { bench, node, frames, flash } = past();
    bench.remove(node.eui64);
    bench.run(1000);
    const next = Bench.up(flash, 5);
    expect(state(next)).toBe(NodeState.GONE);
    expect(replay(next, frames)).toBe(0);
    const same = new TestNode(next, node.eui64, false);
    next.add(same.eui64, same.code);
    same.counter = node.counter + 8;
    expect(same.join()).toBe(true);
    expect(replay(next, frames)).toBe(0);
    next.hear(same.secured(DATA));
    expect(next.up).toHaveLength(1);
  });

  it("keeps its place for later when it does not come in after all", () => {
    const { bench, node, frames } = past();
    bench.remove(node.eui64);
    bench.run(1000);
    bench.add(node.eui64, node.code);
    node.associate();
    bench.run(60_000);
    expect(state(bench)).toBe(NodeState.KEYED);
    expect(replay(bench, frames)).toBe(0);
  });
});

describe("a table full of nodes", () => {
  it("gives the place of one that is gone to a newcomer, and no other", () => {
    const { bench, node } = past();
    bench.remove(node.eui64);
    bench.run(1000);
    for (let n = 40; n < 72; n++) {
      const other = new TestNode(bench, eui64Of(n), false, n);
      expect(bench.add(other.eui64, installCode(n))).toBe(0);
      expect(other.join()).toBe(true);
    }
    expect(state(bench)).toBeUndefined();
    expect(bench.joined).toHaveLength(33);
  });
});

describe("a flood of strangers", () => {
  it("leaves room for those who may join, in their own names and in members'", () => {
    const { bench, node } = past();
    const wanted = new TestNode(bench, eui64Of(12), false, 0x51);
    bench.add(wanted.eui64, wanted.code);
    for (let n = 100; n < 140; n++) new TestNode(bench, eui64Of(n), false).associate();
    for (let n = 0; n < 20; n++) node.associate();
    expect(wanted.join()).toBe(true);
  });

  it("does not keep the place of frames for sleepers", () => {
    const { bench } = past();
    for (let n = 100; n < 140; n++) {
      new TestNode(bench, eui64Of(n), false).associate();
      bench.run(50);
    }
    expect(bench.han.mac.counts.full).toBe(0);
  });

  it("in a joining node's own name does not stop it half-way", () => {
    const { bench } = past();
    const wanted = new TestNode(bench, eui64Of(12), false, 0x51);
    bench.add(wanted.eui64, wanted.code);
    const thief = new TestNode(bench, eui64Of(12), false, 0x52);
    wanted.associate();
    for (let i = 0; i < 10; i++) {
      bench.run(49);
      thief.associate();
    }
    wanted.pollExtended();
    bench.run(20);
    for (let i = 0; i < 10; i++) thief.associate();
    wanted.poll();
    bench.run(20);
    expect(wanted.key).toBeDefined();
    wanted.announce();
    bench.run(50);
    expect(bench.joined).toHaveLength(2);
  });
});
