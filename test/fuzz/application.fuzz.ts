// Whatever Networked nodes say to the upper half of `han`, several frames one after the other: no
// fault, bounded work, no reading and no message of a display; a genuine report still arrives.

import { DeviceKind } from "../../firmware/ipc/device";
import { report, START_S, UpperBench } from "../partitions/han/upper-bench";

export const name = "application";

const CLUSTERS = [0x0000, 0x000a, 0x0702, 0x0704, 0x0005, 0x8004, 0x8005, 0x0006];
const ENDPOINTS = [1, 10, 0, 0xff];

const enum Limit {
  FRAMES = 12,
}

/** Each frame: who and how (1), where (1), how long (1), its bytes. */
export const seeds: Uint8Array[] = [
  frame(0, 2, [0x08, 1, 0x0a, ...report(5, START_S, 3)]),
  frame(1, 2, [0x09, 1, 0x01]),
  frame(1, 3, [0x01, 1, 0x00, 6, 0xff, 0xff, 0, 0, 16]),
  frame(1, 3, [0x11, 1, 0x02, 0, 0, 3, 1, 2, 3]),
  frame(0, 3, [0x19, 1, 0x01, 7, 0, 1, 2, 3]),
  frame(0, 3, [0x19, 1, 0x00, 7, 0, 0, 0, 16]),
  frame(0, 2, [0x19, 1, 0x00, 0, 0, 0, 0, 0, 2, 1, 1, 2, 3]),
  frame(2, 1, [0x00, 1, 0x00, 0, 0, 1, 0]),
  frame(2, 1, [0x00, 1, 0x02, 0, 0, 0xe2, 1, 2, 3, 4]),
  frame(2, 2 | (1 << 3), [0x00, 1, 0x00, 0, 0, 7, 0]),
  frame(2, 4 | (2 << 3), [1, 0, 0]),
  frame(3, 0, [0x40, 1, 2, 7, 9, 1, 1, 5, 8, 1, 10, 0, 0, 37, 1, 0, 0, 0, 0, 0]),
  frame(3, 0, [0xc0, 1, 4, 7, 9, 1, 1, 5, 1, 3, 0x19, 1, 1, 7, 0, 1, 2, 3, 4, 5, 6]),
  frame(3, 0, [0xc0, 1, 4, 7, 9, 1, 1, 5, 2, 1, 1, 2, 3, 4, 5, 6]),
  frame(3, 0, [0x02, 1, 4, 7, 9, 1, 1, 5]),
  frame(3, 0, [0x82, 1, 4, 7, 9, 1, 1, 5, 1, 0, 0xff]),
];
for (let i = 0; i + 1 < 16; i++) seeds.push(Uint8Array.from([...seeds[i]!, ...seeds[i + 1]!]));

export function fuzz(input: Uint8Array): void {
  const bench = new UpperBench();
  const nodes = [bench.meter(), bench.gasMeter(), bench.join(DeviceKind.DISPLAY, 3)];
  let at = 0;
  for (let count = 0; count < Limit.FRAMES && at + 3 <= input.length; count++) {
    const [how, where, length] = [input[at]!, input[at + 1]!, input[at + 2]! % 83];
    const bytes = Buffer.from(input.subarray(at + 3, at + 3 + length));
    at += 3 + length;
    speak(bench, nodes, how, where, bytes);
  }
  bench.run(5_000);
  for (const port of [bench.gas, bench.demand, bench.firewall]) port.take();
  genuine(bench, nodes[0]!);
}

function speak(
  bench: UpperBench,
  nodes: readonly number[],
  how: number,
  where: number,
  bytes: Buffer,
): void {
  const who = how & 3;
  const cluster = CLUSTERS[where & 7]!;
  const endpoint = ENDPOINTS[(where >> 3) & 3]!;
  const before = bench.demand.sent.length + bench.firewall.sent.length;
  if (who === 3) bench.raw(nodes[where % 3]!, bytes);
  else {
    const profile = endpoint === 0 ? 0 : 0x0109;
    bench.hear(nodes[who]!, endpoint, cluster, bytes, { profile });
  }
  const after = bench.demand.sent.length + bench.firewall.sent.length;
  if (who === 2 && after !== before) throw new Error("a display was heard beyond its endpoint");
  if ((how & 4) !== 0) bench.run(100);
}

/** A report that every meter may send becomes a reading still. */
function genuine(bench: UpperBench, meter: number): void {
  bench.know(meter, 0);
  // Long enough for everything that waits to give up.
  bench.run(60_000);
  bench.demand.take();
  bench.zcl(meter, 1, 0x0702, 0x08, 1, 0x0a, report(77, START_S + 70));
  const readings = bench.demand.take().filter((message) => message[0] === 1);
  if (readings.length !== 1) throw new Error(`${readings.length} readings of a genuine report`);
}

function frame(how: number, where: number, bytes: readonly number[]): Uint8Array {
  return Uint8Array.from([how, where, bytes.length, ...bytes]);
}
