// What `han` says to `access` besides the questions of joining: who the hub is, and which nodes
// are in. Everything is said again until it is taken, and anew when either end has restarted.

import { Sent } from "../../../hal/sent";
import { JoinPath, JoinStored, NetworkAsk, NodeRefused, type NodeRule } from "../../ipc/join";
import { JoinStanding } from "../../ipc/join-standing";
import { Operation } from "../../ipc/operation";
import type { Port } from "../../kernel/partition";
import { copyBytes, writeU16 } from "../../wire/little-endian";
import { Due, type Memory } from "./memory";
import type { NetworkIdentity } from "./network-store";
import { NodeLimit, type Nodes } from "./nodes";

const enum Wait {
  /** `access` may still be reading its own store. */
  ASK_AGAIN_MS = 500,
  /** The channel takes 20 messages a second. */
  REPORT_AGAIN_MS = 100,
  /** A node that tries again and again has one line a minute in the audit log. */
  REFUSED_AGAIN_MS = 60_000,
}

export class AccessLink {
  private readonly numbers: Float64Array;
  private readonly bytes: Uint8Array;
  /** Where a mark for each node stands that `access` was not told of yet. */
  private readonly unreported: number;
  private readonly message: Uint8Array;
  /** Where the end of this minute stands, and behind it a bit for each node that is told of. */
  private readonly refusals: number;

  constructor(
    private readonly port: Port,
    private readonly identity: NetworkIdentity,
    private readonly nodes: Nodes,
    memory: Memory,
  ) {
    this.numbers = memory.numbers;
    this.bytes = memory.bytes;
    this.unreported = memory.take(NodeLimit.MAX);
    this.message = memory.scratch;
    this.refusals = memory.takeNumbers(2, 0);
  }

  /** Asks for the network key until `answered`. */
  ask(now: number): void {
    this.message.fill(0, 0, NetworkAsk.LENGTH);
    this.message[0] = Operation.NETWORK_ASK;
    copyBytes(this.identity.eui64, 0, this.message, NetworkAsk.EUI64, 8);
    this.port.send(this.message, NetworkAsk.LENGTH);
    this.numbers[Due.KEY_ASK] = now + Wait.ASK_AGAIN_MS;
  }

  /** The key is there: tell which nodes are in, and which may yet prove that they have it. */
  answered(now: number): void {
    this.numbers[Due.KEY_ASK] = Infinity;
    for (let node = 0; node < NodeLimit.MAX; node++) {
      const isIn = this.nodes.isNetworked(node) || this.nodes.isUnproven(node);
      this.bytes[this.unreported + node] = isIn ? 1 : 0;
    }
    this.report(now);
  }

  /** `access` died and lives again: its questions are forgotten, and what it was told perhaps. */
  restarted(now: number): void {
    this.ask(now);
  }

  nodeStored(now: number, node: number): void {
    this.bytes[this.unreported + node] = 1;
    this.report(now);
  }

  /** The node left by itself. Once only: the next start of `access` finds out anyway. */
  nodeGone(node: number): void {
    this.put(node, JoinStanding.GONE);
    this.port.send(this.message, JoinStored.LENGTH);
  }

  /** For the audit log: a node asked for more than its kind may. */
  refused(now: number, node: number, rule: NodeRule, command: number, cluster: number): void {
    const { message, numbers, refusals } = this;
    if (now >= numbers[refusals]!) {
      numbers[refusals] = now + Wait.REFUSED_AGAIN_MS;
      numbers[refusals + 1] = 0;
    }
    const told = numbers[refusals + 1]!;
    if (((told >>> node) & 1) !== 0) return;
    message.fill(0, 0, NodeRefused.LENGTH);
    message[0] = Operation.NODE_REFUSED;
    message[NodeRefused.RULE] = rule;
    message[NodeRefused.COMMAND] = command;
    writeU16(message, NodeRefused.CLUSTER, cluster);
    this.nodes.copyEui64(node, message, NodeRefused.EUI64);
    if (this.port.send(message, NodeRefused.LENGTH) !== Sent.OK) return;
    numbers[refusals + 1] = (told | (1 << node)) >>> 0;
  }

  tick(now: number): void {
    if (now >= this.numbers[Due.KEY_ASK]!) this.ask(now);
    if (now >= this.numbers[Due.NODE_REPORT]!) this.report(now);
  }

  private report(now: number): void {
    this.numbers[Due.NODE_REPORT] = Infinity;
    for (let node = 0; node < NodeLimit.MAX; node++) {
      if (this.bytes[this.unreported + node] === 0) continue;
      const isUnproven = this.nodes.isUnproven(node);
      if (isUnproven || this.nodes.isNetworked(node)) {
        this.put(node, isUnproven ? JoinStanding.KEYED : JoinStanding.IN);
        if (this.port.send(this.message, JoinStored.LENGTH) !== Sent.OK) {
          this.numbers[Due.NODE_REPORT] = now + Wait.REPORT_AGAIN_MS;
          return;
        }
      }
      this.bytes[this.unreported + node] = 0;
    }
  }

  private put(node: number, standing: JoinStanding): void {
    this.message.fill(0, 0, JoinStored.LENGTH);
    this.message[0] = Operation.JOIN_STORED;
    this.message[JoinStored.STANDING] = standing;
    this.message[JoinStored.PATH] = JoinPath.ZIGBEE;
    this.nodes.copyEui64(node, this.message, JoinStored.EUI64);
    writeU16(this.message, JoinStored.SHORT, this.nodes.short(node));
  }
}
