// What a hostile router may say: any network command, APS command or device profile message, truly
// secured, in its own name or in that of a node behind it. No fault, bounded work and few words in
// answer, and the others are served all the while.

import { NwkType } from "../../host-sim/devices/zigbee/nwk-frame";
import { Bench, blankFlash, copyFlash } from "../partitions/han/fixture";
import { eui64Of, TestNode } from "../partitions/han/test-node";
import { TestRouter } from "../partitions/han/test-router";

export const name = "mesh";

const flash = blankFlash();
const before = build();

/** How the frame goes: whose it is, what it is, to whom. The rest of an input is its payload. */
const enum How {
  IS_COMMAND = 0x01,
  IS_FAR = 0x02,
  IS_BROADCAST = 0x04,
  IS_STRANGER = 0x08,
  IS_FOR_MEMBER = 0x10,
}

export const seeds: Uint8Array[] = makeSeeds();

function build() {
  const bench = Bench.up(flash);
  const router = TestRouter.joined(bench);
  const member = new TestNode(bench, eui64Of(1), false);
  bench.add(member.eui64, member.code);
  if (!member.join()) throw new Error("it did not join");
  const far = router.takeIn();
  router.carry(far.short, far.announcement(), undefined, undefined, 0xfffd);
  bench.run(1000);
  if (bench.joined.length !== 3) throw new Error("it did not join behind its router");
  return { router: router.node, routerShort: router.short, member, far };
}

function makeSeeds(): Uint8Array[] {
  const { routerShort, member, far } = before;
  const short = (value: number) => [value & 0xff, value >> 8];
  const hub = [0, 0];
  const command = How.IS_COMMAND;
  const announcement = [...far.announcement()];
  const parent = [0x08, 0, 0x1f, 0, 0, 0, 0, 9, 0x44, 2, ...member.eui64, ...far.octets];
  const answer = [0x00, 0, 0x1f, 0x80, 0, 0, 0, 9, 0x44, 0, 1, ...member.eui64];
  const update = (status: number) => [0x01, 7, 6, ...far.octets, ...short(0x4141), status];
  return [
    [command | How.IS_BROADCAST, 1, 0, 5, ...hub, 0],
    [command | How.IS_BROADCAST, 1, 0x08, 6, 0xfc, 0xff, 0],
    [command, 2, 0, 1, ...hub, ...short(far.short), 3],
    [command, 3, 0x0b, ...short(far.short)],
    [command | How.IS_BROADCAST, 3, 0x0d, ...short(member.short)],
    [command, 4, 0],
    [command | How.IS_FAR, 5, 1, ...short(routerShort)],
    [command, 6, 0x8e],
    [command | How.IS_BROADCAST, 8, 0x61, ...hub, 0x31],
    [command, 9, 1, 1, 2, 3, 4, 5, 6, 7, 8, 1, 0],
    [command, 10, 1, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1, 0],
    [command, 11, 5, 0],
    [How.IS_FAR | How.IS_BROADCAST, ...announcement],
    [How.IS_STRANGER | How.IS_BROADCAST, ...announcement],
    [How.IS_BROADCAST, ...parent],
    [0, ...answer],
    [How.IS_FOR_MEMBER | How.IS_FAR, 0, 1, 2, 7, 9, 1, 1, 5],
    ...[0, 1, 2, 3].map((status) => [0, ...update(status)]),
  ].map((bytes) => Uint8Array.from(bytes));
}

/** @param bytes how it goes, then the payload */
export function fuzz(bytes: Uint8Array): void {
  const bench = new Bench(copyFlash(flash), 2);
  for (let i = 0; i < 20 && !bench.han.isUp(); i++) bench.run(200);
  if (!bench.han.isUp()) throw new Error("the network did not come up");
  const router = TestRouter.again(bench, before.router);
  const how = bytes[0] ?? 0;
  const payload = Buffer.from(bytes.subarray(1, 80));
  const source = sourceOf(how);
  const destination = destinationOf(how);
  const type = (how & How.IS_COMMAND) === 0 ? NwkType.DATA : NwkType.COMMAND;
  const said = bench.radio.air.length;
  router.carry(source, payload, type, 77, destination);
  bench.run(1000);
  // A broadcast of ours three times, one of its own as often, an answer to each of its words.
  if (bench.radio.air.length > said + 16) throw new Error("one frame in, too many out");
  stillWorks(bench);
}

function sourceOf(how: number): number {
  if ((how & How.IS_STRANGER) !== 0) return 0x5151;
  return (how & How.IS_FAR) !== 0 ? before.far.short : before.routerShort;
}

function destinationOf(how: number): number {
  if ((how & How.IS_FOR_MEMBER) !== 0) return before.member.short;
  return (how & How.IS_BROADCAST) !== 0 ? 0xfffd : 0;
}

/** The member, perhaps under another address by now, is heard. */
function stillWorks(bench: Bench): void {
  const node = new TestNode(bench, eui64Of(1), false);
  const index = bench.han.nodes.findEui64(node.eui64, 0);
  if (index < 0) throw new Error("a router took a member of the hub away");
  node.short = bench.han.nodes.short(index);
  node.key = before.member.key!;
  node.counter = 100_000;
  bench.up.length = 0;
  bench.hear(node.secured(Uint8Array.from([7, 7])));
  bench.hear(node.secured(Uint8Array.from([7, 7])));
  if (bench.up.length === 0) throw new Error("a genuine frame got lost");
}
