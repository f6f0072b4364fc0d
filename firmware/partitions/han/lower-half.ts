// The lower half of `han` put together: co-processor, formation, MAC, NWK, joining, store. It is
// the `Network` of the upper half, and passes on nothing of a node that is not Networked.

import { FlashDone } from "../../../hal/flash";
import { Sent } from "../../../hal/sent";
import { KeyUse, NetworkSet, PermitJoin } from "../../ipc/join";
import { Message, Operation } from "../../ipc/operation";
import { check, earliest } from "../../kernel/partition";
import type { Environment } from "../../system";
import { ApsType, apsDestinationEndpoint, apsType } from "../../wire/aps";
import { readU16 } from "../../wire/little-endian";
import { AccessLink } from "./access-link";
import { announcedBy } from "./announcement";
import { Endpoint } from "./endpoints";
import { Formation } from "./formation";
import { FrameCounter } from "./frame-counter";
import { FrameTag } from "./frame-tag";
import { type CarrierUser, JoinCarrier } from "./join-carrier";
import { Joining } from "./joining";
import { JoiningWindow } from "./joining-window";
import { KeySpread } from "./key-spread";
import { MacLayer, MacTag, type MacUser } from "./mac-layer";
import { Due, type Memory } from "./memory";
import { MeshRouting, type MeshUser } from "./mesh";
import { type Network, NetworkLimit, type NetworkUser } from "./network";
import { NetworkCare } from "./network-care";
import { NetworkStore, type StoreOwner } from "./network-store";
import { NodeLimit, NodeState, Nodes } from "./nodes";
import { type CommandUser, NwkCommands } from "./nwk-commands";
import { NwkLayer, type NwkUser } from "./nwk-layer";
import { RadioLink } from "./radio-link";
import type { RadioOwner, Transmission } from "./radio-owner";
import { RadioSettings } from "./radio-setup";
import { Routes } from "./routes";

const enum Ahead {
  /**
   * Incoming counters are stored so far ahead. After a restart a node's next few frames are
   * refused, up to this many, and no frame that was heard before is ever taken again.
   */
  STEP = 8,
  /** Store the next step before the last is used up, so that the flash is not waited for. */
  LOW = 2,
}

export class LowerHalf
  implements Network, RadioOwner, StoreOwner, MacUser, NwkUser, CommandUser, MeshUser, CarrierUser
{
  readonly nodes: Nodes;
  readonly eui64: Uint8Array;
  readonly radio: RadioLink;
  readonly store: NetworkStore;
  readonly formation: Formation;
  readonly mac: MacLayer;
  readonly nwk: NwkLayer;
  readonly routes: Routes;
  readonly mesh: MeshRouting;
  readonly joining: Joining;
  readonly spread: KeySpread;
  readonly carrier: JoinCarrier;
  private readonly window: JoiningWindow;
  readonly care: NetworkCare;
  readonly commands: NwkCommands;
  readonly link: AccessLink;
  private readonly counter: FrameCounter;
  private readonly numbers: Float64Array;

  private user: NetworkUser | undefined;

  constructor(environment: Environment<"han">, memory: Memory) {
    const { crypto, devices, entropy, ports, regions } = environment;
    this.numbers = memory.numbers;
    this.numbers[Due.STORE_OPEN] = environment.startedAt;
    this.nodes = new Nodes(memory);
    this.store = new NetworkStore(regions.network, this.nodes, this, memory);
    const { identity } = this.store;
    this.eui64 = identity.eui64;
    this.radio = new RadioLink(devices.radio, this, new RadioSettings(this.eui64), memory);
    this.counter = new FrameCounter(this.store);
    this.mac = new MacLayer(entropy, this.radio, identity, this.nodes, this, memory);
    this.routes = new Routes(this.nodes, memory);
    const { nodes, routes } = this;
    this.nwk = new NwkLayer(crypto, identity, nodes, routes, this.counter, this, memory);
    this.mesh = new MeshRouting(this.nwk, nodes, routes, this, memory);
    this.nwk.router.attach(this.mesh);
    const { mac, nwk, mesh } = this;
    this.carrier = new JoinCarrier(mac, nwk, nodes, routes, mesh, this, memory);
    this.window = new JoiningWindow(mac, nwk, routes, this, memory);
    this.care = new NetworkCare(
      entropy,
      this.radio,
      this.store,
      nodes,
      mesh,
      nwk,
      mac,
      this,
      memory,
    );
    this.joining = new Joining(entropy, ports.access, nodes, this.carrier, memory);
    this.carrier.attach(this.joining);
    // Nobody joins before the network is formed: its scan has the room of those on their way in.
    this.formation = new Formation(
      entropy,
      this.radio,
      this.store,
      memory,
      this.joining.slots.start,
    );
    this.commands = new NwkCommands(this.nodes, this, memory);
    this.spread = new KeySpread(ports.access, this.nodes, this.nwk.keys, this.carrier, memory);
    this.link = new AccessLink(ports.access, identity, this.nodes, memory);
  }

  // The seam to the upper half.

  /** Once, before the first `tick`. */
  attach(user: NetworkUser): void {
    check(this.user === undefined, "one upper half");
    this.user = user;
  }

  isUp(): boolean {
    return this.formation.isRunning() && this.nwk.isKeyed() && this.radio.isUp();
  }

  send(now: number, node: number, aps: Uint8Array, length: number, token: number): Sent {
    check(length > 0 && length <= NetworkLimit.APS_MAX, "APS frame length");
    if (!this.nodes.isNetworked(node)) return Sent.RESTARTED;
    if (!this.isUp()) return Sent.FULL;
    const tag =
      token === NetworkLimit.NO_TOKEN ? MacTag.NONE : token * FrameTag.KINDS + FrameTag.APPLICATION;
    return this.nwk.sendAps(now, node, aps, length, tag) ? Sent.OK : Sent.FULL;
  }

  // What comes in from outside.

  radioReceived(now: number, buffer: Uint8Array, length: number): void {
    this.radio.receive(now, buffer, length);
  }

  flashDone(now: number, buffer: Uint8Array, length: number): void {
    check(buffer[FlashDone.REGION] === this.store.region, "another region's completion");
    this.store.flashDone(now, buffer, length);
  }

  /** A message of `access`. */
  accessSaid(now: number, buffer: Uint8Array, length: number): void {
    switch (buffer[Message.OPERATION]) {
      case Operation.NETWORK_SET:
        if (length !== NetworkSet.LENGTH) break;
        this.spread.set(now, buffer);
        if (buffer[NetworkSet.USE] === KeyUse.ACTIVE) this.link.answered(now);
        return;
      case Operation.NODE_TELL:
        this.spread.told(now, buffer, length);
        return;
      case Operation.JOIN_ANSWER:
        this.joining.answered(now, buffer, length);
        return;
      case Operation.PERMIT_JOIN:
        if (length !== PermitJoin.LENGTH) break;
        this.window.set(now, readU16(buffer, PermitJoin.SECONDS));
        return;
      default:
        check(false, "an operation that the table does not give to access");
    }
    // Of another length than its layout: the fault of `access`, which must cost us nothing.
    this.joining.counts.dropped++;
  }

  accessRestarted(now: number): void {
    if (this.formation.isRunning()) this.link.restarted(now);
  }

  tick(now: number): void {
    const { numbers } = this;
    if (now >= numbers[Due.STORE_OPEN]!) {
      numbers[Due.STORE_OPEN] = Infinity;
      this.store.open(now);
    }
    this.store.tick(now);
    if (now >= earliest(numbers, Due.RADIO_STATE, Due.FORMATION - Due.RADIO_STATE))
      this.radio.tick(now);
    this.formation.tick(now);
    this.mac.tick(now);
    this.mesh.tick(now);
    this.window.tick(now);
    this.care.tick(now);
    this.joining.tick(now);
    this.link.tick(now);
    this.spread.tick(now);
  }

  // The store.

  storeOpened(now: number): void {
    this.counter.open(now, this.store.counterLimit);
    this.formation.start(now);
    for (let node = 0; node < NodeLimit.MAX; node++) {
      if (this.nodes.state(node) === NodeState.FREE) continue;
      this.routes.reset(node);
      if (this.nodes.isUnproven(node)) this.nodes.setHeard(node, now);
      if (this.nodes.isNetworked(node)) this.user?.nodeRestored(now, node);
    }
    this.mesh.nodesChanged(now);
  }

  identityStored(now: number): void {
    if (!this.formation.isRunning()) this.formation.identityStored(now);
  }

  counterStored(_now: number, limit: number): void {
    this.counter.reserved(limit);
  }

  nodeStored(now: number, node: number): void {
    const state = this.nodes.stored(node);
    if (state === NodeState.LEAVING) {
      this.spread.forget(node);
      this.routes.forget(node);
      this.mesh.nodesChanged(now);
      this.user?.nodeLeft(now, node);
    }
    if (state !== NodeState.STORING) return;
    if (this.nodes.isRouter(node)) {
      this.mesh.nodesChanged(now);
      this.window.routersChanged(now);
    }
    this.care.children.touch(node);
    this.link.nodeStored(now, node);
    this.user?.nodeJoined(now, node);
  }

  // The radio.

  radioReady(now: number): void {
    this.formation.radioReady(now);
    if (!this.formation.isRunning()) return;
    this.care.radioReady(now);
    if (!this.nwk.isKeyed()) this.link.ask(now);
  }

  frameReceived(now: number, bytes: Uint8Array, start: number, length: number): void {
    if (this.formation.isRunning()) this.mac.frameReceived(now, bytes, start, length);
    else this.formation.frameReceived(bytes, start, length);
  }

  frameSent(now: number, tag: number, result: Transmission): void {
    this.mac.frameSent(now, tag, result);
  }

  energyMeasured(now: number, channel: number, rssi: number): void {
    if (this.formation.isRunning()) this.care.watch.energyMeasured(now, channel, rssi);
    else this.formation.energyMeasured(now, channel, rssi);
  }

  // The MAC.

  dataReceived(
    now: number,
    node: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): boolean {
    return this.nwk.received(now, node, bytes, start, length);
  }

  beaconHeard(now: number, bytes: Uint8Array, start: number, length: number): void {
    this.care.conflict.beaconHeard(now, bytes, start, length);
  }

  polled(now: number, short: number): void {
    this.care.children.polled(now, short);
  }

  associationAsked(now: number, bytes: Uint8Array, eui64At: number, capability: number): void {
    if (this.nwk.isKeyed()) this.joining.associationAsked(now, bytes, eui64At, capability);
  }

  macSent(now: number, tag: number, delivered: boolean): void {
    const value = Math.floor(tag / FrameTag.KINDS);
    if (tag % FrameTag.KINDS === FrameTag.JOINING) this.joining.sent(now, value, delivered);
    else if (tag % FrameTag.KINDS === FrameTag.KEY) this.spread.keySent(value, delivered);
    else this.user?.sent(now, value, delivered);
  }

  // NWK.

  sendFrame(
    now: number,
    short: number,
    sleeps: boolean,
    frame: Uint8Array,
    start: number,
    length: number,
    tag: number,
    hop: number,
  ): boolean {
    return this.mac.sendData(now, short, sleeps, frame, start, length, tag, hop);
  }

  nodeProven(now: number, node: number, bytes: Uint8Array, start: number, length: number): void {
    const capability = announcedBy(this.nodes, node, bytes, start, length);
    if (capability >= 0) this.nodes.setCapability(node, capability);
    this.joining.proven(now, node);
  }

  nodeHeard(now: number, node: number): void {
    const isLow = this.nodes.isCounterLow(node, Ahead.LOW);
    this.joining.heard(node);
    if (isLow) this.nodeChanged(now, node);
    this.spread.heard(now, node);
  }

  apsReceived(now: number, node: number, bytes: Uint8Array, start: number, length: number): void {
    const isCommand = apsType(bytes, start) === ApsType.COMMAND;
    if (isCommand && this.commandSaid(now, node, bytes, start, length)) return;
    if (apsDestinationEndpoint(bytes, start) === Endpoint.ZDO) {
      this.care.children.said(now, node, bytes, start, length);
    }
    this.user?.apsFrame(now, node, bytes, start, length);
  }

  commandReceived(
    now: number,
    node: number,
    hop: number,
    bytes: Uint8Array,
    start: number,
    at: number,
    length: number,
  ): void {
    if (this.mesh.received(now, node, hop, bytes, start, at, length)) return;
    if (this.care.received(now, bytes, at, length)) return;
    // All others are for those around, and no router hands them on.
    if (hop === node) this.commands.received(now, node, bytes, at, length);
  }

  drawShort(): number {
    return this.joining.drawShort();
  }

  hopEnded(now: number, hop: number, delivered: boolean): void {
    this.mesh.hopEnded(now, hop, delivered);
  }

  unsecuredReceived(_now: number, bytes: Uint8Array, start: number, length: number): void {
    this.carrier.unsecured(bytes, start, length);
  }

  nextCounter(): number {
    check(this.user !== undefined, "an upper half");
    return this.user.nextCounter();
  }

  nodeDismissed(now: number, node: number): void {
    this.remove(now, node);
  }

  // NWK commands.

  sendCommand(now: number, node: number, command: Uint8Array, length: number): boolean {
    return this.isUp() && this.nwk.sendCommand(now, node, command, length);
  }

  nodeLeaves(now: number, node: number): void {
    this.link.nodeGone(node);
    this.remove(now, node);
  }

  nodeChanged(now: number, node: number): void {
    this.nodes.reserve(node, Ahead.STEP);
    this.store.saveNode(now, node);
  }

  /** An APS command, for the trust centre. */
  private commandSaid(
    now: number,
    node: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): boolean {
    if (this.carrier.said(now, node, bytes, start, length)) return true;
    return this.spread.said(node, bytes, start, length);
  }

  private remove(now: number, node: number): void {
    check(this.nodes.isNetworked(node), "only a Networked node can go");
    this.nodes.setState(node, NodeState.LEAVING);
    // Its frame counter stays, so that nothing of what it said counts again when it comes back.
    this.nodeChanged(now, node);
  }
}
