// What reaches the trust centre from a node: raw bytes as its APS frame, and the same bytes as the
// content of a genuine frame under each of its link keys, in every state of the key exchange. No
// fault, no key but a sealed one, and a genuine exchange works afterwards.

import { NodeSaid } from "../../firmware/ipc/join";
import { Operation } from "../../firmware/ipc/operation";
import { Party } from "../../firmware/ipc/party";
import { ApsCommand, KeyType } from "../../host-sim/devices/zigbee/aps-frame";
import { KeyIdentifier } from "../../host-sim/devices/zigbee/security";
import { FlashMemory } from "../../host-sim/flash-memory";
import { AccessFixture } from "../partitions/access/fixture";
import { TrustNode } from "../partitions/access/trust-node";
import { eui64Of } from "../partitions/han/test-node";

export const name = "trust-centre";

const REGION_BYTES = 32_768;
const METER = 1;

const enum Stage {
  INSTALL = 0,
  PENDING = 1,
  UNIQUE = 2,
  COUNT = 3,
}

interface Start {
  readonly memory: FlashMemory;
  readonly key: Buffer;
}

const STARTS = Array.from({ length: Stage.COUNT }, (_, stage) => start(stage));

const REQUEST = [ApsCommand.REQUEST_KEY, KeyType.TRUST_CENTRE_LINK];
const VERIFY = [ApsCommand.VERIFY_KEY, KeyType.TRUST_CENTRE_LINK, ...eui64Of(METER)];

/** The first byte says the stage, the key and how it is sealed; the others are what is said. */
export const seeds: Uint8Array[] = [0, 1, 2, 4, 5, 6, 8, 9, 10].flatMap((mode) => [
  Uint8Array.from([mode, ...REQUEST]),
  Uint8Array.from([mode, ...VERIFY, ...new Uint8Array(16)]),
  Uint8Array.from([mode, 1, 7, ...VERIFY, ...new Uint8Array(16)]),
]);

function start(stage: Stage): Start {
  const memory = new FlashMemory(REGION_BYTES);
  const fixture = new AccessFixture(memory);
  fixture.networkAsk();
  fixture.add(METER);
  fixture.join(METER);
  fixture.stored(METER);
  const node = new TrustNode(fixture, METER);
  let key = node.installKey;
  if (stage === Stage.PENDING) node.request(key);
  if (stage === Stage.UNIQUE) key = node.exchange();
  fixture.settle(1000);
  return { memory, key };
}

export function fuzz(bytes: Uint8Array): void {
  const mode = bytes[0] ?? 0;
  const begin = STARTS[mode % Stage.COUNT]!;
  const memory = new FlashMemory(REGION_BYTES);
  memory.bytes.set(begin.memory.bytes);
  const fixture = new AccessFixture(memory);
  fixture.networkAsk();
  const node = new TrustNode(fixture, METER);
  const said = Buffer.from(bytes.subarray(1, NodeSaid.APS_MAX));
  const sealing = Math.floor(mode / Stage.COUNT) % 3;
  const COUNTER = 500;
  let answers: Buffer[];
  if (sealing === 0) answers = node.say(said);
  else {
    const key = sealing === 1 ? begin.key : node.installKey;
    const frame = node.sealed(said.subarray(0, 26), key, COUNTER, KeyIdentifier.DATA);
    answers = node.say(frame, Math.min(frame.length, NodeSaid.APS_MAX));
  }
  if (answers.length > 1) throw new Error("one word, many answers");
  for (const answer of answers) if ((answer[0]! & 0x20) === 0) throw new Error("a word in clear");
  odd(fixture, bytes);
  goesOn(fixture, node, begin.key);
}

/** Messages of other lengths and operations than the layouts have. */
function odd(fixture: AccessFixture, bytes: Uint8Array): void {
  for (const operation of [Operation.NODE_SAID, Operation.KEY_MOVED, Operation.NETWORK_RULE]) {
    const message = bytes.slice(0, NodeSaid.LENGTH);
    if (message.length === 0) continue;
    message[0] = operation;
    fixture.say(operation === Operation.NETWORK_RULE ? Party.FIREWALL : Party.HAN, message);
  }
}

function goesOn(fixture: AccessFixture, node: TrustNode, key: Buffer): void {
  fixture.settle(61_000);
  node.counter = 0x1000;
  const [transport] = node.request(key);
  const next = node.linkKeyIn(transport, key);
  if (next === undefined) throw new Error("a genuine request is not answered");
  if (!node.isConfirmed(node.verify(next)[0], next)) throw new Error("a genuine hash is refused");
}
