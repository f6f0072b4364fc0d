// Short addresses that nodes get from others than the hub: routers give them to those that join and
// rejoin through them, by chance, so that two nodes may have the same one.
// @source Zigbee 05-3474-22 section 3.6.1.9

import { Nwk, NwkType } from "../../wire/nwk";
import { NetworkStatusCode, putNetworkStatus, putRejoinResponse } from "../../wire/nwk-command";
import { announcedUnder } from "./announcement";
import type { Memory } from "./memory";
import { NodeLimit, type Nodes, Place } from "./nodes";
import type { NwkLayer } from "./nwk-layer";

const enum Conflict {
  /** Whoever is told looks for another address, and says so to all: not more often than this. */
  AGAIN_MS = 10_000,
}

export interface AddressUser {
  /** A free address by chance; -1: none was found. */
  drawShort(): number;
  /** Something in the node's record changed. */
  nodeChanged(now: number, node: number): void;
}

export class Addresses {
  private readonly command: Uint8Array;
  private toldAt = -Infinity;

  constructor(
    private readonly nwk: NwkLayer,
    private readonly nodes: Nodes,
    private readonly user: AddressUser,
    memory: Memory,
  ) {
    this.command = memory.scratch;
  }

  /** A frame under an address that no node has: the node that announces itself under it. */
  announced(now: number, short: number, bytes: Uint8Array, start: number, length: number): number {
    const node = announcedUnder(this.nodes, short, bytes, start, length);
    if (node === NodeLimit.NONE) return node;
    return this.adopt(now, node, short) ? node : NodeLimit.NONE;
  }

  /** The node has this address now. False: another one has it, or it is none for a node. */
  adopt(now: number, node: number, short: number): boolean {
    if (this.nodes.short(node) === short) return true;
    if (short === Nwk.COORDINATOR || short >= Nwk.BROADCAST_FIRST) return false;
    const other = this.nodes.findShort(short);
    if (other !== NodeLimit.NONE) {
      this.tell(now, short);
      this.conflict(now, short);
      return false;
    }
    this.nodes.setShort(node, short);
    this.user.nodeChanged(now, node);
    return true;
  }

  /** Two nodes have this address. A child of the hub gets another from it. */
  conflict(now: number, short: number): void {
    const node = this.nodes.findShort(short);
    if (node === NodeLimit.NONE || !this.nodes.isNetworked(node)) return;
    // A router draws for itself, and for its own children.
    if (this.nodes.isRouter(node) || this.nodes.place(node) === Place.BEHIND) return;
    const fresh = this.user.drawShort();
    if (fresh < 0) return;
    const length = putRejoinResponse(this.command, 0, fresh, 0);
    if (!this.nwk.sendCommand(now, node, this.command, length)) return;
    this.nodes.setShort(node, fresh);
    this.user.nodeChanged(now, node);
  }

  private tell(now: number, short: number): void {
    if (now < this.toldAt + Conflict.AGAIN_MS) return;
    this.toldAt = now;
    const code = NetworkStatusCode.ADDRESS_CONFLICT;
    const length = putNetworkStatus(this.command, 0, code, short);
    const to = Nwk.BROADCAST_RX_ON;
    const radius = Nwk.RADIUS_DEFAULT;
    this.nwk.router.broadcast(now, to, radius, NwkType.COMMAND, this.command, length);
  }
}
