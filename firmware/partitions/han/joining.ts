// Each node on its way into the network. A node that is not Networked reaches `access`, through the
// questions asked here, and nothing else: that is the whole of network access control in `han`.
//
//   association request -> ASKING -> ANSWERING -> KEYING -> PROVING -> it is stored as Networked
//                              \-> REFUSING (association response 0x02, no key)
// Its record lies in flash before the key goes out: once a node has the key it only asks to come
// back under it, and whoever has forgotten it then has lost it. So the record outlasts the slot.
// @source IEEE 802.15.4-2006 section 7.5.3.1; Zigbee 05-3474-22 sections 4.6.3.1, 4.6.3.2

import type { Entropy } from "../../../hal/entropy";
import { Sent } from "../../../hal/sent";
import { JoinAnswer, JoinAsk, JoinDecision, JoinKind, JoinPath } from "../../ipc/join";
import { Operation } from "../../ipc/operation";
import { check, type Port } from "../../kernel/partition";
import { copyBytes, readU16, writeU16 } from "../../wire/little-endian";
import { MacAssociation, MacCapability } from "../../wire/mac-command";
import { Nwk } from "../../wire/nwk";
import { JoinSlots, Slot, SlotLimit, SlotState } from "./join-slots";
import type { JoinUser } from "./join-user";
import type { Memory } from "./memory";
import { NodeLimit, NodeState, type Nodes } from "./nodes";

export class JoinCounts {
  asked = 0;
  refused = 0;
  joined = 0;
  timedOut = 0;
  /** No slot, no record, or no answer of `access`. */
  dropped = 0;
}

const enum Wait {
  /** `access` answers within milliseconds; a node asks for its response after 492 ms. */
  ANSWER_MS = 3000,
  ASK_AGAIN_MS = 150,
  /** Over the MAC's persistence time, which decides first. */
  DELIVERY_MS = 10_000,
  /** The co-processor has tried four times by itself within some 20 ms. */
  KEY_AGAIN_MS = 400,
  ROUTED_AGAIN_MS = 6000,
  /** A sleeping node may take two of its polls to speak. */
  PROOF_MS = 20_000,
  /** Who has the key asks every few minutes, a gas meter every half-hour. */
  LATE_MS = 86_400_000,
  /** A node that waits for its key gives up after ten seconds; half of them are its own. */
  UNDISTURBED_MS = 5000,
  RETRY_MS = 20,
  /** Draws of a short address; 40 of 65,528 are taken at most. */
  DRAWS = 32,
  /** Places for refusals that wait, and for nodes that are in and ask to be let in, each. */
  SHARE = 2,
}

export class Joining {
  readonly counts = new JoinCounts();
  readonly slots: JoinSlots;
  private readonly scratch: Uint8Array;

  constructor(
    private readonly entropy: Entropy,
    private readonly access: Port,
    private readonly nodes: Nodes,
    private readonly user: JoinUser,
    memory: Memory,
  ) {
    this.slots = new JoinSlots(memory);
    this.scratch = memory.scratch;
  }

  associationAsked(now: number, bytes: Uint8Array, eui64At: number, capability: number): void {
    let slot = this.slots.find(bytes, eui64At);
    if (slot !== SlotLimit.NONE) {
      const state = this.slots.state(slot);
      // Its answer is under way already; it asks again because it missed the acknowledgement.
      if (state !== SlotState.KEYING && state !== SlotState.PROVING) return;
      // Somebody else may ask in its name: that must not stop what has begun.
      const lasts = state === SlotState.KEYING ? Wait.DELIVERY_MS : Wait.PROOF_MS;
      if (now < this.slots.deadline(slot) - lasts + Wait.UNDISTURBED_MS) return;
      this.slots.free(slot);
    }
    const node = this.nodes.findEui64(bytes, eui64At);
    if (node !== NodeLimit.NONE && this.nodes.state(node) === NodeState.LEAVING) return;
    // Members have no need to ask, and anybody can in their names.
    const isIn = node !== NodeLimit.NONE && this.nodes.isNetworked(node);
    if (isIn && this.slots.ofMembers(this.nodes) >= Wait.SHARE) {
      this.counts.dropped++;
      return;
    }
    const short = node !== NodeLimit.NONE ? this.nodes.short(node) : this.drawShort();
    slot = short < 0 ? SlotLimit.NONE : this.slots.take(bytes, eui64At, short, capability);
    if (slot === SlotLimit.NONE) {
      this.counts.dropped++;
      return;
    }
    this.counts.asked++;
    this.slots.enter(slot, SlotState.ASKING, now + Wait.ANSWER_MS);
    this.askAccess(now, slot);
  }

  /** A router says that a node has come to it, and gave it this address. */
  routedAsked(
    now: number,
    router: number,
    bytes: Uint8Array,
    eui64At: number,
    short: number,
  ): void {
    let slot = this.slots.find(bytes, eui64At);
    // Said once more: its key is under way already.
    if (slot !== SlotLimit.NONE && this.slots.parent(slot) === router) return;
    if (slot !== SlotLimit.NONE) this.slots.free(slot);
    const node = this.nodes.findEui64(bytes, eui64At);
    if (node !== NodeLimit.NONE && this.nodes.state(node) === NodeState.LEAVING) return;
    const isNew = node === NodeLimit.NONE || this.nodes.short(node) !== short;
    if (isNew && !this.isFree(short)) {
      this.counts.dropped++;
      return;
    }
    // What it can do it says itself when it has the key.
    slot = this.slots.take(bytes, eui64At, short, MacCapability.ALLOCATE_ADDRESS);
    if (slot === SlotLimit.NONE) {
      this.counts.dropped++;
      return;
    }
    this.slots.setParent(slot, router);
    this.counts.asked++;
    this.slots.enter(slot, SlotState.ASKING, now + Wait.ANSWER_MS);
    this.askAccess(now, slot);
  }

  /** Only told to `access`, which audits it: such a request is never answered. */
  unsecuredRejoin(bytes: Uint8Array, eui64At: number, capability: number, short: number): void {
    this.counts.refused++;
    this.sendAsk(JoinKind.UNSECURED_REJOIN, bytes, eui64At, capability, short);
  }

  /** `JOIN_ANSWER` of `access`. */
  answered(now: number, message: Uint8Array, length: number): void {
    const aps = message[JoinAnswer.APS_LENGTH]!;
    const decision = message[JoinAnswer.DECISION]!;
    if (length !== JoinAnswer.APS_FRAME + aps || aps > Slot.APS_MAX) {
      this.counts.dropped++;
      return;
    }
    const slot = this.slots.find(message, JoinAnswer.EUI64);
    if (decision === JoinDecision.NOT_REGISTERED) this.dismiss(now, message);
    if (message[JoinAnswer.PATH] !== JoinPath.ZIGBEE) return;
    if (slot === SlotLimit.NONE || this.slots.state(slot) !== SlotState.ASKING) return;
    if (decision === JoinDecision.ACCEPTED) this.accept(now, slot, message);
    else this.refuse(now, slot, MacAssociation.PAN_ACCESS_DENIED);
  }

  /** The fate of an association response or of a wrapped key, by the ticket that went with it. */
  sent(now: number, ticket: number, delivered: boolean): void {
    const slot = this.slots.ofTicket(ticket);
    if (slot === SlotLimit.NONE) return;
    switch (this.slots.state(slot)) {
      case SlotState.ANSWERING:
        if (delivered) this.deliverKey(now, slot);
        else this.giveUp(slot);
        return;
      case SlotState.KEYING:
        // Only its acknowledgements may be lost: it has the key then, and would be a stranger with
        // it for ever. So the key is said again, and its proof is waited for all the while.
        if (!delivered) {
          this.slots.setDue(slot, now + Wait.KEY_AGAIN_MS);
          return;
        }
        this.slots.enter(slot, SlotState.PROVING, now + Wait.PROOF_MS);
        // Behind a router it may be lost on a later hop.
        if (this.slots.parent(slot) !== NodeLimit.NONE) {
          this.slots.setDue(slot, now + Wait.ROUTED_AGAIN_MS);
        }
        return;
      case SlotState.REFUSING:
        this.slots.free(slot);
        return;
      default:
        return;
    }
  }

  /** A frame of a KEYED node opened with the network key. */
  proven(now: number, node: number): void {
    check(this.nodes.state(node) === NodeState.KEYED, "only a keyed node proves itself");
    // None: it got the key before a restart, or its acknowledgement and all else was lost so long.
    const slot = this.slots.ofNode(node);
    if (slot !== SlotLimit.NONE) this.slots.free(slot);
    else if (now >= this.nodes.lastHeard(node) + Wait.LATE_MS) {
      this.forget(now, node);
      return;
    }
    this.nodes.setHeard(node, -Infinity);
    this.counts.joined++;
    this.nodes.setState(node, NodeState.STORING);
    this.user.storeNode(now, node);
  }

  /**
   * A Networked node was heard: it waits for no key any more. What the association request said of
   * it anybody may have said, even that a sleeping meter listens.
   */
  heard(node: number): void {
    const slot = this.slots.ofNode(node);
    if (slot === SlotLimit.NONE) return;
    const state = this.slots.state(slot);
    if (state === SlotState.KEYING || state === SlotState.PROVING) this.slots.free(slot);
  }

  tick(now: number): void {
    if (now < this.slots.firstDue()) return;
    for (let slot = 0; slot < SlotLimit.SLOTS; slot++) {
      if (now < this.slots.dueAt(slot)) continue;
      if (now >= this.slots.deadline(slot)) this.giveUp(slot);
      else if (this.slots.state(slot) === SlotState.ASKING) this.askAccess(now, slot);
      else if (this.slots.state(slot) === SlotState.KEYING) this.deliverKey(now, slot);
      else if (this.slots.state(slot) === SlotState.PROVING) {
        this.slots.setDue(slot, now + Wait.ROUTED_AGAIN_MS);
        this.sendKey(now, slot);
      }
    }
  }

  private askAccess(now: number, slot: number): void {
    const { bytes } = this.slots;
    const at = this.slots.at(slot);
    this.slots.setDue(slot, now + Wait.ASK_AGAIN_MS);
    const short = this.slots.short(slot);
    this.sendAsk(JoinKind.ASSOCIATION, bytes, at + Slot.EUI64, this.slots.capability(slot), short);
  }

  private sendAsk(
    kind: JoinKind,
    bytes: Uint8Array,
    eui64At: number,
    capability: number,
    short: number,
  ): void {
    const ask = this.scratch;
    ask.fill(0, 0, JoinAsk.LENGTH);
    ask[0] = Operation.JOIN_ASK;
    ask[JoinAsk.KIND] = kind;
    ask[JoinAsk.CAPABILITY] = capability;
    ask[JoinAsk.PATH] = JoinPath.ZIGBEE;
    copyBytes(bytes, eui64At, ask, JoinAsk.EUI64, 8);
    writeU16(ask, JoinAsk.SHORT, short);
    if (this.access.send(ask, JoinAsk.LENGTH) !== Sent.OK) this.counts.dropped++;
  }

  private accept(now: number, slot: number, message: Uint8Array): void {
    const at = this.slots.at(slot);
    const { bytes } = this.slots;
    let node = this.nodes.findEui64(bytes, at + Slot.EUI64);
    const isKnown = node !== NodeLimit.NONE && !this.nodes.isUnproven(node);
    if (!isKnown) {
      const capability = this.slots.capability(slot);
      node = this.nodes.take(bytes, at + Slot.EUI64, this.slots.short(slot), capability);
      if (node !== NodeLimit.NONE) this.user.nodePlaced(node, this.slots.parent(slot));
    }
    if (node === NodeLimit.NONE) {
      this.refuse(now, slot, MacAssociation.PAN_AT_CAPACITY);
      return;
    }
    // It said goodbye since it asked: its record will be free soon, perhaps another's.
    if (this.nodes.state(node) === NodeState.LEAVING) {
      this.giveUp(slot);
      return;
    }
    this.nodes.setKind(node, message[JoinAnswer.KIND]!);
    if (!isKnown) {
      this.nodes.setHeard(node, now);
      this.user.storeNode(now, node);
    }
    this.slots.setNode(slot, node);
    this.slots.setAps(slot, message, JoinAnswer.APS_FRAME, message[JoinAnswer.APS_LENGTH]!);
    if (this.slots.parent(slot) !== NodeLimit.NONE) {
      this.deliverKey(now, slot);
      return;
    }
    this.slots.enter(slot, SlotState.ANSWERING, now + Wait.DELIVERY_MS);
    this.answer(now, slot, MacAssociation.SUCCESS);
  }

  private refuse(now: number, slot: number, status: MacAssociation): void {
    this.counts.refused++;
    const router = this.slots.parent(slot);
    if (router !== NodeLimit.NONE) {
      this.user.refuseRouted(now, router, this.slots.bytes, this.slots.at(slot) + Slot.EUI64);
      this.slots.free(slot);
      return;
    }
    // A flood of strangers must not fill all slots, nor the queue for those that sleep.
    if (this.slots.count(SlotState.REFUSING) >= Wait.SHARE) {
      this.slots.free(slot);
      return;
    }
    this.slots.enter(slot, SlotState.REFUSING, now + Wait.DELIVERY_MS);
    this.answer(now, slot, status);
  }

  private answer(now: number, slot: number, status: MacAssociation): void {
    const at = this.slots.at(slot) + Slot.EUI64;
    const short = this.slots.short(slot);
    const ticket = this.slots.ticket(slot);
    const { bytes } = this.slots;
    if (!this.user.answerAssociation(now, bytes, at, short, status, ticket)) this.giveUp(slot);
  }

  private deliverKey(now: number, slot: number): void {
    if (this.slots.state(slot) !== SlotState.KEYING) {
      this.slots.enter(slot, SlotState.KEYING, now + Wait.DELIVERY_MS);
    }
    const isStored = this.nodes.state(this.slots.node(slot)) !== NodeState.PLACED;
    const taken = isStored && this.sendKey(now, slot);
    this.slots.setDue(slot, taken ? this.slots.deadline(slot) : now + Wait.RETRY_MS);
  }

  private sendKey(now: number, slot: number): boolean {
    const { slots } = this;
    const at = slots.at(slot);
    const aps = at + Slot.APS;
    const length = slots.apsLength(slot);
    const ticket = slots.ticket(slot);
    const router = slots.parent(slot);
    if (router !== NodeLimit.NONE) {
      const eui64At = at + Slot.EUI64;
      return this.user.sendRoutedKey(now, router, slots.bytes, eui64At, aps, length, ticket);
    }
    const short = slots.short(slot);
    return this.user.sendKey(now, short, slots.sleeps(slot), slots.bytes, aps, length, ticket);
  }

  private giveUp(slot: number): void {
    this.counts.timedOut++;
    this.slots.free(slot);
  }

  /** It is not registered any more: a member is sent away, one that was to be forgotten. */
  private dismiss(now: number, message: Uint8Array): void {
    const node = this.nodes.findEui64(message, JoinAnswer.EUI64);
    if (node === NodeLimit.NONE) return;
    if (this.nodes.isNetworked(node)) this.user.dismissNode(now, node);
    if (!this.nodes.isUnproven(node)) return;
    const slot = this.slots.ofNode(node);
    if (slot !== SlotLimit.NONE) this.slots.free(slot);
    this.forget(now, node);
  }

  private forget(now: number, node: number): void {
    this.nodes.setState(node, NodeState.GONE);
    this.user.storeNode(now, node);
  }

  /** A short address by chance that nobody has; -1 when chance is against us. */
  drawShort(): number {
    for (let i = 0; i < Wait.DRAWS; i++) {
      this.entropy.fill(this.scratch, 0, 2);
      const short = readU16(this.scratch, 0);
      if (this.isFree(short)) return short;
    }
    return -1;
  }

  private isFree(short: number): boolean {
    if (short === Nwk.COORDINATOR || short >= Nwk.BROADCAST_FIRST) return false;
    return this.nodes.findShort(short) === NodeLimit.NONE && !this.slots.hasShort(short);
  }
}
