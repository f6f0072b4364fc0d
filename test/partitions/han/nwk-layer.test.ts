// NWK security, counters, indirect frames, commands. Zigbee 05-3474-22 sections 3.4, 4.3.1.

import { describe, expect, it } from "vitest";
import { IndirectLimit } from "../../../firmware/partitions/han/indirect-queue";
import { macType, putMacControl } from "../../../firmware/wire/mac";
import { NwkControl, NwkType, putNwk, putNwkExtended } from "../../../firmware/wire/nwk";
import { nwkFrameCounter, putNwkSecurity, sealNwk } from "../../../firmware/wire/nwk-security";
import { Sent } from "../../../hal/sent";
import { HUB_EUI64 } from "./fake-coprocessor";
import { Bench, blankFlash, crypto } from "./fixture";
import { eui64Of, TestNode } from "./test-node";

const ONE = Uint8Array.from([1]);

describe("incoming frames", () => {
  it("are taken once: a replay is refused, and so is a frame with an older counter", () => {
    const { bench, node } = joined();
    const frame = node.secured(ONE);
    bench.hear(frame);
    bench.hear(again(frame));
    bench.hear(node.secured(ONE, 0, NwkType.DATA, 0));
    expect(bench.up.length).toBe(1);
    expect(bench.han.nwk.counts.replayed).toBe(2);
  });

  it("are refused when any bit of them was changed", () => {
    const { bench, node } = joined();
    const frame = node.secured(ONE);
    for (let bit = 9 * 8; bit < frame.length * 8; bit++) {
      // The security level on air means nothing: both ends put 5 in its place (section 4.3.1.2).
      if (bit >= 17 * 8 && bit < 17 * 8 + 3) continue;
      const forged = again(frame);
      forged[bit >> 3]! ^= 1 << (bit & 7);
      bench.hear(forged);
    }
    expect(bench.up).toEqual([]);
    bench.hear(again(frame));
    expect(bench.up.length).toBe(1);
  });

  it("with the greatest counter are refused: nothing could follow them", () => {
    const { bench, node } = joined();
    bench.hear(node.secured(ONE, 0, NwkType.DATA, 0xffffffff));
    expect(bench.up).toEqual([]);
  });

  it("of another key sequence are refused", () => {
    const { bench, node } = joined();
    node.keySequence = 1;
    bench.hear(node.secured(ONE));
    expect(bench.up).toEqual([]);
    expect(bench.han.nwk.counts.otherKey).toBe(1);
  });

  it("repeated by the radio, same MAC sequence number, are handled once", () => {
    const { bench, node } = joined();
    const frame = node.secured(ONE);
    bench.hear(frame);
    bench.hear(frame);
    expect(bench.up.length).toBe(1);
    expect(bench.han.mac.counts.duplicates).toBe(1);
  });

  it("heard before a restart are refused after it; later ones are taken within eight", () => {
    const { bench, node } = joined();
    const old: Uint8Array[] = [];
    for (let i = 0; i < 30; i++) {
      const frame = node.secured(ONE);
      old.push(frame);
      bench.hear(frame);
    }
    bench.run(100);
    bench.restartHan();
    bench.run(3000);
    bench.up.length = 0;
    for (const frame of old) bench.hear(again(frame));
    expect(bench.up).toEqual([]);
    for (let i = 0; i < 9; i++) bench.hear(node.secured(ONE));
    expect(bench.up.length).toBeGreaterThan(0);
  });
});

describe("outgoing frames", () => {
  it("never use a counter twice, whenever the partition or the power goes", () => {
    const flash = blankFlash();
    const used = new Set<number>();
    let last = -1;
    for (let life = 0; life < 6; life++) {
      const bench = life === 0 ? joined(false, flash).bench : Bench.up(flash, 2 + life);
      for (let i = 0; i < 300; i++) {
        expect(bench.han.send(bench.now, 0, ONE, 1, 0)).toBe(Sent.OK);
        bench.run(5);
      }
      for (const psdu of bench.radio.air) {
        if (macType(psdu, 0) !== 1 || psdu.length < 30) continue;
        if ((psdu[10]! & 0x02) === 0) continue;
        const counter = nwkFrameCounter(psdu, 9);
        expect(used.has(counter)).toBe(false);
        expect(counter).toBeGreaterThan(last);
        used.add(counter);
        last = counter;
      }
    }
    expect(used.size).toBeGreaterThanOrEqual(1800);
  });

  it("for a sleeping node wait 7.68 s at most, then are told lost", () => {
    const { bench, node } = joined(true);
    expect(bench.han.send(bench.now, 0, ONE, 1, 9)).toBe(Sent.OK);
    bench.run(IndirectLimit.PERSISTENCE_MS - 100);
    expect(bench.fates).toEqual([]);
    bench.run(200);
    expect(bench.fates).toEqual([[9, false]]);
    node.poll();
    bench.run(10);
    expect(node.got).toEqual([]);
  });

  it("for a sleeping node say by frame pending whether more wait, and keep their order", () => {
    const { bench, node } = joined(true);
    for (let i = 1; i <= 3; i++) bench.han.send(bench.now, 0, Uint8Array.from([i]), 1, i);
    for (let i = 1; i <= 3; i++) {
      bench.run(10);
      node.poll();
      bench.run(10);
      expect((bench.radio.air.at(-1)![0]! & 0x10) !== 0).toBe(i < 3);
    }
    expect(node.got.map((frame) => frame.payload[0])).toEqual([1, 2, 3]);
  });

  it("for a sleeping node are bounded: one node fills only its share", () => {
    const { bench } = joined(true);
    const answers = [1, 2, 3, 4, 5].map((token) => bench.han.send(bench.now, 0, ONE, 1, token));
    expect(answers).toEqual([Sent.OK, Sent.OK, Sent.OK, Sent.OK, Sent.FULL]);
  });

  it("go to no node that is not Networked", () => {
    const { bench } = joined();
    expect(bench.han.send(bench.now, 5, ONE, 1, 1)).toBe(Sent.RESTARTED);
  });

  it("between two children are opened, secured anew and handed on", () => {
    const { bench, node } = joined();
    const other = new TestNode(bench, eui64Of(2), false);
    bench.add(other.eui64, other.code);
    other.join();
    bench.hear(node.secured(Uint8Array.from([4, 5, 6]), other.short));
    bench.run(10);
    expect(other.got.at(-1)!.payload).toEqual(Uint8Array.from([4, 5, 6]));
    expect(bench.up).toEqual([]);
  });
});

describe("a child that speaks to another", () => {
  // What the hub secures anew, it vouches for.
  const cases: [string, number, (node: TestNode, other: TestNode) => Uint8Array[], number][] = [
    ["under its own EUI-64 is handed on", 0x1000, (node) => [node.eui64], 1],
    ["under the hub's EUI-64 is not", 0x1000, () => [HUB_EUI64], 0],
    ["to its EUI-64 is handed on", 0x0800, (_, other) => [other.eui64], 1],
    ["to another EUI-64 than its address's is not", 0x0800, () => [eui64Of(77)], 0],
  ];

  it.each(cases)("%s", (_name, flags, eui64s, passed) => {
    const { bench, node } = joined();
    const other = new TestNode(bench, eui64Of(2), false);
    bench.add(other.eui64, other.code);
    other.join();
    const nwk = new Uint8Array(128);
    let at = putNwk(nwk, 0, NwkControl.SECURED | flags, other.short, node.short, 30, 77);
    for (const eui64 of eui64s(node, other)) at = putNwkExtended(nwk, at, eui64, 0);
    const body = putNwkSecurity(nwk, at, node.counter++, node.eui64, 0, node.keySequence);
    nwk.set([4, 5, 6], body);
    const end = sealNwk(crypto, node.key!, new Uint8Array(13), nwk, 0, body + 3);
    const before = other.got.length;
    bench.hear(node.framed(nwk, end));
    bench.run(10);
    expect(other.got.length - before).toBe(passed);
  });
});

describe("network commands", () => {
  it("a secured rejoin is answered with the node's own address", () => {
    const { bench, node } = joined();
    bench.hear(node.secured(Uint8Array.from([6, 0x8c]), 0, NwkType.COMMAND));
    bench.run(10);
    const { short } = node;
    expect(node.got.at(-1)!.payload).toEqual(Uint8Array.from([7, short & 0xff, short >> 8, 0]));
  });

  it("an end device time-out request is answered, and kept over a restart", () => {
    const { bench, node } = joined();
    bench.hear(node.secured(Uint8Array.from([0x0b, 5, 0]), 0, NwkType.COMMAND));
    bench.run(50);
    expect(node.got.at(-1)!.payload).toEqual(Uint8Array.from([0x0c, 0, 1]));
    bench.hear(node.secured(Uint8Array.from([0x0b, 15, 0]), 0, NwkType.COMMAND));
    bench.run(50);
    expect(node.got.at(-1)!.payload).toEqual(Uint8Array.from([0x0c, 1, 1]));
    bench.restartHan();
    bench.run(3000);
    expect(bench.han.nodes.timeout(0)).toBe(5);
  });

  it("a node that says it leaves is erased; one that tells the hub to leave is not heeded", () => {
    const { bench, node } = joined();
    bench.hear(node.secured(Uint8Array.from([4, 0x40]), 0, NwkType.COMMAND));
    bench.run(50);
    expect(bench.left).toEqual([]);
    bench.hear(node.secured(Uint8Array.from([4, 0]), 0, NwkType.COMMAND));
    bench.run(50);
    expect(bench.left).toEqual([0]);
    bench.restartHan();
    bench.run(3000);
    expect(bench.han.nodes.findEui64(node.eui64, 0)).toBe(-1);
  });

  it("a request for a route to the hub is answered, one to nobody is not", () => {
    const { bench, node } = joined();
    bench.hear(node.secured(Uint8Array.from([1, 0, 9, 0x34, 0x12, 0]), 0xfffc, NwkType.COMMAND));
    bench.run(50);
    expect(node.got.at(-1)?.payload[0]).not.toBe(2);
    bench.hear(node.secured(Uint8Array.from([1, 0, 9, 0, 0, 0]), 0xfffc, NwkType.COMMAND));
    bench.run(50);
    const asker = [node.short & 0xff, node.short >> 8];
    expect([...node.got.at(-1)!.payload]).toEqual([2, 0, 9, ...asker, 0, 0, 0]);
  });
});

describe("the MAC", () => {
  it("answers beacon requests, with association permit while the window is open", () => {
    const bench = Bench.up();
    bench.hear(Uint8Array.from([3, 8, 1, 0xff, 0xff, 0xff, 0xff, 7]));
    bench.run(10);
    expect(bench.radio.air.at(-1)![8]! & 0x80).toBe(0);
    const node = new TestNode(bench, eui64Of(1), false);
    bench.add(node.eui64, node.code);
    bench.hear(Uint8Array.from([3, 8, 2, 0xff, 0xff, 0xff, 0xff, 7]));
    bench.run(10);
    expect(bench.radio.air.at(-1)![8]! & 0x80).toBe(0x80);
    node.join();
    bench.hear(Uint8Array.from([3, 8, 3, 0xff, 0xff, 0xff, 0xff, 7]));
    bench.run(10);
    expect(bench.radio.air.at(-1)![8]! & 0x80).toBe(0);
  });

  it("realigns an orphan of its own and nobody else", () => {
    const { bench, node } = joined();
    const orphan = (eui64: Uint8Array) => {
      const frame = new Uint8Array(16);
      putMacControl(frame, 0, 0xc843, 77);
      frame.set([0xff, 0xff, 0xff, 0xff], 3);
      frame.set(eui64, 7);
      frame[15] = 6;
      return frame;
    };
    const frames = bench.radio.air.length;
    bench.hear(orphan(eui64Of(99)));
    bench.run(10);
    expect(bench.radio.air.length).toBe(frames);
    bench.hear(orphan(node.eui64));
    bench.run(10);
    const answer = bench.radio.air.at(-1)!;
    expect(answer[23]).toBe(8);
    expect(answer[29]! | (answer[30]! << 8)).toBe(node.short);
  });

  it("takes nothing that is meant for another PAN", () => {
    const { bench, node } = joined();
    const frame = node.secured(ONE);
    frame[3]! ^= 1;
    bench.hear(frame);
    expect(bench.up).toEqual([]);
    expect(bench.han.mac.counts.otherPan).toBe(1);
  });
});

function joined(sleeps = false, flash = blankFlash()): { bench: Bench; node: TestNode } {
  const bench = Bench.up(flash);
  const node = new TestNode(bench, eui64Of(1), sleeps);
  bench.add(node.eui64, node.code);
  if (!node.join()) throw new Error("it did not join");
  bench.up.length = 0;
  bench.fates.length = 0;
  return { bench, node };
}

/** The same frame under another MAC sequence number, as an attacker would send it. */
function again(frame: Uint8Array): Uint8Array {
  const copy = frame.slice();
  copy[2] = (copy[2]! + 101) & 0xff;
  return copy;
}
