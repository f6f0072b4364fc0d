// Genuine frames with any content: sealed with the network key by a node that is in, by one that
// still has to prove itself, and while the network key changes. No fault, bounded work, and the
// network goes on.

import { NetworkAction, NetworkRule } from "../../firmware/ipc/device";
import { Operation } from "../../firmware/ipc/operation";
import { Party } from "../../firmware/ipc/party";
import { Bench, blankFlash, copyFlash } from "../partitions/han/fixture";
import { eui64Of, TestNode } from "../partitions/han/test-node";

export const name = "sealed-frame";

const flash = blankFlash();
const member = build();

const enum Content {
  MAX = 80,
}

/** Device announcement, leave, rejoin, Verify-Key, Switch-Key, Update-Device, data. */
export const seeds: Uint8Array[] = [
  [0x08, 0, 0x13, 0, 0, 0, 0, 1, 9, 1, 2, ...eui64Of(1), 0x8c],
  [4, 0],
  [6, 0x8e],
  [1, 7, 15, 4, ...eui64Of(1), ...new Uint8Array(16)],
  [1, 7, 9, 1],
  [1, 7, 6, ...eui64Of(9), 1, 2, 1],
  [0x40, 1, 2, 7, 9, 1, 1, 5, 0x18, 1, 0x0a, 0, 0, 0x25, 1, 2, 3, 4, 5, 6],
].flatMap((content) => [0, 1, 2, 3, 4, 5].map((mode) => Uint8Array.from([mode, ...content])));

function build(): TestNode {
  const bench = Bench.up(flash);
  const node = new TestNode(bench, eui64Of(1), false);
  bench.add(node.eui64, node.code);
  if (!node.join()) throw new Error("it did not join");
  const other = new TestNode(bench, eui64Of(2), false, 0x51);
  bench.add(other.eui64, other.code);
  bench.run(1000);
  return node;
}

/** The first byte says data or command, and which of the three states. */
export function fuzz(bytes: Uint8Array): void {
  const mode = bytes[0] ?? 0;
  const bench = new Bench(copyFlash(flash), 2);
  for (let i = 0; i < 20 && !bench.han.isUp(); i++) bench.run(200);
  const node = new TestNode(bench, eui64Of(1), false);
  node.short = member.short;
  node.key = member.key;
  node.counter = 5000;
  let speaker = node;
  const state = (mode >> 1) % 3;
  if (state === 1) speaker = keyed(bench);
  if (state === 2) changeKey(bench);
  const content = bytes.slice(1, 1 + Content.MAX);
  bench.radio.air.length = 0;
  bench.hear(speaker.secured(content, 0, mode & 1));
  bench.run(1000);
  if (bench.radio.air.length > 12) throw new Error("one frame in, too many out");
  if (bench.han.nodes.findEui64(node.eui64, 0) >= 0) stillWorks(bench, node);
}

/** A node that has the key and has said nothing under it. */
function keyed(bench: Bench): TestNode {
  const node = new TestNode(bench, eui64Of(2), false, 0x51);
  bench.add(node.eui64, node.code);
  node.associate();
  bench.run(490);
  node.pollExtended();
  bench.run(50);
  if (node.key === undefined) throw new Error("no key came");
  return node;
}

function changeKey(bench: Bench): void {
  const message = new Uint8Array(NetworkRule.LENGTH);
  message[0] = Operation.NETWORK_RULE;
  message[NetworkRule.ACTION] = NetworkAction.CHANGE_KEY;
  bench.access.receive(bench.now, Party.FIREWALL, message, message.length);
  bench.run(20);
}

function stillWorks(bench: Bench, node: TestNode): void {
  bench.up.length = 0;
  node.counter = 100_000;
  bench.hear(node.secured(Uint8Array.from([7, 7])));
  if (bench.up.length === 0) throw new Error("a genuine frame got lost");
}
