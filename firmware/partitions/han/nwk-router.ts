// Frames that routers handed to the hub, and frames that the hub hands on: between its children,
// over routers, broadcasts. A router is believed whose frame it carries: the network key keeps only
// strangers out.
// @source Zigbee 05-3474-22 sections 3.6.3.3, 3.6.3.4, 3.6.5

import { DeviceKind } from "../../ipc/device";
import { NodeRule } from "../../ipc/join";
import { check } from "../../kernel/partition";
import { Auxiliary } from "../../wire/auxiliary";
import { copyBytes } from "../../wire/little-endian";
import { Mac } from "../../wire/mac";
import {
  isNwkBroadcast,
  Nwk,
  NwkControl,
  NwkField,
  NwkType,
  nwkControl,
  nwkDestination,
  nwkExtendedDestinationAt,
  nwkExtendedSourceAt,
  nwkHeaderEnd,
  nwkRadius,
  nwkSequence,
  nwkSource,
  nwkType,
  putNwk,
  putNwkExtended,
  putNwkSourceRoute,
} from "../../wire/nwk";
import { NwkCommand } from "../../wire/nwk-command";
import { BroadcastLimit, Broadcasts, type BroadcastUser } from "./broadcasts";
import { type Memory, Scratch } from "./memory";
import { NodeLimit, NodeState, type Nodes, Place } from "./nodes";
import type { NwkLayer, NwkUser } from "./nwk-layer";
import type { Routes } from "./routes";

const enum Relay {
  /** nwkcMaxBroadcastJitter, in which relays spread. */
  JITTER_MS = 64,
}

/** What the frames tell of where nodes are. */
export interface RouteKeeper {
  /** A Networked node, `hop`, handed a frame of `node`, perhaps its own, to us. */
  moved(now: number, node: number, hop: number): void;
  /** A node comes under this address. False: another has it. */
  adopted(now: number, node: number, short: number): boolean;
  /** A frame under an address that no node has: whose it is now. `NodeLimit.NONE`: nobody's. */
  announced(now: number, short: number, bytes: Uint8Array, start: number, length: number): number;
  /** There is a frame for this node, and no way to it. */
  seek(now: number, node: number): void;
}

export class NwkRouter implements BroadcastUser {
  readonly broadcasts: Broadcasts;
  duplicates = 0;
  relayed = 0;
  relayDropped = 0;
  private keeper: RouteKeeper | undefined;

  constructor(
    private readonly layer: NwkLayer,
    private readonly nodes: Nodes,
    private readonly routes: Routes,
    private readonly user: NwkUser,
    memory: Memory,
  ) {
    this.broadcasts = new Broadcasts(this, memory);
  }

  /** Once, before the first frame. */
  attach(keeper: RouteKeeper): void {
    check(this.keeper === undefined, "one keeper of routes");
    this.keeper = keeper;
  }

  get mesh(): RouteKeeper {
    check(this.keeper !== undefined, "routes are kept");
    return this.keeper;
  }

  /** A frame that `hop`, a Networked node, handed on; the payload stands at `at`. */
  received(
    now: number,
    hop: number,
    bytes: Uint8Array,
    start: number,
    at: number,
    length: number,
  ): void {
    const source = nwkSource(bytes, start);
    const destination = nwkDestination(bytes, start);
    if (source === Nwk.COORDINATOR) {
      // Our own broadcast, relayed: that is its acknowledgement.
      if (isNwkBroadcast(destination)) this.isSaid(now, source, nwkSequence(bytes, start), hop);
      return;
    }
    const isCommand = nwkType(bytes, start) === NwkType.COMMAND;
    let origin = this.nodes.findShort(source);
    if (origin === NodeLimit.NONE && !isCommand) {
      origin = this.mesh.announced(now, source, bytes, at, length);
    }
    // Under an address or an EUI-64 that is not its sender's.
    if (origin === NodeLimit.NONE || !this.isOf(origin, bytes, nwkExtendedSourceAt(bytes, start))) {
      return;
    }
    if (destination !== Nwk.COORDINATOR) {
      const isForOne = !isNwkBroadcast(destination);
      if (isForOne && !isCommand) this.relay(now, hop, origin, bytes, start, at, length);
      if (isForOne) return;
      if (this.isHeardBroadcast(now, hop, origin, bytes, start, at, length)) return;
    } else {
      if (this.routes.isRepeated(now, origin, nwkSequence(bytes, start))) {
        this.duplicates++;
        return;
      }
      this.mesh.moved(now, origin, hop);
    }
    this.deliver(now, origin, hop, isCommand, bytes, start, at, length);
  }

  /**
   * Sends over routers: along the source route, or to the one that knows the way. False: no room,
   * no key, no counter, or no way yet, which is looked for then.
   */
  send(
    now: number,
    node: number,
    type: NwkType,
    payload: Uint8Array,
    start: number,
    length: number,
    tag: number,
  ): boolean {
    const hop = this.routes.hop(node);
    if (hop === NodeLimit.NONE) {
      this.mesh.seek(now, node);
      return false;
    }
    const counter = this.layer.takeCounter(now);
    if (counter < 0) return false;
    const relays = this.routes.relays(node);
    const route = 2 + 2 * relays;
    const room =
      Nwk.FRAME_MAX - NwkField.OPTIONAL - Auxiliary.NETWORK_LENGTH - Auxiliary.MIC_LENGTH;
    // Too long beside its route: the first relay knows a way too, or asks for one.
    const isSourced = relays > 0 && route + length <= room;
    const how = isSourced ? NwkControl.SOURCE_ROUTE : NwkControl.DISCOVER_ENABLE;
    const at = this.layer.putHeader(type | how, this.nodes.short(node));
    let end = at;
    if (isSourced) {
      end = this.routes.putRelays(
        node,
        this.layer.frame,
        putNwkSourceRoute(this.layer.frame, at, relays),
      );
    }
    return this.layer.finish(now, hop, counter, end, payload, start, length, tag);
  }

  /** True for a broadcast that needs no more care here; a new one is relayed. */
  isHeardBroadcast(
    now: number,
    hop: number,
    origin: number,
    bytes: Uint8Array,
    start: number,
    at: number,
    length: number,
  ): boolean {
    // Route requests come by several ways, and the cheapest one counts.
    const isCommand = nwkType(bytes, start) === NwkType.COMMAND;
    if (isCommand && bytes[at] === NwkCommand.ROUTE_REQUEST) return false;
    const source = this.nodes.short(origin);
    const sequence = nwkSequence(bytes, start);
    if (this.broadcasts.isKnown(now, source, sequence, hop)) return true;
    // Of commands to all only an update of the network is meant for more than those around.
    const isFar = !isCommand || bytes[at] === NwkCommand.NETWORK_STATUS;
    const isRelayed =
      isFar && length > 0 && nwkRadius(bytes, start) > 1 && this.routes.hasRouters();
    if (isRelayed && !this.isConsumers(origin) && this.broadcasts.mayRelay()) {
      this.relayBroadcast(now, source, bytes, start, at, length);
    }
    return false;
  }

  /**
   * Hands a frame on to `node`'s way. `sender`, from whom it comes, vouched for `origin`.
   */
  relay(
    now: number,
    sender: number,
    origin: number,
    bytes: Uint8Array,
    start: number,
    at: number,
    length: number,
  ): void {
    const node = this.nodes.findShort(nwkDestination(bytes, start));
    if (this.isConsumers(origin) || this.isConsumers(node)) {
      this.relayDropped++;
      this.user.link.refused(now, origin, NodeRule.RELAY, 0, 0);
      return;
    }
    const hop = node === NodeLimit.NONE ? node : this.routes.hop(node);
    const control = nwkControl(bytes, start);
    const isOdd = (control & (NwkControl.SOURCE_ROUTE | NwkControl.MULTICAST)) !== 0;
    if (
      hop === NodeLimit.NONE ||
      hop === sender ||
      !this.nodes.isNetworked(node) ||
      nwkRadius(bytes, start) < 2 ||
      isOdd ||
      !this.isOf(node, bytes, nwkExtendedDestinationAt(bytes, start)) ||
      // The hub vouches for what it secures anew: no child speaks under another's EUI-64.
      !this.isOf(origin, bytes, nwkExtendedSourceAt(bytes, start))
    ) {
      this.relayDropped++;
      if (node !== NodeLimit.NONE && hop === NodeLimit.NONE) this.mesh.seek(now, node);
      return;
    }
    const end = this.putRelayed(node, bytes, start, length);
    const counter = end < 0 ? -1 : this.layer.takeCounter(now);
    if (counter >= 0 && this.layer.finish(now, hop, counter, end, bytes, at, length, 0)) {
      this.relayed++;
    } else this.relayDropped++;
  }

  /**
   * Says a command or an APS frame of ours to all, and again until the routers around were heard
   * to relay it. False: too many are being said already.
   */
  broadcast(
    now: number,
    destination: number,
    radius: number,
    type: NwkType,
    payload: Uint8Array,
    length: number,
  ): boolean {
    const { frame } = this.layer;
    const isCommand = type === NwkType.COMMAND;
    const who = isCommand ? NwkControl.EXTENDED_SOURCE : 0;
    let at = this.layer.putHeader(type | who, destination, radius);
    if (isCommand) at = this.layer.putSource(at);
    copyBytes(payload, 0, frame, at, length);
    const sequence = nwkSequence(frame, Scratch.NWK);
    const transaction = this.broadcasts.begin(now, Nwk.COORDINATOR, sequence);
    const header = at - Scratch.NWK;
    return this.broadcasts.say(now, transaction, frame, Scratch.NWK, header, header + length);
  }

  /** Says a command once to those around, and to nobody beyond. */
  sayAround(now: number, command: Uint8Array, length: number): void {
    const counter = this.layer.takeCounter(now);
    if (counter < 0) return;
    const slot = this.layer.keys.activeSlot();
    const flags = NwkType.COMMAND | NwkControl.EXTENDED_SOURCE;
    const at = this.layer.putSource(this.layer.putHeader(flags, Nwk.BROADCAST_ROUTERS, 1));
    const end = this.layer.seal(slot, counter, at, command, 0, length) - Scratch.NWK;
    const hop = NodeLimit.NONE;
    this.user.sendFrame(now, Mac.BROADCAST, false, this.layer.frame, Scratch.NWK, end, 0, hop);
  }

  sayAgain(
    now: number,
    bytes: Uint8Array,
    start: number,
    header: number,
    length: number,
    isFirst: boolean,
  ): boolean {
    if (isFirst && nwkDestination(bytes, start) === Nwk.BROADCAST_ALL) {
      for (let node = 0; node < NodeLimit.MAX; node++) {
        const sleeps = this.nodes.isNetworked(node) && this.nodes.sleeps(node);
        if (!sleeps || this.nodes.place(node) === Place.BEHIND) continue;
        if (nwkSource(bytes, start) === this.nodes.short(node)) continue;
        this.say(now, node, bytes, start, header, length);
      }
    }
    return this.say(now, NodeLimit.NONE, bytes, start, header, length);
  }

  neighbours(): number {
    return this.routes.neighbours();
  }

  /** A frame in plain that is sealed and said to all who listen, or to one sleeping child. */
  private say(
    now: number,
    to: number,
    bytes: Uint8Array,
    start: number,
    header: number,
    length: number,
  ): boolean {
    const counter = this.layer.takeCounter(now);
    if (counter < 0) return false;
    const { frame } = this.layer;
    const isAll = to === NodeLimit.NONE;
    const slot = isAll ? this.layer.keys.activeSlot() : this.layer.keys.slotFor(to);
    copyBytes(bytes, start, frame, Scratch.NWK, header);
    const at = Scratch.NWK + header;
    const rest = length - header;
    const end = this.layer.seal(slot, counter, at, bytes, start + header, rest) - Scratch.NWK;
    const short = isAll ? Mac.BROADCAST : this.nodes.short(to);
    const hop = NodeLimit.NONE;
    return this.user.sendFrame(now, short, !isAll, frame, Scratch.NWK, end, 0, hop);
  }

  private isSaid(now: number, source: number, sequence: number, hop: number): void {
    // One that is forgotten, or never was, is none of ours.
    const isOurs = this.broadcasts.find(now, source, sequence) !== BroadcastLimit.NONE;
    if (isOurs) this.broadcasts.isKnown(now, source, sequence, hop);
  }

  private deliver(
    now: number,
    origin: number,
    hop: number,
    isCommand: boolean,
    bytes: Uint8Array,
    start: number,
    at: number,
    length: number,
  ): void {
    if (this.nodes.state(origin) === NodeState.KEYED) {
      this.user.nodeProven(now, origin, bytes, at, isCommand ? 0 : length);
    } else if (!this.nodes.isNetworked(origin)) {
      this.layer.counts.notNetworked++;
    } else if (isCommand) {
      this.user.commandReceived(now, origin, hop, bytes, start, at, length);
    } else this.user.apsReceived(now, origin, bytes, at, length);
  }

  /** Whether an EUI-64 of the header, if it is there at all, is the node's. */
  private isOf(node: number, bytes: Uint8Array, at: number): boolean {
    return at < 0 || this.nodes.hasEui64(node, bytes, at);
  }

  /** The hub hands nothing on of a consumer access device, nor to one. */
  private isConsumers(node: number): boolean {
    return node >= 0 && this.nodes.kind(node) === DeviceKind.CONSUMER_ACCESS_DEVICE;
  }

  private relayBroadcast(
    now: number,
    source: number,
    bytes: Uint8Array,
    start: number,
    at: number,
    length: number,
  ): void {
    const { frame } = this.layer;
    const header = nwkHeaderEnd(bytes, start) - start;
    if (header + Auxiliary.NETWORK_LENGTH + length + Auxiliary.MIC_LENGTH > Nwk.FRAME_MAX) return;
    copyBytes(bytes, start, frame, Scratch.NWK, header);
    frame[Scratch.NWK + NwkField.RADIUS] = nwkRadius(bytes, start) - 1;
    copyBytes(bytes, at, frame, Scratch.NWK + header, length);
    const sequence = nwkSequence(bytes, start);
    const transaction = this.broadcasts.find(now, source, sequence);
    // Neighbours relay too; the sequence number is as good as chance to keep apart from them.
    const due = now + ((sequence * 29) % Relay.JITTER_MS);
    if (this.broadcasts.say(due, transaction, frame, Scratch.NWK, header, header + length)) {
      this.relayed++;
    }
  }

  /** The header of a frame of `bytes` on its way to `node`; negative: it does not fit. */
  private putRelayed(node: number, bytes: Uint8Array, start: number, length: number): number {
    const { frame } = this.layer;
    const kept =
      NwkControl.EXTENDED_DESTINATION |
      NwkControl.EXTENDED_SOURCE |
      NwkControl.END_DEVICE_INITIATOR |
      NwkControl.SECURED;
    const to = nwkExtendedDestinationAt(bytes, start);
    const from = nwkExtendedSourceAt(bytes, start);
    const relays = this.routes.relays(node);
    const sourced = relays > 0 ? NwkControl.SOURCE_ROUTE : 0;
    let end = putNwk(
      frame,
      Scratch.NWK,
      NwkType.DATA | (nwkControl(bytes, start) & kept) | sourced,
      nwkDestination(bytes, start),
      nwkSource(bytes, start),
      nwkRadius(bytes, start) - 1,
      nwkSequence(bytes, start),
    );
    if (to >= 0) end = putNwkExtended(frame, end, bytes, to);
    if (from >= 0) end = putNwkExtended(frame, end, bytes, from);
    if (relays > 0) end = this.routes.putRelays(node, frame, putNwkSourceRoute(frame, end, relays));
    const total = end - Scratch.NWK + Auxiliary.NETWORK_LENGTH + length + Auxiliary.MIC_LENGTH;
    return total > Nwk.FRAME_MAX ? -1 : end;
  }
}
