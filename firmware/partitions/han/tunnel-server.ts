// The hub as the server of the gas meters' tunnels. The meter wakes, asks GET for what waits, and
// PUTs its answers; the hub sends nothing through the tunnel that was not asked for.
// @source Smart Energy 07-5356-22 annex D.6; GBCS section 10.2.2 (GET, GET response, PUT)

import { DeviceKind } from "../../ipc/device";
import { StreamResult } from "../../ipc/stream";
import { Profile } from "../../wire/aps";
import {
  checkGetSupported,
  checkRequestTunnel,
  checkTunnel,
  NoTunnel,
  putRequestTunnelResponse,
  putSupported,
  putTransferError,
  putTunnelId,
  RequestTunnel,
  requestTunnelMaximum,
  TransferError,
  TunnelGenerated,
  TunnelProtocol,
  TunnelStatus,
  tunnelOf,
} from "../../wire/clusters/tunnelling";
import { readU16, writeU16 } from "../../wire/little-endian";
import { Parsed } from "../../wire/parsed";
import { Cluster, ZclControl, ZclStatus } from "../../wire/zcl";
import { Endpoint } from "./endpoints";
import { MailLimit, MailState } from "./mail-directory";
import type { Mailbox } from "./mailbox";
import type { Memory } from "./memory";
import type { Network } from "./network";
import { NodeLimit } from "./nodes";
import { TunnelLimit } from "./tunnel-client";
import { DeliveryHeader, Transfer, type TunnelDelivery } from "./tunnel-delivery";
import type { ZclMessage, ZclWriter } from "./zcl-message";

/** A gas meter's tunnel. */
const enum Served {
  /** The node's index plus one; 0: none. */
  NODE = 0,
  ENDPOINT = 1,
  /** u16 each */
  ID = 2,
  /** What the meter can take at once. */
  MAXIMUM = 4,
  LENGTH = 6,
  NONE = -1,
}

export class TunnelServer {
  opened = 0;
  fetched = 0;
  refused = 0;
  private readonly bytes: Uint8Array;
  private readonly first: number;
  private readonly numbers: Float64Array;
  private readonly usedAt: number;
  private readonly eui64: Uint8Array;
  private lastId: number;

  /** @param firstId a random number: a tunnel of before a restart is not taken for a new one */
  constructor(
    private readonly network: Network,
    private readonly writer: ZclWriter,
    private readonly mailbox: Mailbox,
    private readonly delivery: TunnelDelivery,
    firstId: number,
    memory: Memory,
  ) {
    this.bytes = memory.bytes;
    this.first = memory.take(TunnelLimit.METERS * Served.LENGTH);
    this.numbers = memory.numbers;
    this.usedAt = memory.takeNumbers(TunnelLimit.METERS, 0);
    this.eui64 = memory.scratch;
    this.lastId = firstId;
  }

  /** RequestTunnel. A meter has one tunnel: a new one takes the place of its old one. */
  requested(now: number, message: ZclMessage): void {
    const { bytes, start, end } = message;
    if (checkRequestTunnel(bytes, start, end) !== Parsed.OK) {
      this.writer.status(now, message, ZclStatus.MALFORMED_COMMAND);
      return;
    }
    const tunnel = this.tunnelFor(now, message.node);
    const status = this.judge(bytes, start, tunnel);
    let id: number = NoTunnel.TUNNEL;
    if (status === TunnelStatus.SUCCESS) {
      id = this.nextId();
      this.opened++;
      const at = this.at(tunnel);
      this.bytes[at + Served.NODE] = message.node + 1;
      this.bytes[at + Served.ENDPOINT] = message.sourceEndpoint;
      writeU16(this.bytes, at + Served.ID, id);
      writeU16(this.bytes, at + Served.MAXIMUM, requestTunnelMaximum(bytes, start));
      this.numbers[this.usedAt + tunnel] = now;
    } else {
      this.refused++;
    }
    const out = this.writer.answer(message, true, TunnelGenerated.REQUEST_TUNNEL_RESPONSE);
    const maximum = TunnelLimit.INCOMING_MAX;
    this.writer.send(now, putRequestTunnelResponse(this.writer.bytes, out, id, status, maximum));
  }

  closed(now: number, message: ZclMessage): void {
    const { bytes, start, end } = message;
    const known = checkTunnel(bytes, start, end) === Parsed.OK;
    if (!known || !this.owns(message.node, tunnelOf(bytes, start))) {
      this.writer.status(now, message, ZclStatus.NOT_FOUND);
      return;
    }
    this.forget(message.node);
    this.writer.status(now, message, ZclStatus.SUCCESS);
  }

  protocolsAsked(now: number, message: ZclMessage): void {
    if (checkGetSupported(message.bytes, message.start, message.end) !== Parsed.OK) {
      this.writer.status(now, message, ZclStatus.MALFORMED_COMMAND);
      return;
    }
    const out = this.writer.answer(message, true, TunnelGenerated.SUPPORTED_PROTOCOLS_RESPONSE);
    this.writer.send(now, putSupported(this.writer.bytes, out, TunnelProtocol.GB_HRGP));
  }

  owns(node: number, tunnel: number): boolean {
    const found = this.find(node);
    return found !== Served.NONE && this.id(found) === tunnel;
  }

  used(now: number, node: number): void {
    const tunnel = this.find(node);
    if (tunnel !== Served.NONE) this.numbers[this.usedAt + tunnel] = now;
  }

  /** The reason why data of this node for this tunnel is not taken. */
  objection(tunnel: number): TransferError {
    for (let served = 0; served < TunnelLimit.METERS; served++) {
      if (this.node(served) === NodeLimit.NONE) continue;
      if (this.id(served) === tunnel) return TransferError.WRONG_DEVICE;
    }
    return TransferError.NO_SUCH_TUNNEL;
  }

  /** Says that data was not taken. */
  object(now: number, node: number, endpoint: number, tunnel: number, error: TransferError): void {
    const out = this.begin(node, endpoint, TunnelGenerated.TRANSFER_DATA_ERROR);
    if (out < 0) return;
    this.refused++;
    this.writer.send(now, putTransferError(this.writer.bytes, out, tunnel, error));
  }

  /** GET. False: no room now; the meter repeats it. */
  get(now: number, node: number): boolean {
    const tunnel = this.find(node);
    if (tunnel === Served.NONE) return true;
    // It is on its way: the meter asked twice.
    if (this.delivery.isBusyWith(node)) return true;
    const slot = this.next(tunnel);
    if (slot === MailLimit.NONE) return this.nothing(now, tunnel);
    const more = this.countAfter(slot);
    const endpoint = this.bytes[this.at(tunnel) + Served.ENDPOINT]!;
    if (!this.delivery.answer(now, node, slot, endpoint, this.id(tunnel), more)) return false;
    this.fetched++;
    return true;
  }

  forget(node: number): void {
    const tunnel = this.find(node);
    if (tunnel === Served.NONE) return;
    this.bytes[this.at(tunnel) + Served.NODE] = 0;
    writeU16(this.bytes, this.at(tunnel) + Served.ID, NoTunnel.TUNNEL);
  }

  private judge(bytes: Uint8Array, start: number, tunnel: number): TunnelStatus {
    if (bytes[start + RequestTunnel.PROTOCOL] !== TunnelProtocol.GB_HRGP) {
      return TunnelStatus.PROTOCOL_NOT_SUPPORTED;
    }
    if (bytes[start + RequestTunnel.FLOW_CONTROL] !== 0) {
      return TunnelStatus.FLOW_CONTROL_NOT_SUPPORTED;
    }
    return tunnel === Served.NONE ? TunnelStatus.NO_MORE_TUNNELS : TunnelStatus.SUCCESS;
  }

  /** The oldest message that waits for the meter; one too long for its tunnel ends here. */
  private next(tunnel: number): number {
    const maximum = readU16(this.bytes, this.at(tunnel) + Served.MAXIMUM);
    this.network.nodes.copyEui64(this.node(tunnel), this.eui64, 0);
    for (let turn = 0; turn < MailLimit.DEVICE_MAX; turn++) {
      const slot = this.mailbox.oldest(MailState.WAITING, false, this.eui64, 0);
      if (slot === MailLimit.NONE) return MailLimit.NONE;
      if (this.mailbox.total(slot) + DeliveryHeader.PREFIX <= maximum) return slot;
      this.mailbox.end(slot, StreamResult.UNDELIVERABLE);
    }
    return MailLimit.NONE;
  }

  /** Whether a message waits for the node, or is on its way into the mailbox. */
  hasMail(node: number): boolean {
    this.network.nodes.copyEui64(node, this.eui64, 0);
    return this.mailbox.waitingFor(this.eui64, 0) > 0;
  }

  /** How many wait besides this one. */
  private countAfter(slot: number): number {
    let count = 0;
    for (let other = 0; other < MailLimit.SLOTS; other++) {
      if (other === slot || this.mailbox.state(other) !== MailState.WAITING) continue;
      if (!this.mailbox.isUp(other) && this.mailbox.hasEui64(other, this.eui64, 0)) count++;
    }
    return count;
  }

  private nothing(now: number, tunnel: number): boolean {
    const endpoint = this.bytes[this.at(tunnel) + Served.ENDPOINT]!;
    const out = this.begin(this.node(tunnel), endpoint, TunnelGenerated.TRANSFER_DATA);
    if (out < 0) return false;
    const { bytes } = this.writer;
    const at = putTunnelId(bytes, out, this.id(tunnel));
    bytes[at] = Transfer.GET_RESPONSE;
    bytes[at + 1] = 0;
    this.writer.send(now, at + 2);
    return true;
  }

  private begin(node: number, endpoint: number, command: TunnelGenerated): number {
    return this.writer.begin(
      node,
      endpoint,
      Endpoint.HUB,
      Cluster.TUNNELLING,
      Profile.SMART_ENERGY,
      ZclControl.CLUSTER | ZclControl.FROM_SERVER | ZclControl.NO_DEFAULT_RESPONSE,
      this.writer.nextSequence(),
      command,
    );
  }

  private nextId(): number {
    this.lastId = (this.lastId + 1) % NoTunnel.TUNNEL;
    return this.lastId;
  }

  /** The tunnel of a node; of `NodeLimit.NONE`: an unused one; `Served.NONE`. */
  private find(node: number): number {
    for (let tunnel = 0; tunnel < TunnelLimit.METERS; tunnel++) {
      if (this.node(tunnel) === node) return tunnel;
    }
    return Served.NONE;
  }

  /** Its own, an unused one, or one that nobody used for CloseTunnelTimeout. */
  private tunnelFor(now: number, node: number): number {
    const own = this.find(node);
    if (own !== Served.NONE) return own;
    const free = this.find(NodeLimit.NONE);
    if (free !== Served.NONE) return free;
    for (let tunnel = 0; tunnel < TunnelLimit.METERS; tunnel++) {
      if (now - this.numbers[this.usedAt + tunnel]! >= TunnelLimit.SILENCE_MS) return tunnel;
    }
    return Served.NONE;
  }

  private at(tunnel: number): number {
    return this.first + tunnel * Served.LENGTH;
  }

  private node(tunnel: number): number {
    return this.bytes[this.at(tunnel) + Served.NODE]! - 1;
  }

  private id(tunnel: number): number {
    return readU16(this.bytes, this.at(tunnel) + Served.ID);
  }
}

/** Gas meters fetch; electricity meters serve. */
export function isServed(network: Network, node: number): boolean {
  return network.nodes.kind(node) === DeviceKind.GAS_METER;
}
