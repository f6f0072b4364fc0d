// Zigbee's network layer of a coordinator: frames secured with the network key, replays and
// forgeries refused. What comes straight from the node that said it is handled here; what others
// handed on, and what is to be handed on, in `nwk-router.ts`.
// @source Zigbee 05-3474-22 sections 3.6, 4.3.1

import type { CryptoProvider } from "../../../hal/crypto";
import { check } from "../../kernel/partition";
import { Auxiliary, auxiliaryFrameCounter, openFrame } from "../../wire/auxiliary";
import { copyBytes } from "../../wire/little-endian";
import {
  checkNwk,
  isNwkBroadcast,
  Nwk,
  NwkControl,
  NwkType,
  nwkDestination,
  nwkHeaderEnd,
  nwkIsSecured,
  nwkSource,
  nwkType,
  putNwk,
  putNwkExtended,
} from "../../wire/nwk";
import {
  checkNwkSecurity,
  nwkSecuredPayloadAt,
  nwkSecuritySourceAt,
  putNwkSecurity,
  sealNwk,
} from "../../wire/nwk-security";
import { Parsed } from "../../wire/parsed";
import { rssiBehind } from "../../wire/spinel-stream";
import type { FrameCounter } from "./frame-counter";
import { type Memory, Scratch } from "./memory";
import type { RefusalLog } from "./network";
import { KeySlot, NetworkKeys } from "./network-keys";
import type { NetworkIdentity } from "./network-store";
import { NodeLimit, NodeState, type Nodes } from "./nodes";
import { NwkRouter } from "./nwk-router";
import type { Routes } from "./routes";

/** What the layer needs of those around it. */
export interface NwkUser {
  readonly link: RefusalLog;
  /**
   * One frame for the MAC. False: no room now.
   * @param hop the router that takes it, whose link is judged by it; `NodeLimit.NONE`: none
   */
  sendFrame(
    now: number,
    short: number,
    sleeps: boolean,
    frame: Uint8Array,
    start: number,
    length: number,
    tag: number,
    hop: number,
  ): boolean;
  /** A frame of a node that was not proven yet opened with the network key; its APS payload. */
  nodeProven(now: number, node: number, bytes: Uint8Array, start: number, length: number): void;
  /** A good frame of a Networked node; its counter has moved. */
  nodeHeard(now: number, node: number): void;
  apsReceived(now: number, node: number, bytes: Uint8Array, start: number, length: number): void;
  /**
   * A command of `node`, handed on to us by `hop`; it stands at `at`.
   * @param start where the NWK header starts
   */
  commandReceived(
    now: number,
    node: number,
    hop: number,
    bytes: Uint8Array,
    start: number,
    at: number,
    length: number,
  ): void;
  /** A frame without NWK security: whatever it is, it is no Networked node's. */
  unsecuredReceived(now: number, bytes: Uint8Array, start: number, length: number): void;
}

export class NwkCounts {
  malformed = 0;
  unsecured = 0;
  otherKey = 0;
  unknownSource = 0;
  replayed = 0;
  forged = 0;
  notNetworked = 0;
}

export class NwkLayer {
  readonly counts = new NwkCounts();
  readonly keys: NetworkKeys;
  private readonly nonce = new Uint8Array(Auxiliary.NONCE_LENGTH);
  /** Scratch: frames are put together at `Scratch.NWK`. */
  readonly frame: Uint8Array;
  readonly router: NwkRouter;
  private sequence = 0;

  constructor(
    private readonly crypto: CryptoProvider,
    private readonly identity: NetworkIdentity,
    private readonly nodes: Nodes,
    private readonly routes: Routes,
    private readonly counter: FrameCounter,
    private readonly user: NwkUser,
    memory: Memory,
  ) {
    this.frame = memory.scratch;
    this.keys = new NetworkKeys(nodes, memory);
    this.router = new NwkRouter(this, nodes, routes, user, memory);
  }

  isKeyed(): boolean {
    return this.keys.isKeyed();
  }

  /** Sends an APS frame to a Networked node. False: no room, no key or no counter now. */
  sendAps(now: number, node: number, aps: Uint8Array, length: number, tag: number): boolean {
    return this.sendSealed(now, node, aps, 0, length, tag);
  }

  /** The same for a frame that stands in the middle of a message. */
  sendSealed(
    now: number,
    node: number,
    aps: Uint8Array,
    start: number,
    length: number,
    tag: number,
  ): boolean {
    if (this.routes.isDirect(node)) {
      return this.sendSecured(now, node, NwkType.DATA, false, aps, start, length, tag);
    }
    return this.router.send(now, node, NwkType.DATA, aps, start, length, tag);
  }

  /** Sends a NWK command to a node at hand, both EUI-64 in its header. */
  sendCommand(now: number, node: number, command: Uint8Array, length: number): boolean {
    return this.sendSecured(now, node, NwkType.COMMAND, true, command, 0, length, 0);
  }

  /**
   * The one frame that goes out without NWK security: the wrapped network key for a node that has
   * none yet. @source Zigbee 05-3474-22 section 4.6.3.2
   */
  sendKey(
    now: number,
    short: number,
    sleeps: boolean,
    aps: Uint8Array,
    start: number,
    length: number,
    tag: number,
  ): boolean {
    const at = putNwk(
      this.frame,
      Scratch.NWK,
      NwkType.DATA,
      short,
      Nwk.COORDINATOR,
      Nwk.RADIUS_DEFAULT,
      this.nextSequence(),
    );
    copyBytes(aps, start, this.frame, at, length);
    const total = at + length - Scratch.NWK;
    const hop = NodeLimit.NONE;
    return this.user.sendFrame(now, short, sleeps, this.frame, Scratch.NWK, total, tag, hop);
  }

  /**
   * A NWK frame, of a stranger (`NodeLimit.NONE`) perhaps a node's under an address that it has
   * not yet. True: it is genuine and new.
   */
  received(now: number, node: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (checkNwk(bytes, start, length) !== Parsed.OK) {
      this.counts.malformed++;
      return false;
    }
    if (!nwkIsSecured(bytes, start)) {
      this.counts.unsecured++;
      this.user.unsecuredReceived(now, bytes, start, length);
      return false;
    }
    if (node === NodeLimit.NONE) {
      this.strangerReceived(now, bytes, start, length);
      return false;
    }
    if (!this.opens(node, bytes, start, length)) return false;
    const at = nwkSecuredPayloadAt(bytes, start);
    this.dispatch(now, node, bytes, start, at, start + length - Auxiliary.MIC_LENGTH - at);
    return true;
  }

  /** A Networked node may come under an address that another parent gave it. */
  private strangerReceived(now: number, bytes: Uint8Array, start: number, length: number): void {
    if (checkNwkSecurity(bytes, start, length) !== Parsed.OK) return;
    const node = this.nodes.findEui64(bytes, nwkSecuritySourceAt(bytes, start));
    if (node === NodeLimit.NONE || !this.nodes.isNetworked(node)) return;
    if (!this.opens(node, bytes, start, length)) return;
    if (!this.router.mesh.adopted(now, node, nwkSource(bytes, start))) return;
    const at = nwkSecuredPayloadAt(bytes, start);
    this.dispatch(now, node, bytes, start, at, start + length - Auxiliary.MIC_LENGTH - at);
  }

  /** Checks who, which key, how new, and whether genuine, the cheap questions first. */
  private opens(node: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (checkNwkSecurity(bytes, start, length) !== Parsed.OK) {
      this.counts.malformed++;
      return false;
    }
    const { keys } = this;
    // All that is asked for stands at fixed places behind the network header.
    const at = nwkHeaderEnd(bytes, start);
    const sequence = bytes[at + Auxiliary.NETWORK_LENGTH - 1]!;
    const slot = keys.find(sequence);
    if (slot === KeySlot.NONE) {
      this.counts.otherKey++;
      return false;
    }
    // Security goes hop by hop: who secured the frame is who sent it, router or not.
    const sourceAt = at + Auxiliary.SOURCE;
    if (!this.nodes.hasEui64(node, bytes, sourceAt)) {
      this.counts.unknownSource++;
      return false;
    }
    const counter = auxiliaryFrameCounter(bytes, at);
    if (!keys.isFresh(node, sequence, counter)) {
      this.counts.replayed++;
      return false;
    }
    const key = keys.key(slot);
    const end = start + length;
    if (!openFrame(this.crypto, key, this.nonce, bytes, start, at, end, bytes, sourceAt)) {
      this.counts.forged++;
      return false;
    }
    keys.opened(node, sequence, counter);
    return true;
  }

  private dispatch(
    now: number,
    node: number,
    bytes: Uint8Array,
    start: number,
    at: number,
    length: number,
  ): void {
    const { nodes } = this;
    const isCommand = nwkType(bytes, start) === NwkType.COMMAND;
    const state = nodes.state(node);
    if (state === NodeState.KEYED) {
      this.user.nodeProven(now, node, bytes, at, isCommand ? 0 : length);
      return;
    }
    if (state !== NodeState.NETWORKED) {
      this.counts.notNetworked++;
      return;
    }
    this.user.nodeHeard(now, node);
    nodes.measured(node, rssiBehind(bytes, at + length + Auxiliary.MIC_LENGTH));
    if (nwkSource(bytes, start) !== nodes.short(node)) {
      this.router.received(now, node, bytes, start, at, length);
      return;
    }
    const destination = nwkDestination(bytes, start);
    if (destination !== Nwk.COORDINATOR) {
      if (!isNwkBroadcast(destination)) {
        if (!isCommand) this.router.relay(now, node, node, bytes, start, at, length);
        return;
      }
      if (this.router.isHeardBroadcast(now, node, node, bytes, start, at, length)) return;
    } else if (!this.routes.isDirect(node)) this.router.mesh.moved(now, node, node);
    if (isCommand) this.user.commandReceived(now, node, node, bytes, start, at, length);
    else this.user.apsReceived(now, node, bytes, at, length);
  }

  /** Writes the header of a frame of ours, secured, into scratch; returns where it goes on. */
  putHeader(flags: number, destination: number, radius: number = Nwk.RADIUS_DEFAULT): number {
    return putNwk(
      this.frame,
      Scratch.NWK,
      flags | NwkControl.SECURED,
      destination,
      Nwk.COORDINATOR,
      radius,
      this.nextSequence(),
    );
  }

  /** Writes our own EUI-64 into the header, as its flags announced it. */
  putSource(at: number): number {
    return putNwkExtended(this.frame, at, this.identity.eui64, 0);
  }

  /** The next frame counter; negative: none now. */
  takeCounter(now: number): number {
    return this.keys.isKeyed() && this.counter.isReady() ? this.counter.take(now) : -1;
  }

  private sendSecured(
    now: number,
    node: number,
    type: NwkType,
    isExtended: boolean,
    payload: Uint8Array,
    start: number,
    length: number,
    tag: number,
  ): boolean {
    if (!this.keys.isKeyed()) return false;
    const counter = this.counter.take(now);
    if (counter < 0) return false;
    const extended = isExtended ? NwkControl.EXTENDED_DESTINATION | NwkControl.EXTENDED_SOURCE : 0;
    let at = this.putHeader(type | extended, this.nodes.short(node));
    if (isExtended) {
      this.nodes.copyEui64(node, this.frame, Scratch.ADDRESS);
      at = this.putSource(putNwkExtended(this.frame, at, this.frame, Scratch.ADDRESS));
    }
    return this.finish(now, node, counter, at, payload, start, length, tag);
  }

  /** Sealed under the key that the next node has, and off to the MAC for it. */
  finish(
    now: number,
    hop: number,
    counter: number,
    at: number,
    payload: Uint8Array,
    start: number,
    length: number,
    tag: number,
  ): boolean {
    const slot = this.keys.slotFor(hop);
    const total = this.seal(slot, counter, at, payload, start, length) - Scratch.NWK;
    const short = this.nodes.short(hop);
    const sleeps = this.nodes.sleeps(hop);
    const judged = this.nodes.isRouter(hop) ? hop : NodeLimit.NONE;
    return this.user.sendFrame(now, short, sleeps, this.frame, Scratch.NWK, total, tag, judged);
  }

  /** Auxiliary header and payload behind the header, sealed; returns the frame's end. */
  seal(
    slot: KeySlot,
    counter: number,
    at: number,
    payload: Uint8Array,
    start: number,
    length: number,
  ): number {
    const sequence = this.keys.sequence(slot);
    const body = putNwkSecurity(this.frame, at, counter, this.identity.eui64, 0, sequence);
    check(body + length + Auxiliary.MIC_LENGTH <= Scratch.NWK + Nwk.FRAME_MAX, "a NWK frame fits");
    copyBytes(payload, start, this.frame, body, length);
    const key = this.keys.key(slot);
    return sealNwk(this.crypto, key, this.nonce, this.frame, Scratch.NWK, body + length);
  }

  private nextSequence(): number {
    this.sequence = (this.sequence + 1) & 0xff;
    return this.sequence;
  }
}
