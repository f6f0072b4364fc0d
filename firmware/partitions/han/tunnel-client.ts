// The hub as the client of the electricity meters' tunnels: one tunnel to each, asked for at start,
// when a message finds none and after 0xffff seconds of silence, and kept.
// @source Smart Energy 07-5356-22 annex D.6; GBCS section 10.2.2 (retry of a busy server)

import { DeviceKind } from "../../ipc/device";
import { StreamResult } from "../../ipc/stream";
import { earliest } from "../../kernel/partition";
import { Profile } from "../../wire/aps";
import {
  checkRequestTunnelResponse,
  checkTransferError,
  checkTunnel,
  NoTunnel,
  putRequestTunnel,
  putTransferError,
  putTunnelId,
  TransferError,
  TunnelProtocol,
  TunnelReceived,
  TunnelStatus,
  transferError,
  tunnelMaximum,
  tunnelOf,
  tunnelStatus,
} from "../../wire/clusters/tunnelling";
import { readU16, writeU16 } from "../../wire/little-endian";
import { Parsed } from "../../wire/parsed";
import { Cluster, ZclControl } from "../../wire/zcl";
import { Endpoint } from "./endpoints";
import { type Knowledge, Known } from "./knowledge";
import { MailLimit, MailState } from "./mail-directory";
import type { Mailbox } from "./mailbox";
import { Due, type Memory } from "./memory";
import type { Network } from "./network";
import { NodeLimit } from "./nodes";
import type { TunnelDelivery } from "./tunnel-delivery";
import type { ZclMessage, ZclWriter } from "./zcl-message";

export const enum TunnelLimit {
  /** Electricity meters with a tunnel of ours, and gas meters with one of theirs. */
  METERS = 4,
  /** A message of 4,096 bytes, and the byte before it in a gas meter's tunnel, with room. */
  INCOMING_MAX = 4_100,
  CHECK_MS = 10_000,
  ANSWER_WAIT_MS = 8_000,
  BUSY_MS = 180_000,
  /** Without an answer: doubled each time up to the longest. */
  FIRST_PAUSE_MS = 5_000,
  LONGEST_PAUSE_MS = 300_000,
  /** The meter does not speak our protocol: perhaps after an update it does. */
  UNSUPPORTED_MS = 3_600_000,
  /** After closing what we had open. */
  CLOSED_MS = 1_000,
  SILENCE_MS = 65_535_000,
  ROOM_WAIT_MS = 100,
}

const enum State {
  FREE = 0,
  /** No tunnel; asked for at `due`. */
  CLOSED = 1,
  ASKED = 2,
  OPEN = 3,
}

const enum Tunnel {
  STATE = 0,
  /** The node's index plus one; 0: none. */
  NODE = 1,
  SEQUENCE = 2,
  /** u16 each; what the meter can take at once is the second. */
  ID = 4,
  MAXIMUM = 6,
  LENGTH = 8,
  NONE = -1,
}

export class TunnelClient {
  opened = 0;
  busy = 0;
  refused = 0;
  lost = 0;
  private readonly bytes: Uint8Array;
  private readonly first: number;
  private readonly numbers: Float64Array;
  private readonly dues: number;
  private readonly pauses: number;
  /** No message is given to it before. */
  private readonly deliverAt: number;
  private readonly eui64: Uint8Array;

  constructor(
    private readonly network: Network,
    private readonly knowledge: Knowledge,
    private readonly writer: ZclWriter,
    private readonly mailbox: Mailbox,
    private readonly delivery: TunnelDelivery,
    memory: Memory,
  ) {
    this.bytes = memory.bytes;
    this.first = memory.take(TunnelLimit.METERS * Tunnel.LENGTH);
    this.numbers = memory.numbers;
    this.dues = memory.takeDues(TunnelLimit.METERS);
    this.pauses = memory.takeNumbers(TunnelLimit.METERS, TunnelLimit.FIRST_PAUSE_MS);
    this.deliverAt = memory.takeNumbers(TunnelLimit.METERS, 0);
    this.eui64 = memory.scratch;
  }

  /** Whether this tunnel of this node is ours. */
  owns(node: number, tunnel: number): boolean {
    const found = this.find(node);
    return found !== Tunnel.NONE && this.state(found) === State.OPEN && this.id(found) === tunnel;
  }

  /** A message was kept, or an endpoint learned: look now rather than at the next check. */
  look(now: number): void {
    this.numbers[Due.TUNNEL_CHECK] = now;
  }

  /** Something came through the tunnel. */
  used(now: number, node: number): void {
    const tunnel = this.find(node);
    if (tunnel === Tunnel.NONE) return;
    this.numbers[this.dues + tunnel] = now + TunnelLimit.SILENCE_MS;
  }

  /** RequestTunnelResponse. */
  answered(now: number, message: ZclMessage): void {
    const tunnel = this.find(message.node);
    const { bytes, start, end } = message;
    if (!this.isAsked(tunnel, message.sequence)) return;
    if (checkRequestTunnelResponse(bytes, start, end) !== Parsed.OK) return;
    switch (tunnelStatus(bytes, start) as TunnelStatus) {
      case TunnelStatus.SUCCESS:
        this.open(now, tunnel, tunnelOf(bytes, start), tunnelMaximum(bytes, start));
        break;
      case TunnelStatus.BUSY:
        this.busy++;
        this.close(tunnel, now + TunnelLimit.BUSY_MS);
        break;
      case TunnelStatus.NO_MORE_TUNNELS:
        this.closeOurs(now, tunnel);
        break;
      default:
        this.refused++;
        this.undeliverable(this.node(tunnel));
        this.close(tunnel, now + TunnelLimit.UNSUPPORTED_MS);
    }
  }

  /** A Default Response to RequestTunnel: no tunnels there. */
  rejected(now: number, node: number, sequence: number): void {
    const tunnel = this.find(node);
    if (!this.isAsked(tunnel, sequence)) return;
    this.refused++;
    this.close(tunnel, now + TunnelLimit.UNSUPPORTED_MS);
  }

  /** TransferDataError: the meter did not take what we sent. */
  objected(now: number, message: ZclMessage): void {
    const { bytes, start, end, node } = message;
    if (checkTransferError(bytes, start, end) !== Parsed.OK) return;
    const tunnel = this.find(node);
    if (tunnel === Tunnel.NONE || tunnelOf(bytes, start) !== this.id(tunnel)) return;
    this.lost++;
    const isTooLong = transferError(bytes, start) === TransferError.OVERFLOW;
    const slot = isTooLong ? this.sending(node) : MailLimit.NONE;
    this.delivery.objected(now, node);
    if (slot !== MailLimit.NONE) this.mailbox.end(slot, StreamResult.UNDELIVERABLE);
    // Without that tunnel, another is asked for at once; the message waits for it.
    if (!isTooLong) this.close(tunnel, now);
  }

  /** Says to a meter that its tunnel is none of ours: perhaps we restarted. */
  object(now: number, node: number, endpoint: number, tunnel: number): void {
    const out = this.writer.begin(
      node,
      endpoint,
      Endpoint.HUB,
      Cluster.TUNNELLING,
      Profile.SMART_ENERGY,
      ZclControl.CLUSTER | ZclControl.NO_DEFAULT_RESPONSE,
      this.writer.nextSequence(),
      TunnelReceived.TRANSFER_DATA_ERROR,
    );
    if (out < 0) return;
    const { bytes } = this.writer;
    this.writer.send(now, putTransferError(bytes, out, tunnel, TransferError.NO_SUCH_TUNNEL));
  }

  /** TunnelClosureNotification. */
  closed(now: number, message: ZclMessage): void {
    const { bytes, start, end } = message;
    const tunnel = this.find(message.node);
    if (tunnel === Tunnel.NONE || checkTunnel(bytes, start, end) !== Parsed.OK) return;
    if (tunnelOf(bytes, start) === this.id(tunnel)) this.close(tunnel, now);
  }

  deliveryEnded(now: number, node: number, delivered: boolean): void {
    const tunnel = this.find(node);
    if (tunnel === Tunnel.NONE) return;
    if (delivered) {
      this.numbers[this.pauses + tunnel] = TunnelLimit.FIRST_PAUSE_MS;
      this.used(now, node);
    } else {
      this.numbers[this.deliverAt + tunnel] = now + this.numbers[this.pauses + tunnel]!;
      this.lengthen(tunnel);
    }
    const deliverAt = Math.max(now, this.numbers[this.deliverAt + tunnel]!);
    this.look(Math.min(this.numbers[Due.TUNNEL_CHECK]!, deliverAt));
  }

  forget(node: number): void {
    const tunnel = this.find(node);
    if (tunnel === Tunnel.NONE) return;
    this.bytes[this.at(tunnel) + Tunnel.STATE] = State.FREE;
    this.setNode(tunnel, NodeLimit.NONE);
    this.numbers[this.dues + tunnel] = Number.POSITIVE_INFINITY;
  }

  tick(now: number): void {
    if (now >= this.numbers[Due.TUNNEL_CHECK]!) {
      this.numbers[Due.TUNNEL_CHECK] = now + TunnelLimit.CHECK_MS;
      this.enrol(now);
      for (let tunnel = 0; tunnel < TunnelLimit.METERS; tunnel++) this.deliver(now, tunnel);
    }
    if (now < earliest(this.numbers, this.dues, TunnelLimit.METERS)) return;
    for (let tunnel = 0; tunnel < TunnelLimit.METERS; tunnel++) {
      if (now < this.numbers[this.dues + tunnel]!) continue;
      if (this.state(tunnel) === State.ASKED) this.silent(now, tunnel);
      else if (this.state(tunnel) !== State.FREE) this.ask(now, tunnel);
    }
  }

  /** Takes up each electricity meter that serves tunnels and has none of ours. */
  private enrol(now: number): void {
    const { nodes } = this.network;
    for (let node = 0; node < NodeLimit.MAX; node++) {
      if (!nodes.isNetworked(node) || nodes.kind(node) !== DeviceKind.ELECTRICITY_METER) continue;
      if (this.knowledge.byte(node, Known.TUNNEL_ENDPOINT) === 0) continue;
      if (this.find(node) !== Tunnel.NONE) continue;
      const tunnel = this.find(NodeLimit.NONE);
      if (tunnel === Tunnel.NONE) return;
      this.setNode(tunnel, node);
      writeU16(
        this.bytes,
        this.at(tunnel) + Tunnel.ID,
        this.knowledge.number(node, Known.TUNNEL_ID, 2),
      );
      this.numbers[this.pauses + tunnel] = TunnelLimit.FIRST_PAUSE_MS;
      this.numbers[this.deliverAt + tunnel] = 0;
      this.close(tunnel, now);
    }
  }

  private deliver(now: number, tunnel: number): void {
    if (this.state(tunnel) !== State.OPEN || now < this.numbers[this.deliverAt + tunnel]!) return;
    if (this.delivery.isBusyWith(this.node(tunnel))) return;
    this.network.nodes.copyEui64(this.node(tunnel), this.eui64, 0);
    const slot = this.mailbox.oldest(MailState.WAITING, false, this.eui64, 0);
    if (slot === MailLimit.NONE) return;
    if (this.mailbox.total(slot) > readU16(this.bytes, this.at(tunnel) + Tunnel.MAXIMUM)) {
      this.mailbox.end(slot, StreamResult.UNDELIVERABLE);
      return;
    }
    const endpoint = this.knowledge.byte(this.node(tunnel), Known.TUNNEL_ENDPOINT);
    if (!this.delivery.give(now, this.node(tunnel), slot, endpoint, this.id(tunnel))) {
      this.numbers[Due.TUNNEL_CHECK] = now + TunnelLimit.ROOM_WAIT_MS;
    }
  }

  private ask(now: number, tunnel: number): void {
    const sequence = this.writer.nextSequence();
    const out = this.begin(tunnel, sequence, TunnelReceived.REQUEST_TUNNEL);
    if (out < 0) {
      this.numbers[this.dues + tunnel] = now + TunnelLimit.ROOM_WAIT_MS;
      return;
    }
    const { bytes } = this.writer;
    const end = putRequestTunnel(bytes, out, TunnelProtocol.GB_HRGP, TunnelLimit.INCOMING_MAX);
    this.writer.send(now, end);
    this.bytes[this.at(tunnel) + Tunnel.STATE] = State.ASKED;
    this.bytes[this.at(tunnel) + Tunnel.SEQUENCE] = sequence;
    this.numbers[this.dues + tunnel] = now + TunnelLimit.ANSWER_WAIT_MS;
  }

  private silent(now: number, tunnel: number): void {
    this.close(tunnel, now + this.numbers[this.pauses + tunnel]!);
    this.lengthen(tunnel);
  }

  private open(now: number, tunnel: number, id: number, maximum: number): void {
    this.opened++;
    this.bytes[this.at(tunnel) + Tunnel.STATE] = State.OPEN;
    writeU16(this.bytes, this.at(tunnel) + Tunnel.ID, id);
    writeU16(this.bytes, this.at(tunnel) + Tunnel.MAXIMUM, maximum);
    this.numbers[this.pauses + tunnel] = TunnelLimit.FIRST_PAUSE_MS;
    this.numbers[this.dues + tunnel] = now + TunnelLimit.SILENCE_MS;
    this.numbers[this.deliverAt + tunnel] = now;
    this.numbers[Due.TUNNEL_CHECK] = now;
    // After a restart the meter still holds this one: it is closed when there are no more.
    if (this.knowledge.number(this.node(tunnel), Known.TUNNEL_ID, 2) === id) return;
    this.knowledge.setNumber(this.node(tunnel), Known.TUNNEL_ID, id, 2);
    this.knowledge.save(now, this.node(tunnel));
  }

  private close(tunnel: number, askAt: number): void {
    this.bytes[this.at(tunnel) + Tunnel.STATE] = State.CLOSED;
    this.numbers[this.dues + tunnel] = askAt;
  }

  /** The meter has no more: what we had is closed, then we ask again, later and later. */
  private closeOurs(now: number, tunnel: number): void {
    this.refused++;
    if (this.id(tunnel) === NoTunnel.TUNNEL) {
      this.silent(now, tunnel);
      return;
    }
    const out = this.begin(tunnel, this.writer.nextSequence(), TunnelReceived.CLOSE_TUNNEL);
    if (out >= 0) {
      this.writer.send(now, putTunnelId(this.writer.bytes, out, this.id(tunnel)));
      writeU16(this.bytes, this.at(tunnel) + Tunnel.ID, NoTunnel.TUNNEL);
    }
    this.close(tunnel, now + TunnelLimit.CLOSED_MS);
  }

  private begin(tunnel: number, sequence: number, command: TunnelReceived): number {
    return this.writer.begin(
      this.node(tunnel),
      this.knowledge.byte(this.node(tunnel), Known.TUNNEL_ENDPOINT),
      Endpoint.HUB,
      Cluster.TUNNELLING,
      Profile.SMART_ENERGY,
      ZclControl.CLUSTER,
      sequence,
      command,
    );
  }

  /** The slot of the message on its way to the node. */
  private sending(node: number): number {
    this.network.nodes.copyEui64(node, this.eui64, 0);
    return this.mailbox.oldest(MailState.SENDING, false, this.eui64, 0);
  }

  private undeliverable(node: number): void {
    this.network.nodes.copyEui64(node, this.eui64, 0);
    for (let turn = 0; turn < MailLimit.DEVICE_MAX; turn++) {
      const slot = this.mailbox.oldest(MailState.WAITING, false, this.eui64, 0);
      if (slot === MailLimit.NONE) return;
      this.mailbox.end(slot, StreamResult.UNDELIVERABLE);
    }
  }

  private lengthen(tunnel: number): void {
    this.numbers[this.pauses + tunnel] = Math.min(
      2 * this.numbers[this.pauses + tunnel]!,
      TunnelLimit.LONGEST_PAUSE_MS,
    );
  }

  /** The tunnel of a node; of `NodeLimit.NONE`: an unused one; `Tunnel.NONE`. */
  private find(node: number): number {
    for (let tunnel = 0; tunnel < TunnelLimit.METERS; tunnel++) {
      if (this.node(tunnel) === node) return tunnel;
    }
    return Tunnel.NONE;
  }

  private isAsked(tunnel: number, sequence: number): boolean {
    if (tunnel === Tunnel.NONE || this.state(tunnel) !== State.ASKED) return false;
    return this.bytes[this.at(tunnel) + Tunnel.SEQUENCE] === sequence;
  }

  private at(tunnel: number): number {
    return this.first + tunnel * Tunnel.LENGTH;
  }

  private state(tunnel: number): State {
    return this.bytes[this.at(tunnel) + Tunnel.STATE]!;
  }

  private node(tunnel: number): number {
    return this.bytes[this.at(tunnel) + Tunnel.NODE]! - 1;
  }

  private setNode(tunnel: number, node: number): void {
    this.bytes[this.at(tunnel) + Tunnel.NODE] = node + 1;
  }

  private id(tunnel: number): number {
    return readU16(this.bytes, this.at(tunnel) + Tunnel.ID);
  }
}
