// Everything about messages through tunnels put together: mailbox, delivery, both sides of the
// Tunnelling cluster, and the streams from and to the providers.

import { Operation } from "../../ipc/operation";
import { Party, Provider } from "../../ipc/party";
import { Stream, StreamCredit, StreamEnd, StreamOpen, StreamSegment } from "../../ipc/stream";
import type { Environment } from "../../system";
import {
  TransferData,
  TransferError,
  TunnelGenerated,
  TunnelReceived,
  tunnelOf,
} from "../../wire/clusters/tunnelling";
import { readU16 } from "../../wire/little-endian";
import { Parsed } from "../../wire/parsed";
import { Cluster, ZclStatus } from "../../wire/zcl";
import type { ApsLayer } from "./aps-layer";
import { Endpoint } from "./endpoints";
import { FateTeller } from "./fate-teller";
import { AssemblyLimit } from "./fragment-receiver";
import type { Knowledge } from "./knowledge";
import { MailLimit } from "./mail-directory";
import { Mailbox, type MailboxOwner } from "./mailbox";
import type { Memory } from "./memory";
import type { Network } from "./network";
import { StreamInbox } from "./stream-inbox";
import { StreamOutbox } from "./stream-outbox";
import { TunnelClient } from "./tunnel-client";
import { DeliveryLimit, type DeliveryUser, Transfer, TunnelDelivery } from "./tunnel-delivery";
import { TunnelInbox } from "./tunnel-inbox";
import { isServed, TunnelServer } from "./tunnel-server";
import type { ZclMessage, ZclWriter } from "./zcl-message";

const enum Reader {
  SUPPLIER = 3,
  OPERATOR = 4,
}

export class Tunnelling implements MailboxOwner, DeliveryUser {
  readonly mailbox: Mailbox;
  readonly delivery: TunnelDelivery;
  readonly client: TunnelClient;
  readonly server: TunnelServer;
  readonly inbox: TunnelInbox;
  readonly down: StreamInbox;
  readonly up: readonly [StreamOutbox, StreamOutbox];
  readonly fates: FateTeller;

  constructor(
    environment: Environment<"han">,
    private readonly network: Network,
    private readonly aps: ApsLayer,
    private readonly writer: ZclWriter,
    knowledge: Knowledge,
    /** The dispatcher's: a frame is in its hands or here. */
    private readonly message: ZclMessage,
    memory: Memory,
  ) {
    const { clock, entropy, ports, regions } = environment;
    entropy.fill(memory.scratch, 0, 2);
    const firstId = readU16(memory.scratch, 0);
    const { firewall } = ports;
    this.mailbox = new Mailbox(regions.mailbox, this, clock, memory);
    this.delivery = new TunnelDelivery(aps, writer, this.mailbox, this, memory);
    this.client = new TunnelClient(network, knowledge, writer, this.mailbox, this.delivery, memory);
    this.server = new TunnelServer(network, writer, this.mailbox, this.delivery, firstId, memory);
    this.inbox = new TunnelInbox(network, this.mailbox, this.delivery, memory);
    this.down = new StreamInbox(network, this.mailbox, firewall, memory);
    this.up = [
      new StreamOutbox(Provider.SUPPLIER, this.mailbox, firewall, Reader.SUPPLIER, memory),
      new StreamOutbox(Provider.OPERATOR, this.mailbox, firewall, Reader.OPERATOR, memory),
    ];
    this.fates = new FateTeller(this.mailbox, firewall, memory);
  }

  open(now: number): void {
    this.mailbox.open(now);
  }

  /** A command of the Tunnelling cluster from a meter. False: no room; it comes again. */
  command(now: number, message: ZclMessage): boolean {
    if (message.fromServer) return this.fromServer(now, message);
    if (!isServed(this.network, message.node)) {
      this.writer.status(now, message, ZclStatus.NOT_AUTHORIZED);
      return true;
    }
    switch (message.command as TunnelReceived) {
      case TunnelReceived.REQUEST_TUNNEL:
        this.server.requested(now, message);
        return true;
      case TunnelReceived.CLOSE_TUNNEL:
        this.server.closed(now, message);
        return true;
      case TunnelReceived.TRANSFER_DATA:
        return this.data(now, message);
      case TunnelReceived.TRANSFER_DATA_ERROR:
        this.delivery.objected(now, message.node);
        return true;
      case TunnelReceived.GET_SUPPORTED_PROTOCOLS:
        this.server.protocolsAsked(now, message);
        return true;
      default:
        this.writer.status(now, message, ZclStatus.UNSUPPORTED_CLUSTER_COMMAND);
        return true;
    }
  }

  /** Whether a message waits for the node, or is on its way to it. */
  isWaitingFor(node: number): boolean {
    return this.delivery.isBusyWith(node) || this.server.hasMail(node);
  }

  /** A message of the firewall. */
  stream(now: number, buffer: Uint8Array, length: number): void {
    switch (buffer[0] as Operation) {
      case Operation.STREAM_OPEN:
        if (length === StreamOpen.LENGTH) this.down.open(now, buffer);
        break;
      case Operation.STREAM_SEGMENT:
        if (length > StreamSegment.DATA) this.down.segment(now, buffer, length);
        break;
      case Operation.STREAM_CREDIT:
        if (length !== StreamCredit.LENGTH) return;
        if (!this.up[0].credit(now, buffer)) this.up[1].credit(now, buffer);
        break;
      case Operation.STREAM_END:
        if (length !== StreamEnd.LENGTH) return;
        if (!this.up[0].end(now, buffer) && !this.up[1].end(now, buffer)) {
          this.down.end(now, buffer);
        }
        break;
      default:
        break;
    }
  }

  peerRestarted(now: number, peer: number): void {
    if (peer !== Party.FIREWALL) return;
    this.down.firewallRestarted(now);
    this.up[0].firewallRestarted(now);
    this.up[1].firewallRestarted(now);
  }

  forget(now: number, node: number): void {
    this.delivery.forget(now, node);
    this.client.forget(node);
    this.server.forget(node);
  }

  tick(now: number): void {
    this.mailbox.tick(now);
    this.delivery.tick(now);
    this.client.tick(now);
    this.down.tick(now);
    this.up[0].tick(now);
    this.up[1].tick(now);
    this.fates.tick(now);
  }

  // The mailbox.

  opened(now: number): void {
    this.client.look(now);
    this.lookUp(now);
  }

  kept(now: number, slot: number, ok: boolean): void {
    const wasDown = this.down.mailKept(now, slot, ok);
    if (!wasDown) this.aps.receiver.kept(now, slot, ok);
    if (!ok) return;
    if (wasDown) this.client.look(now);
    else this.lookUp(now);
  }

  piece(
    now: number,
    _slot: number,
    reader: number,
    ok: boolean,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void {
    if (reader < DeliveryLimit.READER + DeliveryLimit.JOBS) {
      this.delivery.piece(now, reader, ok, bytes, start, length);
      return;
    }
    const outbox = reader === Reader.SUPPLIER ? this.up[0] : this.up[1];
    outbox.piece(now, ok, bytes, start, length);
  }

  // Delivery.

  deliveryEnded(now: number, node: number, delivered: boolean): void {
    this.client.deliveryEnded(now, node, delivered);
  }

  // Long messages of devices, in fragments.

  beginLong(
    now: number,
    node: number,
    endpoint: number,
    sourceEndpoint: number,
    cluster: number,
    bound: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): number {
    const { message } = this;
    const first = this.aps.data;
    first.node = node;
    first.destinationEndpoint = endpoint;
    first.sourceEndpoint = sourceEndpoint;
    first.cluster = cluster;
    first.bytes = bytes;
    first.start = start;
    first.length = length;
    if (message.take(first) !== Parsed.OK || !this.isTransfer(message)) return AssemblyLimit.NONE;
    const before = this.dataAt(message) - start;
    // All but the last block are full: what is left of this is more than a message can have.
    if (bound - before - AssemblyLimit.BLOCK_MAX >= Stream.MESSAGE_MAX) {
      this.server.object(
        now,
        node,
        sourceEndpoint,
        tunnelOf(bytes, message.start),
        TransferError.OVERFLOW,
      );
      return AssemblyLimit.NONE;
    }
    if (!this.isOwned(now, message)) return AssemblyLimit.NONE;
    const isPut = !isServed(this.network, node) || bytes[start + before - 1] === Transfer.PUT;
    if (!isPut) return AssemblyLimit.NONE;
    const at = start + before;
    return this.inbox.begin(now, node, bound - before, bytes, at, message.end - at);
  }

  continueLong(slot: number, bytes: Uint8Array, start: number, length: number): boolean {
    return this.inbox.write(slot, bytes, start, length);
  }

  completeLong(now: number, slot: number): void {
    this.inbox.complete(now, slot);
  }

  abortLong(now: number, slot: number): void {
    this.inbox.abort(now, slot);
  }

  private fromServer(now: number, message: ZclMessage): boolean {
    switch (message.command as TunnelGenerated) {
      case TunnelGenerated.REQUEST_TUNNEL_RESPONSE:
        this.client.answered(now, message);
        return true;
      case TunnelGenerated.TRANSFER_DATA:
        return this.data(now, message);
      case TunnelGenerated.TRANSFER_DATA_ERROR:
        this.client.objected(now, message);
        return true;
      case TunnelGenerated.TUNNEL_CLOSURE_NOTIFICATION:
        this.client.closed(now, message);
        return true;
      default:
        this.writer.status(now, message, ZclStatus.UNSUPPORTED_CLUSTER_COMMAND);
        return true;
    }
  }

  /** TransferData in one frame. */
  private data(now: number, message: ZclMessage): boolean {
    if (message.end - message.start < TransferData.DATA) {
      this.writer.status(now, message, ZclStatus.MALFORMED_COMMAND);
      return true;
    }
    if (!this.isOwned(now, message)) return true;
    if (isServed(this.network, message.node)) return this.servedData(now, message);
    return this.keepWhole(now, message, message.start + TransferData.DATA);
  }

  private servedData(now: number, message: ZclMessage): boolean {
    const at = message.start + TransferData.DATA;
    this.server.used(now, message.node);
    if (at === message.end) {
      this.writer.status(now, message, ZclStatus.INVALID_FIELD);
      return true;
    }
    switch (message.bytes[at] as Transfer) {
      case Transfer.GET:
        return this.server.get(now, message.node);
      case Transfer.PUT:
        return this.keepWhole(now, message, at + 1);
      default:
        this.writer.status(now, message, ZclStatus.INVALID_FIELD);
        return true;
    }
  }

  private keepWhole(now: number, message: ZclMessage, at: number): boolean {
    const length = message.end - at;
    if (length === 0) {
      this.writer.status(now, message, ZclStatus.INVALID_FIELD);
      return true;
    }
    const slot = this.inbox.begin(now, message.node, length, message.bytes, at, length);
    if (slot === MailLimit.NONE) return false;
    this.inbox.complete(now, slot);
    this.writer.status(now, message, ZclStatus.SUCCESS);
    return true;
  }

  private isTransfer(message: ZclMessage): boolean {
    if (message.cluster !== Cluster.TUNNELLING || message.endpoint !== Endpoint.HUB) return false;
    if (!message.isCluster || message.isManufacturers) return false;
    const served = isServed(this.network, message.node);
    if (message.fromServer === served) return false;
    const command = served ? TunnelReceived.TRANSFER_DATA : TunnelGenerated.TRANSFER_DATA;
    return message.command === command && message.end >= this.dataAt(message);
  }

  /** Where a message begins in TransferData: a gas meter says before it that it is one. */
  private dataAt(message: ZclMessage): number {
    const at = message.start + TransferData.DATA;
    return isServed(this.network, message.node) ? at + 1 : at;
  }

  /** Whether the tunnel is this node's; if not it hears so. */
  private isOwned(now: number, message: ZclMessage): boolean {
    const { node } = message;
    const tunnel = tunnelOf(message.bytes, message.start);
    if (!message.fromServer) {
      if (this.server.owns(node, tunnel)) return true;
      const reason = this.server.objection(tunnel);
      this.server.object(now, node, message.sourceEndpoint, tunnel, reason);
      return false;
    }
    if (this.client.owns(node, tunnel)) {
      this.client.used(now, node);
      return true;
    }
    this.client.object(now, node, message.sourceEndpoint, tunnel);
    return false;
  }

  private lookUp(now: number): void {
    this.up[0].look(now);
    this.up[1].look(now);
  }
}
