// Carries what joining and the trust centre have to say to where a node is: at hand, or at a
// router. Of nodes that join, rejoin and leave there a router tells by Update-Device. The wrapped
// network key goes to it in a Tunnel command, and it hands what is in that on, in clear as it must
// be: the newcomer alone can open it. Whom to keep out it is told by Remove-Device.
// @source Zigbee 05-3474-22 sections 4.4.3, 4.4.4, 4.4.7, 4.4.10, 4.6.3.2, 4.6.3.6

import { check } from "../../kernel/partition";
import {
  ApsControl,
  ApsType,
  apsHeaderEnd,
  apsIsSecured,
  apsType,
  checkAps,
  Profile,
  putApsCommand,
  putApsData,
} from "../../wire/aps";
import {
  ApsCommand,
  checkApsCommand,
  putRemoveDevice,
  putTunnel,
  UpdateDevice,
  UpdateDeviceStatus,
} from "../../wire/aps-command";
import { copyBytes, readU16 } from "../../wire/little-endian";
import type { MacAssociation } from "../../wire/mac-command";
import {
  Nwk,
  NwkType,
  nwkExtendedSourceAt,
  nwkHeaderEnd,
  nwkSource,
  nwkType,
} from "../../wire/nwk";
import {
  checkNwkCommand,
  LeaveOptions,
  NwkCommand,
  nwkCommand,
  putLeave,
  RejoinRequest,
} from "../../wire/nwk-command";
import { Parsed } from "../../wire/parsed";
import { putLeaveRequest, ZdoCluster } from "../../wire/zdo";
import { Endpoint } from "./endpoints";
import { FrameTag } from "./frame-tag";
import type { JoinUser } from "./join-user";
import type { Joining } from "./joining";
import type { SpreadUser } from "./key-spread";
import { type MacLayer, MacTag } from "./mac-layer";
import { type Memory, Scratch } from "./memory";
import type { MeshRouting } from "./mesh";
import { NodeLimit, type Nodes, Place } from "./nodes";
import type { NwkLayer } from "./nwk-layer";
import type { Routes } from "./routes";

export interface CarrierUser {
  isUp(): boolean;
  /** The number of the next APS frame. */
  nextCounter(): number;
  nodeChanged(now: number, node: number): void;
  /** The node has gone for good by itself. */
  nodeLeaves(now: number, node: number): void;
  /** The node was told to leave. */
  nodeDismissed(now: number, node: number): void;
}

export class JoinCarrier implements JoinUser, SpreadUser {
  private readonly frame: Uint8Array;
  private joining: Joining | undefined;

  constructor(
    private readonly mac: MacLayer,
    private readonly nwk: NwkLayer,
    private readonly nodes: Nodes,
    private readonly routes: Routes,
    private readonly mesh: MeshRouting,
    private readonly user: CarrierUser,
    memory: Memory,
  ) {
    this.frame = memory.scratch;
  }

  /** Once, before the first frame. */
  attach(joining: Joining): void {
    check(this.joining === undefined, "one way in");
    this.joining = joining;
  }

  /** True: the APS frame of a Networked node was an Update-Device. */
  said(now: number, router: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (checkAps(bytes, start, length) !== Parsed.OK || apsIsSecured(bytes, start)) return false;
    if (apsType(bytes, start) !== ApsType.COMMAND) return false;
    const at = apsHeaderEnd(bytes, start);
    if (checkApsCommand(bytes, at, start + length - at) !== Parsed.OK) return false;
    if (bytes[at] !== ApsCommand.UPDATE_DEVICE) return false;
    const short = readU16(bytes, at + UpdateDevice.SHORT);
    const eui64At = at + UpdateDevice.EUI64;
    switch (bytes[at + UpdateDevice.STATUS]!) {
      case UpdateDeviceStatus.UNSECURED_JOIN:
        this.joining?.routedAsked(now, router, bytes, eui64At, short);
        return true;
      case UpdateDeviceStatus.SECURED_REJOIN:
        this.rejoined(now, router, bytes, eui64At, short);
        return true;
      case UpdateDeviceStatus.LEFT:
        this.left(now, router, bytes, eui64At);
        return true;
      default:
        // Without the network key: refused whoever it is, and told to `access`.
        this.joining?.unsecuredRejoin(bytes, eui64At, 0, short);
        return true;
    }
  }

  /** Of all unsecured frames only the wish to rejoin is passed on, to `access`, to be refused. */
  unsecured(bytes: Uint8Array, start: number, length: number): void {
    const eui64At = nwkExtendedSourceAt(bytes, start);
    if (nwkType(bytes, start) !== NwkType.COMMAND || eui64At < 0) return;
    const at = nwkHeaderEnd(bytes, start);
    if (checkNwkCommand(bytes, at, start + length - at) !== Parsed.OK) return;
    if (nwkCommand(bytes, at) !== NwkCommand.REJOIN_REQUEST) return;
    const capability = bytes[at + RejoinRequest.CAPABILITY]!;
    this.joining?.unsecuredRejoin(bytes, eui64At, capability, nwkSource(bytes, start));
  }

  answerAssociation(
    now: number,
    eui64: Uint8Array,
    start: number,
    short: number,
    status: MacAssociation,
    ticket: number,
  ): boolean {
    const tag = ticket * FrameTag.KINDS + FrameTag.JOINING;
    return this.mac.answerAssociation(now, eui64, start, short, status, tag);
  }

  sendKey(
    now: number,
    short: number,
    sleeps: boolean,
    aps: Uint8Array,
    start: number,
    length: number,
    ticket: number,
  ): boolean {
    const tag = ticket * FrameTag.KINDS + FrameTag.JOINING;
    return this.nwk.sendKey(now, short, sleeps, aps, start, length, tag);
  }

  sendRoutedKey(
    now: number,
    router: number,
    bytes: Uint8Array,
    eui64At: number,
    aps: number,
    length: number,
    ticket: number,
  ): boolean {
    const { frame } = this;
    const at = putTunnel(frame, this.putCommand(), bytes, eui64At);
    copyBytes(bytes, aps, frame, at, length);
    const tag = ticket * FrameTag.KINDS + FrameTag.JOINING;
    return this.nwk.sendAps(now, router, frame, at + length, tag);
  }

  refuseRouted(now: number, router: number, bytes: Uint8Array, eui64At: number): void {
    this.sendRemove(now, router, bytes, eui64At);
  }

  nodePlaced(node: number, router: number): void {
    this.nodes.setPlace(node, router === NodeLimit.NONE ? Place.CHILD : Place.BEHIND);
    if (router === NodeLimit.NONE) this.routes.setDirect(node);
    else if (!this.routes.setBehind(node, router)) this.routes.drop(node);
  }

  storeNode(now: number, node: number): void {
    this.user.nodeChanged(now, node);
  }

  dismissNode(now: number, node: number): void {
    if (this.routes.isDirect(node)) {
      const length = putLeave(this.frame, 0, LeaveOptions.REQUEST);
      if (this.user.isUp()) this.nwk.sendCommand(now, node, this.frame, length);
    } else this.dismissRouted(now, node);
    this.user.nodeDismissed(now, node);
  }

  sendSealed(
    now: number,
    node: number,
    aps: Uint8Array,
    start: number,
    length: number,
    isKey: boolean,
  ): boolean {
    const tag = isKey ? node * FrameTag.KINDS + FrameTag.KEY : MacTag.NONE;
    return this.user.isUp() && this.nwk.sendSealed(now, node, aps, start, length, tag);
  }

  sendToAll(now: number, aps: Uint8Array, length: number): void {
    if (!this.user.isUp()) return;
    const to = Nwk.BROADCAST_RX_ON;
    this.nwk.router.broadcast(now, to, Nwk.RADIUS_DEFAULT, NwkType.DATA, aps, length);
  }

  /** The router is to send away whoever has this EUI-64. */
  private sendRemove(now: number, router: number, bytes: Uint8Array, eui64At: number): void {
    const length = putRemoveDevice(this.frame, this.putCommand(), bytes, eui64At);
    this.nwk.sendAps(now, router, this.frame, length, 0);
  }

  /** A node that is not at hand is told to leave, or its parent to send it away. */
  private dismissRouted(now: number, node: number): void {
    const { frame } = this;
    const parent = this.routes.lastRelay(node);
    this.nodes.copyEui64(node, frame, Scratch.ADDRESS);
    if (parent !== NodeLimit.NONE && !this.nodes.isRouter(node)) {
      this.sendRemove(now, parent, frame, Scratch.ADDRESS);
      return;
    }
    const counter = this.user.nextCounter();
    const to = Endpoint.ZDO;
    const cluster = ZdoCluster.MANAGEMENT_LEAVE;
    const at = putApsData(frame, 0, ApsControl.ACK_REQUEST, to, cluster, Profile.ZDO, to, counter);
    const length = putLeaveRequest(frame, at, counter, frame, Scratch.ADDRESS, 0);
    this.nwk.sendAps(now, node, frame, length, 0);
  }

  private putCommand(): number {
    return putApsCommand(this.frame, 0, 0, this.user.nextCounter());
  }

  /** It came back under the network key, to this router: that is its place now. */
  private rejoined(
    now: number,
    router: number,
    bytes: Uint8Array,
    eui64At: number,
    short: number,
  ): void {
    const node = this.nodes.findEui64(bytes, eui64At);
    const isHere = node !== NodeLimit.NONE && node !== router && this.nodes.isNetworked(node);
    if (!isHere || !this.mesh.adopted(now, node, short)) return;
    this.nodePlaced(node, router);
    this.user.nodeChanged(now, node);
  }

  /** Only the router at which a node is can say that it has gone. */
  private left(now: number, router: number, bytes: Uint8Array, eui64At: number): void {
    const node = this.nodes.findEui64(bytes, eui64At);
    const isKnown = node !== NodeLimit.NONE && this.nodes.isNetworked(node);
    if (isKnown && this.routes.lastRelay(node) === router) this.user.nodeLeaves(now, node);
  }
}
