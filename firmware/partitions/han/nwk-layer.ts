// Zigbee's network layer of a coordinator in a star: frames of its children, secured with the
// network key, replays and forgeries refused, frames between two children handed on.
// @source Zigbee 05-3474-22 sections 3.6, 4.3.1

import type { CryptoProvider } from "../../../hal/crypto";
import { check } from "../../kernel/partition";
import { Auxiliary } from "../../wire/auxiliary";
import { copyBytes } from "../../wire/little-endian";
import { Mac } from "../../wire/mac";
import {
  checkNwk,
  isNwkBroadcast,
  Nwk,
  NwkControl,
  NwkType,
  nwkControl,
  nwkDestination,
  nwkExtendedDestinationAt,
  nwkExtendedSourceAt,
  nwkIsSecured,
  nwkRadius,
  nwkSequence,
  nwkSource,
  nwkType,
  putNwk,
  putNwkExtended,
} from "../../wire/nwk";
import {
  checkNwkSecurity,
  nwkFrameCounter,
  nwkKeySequence,
  nwkSecuredPayloadAt,
  nwkSecuritySourceAt,
  openNwk,
  putNwkSecurity,
  sealNwk,
} from "../../wire/nwk-security";
import { Parsed } from "../../wire/parsed";
import type { FrameCounter } from "./frame-counter";
import { type Memory, Scratch } from "./memory";
import { KeySlot, NetworkKeys } from "./network-keys";
import type { NetworkIdentity } from "./network-store";
import { NodeLimit, NodeState, type Nodes } from "./nodes";

/** What the layer needs of those around it. */
export interface NwkUser {
  /** One frame for the MAC. False: no room now. */
  sendFrame(
    now: number,
    short: number,
    sleeps: boolean,
    frame: Uint8Array,
    start: number,
    length: number,
    tag: number,
  ): boolean;
  /** A frame of a node that was not proven yet opened with the network key; its APS payload. */
  nodeProven(now: number, node: number, bytes: Uint8Array, start: number, length: number): void;
  /** A good frame of a Networked node; its counter has moved. */
  nodeHeard(now: number, node: number): void;
  apsReceived(now: number, node: number, bytes: Uint8Array, start: number, length: number): void;
  commandReceived(
    now: number,
    node: number,
    bytes: Uint8Array,
    start: number,
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
  relayed = 0;
  relayDropped = 0;
}

export class NwkLayer {
  readonly counts = new NwkCounts();
  readonly keys: NetworkKeys;
  private readonly nonce = new Uint8Array(Auxiliary.NONCE_LENGTH);
  /** Scratch: frames are put together at `Scratch.NWK`. */
  private readonly frame: Uint8Array;
  private sequence = 0;

  constructor(
    private readonly crypto: CryptoProvider,
    private readonly identity: NetworkIdentity,
    private readonly nodes: Nodes,
    private readonly counter: FrameCounter,
    private readonly user: NwkUser,
    memory: Memory,
  ) {
    this.frame = memory.scratch;
    this.keys = new NetworkKeys(nodes, memory);
  }

  isKeyed(): boolean {
    return this.keys.isKeyed();
  }

  /** Sends an APS frame to a Networked node. False: no room, no key or no counter now. */
  sendAps(now: number, node: number, aps: Uint8Array, length: number, tag: number): boolean {
    return this.sendSecured(now, node, NwkType.DATA, false, aps, 0, length, tag);
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
    return this.sendSecured(now, node, NwkType.DATA, false, aps, start, length, tag);
  }

  /** Sends an APS frame to all that listen, once, under the active key. */
  sendToAll(now: number, aps: Uint8Array, length: number): void {
    const counter = this.keys.isKeyed() ? this.counter.take(now) : -1;
    if (counter < 0) return;
    const at = putNwk(
      this.frame,
      Scratch.NWK,
      NwkType.DATA | NwkControl.SECURED,
      Nwk.BROADCAST_RX_ON,
      Nwk.COORDINATOR,
      Nwk.RADIUS_DEFAULT,
      this.nextSequence(),
    );
    const slot = this.keys.activeSlot();
    const total = this.seal(slot, counter, at, aps, 0, length) - Scratch.NWK;
    this.user.sendFrame(now, Mac.BROADCAST, false, this.frame, Scratch.NWK, total, 0);
  }

  /** Sends a NWK command, both EUI-64 in its header. */
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
    return this.user.sendFrame(now, short, sleeps, this.frame, Scratch.NWK, total, tag);
  }

  /**
   * A NWK frame. Of a stranger (`NodeLimit.NONE`) only an unsecured one is looked at.
   * True: it is genuine and new.
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
    if (node === NodeLimit.NONE || !this.opens(node, bytes, start, length)) return false;
    const at = nwkSecuredPayloadAt(bytes, start);
    this.dispatch(now, node, bytes, start, at, start + length - Auxiliary.MIC_LENGTH - at);
    return true;
  }

  /** Checks who, which key, how new, and whether genuine, the cheap questions first. */
  private opens(node: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (checkNwkSecurity(bytes, start, length) !== Parsed.OK) {
      this.counts.malformed++;
      return false;
    }
    const sequence = nwkKeySequence(bytes, start);
    const slot = this.keys.find(sequence);
    if (slot === KeySlot.NONE) {
      this.counts.otherKey++;
      return false;
    }
    // In a star the node that secured the frame is the one that sent it.
    if (!this.nodes.hasEui64(node, bytes, nwkSecuritySourceAt(bytes, start))) {
      this.counts.unknownSource++;
      return false;
    }
    const counter = nwkFrameCounter(bytes, start);
    if (!this.keys.isFresh(node, sequence, counter)) {
      this.counts.replayed++;
      return false;
    }
    if (!openNwk(this.crypto, this.keys.key(slot), this.nonce, bytes, start, length)) {
      this.counts.forged++;
      return false;
    }
    this.keys.opened(node, sequence, counter);
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
    const isCommand = nwkType(bytes, start) === NwkType.COMMAND;
    if (this.nodes.state(node) === NodeState.KEYED) {
      this.user.nodeProven(now, node, bytes, at, isCommand ? 0 : length);
      return;
    }
    if (!this.nodes.isNetworked(node)) {
      this.counts.notNetworked++;
      return;
    }
    this.user.nodeHeard(now, node);
    if (nwkSource(bytes, start) !== this.nodes.short(node)) {
      this.counts.unknownSource++;
      return;
    }
    const destination = nwkDestination(bytes, start);
    if (isNwkBroadcast(destination)) {
      if (this.nodes.isRepeatedBroadcast(node, nwkSequence(bytes, start))) return;
    } else if (destination !== Nwk.COORDINATOR) {
      if (!isCommand) this.relay(now, node, bytes, start, at, length);
      return;
    }
    if (isCommand) this.user.commandReceived(now, node, bytes, at, length);
    else this.user.apsReceived(now, node, bytes, at, length);
  }

  /** From one child to another: opened, secured anew, handed on. */
  private relay(
    now: number,
    sender: number,
    bytes: Uint8Array,
    start: number,
    at: number,
    length: number,
  ): void {
    const node = this.nodes.findShort(nwkDestination(bytes, start));
    const to = nwkExtendedDestinationAt(bytes, start);
    const from = nwkExtendedSourceAt(bytes, start);
    const radius = nwkRadius(bytes, start);
    const kept =
      NwkControl.EXTENDED_DESTINATION |
      NwkControl.EXTENDED_SOURCE |
      NwkControl.END_DEVICE_INITIATOR |
      NwkControl.SECURED;
    const control = nwkControl(bytes, start);
    const isOdd = (control & (NwkControl.SOURCE_ROUTE | NwkControl.MULTICAST)) !== 0;
    const counter = this.counter.isReady() ? this.counter.take(now) : -1;
    if (
      node === NodeLimit.NONE ||
      !this.nodes.isNetworked(node) ||
      radius < 2 ||
      isOdd ||
      !this.isOf(node, bytes, to) ||
      // The hub vouches for what it secures anew: no child speaks under another's EUI-64.
      !this.isOf(sender, bytes, from) ||
      counter < 0
    ) {
      this.counts.relayDropped++;
      return;
    }
    let end = putNwk(
      this.frame,
      Scratch.NWK,
      NwkType.DATA | (control & kept),
      nwkDestination(bytes, start),
      nwkSource(bytes, start),
      radius - 1,
      nwkSequence(bytes, start),
    );
    if (to >= 0) end = putNwkExtended(this.frame, end, bytes, to);
    if (from >= 0) end = putNwkExtended(this.frame, end, bytes, from);
    if (this.finish(now, node, counter, end, bytes, at, length, 0)) this.counts.relayed++;
    else this.counts.relayDropped++;
  }

  /** Whether an EUI-64 of the header, if it is there at all, is the node's. */
  private isOf(node: number, bytes: Uint8Array, at: number): boolean {
    return at < 0 || this.nodes.hasEui64(node, bytes, at);
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
    let at = putNwk(
      this.frame,
      Scratch.NWK,
      type | NwkControl.SECURED | extended,
      this.nodes.short(node),
      Nwk.COORDINATOR,
      Nwk.RADIUS_DEFAULT,
      this.nextSequence(),
    );
    if (isExtended) {
      this.nodes.copyEui64(node, this.frame, Scratch.ADDRESS);
      at = putNwkExtended(this.frame, at, this.frame, Scratch.ADDRESS);
      at = putNwkExtended(this.frame, at, this.identity.eui64, 0);
    }
    return this.finish(now, node, counter, at, payload, start, length, tag);
  }

  /** Sealed under the key that the node has, and off to the MAC. */
  private finish(
    now: number,
    node: number,
    counter: number,
    at: number,
    payload: Uint8Array,
    start: number,
    length: number,
    tag: number,
  ): boolean {
    const end = this.seal(this.keys.slotFor(node), counter, at, payload, start, length);
    const short = this.nodes.short(node);
    const sleeps = this.nodes.sleeps(node);
    const total = end - Scratch.NWK;
    return this.user.sendFrame(now, short, sleeps, this.frame, Scratch.NWK, total, tag);
  }

  /** Auxiliary header and payload behind the header, sealed; returns the frame's end. */
  private seal(
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
