// One frame of a stranger, a forger or a broken node into a formed network with a mains node and a
// sleeper: no fault, bounded work, nothing of it reaches the upper half, and genuine frames
// still do.

import { Bench, blankFlash, copyFlash } from "../partitions/han/fixture";
import { eui64Of, TestNode } from "../partitions/han/test-node";

export const name = "han";

const flash = blankFlash();
const before = build();
/** Real frames, for a runner to mutate. */
export const seeds: Uint8Array[] = makeSeeds();

interface House {
  readonly bench: Bench;
  readonly mains: TestNode;
  readonly sleeper: TestNode;
}

function build(): House {
  const bench = Bench.up(flash);
  const mains = new TestNode(bench, eui64Of(1), false);
  const sleeper = new TestNode(bench, eui64Of(2), true);
  for (const node of [mains, sleeper]) {
    bench.add(node.eui64, node.code);
    if (!node.join()) throw new Error("it did not join");
  }
  bench.run(1000);
  return { bench, mains, sleeper };
}

/** The secured ones under a counter that is taken: without the mutation that opens them, too. */
function makeSeeds(): Uint8Array[] {
  const { bench, mains, sleeper } = before;
  const pan = [bench.han.store.identity.panId & 0xff, bench.han.store.identity.panId >> 8];
  mains.counter += 100;
  sleeper.counter += 100;
  return [
    mains.secured(Uint8Array.from([1, 2, 3])),
    mains.secured(Uint8Array.from([6, 0x8e]), 0, 1),
    mains.unsecured(Uint8Array.from([6, 0x8e]), 1, true),
    sleeper.secured(Uint8Array.from([1, 2, 3]), mains.short),
    Uint8Array.from([0x03, 0x08, 1, 0xff, 0xff, 0xff, 0xff, 7]),
    Uint8Array.from([0x23, 0xc8, 1, ...pan, 0, 0, 0xff, 0xff, 9, 9, 9, 9, 9, 9, 9, 9, 1, 0x8e]),
    Uint8Array.from([0x63, 0x88, 1, ...pan, 0, 0, sleeper.short & 0xff, sleeper.short >> 8, 4]),
    Uint8Array.from([0x43, 0xc8, 1, 0xff, 0xff, 0xff, 0xff, ...mains.eui64, 6]),
  ];
}

/** @param bytes a frame without its check bytes */
export function fuzz(bytes: Uint8Array): void {
  const bench = new Bench(copyFlash(flash), 2);
  for (let i = 0; i < 20 && !bench.han.isUp(); i++) bench.run(200);
  if (!bench.han.isUp()) throw new Error("the network did not come up");
  bench.hear(bytes.subarray(0, 125));
  // Whatever it is, it holds a place no longer than this.
  bench.run(1000);
  for (const { node, aps } of bench.up) {
    const isSeed = aps.length === 3 && aps[0] === 1 && aps[1] === 2 && aps[2] === 3;
    if (!isSeed) throw new Error(`node ${node} said what it never said`);
  }
  if (bench.radio.air.length > 4) throw new Error("one frame in, too many out");
  stillWorks(bench);
}

function stillWorks(bench: Bench): void {
  const node = new TestNode(bench, eui64Of(1), false);
  node.short = before.mains.short;
  node.key = before.mains.key;
  node.counter = 100_000;
  node.sequence = 0xf0;
  bench.up.length = 0;
  bench.hear(node.secured(Uint8Array.from([7, 7])));
  bench.hear(node.secured(Uint8Array.from([7, 7])));
  if (bench.up.length === 0) throw new Error("a genuine frame got lost");
}
