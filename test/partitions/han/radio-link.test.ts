// The co-processor's driver, against one that misbehaves. OpenThread's Spinel.

import { describe, expect, it } from "vitest";
import { NodeState } from "../../../firmware/partitions/han/nodes";
import { SpinelProperty, SpinelStatus } from "../../../firmware/wire/spinel-property";
import { Sent } from "../../../hal/sent";
import { FakeCoprocessor, HUB_EUI64 } from "./fake-coprocessor";
import { Bench, blankFlash } from "./fixture";
import { eui64Of, TestNode } from "./test-node";

describe("forming a network", () => {
  it("measures every channel, takes the quietest, prefers those of Smart Energy", () => {
    const radio = new FakeCoprocessor();
    radio.energy = (channel) => (channel === 20 ? -95 : channel === 22 ? -97 : -60);
    const bench = new Bench(blankFlash(), 1, radio);
    bench.run(20_000);
    expect(bench.han.isUp()).toBe(true);
    expect(bench.han.store.identity.channel).toBe(20);
    expect(radio.properties.get(SpinelProperty.PHY_CHAN)).toEqual(Uint8Array.from([20]));
  });

  it("leaves the preferred channels when they are far louder", () => {
    const radio = new FakeCoprocessor();
    radio.energy = (channel) => (channel === 22 ? -97 : -60);
    const bench = new Bench(blankFlash(), 1, radio);
    bench.run(20_000);
    expect(bench.han.store.identity.channel).toBe(22);
  });

  it("keeps to the stored network at every later start, another co-processor included", () => {
    const flash = blankFlash();
    const first = Bench.up(flash);
    const { channel, panId } = first.han.store.identity;
    const second = new Bench(flash, 99);
    second.run(3000);
    expect(second.han.isUp()).toBe(true);
    expect(second.han.store.identity.channel).toBe(channel);
    expect(second.han.store.identity.panId).toBe(panId);
    expect(second.radio.commands).not.toContain(SpinelProperty.MAC_SCAN_STATE);
    expect(second.han.eui64).toEqual(HUB_EUI64);
  });

  it("avoids the PAN ID of a neighbour", () => {
    // The same seed draws the same PAN ID again, unless a neighbour has it.
    const alone = Bench.up(blankFlash(), 5);
    const { panId } = alone.han.store.identity;
    const bench = new Bench(blankFlash(), 5);
    bench.radio.heard = () => {
      // A beacon of that PAN: control 0x8000, sequence, PAN, address, superframe, GTS, pending.
      const pan = [panId & 0xff, panId >> 8];
      bench.radio.receive(Uint8Array.from([0, 0x80, 1, ...pan, 0, 0, 0xff, 0xcf, 0, 0]));
    };
    bench.run(20_000);
    expect(bench.han.isUp()).toBe(true);
    expect(bench.han.store.identity.panId).not.toBe(panId);
  });

  it("comes through resets of the co-processor at any point of it", () => {
    for (let at = 0; at < 60; at++) {
      const bench = new Bench(blankFlash(), 3);
      const { send } = bench.radio;
      let commands = 0;
      bench.radio.send = (frame, length) => {
        if (commands++ === at) bench.radio.restart(SpinelStatus.RESET_FAULT);
        return send.call(bench.radio, frame, length);
      };
      bench.run(60_000);
      expect(bench.han.isUp(), `reset at command ${at}`).toBe(true);
    }
  });
});

describe("a running network", () => {
  it("is set up anew after the co-processor reset by itself, and traffic resumes", () => {
    const { bench, node } = joined();
    const pan = bench.radio.properties.get(SpinelProperty.MAC_15_4_PANID);
    bench.radio.restart(SpinelStatus.RESET_WATCHDOG);
    bench.run(100);
    expect(bench.han.isUp()).toBe(true);
    expect(bench.radio.properties.get(SpinelProperty.MAC_15_4_PANID)).toEqual(pan);
    bench.hear(node.secured(Uint8Array.from([5])));
    expect(bench.up.length).toBe(1);
  });

  it("keeps what waits for sleepers over such a reset", () => {
    const { bench, node } = joined(true);
    bench.han.send(bench.now, 0, Uint8Array.from([1, 2]), 2, 17);
    bench.run(10);
    bench.radio.restart(SpinelStatus.RESET_FAULT);
    bench.run(100);
    expect([...bench.radio.matchShort]).toEqual([node.short]);
    node.poll();
    bench.run(10);
    expect(node.got.at(-1)!.payload).toEqual(Uint8Array.from([1, 2]));
    expect(bench.fates).toEqual([[17, true]]);
  });

  it("tells the fate of every frame that a reset took", () => {
    const { bench } = joined();
    bench.radio.isSilent = true;
    for (let token = 1; token <= 5; token++) {
      expect(bench.han.send(bench.now, 0, Uint8Array.from([1]), 1, token)).toBe(Sent.OK);
    }
    bench.run(30_000);
    expect(bench.fates.map(([token]) => token).sort()).toEqual([1, 2, 3, 4, 5]);
    expect(bench.fates.every(([, delivered]) => !delivered)).toBe(true);
  });

  it("finds a silent co-processor by asking, pulls its reset line, and comes back", () => {
    const { bench, node } = joined();
    bench.radio.isSilent = true;
    bench.run(120_000);
    expect(bench.han.isUp()).toBe(false);
    expect(bench.radio.pins).toBeGreaterThan(0);
    bench.radio.isSilent = false;
    bench.run(70_000);
    expect(bench.han.isUp()).toBe(true);
    bench.hear(node.secured(Uint8Array.from([5])));
    expect(bench.up.length).toBe(1);
  });

  it("resets one that answers nonsense, ever less often", () => {
    const { bench } = joined();
    bench.radio.nonsense = Uint8Array.from([0x80, 0x06, 0xff, 0xff, 0xff, 0xff]);
    bench.run(600_000);
    const { resetsMade } = bench.han.radio.counts;
    expect(resetsMade).toBeGreaterThan(3);
    expect(resetsMade).toBeLessThan(600);
    bench.radio.nonsense = undefined;
    bench.run(70_000);
    expect(bench.han.isUp()).toBe(true);
  });

  it("waits for a full serial line", () => {
    const { bench, node } = joined();
    bench.radio.isLineFull = true;
    bench.han.send(bench.now, 0, Uint8Array.from([7]), 1, 3);
    bench.run(100);
    bench.radio.isLineFull = false;
    bench.run(100);
    expect(node.got.at(-1)!.payload).toEqual(Uint8Array.from([7]));
    expect(bench.fates).toEqual([[3, true]]);
  });

  it("says for each frame whether it was acknowledged", () => {
    const { bench } = joined();
    bench.radio.result = () => SpinelStatus.NO_ACK;
    bench.han.send(bench.now, 0, Uint8Array.from([7]), 1, 1);
    bench.radio.result = () => SpinelStatus.CCA_FAILURE;
    bench.run(10);
    bench.han.send(bench.now, 0, Uint8Array.from([7]), 1, 2);
    bench.run(10);
    expect(bench.fates).toEqual([
      [1, false],
      [2, false],
    ]);
    const { noAck, channelBusy } = bench.han.radio.counts;
    expect(noAck + channelBusy).toBe(2);
  });

  it("turns source matching off when the co-processor's table is too small", () => {
    const { bench } = joined(true);
    bench.radio.matchLimit = 0;
    bench.han.send(bench.now, 0, Uint8Array.from([7]), 1, 1);
    bench.run(10);
    expect(bench.radio.properties.get(SpinelProperty.MAC_SRC_MATCH_ENABLED)).toEqual(
      Uint8Array.from([0]),
    );
  });
});

describe("a join", () => {
  it("survives a reset of the co-processor at every command, or is begun anew", () => {
    for (let at = 0; at < 12; at++) {
      const bench = Bench.up(blankFlash(), 11);
      const node = new TestNode(bench, eui64Of(1), true);
      bench.add(node.eui64, node.code);
      const { send } = bench.radio;
      let commands = 0;
      bench.radio.send = (frame, length) => {
        if (commands++ === at) bench.radio.restart(SpinelStatus.RESET_FAULT);
        return send.call(bench.radio, frame, length);
      };
      for (let tries = 0; tries < 4 && bench.joined.length === 0; tries++) {
        if (!node.join()) bench.run(10_000);
      }
      expect(bench.joined, `reset at command ${at}`).toEqual([0]);
      expect(bench.han.nodes.state(0)).toBe(NodeState.NETWORKED);
    }
  });
});

function joined(sleeps = false): { bench: Bench; node: TestNode } {
  const bench = Bench.up();
  const node = new TestNode(bench, eui64Of(1), sleeps);
  bench.add(node.eui64, node.code);
  if (!node.join()) throw new Error("it did not join");
  bench.up.length = 0;
  bench.fates.length = 0;
  return { bench, node };
}
