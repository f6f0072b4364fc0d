// The network commands of Networked nodes: leaving, rejoining under the network key, end device
// time-outs. Those of routers have been taken by `mesh.ts` before; any other is counted.
// @source Zigbee 05-3474-22 sections 3.4.4, 3.4.6, 3.4.7, 3.4.11

import { MacAssociation } from "../../wire/mac-command";
import {
  checkNwkCommand,
  EndDeviceTimeoutRequest,
  EndDeviceTimeoutStatus,
  Leave,
  LeaveOptions,
  NwkCommand,
  nwkCommand,
  ParentInformation,
  putEndDeviceTimeoutResponse,
  putRejoinResponse,
  RejoinRequest,
} from "../../wire/nwk-command";
import { Parsed } from "../../wire/parsed";
import type { Memory } from "./memory";
import type { Nodes } from "./nodes";

export interface CommandUser {
  /** False: no room; the node asks again. */
  sendCommand(now: number, node: number, command: Uint8Array, length: number): boolean;
  /** The node says that it leaves for good. */
  nodeLeaves(now: number, node: number): void;
  /** Something in its record changed. */
  nodeChanged(now: number, node: number): void;
}

export class NwkCommands {
  malformed = 0;
  ignored = 0;
  rejoins = 0;
  private readonly command: Uint8Array;

  constructor(
    private readonly nodes: Nodes,
    private readonly user: CommandUser,
    memory: Memory,
  ) {
    this.command = memory.scratch;
  }

  received(now: number, node: number, bytes: Uint8Array, at: number, length: number): void {
    if (checkNwkCommand(bytes, at, length) !== Parsed.OK) {
      this.malformed++;
      return;
    }
    switch (nwkCommand(bytes, at)) {
      case NwkCommand.LEAVE:
        this.leave(now, node, bytes[at + Leave.OPTIONS]!);
        return;
      case NwkCommand.REJOIN_REQUEST:
        this.rejoin(now, node, bytes[at + RejoinRequest.CAPABILITY]!);
        return;
      case NwkCommand.END_DEVICE_TIMEOUT_REQUEST:
        this.setEndDeviceTimeout(now, node, bytes[at + EndDeviceTimeoutRequest.TIMEOUT]!);
        return;
      default:
        this.ignored++;
        return;
    }
  }

  private leave(now: number, node: number, options: number): void {
    // No node may send the coordinator away; one that will rejoin keeps its place.
    if ((options & (LeaveOptions.REQUEST | LeaveOptions.REJOIN)) !== 0) this.ignored++;
    else this.user.nodeLeaves(now, node);
  }

  /** Secured with the network key, so it is ours: it keeps its address. */
  private rejoin(now: number, node: number, capability: number): void {
    this.rejoins++;
    if (this.nodes.capability(node) !== capability) {
      this.nodes.setCapability(node, capability);
      this.user.nodeChanged(now, node);
    }
    const short = this.nodes.short(node);
    const length = putRejoinResponse(this.command, 0, short, MacAssociation.SUCCESS);
    this.user.sendCommand(now, node, this.command, length);
  }

  private setEndDeviceTimeout(now: number, node: number, timeout: number): void {
    const isKnown = timeout <= EndDeviceTimeoutRequest.TIMEOUT_MAX;
    if (isKnown && this.nodes.timeout(node) !== timeout) {
      this.nodes.setEndDeviceTimeout(node, timeout);
      this.user.nodeChanged(now, node);
    }
    const status = isKnown
      ? EndDeviceTimeoutStatus.SUCCESS
      : EndDeviceTimeoutStatus.INCORRECT_VALUE;
    const length = putEndDeviceTimeoutResponse(
      this.command,
      0,
      status,
      ParentInformation.DATA_POLL,
    );
    this.user.sendCommand(now, node, this.command, length);
  }
}
