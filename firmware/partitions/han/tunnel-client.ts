// The hub as the client of the electricity meters' tunnels: one tunnel to each, asked for at start,
// when a message finds none and after 0xffff seconds of silence, and kept.
// @source Smart Energy 07-5356-22 annex D.6; GBCS section 10.2.2 (retry of a busy server)

import { DeviceKind } from "../../ipc/device";
import { StreamResult } from "../../ipc/stream";
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
import { Parsed } from "../../wire/parsed";
import { Cluster, ZclControl } from "../../wire/zcl";
import { Endpoint } from "./endpoints";
import { type Knowledge, Known } from "./knowledge";
import { MailLimit, MailState } from "./mail-directory";
import type { Mailbox } from "./mailbox";
import type { Memory } from "./memory";
import type { Network } from "./network";
import { NodeLimit } from "./nodes";
import type { TunnelDelivery } from "./tunnel-delivery";
import type { ZclMessage, ZclWriter } from "./zcl-message";

export const enum TunnelLimit {
  /** Electricity meters with a tunnel of ours. */
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

class Tunnel {
  state: State = State.FREE;
  node: number = NodeLimit.NONE;
  id: number = NoTunnel.TUNNEL;
  /** What the meter can take at once. */
  maximum = 0;
  sequence = 0;
  due = Number.POSITIVE_INFINITY;
  pause: number = TunnelLimit.FIRST_PAUSE_MS;
  /** No message is given to it before. */
  deliverAt = 0;
}

export class TunnelClient {
  opened = 0;
  busy = 0;
  refused = 0;
  lost = 0;
  private readonly tunnels = [new Tunnel(), new Tunnel(), new Tunnel(), new Tunnel()];
  private readonly eui64: Uint8Array;
  private checkAt: number;

  constructor(
    private readonly network: Network,
    private readonly knowledge: Knowledge,
    private readonly writer: ZclWriter,
    private readonly mailbox: Mailbox,
    private readonly delivery: TunnelDelivery,
    startedAt: number,
    memory: Memory,
  ) {
    this.eui64 = memory.scratch;
    this.checkAt = startedAt;
  }

  /** Whether this tunnel of this node is ours. */
  owns(node: number, tunnel: number): boolean {
    const found = this.find(node);
    return found !== undefined && found.state === State.OPEN && found.id === tunnel;
  }

  /** A message was kept, or an endpoint learned: look now rather than at the next check. */
  look(now: number): void {
    this.checkAt = now;
  }

  /** Something came through the tunnel. */
  used(now: number, node: number): void {
    const tunnel = this.find(node);
    if (tunnel === undefined) return;
    tunnel.due = now + TunnelLimit.SILENCE_MS;
  }

  /** RequestTunnelResponse. */
  answered(now: number, message: ZclMessage): void {
    const tunnel = this.find(message.node);
    const { bytes, start, end } = message;
    if (tunnel?.state !== State.ASKED || tunnel.sequence !== message.sequence) return;
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
        this.undeliverable(tunnel.node);
        this.close(tunnel, now + TunnelLimit.UNSUPPORTED_MS);
    }
  }

  /** A Default Response to RequestTunnel: no tunnels there. */
  rejected(now: number, node: number, sequence: number): void {
    const tunnel = this.find(node);
    if (tunnel?.state !== State.ASKED || tunnel.sequence !== sequence) return;
    this.refused++;
    this.close(tunnel, now + TunnelLimit.UNSUPPORTED_MS);
  }

  /** TransferDataError: the meter did not take what we sent. */
  objected(now: number, message: ZclMessage): void {
    const { bytes, start, end, node } = message;
    if (checkTransferError(bytes, start, end) !== Parsed.OK) return;
    const tunnel = this.find(node);
    if (tunnel === undefined || tunnelOf(bytes, start) !== tunnel.id) return;
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
    if (tunnel === undefined || checkTunnel(bytes, start, end) !== Parsed.OK) return;
    if (tunnelOf(bytes, start) === tunnel.id) this.close(tunnel, now);
  }

  deliveryEnded(now: number, node: number, delivered: boolean): void {
    const tunnel = this.find(node);
    if (tunnel === undefined) return;
    if (delivered) {
      tunnel.pause = TunnelLimit.FIRST_PAUSE_MS;
      this.used(now, node);
    } else {
      tunnel.deliverAt = now + tunnel.pause;
      this.lengthen(tunnel);
    }
    this.checkAt = Math.min(this.checkAt, Math.max(now, tunnel.deliverAt));
  }

  forget(node: number): void {
    const tunnel = this.find(node);
    if (tunnel === undefined) return;
    tunnel.state = State.FREE;
    tunnel.node = NodeLimit.NONE;
    tunnel.due = Number.POSITIVE_INFINITY;
  }

  tick(now: number): void {
    if (now >= this.checkAt) {
      this.checkAt = now + TunnelLimit.CHECK_MS;
      this.enrol(now);
      for (const tunnel of this.tunnels) this.deliver(now, tunnel);
    }
    for (const tunnel of this.tunnels) {
      if (now < tunnel.due) continue;
      if (tunnel.state === State.ASKED) this.silent(now, tunnel);
      else if (tunnel.state !== State.FREE) this.ask(now, tunnel);
    }
  }

  dueAt(): number {
    let due = this.checkAt;
    for (const tunnel of this.tunnels) due = Math.min(due, tunnel.due);
    return due;
  }

  /** Takes up each electricity meter that serves tunnels and has none of ours. */
  private enrol(now: number): void {
    const { nodes } = this.network;
    for (let node = 0; node < NodeLimit.MAX; node++) {
      if (!nodes.isNetworked(node) || nodes.kind(node) !== DeviceKind.ELECTRICITY_METER) continue;
      if (this.knowledge.byte(node, Known.TUNNEL_ENDPOINT) === 0) continue;
      if (this.find(node) !== undefined) continue;
      const tunnel = this.find(NodeLimit.NONE);
      if (tunnel === undefined) return;
      tunnel.node = node;
      tunnel.id = this.knowledge.number(node, Known.TUNNEL_ID, 2);
      tunnel.pause = TunnelLimit.FIRST_PAUSE_MS;
      tunnel.deliverAt = 0;
      this.close(tunnel, now);
    }
  }

  private deliver(now: number, tunnel: Tunnel): void {
    if (tunnel.state !== State.OPEN || now < tunnel.deliverAt) return;
    if (this.delivery.isBusyWith(tunnel.node)) return;
    this.network.nodes.copyEui64(tunnel.node, this.eui64, 0);
    const slot = this.mailbox.oldest(MailState.WAITING, false, this.eui64, 0);
    if (slot === MailLimit.NONE) return;
    if (this.mailbox.total(slot) > tunnel.maximum) {
      this.mailbox.end(slot, StreamResult.UNDELIVERABLE);
      return;
    }
    const endpoint = this.knowledge.byte(tunnel.node, Known.TUNNEL_ENDPOINT);
    if (!this.delivery.give(now, tunnel.node, slot, endpoint, tunnel.id)) {
      this.checkAt = now + TunnelLimit.ROOM_WAIT_MS;
    }
  }

  private ask(now: number, tunnel: Tunnel): void {
    const sequence = this.writer.nextSequence();
    const out = this.begin(tunnel, sequence, TunnelReceived.REQUEST_TUNNEL);
    if (out < 0) {
      tunnel.due = now + TunnelLimit.ROOM_WAIT_MS;
      return;
    }
    const { bytes } = this.writer;
    const end = putRequestTunnel(bytes, out, TunnelProtocol.GB_HRGP, TunnelLimit.INCOMING_MAX);
    this.writer.send(now, end);
    tunnel.state = State.ASKED;
    tunnel.sequence = sequence;
    tunnel.due = now + TunnelLimit.ANSWER_WAIT_MS;
  }

  private silent(now: number, tunnel: Tunnel): void {
    this.close(tunnel, now + tunnel.pause);
    this.lengthen(tunnel);
  }

  private open(now: number, tunnel: Tunnel, id: number, maximum: number): void {
    this.opened++;
    tunnel.state = State.OPEN;
    tunnel.id = id;
    tunnel.maximum = maximum;
    tunnel.pause = TunnelLimit.FIRST_PAUSE_MS;
    tunnel.due = now + TunnelLimit.SILENCE_MS;
    tunnel.deliverAt = now;
    this.checkAt = now;
    // After a restart the meter still holds this one: it is closed when there are no more.
    if (this.knowledge.number(tunnel.node, Known.TUNNEL_ID, 2) === id) return;
    this.knowledge.setNumber(tunnel.node, Known.TUNNEL_ID, id, 2);
    this.knowledge.save(now, tunnel.node);
  }

  private close(tunnel: Tunnel, askAt: number): void {
    tunnel.state = State.CLOSED;
    tunnel.due = askAt;
  }

  /** The meter has no more: what we had is closed, then we ask again, later and later. */
  private closeOurs(now: number, tunnel: Tunnel): void {
    this.refused++;
    if (tunnel.id === NoTunnel.TUNNEL) {
      this.silent(now, tunnel);
      return;
    }
    const out = this.begin(tunnel, this.writer.nextSequence(), TunnelReceived.CLOSE_TUNNEL);
    if (out >= 0) {
      this.writer.send(now, putTunnelId(this.writer.bytes, out, tunnel.id));
      tunnel.id = NoTunnel.TUNNEL;
    }
    this.close(tunnel, now + TunnelLimit.CLOSED_MS);
  }

  private begin(tunnel: Tunnel, sequence: number, command: TunnelReceived): number {
    return this.writer.begin(
      tunnel.node,
      this.knowledge.byte(tunnel.node, Known.TUNNEL_ENDPOINT),
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

  private lengthen(tunnel: Tunnel): void {
    tunnel.pause = Math.min(2 * tunnel.pause, TunnelLimit.LONGEST_PAUSE_MS);
  }

  /** The tunnel of a node; of `NodeLimit.NONE`: an unused one. */
  private find(node: number): Tunnel | undefined {
    for (const tunnel of this.tunnels) if (tunnel.node === node) return tunnel;
    return undefined;
  }
}
