// The network key only partitions the medium: who has it and nothing else reaches no application.
// What is not held off yet, a holder that forges a Networked node's own EUI-64, is link keys' work.

import { describe, expect, it } from "vitest";
import { NwkType } from "../../../firmware/wire/nwk";
import { Bench } from "./fixture";
import { eui64Of, TestNode } from "./test-node";

/** A house with one member, and somebody outside who has its network key. */
function leaked(): { bench: Bench; member: TestNode; thief: TestNode } {
  const bench = Bench.up();
  const member = new TestNode(bench, eui64Of(11), false);
  bench.add(member.eui64, member.code);
  expect(member.join()).toBe(true);
  const thief = new TestNode(bench, eui64Of(66), false);
  thief.key = member.key!.slice();
  thief.keySequence = member.keySequence;
  thief.short = 0x1234;
  thief.counter = 1_000_000;
  bench.up.length = 0;
  return { bench, member, thief };
}

const DATA = Uint8Array.from([0x00, 0x01, 0x02, 0x07, 0x09, 0x01, 0x01, 0x00]);

describe("a network key that leaked", () => {
  it("opens a member's frames: the key in the test is the true one", () => {
    const { bench, member } = leaked();
    bench.hear(member.secured(DATA));
    expect(bench.up.map(({ aps }) => aps)).toEqual([DATA]);
  });

  it("gives a node that nobody registered no application, under any address", () => {
    const { bench, member, thief } = leaked();
    for (const short of [0x1234, 0x0001, member.short, 0x0000]) {
      thief.short = short;
      bench.hear(thief.secured(DATA));
      bench.hear(thief.secured(DATA, 0xfffd));
    }
    thief.announce();
    bench.run(2000);
    expect(bench.up).toEqual([]);
    expect(bench.joined).toHaveLength(1);
  });

  it("does not let it rejoin: only a Networked node's secured rejoin is answered", () => {
    const { bench, thief } = leaked();
    bench.hear(thief.secured(Uint8Array.from([6, 0x8c]), 0, NwkType.COMMAND));
    bench.run(2000);
    expect(thief.got).toEqual([]);
    expect(bench.han.nodes.findEui64(thief.eui64, 0)).toBe(-1);
  });

  it("does not get it registered: it is refused as any stranger, and no key is sent to it", () => {
    const { thief } = leaked();
    thief.key = undefined;
    expect(thief.join()).toBe(false);
    expect(thief.status).not.toBe(0);
    expect(thief.key).toBeUndefined();
  });

  it("opens no other node's network key on its way: that goes under the node's own key", () => {
    const { bench, thief } = leaked();
    const other = new TestNode(bench, eui64Of(12), false, 0x51);
    bench.add(other.eui64, other.code);
    const wrapped: string[] = [];
    const heard = bench.radio.heard;
    bench.radio.heard = (psdu) => {
      wrapped.push(Buffer.from(psdu).toString("hex"));
      heard(psdu);
    };
    expect(other.join()).toBe(true);
    expect(wrapped.join(" ")).not.toContain(Buffer.from(thief.key!).toString("hex"));
    expect(other.linkKey).not.toEqual(thief.linkKey);
  });

  it("does not send the member away: a leave counts from the node itself", () => {
    const { bench, member, thief } = leaked();
    thief.short = member.short;
    bench.hear(thief.secured(Uint8Array.from([4, 0x00]), 0, NwkType.COMMAND));
    bench.run(2000);
    expect(bench.left).toEqual([]);
    bench.hear(member.secured(DATA));
    expect(bench.up).toHaveLength(1);
  });
});
