// What keeps a running network well: who is still there, a PAN ID of its own, a channel that works.

import type { Entropy } from "../../../hal/entropy";
import { checkNwkCommand, NwkCommand, nwkCommand } from "../../wire/nwk-command";
import { Parsed } from "../../wire/parsed";
import { ChannelWatch } from "./channel-watch";
import { Children, type ChildUser } from "./children";
import type { MacLayer } from "./mac-layer";
import type { Memory } from "./memory";
import type { MeshRouting } from "./mesh";
import { NetworkMove } from "./network-move";
import type { NetworkStore } from "./network-store";
import type { Nodes } from "./nodes";
import type { NwkLayer } from "./nwk-layer";
import { PanConflict } from "./pan-conflict";
import type { RadioLink } from "./radio-link";

export class NetworkCare {
  readonly move: NetworkMove;
  readonly conflict: PanConflict;
  readonly watch: ChannelWatch;
  readonly children: Children;
  private hasStarted = false;
  private readonly scratch: Uint8Array;

  constructor(
    private readonly entropy: Entropy,
    radio: RadioLink,
    store: NetworkStore,
    nodes: Nodes,
    mesh: MeshRouting,
    nwk: NwkLayer,
    mac: MacLayer,
    user: ChildUser,
    memory: Memory,
  ) {
    this.scratch = memory.scratch;
    this.move = new NetworkMove(radio, store, nwk, user, memory);
    this.conflict = new PanConflict(entropy, store.identity, this.move, mac, memory);
    this.watch = new ChannelWatch(radio, store.identity, this.move, memory);
    this.children = new Children(nwk, nodes, mesh, user, memory);
  }

  /** The co-processor is set up for the running network, at first or anew. */
  radioReady(now: number): void {
    this.watch.radioReady();
    if (this.hasStarted) return;
    this.hasStarted = true;
    this.entropy.fill(this.scratch, 0, 1);
    this.watch.start(now);
    this.children.start(now, this.scratch[0]!);
  }

  /** True: the NWK command was a report about the network. */
  received(now: number, bytes: Uint8Array, at: number, length: number): boolean {
    if (nwkCommand(bytes, at) !== NwkCommand.NETWORK_REPORT) return false;
    if (checkNwkCommand(bytes, at, length) === Parsed.OK) this.conflict.reported(now, bytes, at);
    return true;
  }

  tick(now: number): void {
    this.move.tick(now);
    this.conflict.tick(now);
    this.watch.tick(now);
    this.children.tick(now);
  }
}
