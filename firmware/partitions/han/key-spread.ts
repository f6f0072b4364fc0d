// How a new network key comes to all nodes: each gets it under its own link key, made by `access`;
// one that listens at once, a sleeping one when it has spoken. When all have it, or had time
// enough, everybody is told and it becomes the active one; the old one is kept for who was late.
// Also the way between a node and the trust centre for what is said under a link key, which `han`
// carries and cannot read.
// @source Zigbee 05-3474-22 sections 4.4.3, 4.4.6, 4.6.3.4

import { Sent } from "../../../hal/sent";
import {
  JoinAsk,
  JoinKind,
  JoinPath,
  KeyMove,
  KeyMoved,
  KeyUse,
  NetworkSet,
  NodeSaid,
  NodeTell,
} from "../../ipc/join";
import { Operation } from "../../ipc/operation";
import type { Port } from "../../kernel/partition";
import {
  ApsControl,
  ApsDelivery,
  ApsType,
  apsHeaderEnd,
  apsIsSecured,
  apsType,
  checkAps,
  putApsCommand,
} from "../../wire/aps";
import { ApsCommand, putSwitchKey } from "../../wire/aps-command";
import { copyBytes } from "../../wire/little-endian";
import { Parsed } from "../../wire/parsed";
import { Due, type Memory } from "./memory";
import type { NetworkKeys } from "./network-keys";
import { NodeLimit, type Nodes } from "./nodes";

/** What it needs of those around it. */
export interface SpreadUser {
  /** An APS frame for a node, as it is; a network key's fate comes back in `keySent`. */
  sendSealed(
    now: number,
    node: number,
    aps: Uint8Array,
    start: number,
    length: number,
    isKey: boolean,
  ): boolean;
  /** An APS frame for all that listen, under the active key. */
  sendToAll(now: number, aps: Uint8Array, length: number): void;
}

const enum Wait {
  /** Between two nodes that listen, so that spreading leaves the air to others. */
  NEXT_MS = 1000,
  /** With nobody left but sleepers. */
  IDLE_MS = 30_000,
  /**
   * A broadcast is said three times at most, half a second apart. And for so long a sleeping node
   * that speaks often is not asked for again.
   */
  SWITCH_MS = 2000,
  /** A meter wakes every half hour: four chances, then the others go on. */
  SPREAD_MS = 7_200_000,
  /** Who did not wake for a day after that must be let in anew. */
  OLD_MS = 86_400_000,
}

export class KeySpread {
  /** Commands for the trust centre that were too long, or found no room. */
  dropped = 0;
  private readonly numbers: Float64Array;
  private readonly scratch: Uint8Array;
  /** All were told, and the next key is about to be used. */
  private isSwitching = false;
  private deadline = 0;
  private askedAt = -Infinity;
  private askedFor: number = NodeLimit.NONE;
  private turn = 0;
  private sequence = 0;

  constructor(
    private readonly access: Port,
    private readonly nodes: Nodes,
    private readonly keys: NetworkKeys,
    private readonly user: SpreadUser,
    memory: Memory,
  ) {
    this.numbers = memory.numbers;
    this.scratch = memory.scratch;
  }

  /** `NETWORK_SET`. */
  set(now: number, message: Uint8Array): void {
    const use = message[NetworkSet.USE]!;
    const sequence = message[NetworkSet.KEY_SEQUENCE]!;
    if (use === KeyUse.ACTIVE) {
      const isSwitch = this.keys.use === KeyUse.NEXT && this.keys.otherSequence() === sequence;
      if (!isSwitch) this.keys.setActive(sequence, message, NetworkSet.KEY);
      else if (!this.isSwitching) {
        // Said, and said again, under the key that everybody still uses.
        this.announceSwitch(now, sequence);
        this.isSwitching = true;
        this.numbers[Due.KEY_SPREAD] = now + Wait.SWITCH_MS;
      }
    } else if (use === KeyUse.NEXT || use === KeyUse.OLD) {
      const isNew = this.keys.setOther(use, sequence, message, NetworkSet.KEY);
      if (isNew) this.begin(now, use === KeyUse.NEXT ? Wait.SPREAD_MS : Wait.OLD_MS);
    }
  }

  /** `NODE_TELL`: to the node as it is. */
  told(now: number, message: Uint8Array, length: number): void {
    const aps = message[NodeTell.APS_LENGTH]!;
    const node = this.nodes.findEui64(message, NodeTell.EUI64);
    if (length !== NodeTell.APS_FRAME + aps || aps === 0 || aps > NodeTell.APS_MAX) {
      this.dropped++;
    } else if (node === NodeLimit.NONE || !this.nodes.isNetworked(node)) {
      this.dropped++;
    } else {
      const isKey = message[NodeTell.IS_NETWORK_KEY] === 1;
      const at = NodeTell.APS_FRAME;
      if (!this.user.sendSealed(now, node, message, at, aps, isKey)) this.dropped++;
    }
  }

  /** The fate of a network key: the node's radio, or the next one on its way, has it. */
  keySent(node: number, delivered: boolean): void {
    if (delivered && this.keys.use !== KeyUse.ACTIVE) this.keys.setGiven(node, true);
  }

  /** A good frame of a Networked node. One that sleeps listens now. */
  heard(now: number, node: number): void {
    if (this.keys.use === KeyUse.ACTIVE || this.keys.isGiven(node)) return;
    if (node === this.askedFor && now < this.askedAt + Wait.SWITCH_MS) return;
    this.ask(now, node);
  }

  /** The index is another node's from now on. */
  forget(node: number): void {
    this.keys.setGiven(node, false);
  }

  /**
   * An APS command of a Networked node. True: it is the trust centre's, under a link key or about
   * one, and was passed on.
   */
  said(node: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (checkAps(bytes, start, length) !== Parsed.OK) return false;
    if (apsType(bytes, start) !== ApsType.COMMAND) return false;
    if (!apsIsSecured(bytes, start)) {
      const at = apsHeaderEnd(bytes, start);
      if (at >= start + length || bytes[at] !== ApsCommand.VERIFY_KEY) return false;
    }
    if (length > NodeSaid.APS_MAX) {
      this.dropped++;
      return true;
    }
    const message = this.scratch;
    message.fill(0, 0, NodeSaid.LENGTH);
    message[0] = Operation.NODE_SAID;
    message[NodeSaid.APS_LENGTH] = length;
    this.nodes.copyEui64(node, message, NodeSaid.EUI64);
    copyBytes(bytes, start, message, NodeSaid.APS_FRAME, length);
    if (this.access.send(message, NodeSaid.LENGTH) !== Sent.OK) this.dropped++;
    return true;
  }

  tick(now: number): void {
    if (now < this.numbers[Due.KEY_SPREAD]!) return;
    if (this.isSwitching) {
      this.isSwitching = false;
      this.keys.useOther();
      this.begin(now, Wait.OLD_MS);
      return;
    }
    const use = this.keys.use;
    if (use === KeyUse.ACTIVE) {
      this.numbers[Due.KEY_SPREAD] = Infinity;
      return;
    }
    const isAsking = this.askNext(now);
    this.numbers[Due.KEY_SPREAD] = now + (isAsking ? Wait.NEXT_MS : Wait.IDLE_MS);
    if (now < this.deadline && !this.isDone()) return;
    if (use === KeyUse.NEXT) this.move(KeyMove.SPREAD);
    else if (this.move(KeyMove.DROPPED)) {
      this.keys.drop();
      this.numbers[Due.KEY_SPREAD] = Infinity;
    }
  }

  /** All have the next key, or all were heard under the active one. */
  private isDone(): boolean {
    const isNext = this.keys.use === KeyUse.NEXT;
    const newest = this.keys.newest();
    for (let node = 0; node < NodeLimit.MAX; node++) {
      if (!this.nodes.isNetworked(node)) continue;
      const has = isNext ? this.keys.isGiven(node) : this.nodes.keySequence(node) === newest;
      if (!has) return false;
    }
    return true;
  }

  /** Asks for the next node that listens and has not the key. False: there is none. */
  private askNext(now: number): boolean {
    for (let i = 1; i <= NodeLimit.MAX; i++) {
      const node = (this.turn + i) % NodeLimit.MAX;
      if (!this.nodes.isNetworked(node) || this.nodes.sleeps(node)) continue;
      if (this.keys.isGiven(node)) continue;
      this.turn = node;
      this.ask(now, node);
      return true;
    }
    return false;
  }

  private begin(now: number, milliseconds: number): void {
    this.deadline = now + milliseconds;
    this.numbers[Due.KEY_SPREAD] = now + Wait.NEXT_MS;
  }

  private ask(now: number, node: number): void {
    this.askedAt = now;
    this.askedFor = node;
    const ask = this.scratch;
    ask.fill(0, 0, JoinAsk.LENGTH);
    ask[0] = Operation.JOIN_ASK;
    ask[JoinAsk.KIND] = JoinKind.KEY_UPDATE;
    ask[JoinAsk.PATH] = JoinPath.ZIGBEE;
    this.nodes.copyEui64(node, ask, JoinAsk.EUI64);
    if (this.access.send(ask, JoinAsk.LENGTH) !== Sent.OK) this.dropped++;
  }

  private move(move: KeyMove): boolean {
    const message = this.scratch;
    message.fill(0, 0, KeyMoved.LENGTH);
    message[0] = Operation.KEY_MOVED;
    message[KeyMoved.MOVE] = move;
    message[KeyMoved.KEY_SEQUENCE] = this.keys.otherSequence();
    return this.access.send(message, KeyMoved.LENGTH) === Sent.OK;
  }

  /** @source Zigbee 05-3474-22 section 4.4.10.5 */
  private announceSwitch(now: number, sequence: number): void {
    this.sequence = (this.sequence + 1) & 0xff;
    const flags = ApsDelivery.BROADCAST << ApsControl.DELIVERY_SHIFT;
    const at = putApsCommand(this.scratch, 0, flags, this.sequence);
    const end = putSwitchKey(this.scratch, at, sequence);
    this.user.sendToAll(now, this.scratch, end);
  }
}
