// A node that was given the network key and whose hub lost its power before it was proven: its
// record lies in flash from before the key went out, so it is let back in. Once it has the key it
// asks only by rejoin requests under it. Zigbee 05-3474-22 sections 3.6.1.4.2, 4.6.3.3.

import { describe, expect, it } from "vitest";
import { NodeState } from "../../../firmware/partitions/han/nodes";
import { NwkType } from "../../../firmware/wire/nwk";
import { PowerCut } from "../../../host-sim/flash-direct";
import { CUTS } from "../../powercut/cut-points";
import { Bench, blankFlash, type Flash } from "./fixture";
import { eui64Of, TestNode } from "./test-node";

const REJOIN_REQUEST = Uint8Array.from([6, 0x8c]);
const DATA = Uint8Array.from([0x00, 0x01, 0x02, 0x07, 0x09, 0x01, 0x01, 0x00]);
const DAY_MS = 86_400_000;

interface Half {
  readonly flash: Flash;
  readonly bench: Bench;
  readonly node: TestNode;
}

/** A node has the network key and has said nothing yet. */
function keyed(): Half {
  const flash = blankFlash();
  const bench = Bench.up(flash);
  const node = new TestNode(bench, eui64Of(21), false);
  bench.add(node.eui64, node.code);
  node.takeKey();
  expect(node.key).toBeDefined();
  expect(bench.han.nodes.state(0)).toBe(NodeState.KEYED);
  return { flash, bench, node };
}

/** The same node before another hub, with what it knows; or somebody under another name. */
function beforeHub(next: Bench, node: TestNode, name = node.eui64): TestNode {
  const same = new TestNode(next, name, false);
  same.key = node.key!.slice();
  same.keySequence = node.keySequence;
  same.short = node.short;
  same.counter = node.counter;
  return same;
}

/** Asks to come back, as it does every few minutes; true: it was answered. */
function rejoin(next: Bench, node: TestNode, times = 2): boolean {
  for (let i = 0; i < times; i++) {
    next.hear(node.secured(REJOIN_REQUEST, 0, NwkType.COMMAND));
    next.run(100);
  }
  return node.got.some(({ isCommand, payload }) => isCommand && payload[0] === 7);
}

describe("a hub that lost its power when the node had the key", () => {
  it("answers the rejoin of that node, and takes what it says from its first frame on", () => {
    const { flash, node } = keyed();
    const next = Bench.up(flash, 5);
    expect(next.joined).toEqual([]);
    expect(next.han.nodes.state(0)).toBe(NodeState.KEYED);
    const same = beforeHub(next, node);
    expect(rejoin(next, same)).toBe(true);
    expect(next.joined).toEqual([0]);
    expect(next.han.nodes.isNetworked(0)).toBe(true);
    expect(next.han.nodes.short(0)).toBe(node.short);
    next.hear(same.secured(DATA));
    expect(next.up.map(({ aps }) => aps)).toEqual([DATA]);
  });

  it("does so too when the power fails while the proof is being stored", () => {
    const { flash, bench, node } = keyed();
    bench.networkFlash.cut = { ...CUTS[0]!, at: bench.networkFlash.operations };
    expect(() => {
      node.announce();
      bench.run(1000);
    }).toThrow(PowerCut);
    expect(bench.joined).toEqual([]);
    const next = Bench.up(flash, 5);
    expect(rejoin(next, beforeHub(next, node))).toBe(true);
    expect(next.joined).toEqual([0]);
  });

  it("remembers the node as a member over the next power cut", () => {
    const { flash, node } = keyed();
    const next = Bench.up(flash, 5);
    rejoin(next, beforeHub(next, node));
    const third = Bench.up(flash, 6);
    expect(third.joined).toEqual([0]);
  });

  it("takes no frame twice that proved the node once", () => {
    const { flash, node } = keyed();
    const next = Bench.up(flash, 5);
    const same = beforeHub(next, node);
    const proof = same.secured(DATA);
    next.hear(proof);
    next.run(100);
    expect(next.joined).toEqual([0]);
    const again = proof.slice();
    again[2]! ^= 0x55;
    next.hear(again);
    expect(next.up).toEqual([]);
    next.hear(same.secured(DATA));
    expect(next.up).toHaveLength(1);
  });

  it("lets nobody else in who has the network key: not under its address, not under another", () => {
    const { flash, node } = keyed();
    const next = Bench.up(flash, 5);
    const thief = beforeHub(next, node, eui64Of(66));
    expect(rejoin(next, thief)).toBe(false);
    thief.short = 0x1234;
    expect(rejoin(next, thief)).toBe(false);
    expect(next.joined).toEqual([]);
    expect(next.up).toEqual([]);
  });

  it("believes nothing that another key sealed", () => {
    const { flash, node } = keyed();
    const next = Bench.up(flash, 5);
    const guess = beforeHub(next, node);
    guess.key![0]! ^= 1;
    expect(rejoin(next, guess)).toBe(false);
    expect(next.han.nodes.state(0)).toBe(NodeState.KEYED);
  });

  it("forgets it when a day has gone by; it may associate anew", () => {
    const { flash, node } = keyed();
    const next = Bench.up(flash, 5);
    next.run(DAY_MS);
    expect(rejoin(next, beforeHub(next, node))).toBe(false);
    expect(next.han.nodes.state(0)).toBe(NodeState.GONE);
    const later = Bench.up(flash, 6);
    expect(later.han.nodes.state(0)).toBe(NodeState.GONE);
    const same = new TestNode(later, node.eui64, false);
    expect(later.add(same.eui64, same.code)).toBe(0);
    expect(same.join()).toBe(true);
    expect(later.joined).toEqual([0]);
  });
});

describe("a node that was given the key and is not registered any more", () => {
  it("is forgotten at once, and its rejoin is not answered", () => {
    const { flash, bench, node } = keyed();
    bench.remove(node.eui64);
    bench.run(500);
    expect(bench.han.nodes.state(0)).toBe(NodeState.GONE);
    expect(rejoin(bench, node)).toBe(false);
    const next = Bench.up(flash, 5);
    expect(next.han.nodes.state(0)).toBe(NodeState.GONE);
    expect(rejoin(next, beforeHub(next, node))).toBe(false);
  });

  it("is forgotten when the hub starts, if it was removed meanwhile: `access` is asked", () => {
    const { flash, bench, node } = keyed();
    const old = flash.network.bytes.slice();
    bench.remove(node.eui64);
    bench.run(500);
    flash.network.bytes.set(old);
    const next = Bench.up(flash, 5);
    next.run(1000);
    expect(next.han.nodes.state(0)).toBe(NodeState.GONE);
    expect(rejoin(next, beforeHub(next, node))).toBe(false);
    expect(next.up).toEqual([]);
  });
});

describe("a node that was given the key and stayed silent", () => {
  it("is let in by its proof an hour later, without a power cut", () => {
    const { bench, node } = keyed();
    bench.run(3_600_000);
    expect(bench.joined).toEqual([]);
    expect(rejoin(bench, node)).toBe(true);
    expect(bench.joined).toEqual([0]);
  });
});

describe("the wrapped network key", () => {
  it("does not go out before the node's record lies in flash", () => {
    const bench = Bench.up();
    const node = new TestNode(bench, eui64Of(22), false);
    bench.add(node.eui64, node.code);
    const { stored } = bench.han.nodes;
    bench.han.nodes.stored = () => NodeState.FREE;
    node.associate();
    bench.run(490);
    node.pollExtended();
    bench.run(1000);
    expect(node.status).toBe(0);
    expect(node.key).toBeUndefined();
    bench.han.nodes.stored = stored;
    bench.han.nodes.setState(0, NodeState.KEYED);
    bench.run(100);
    expect(node.key).toBeDefined();
  });
});
