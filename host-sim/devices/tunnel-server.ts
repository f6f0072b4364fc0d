// The Tunnelling cluster as a meter serves it: several tunnels, GBCS messages answered from an
// exchange table.
// @source Smart Energy profile 07-5356-21 annex D.6; ZCL 07-5123-06 clause 10.6

import type { Event, World } from "../world";
import {
  ClusterId,
  GB_HRGP,
  NO_MANUFACTURER,
  TRANSFER_MAX,
  TransferError,
  TunnelClientCommand,
  TunnelServerCommand,
  TunnelStatus,
} from "./clusters";
import type { ExchangeTable } from "./exchange-table";
import type { Exchange, MeterTruth } from "./meter-truth";
import type { Node } from "./zigbee/node";
import { OctetReader, OctetWriter } from "./zigbee/octets";
import type { Attribute, Cluster, CommandResult, Endpoint, Peer } from "./zigbee/zcl";
import { type ZclFrame, ZclStatus, ZclType } from "./zigbee/zcl-frame";

const TUNNELS_MAX = 4;
/** CloseTunnelTimeout: the longest there is. */
const IDLE_S = 0xffff;
/** A meter verifies a signature and looks things up before it answers. */
const THINKING_US = 400_000;
/** An answer that the hub did not acknowledge is sent again, a few times. */
const ANSWER_TRIES = 3;
const ANSWER_RETRY_US = 5_000_000;
/** Commands that wait while one is worked on: as many as a hub keeps for a meter, twice. */
const COMMANDS_MAX = 16;

interface Tunnel {
  readonly peer: Peer;
  /** What the client can take at once. */
  readonly transferMax: number;
  usedAtUs: number;
}

interface Command {
  readonly id: number;
  readonly tunnel: Tunnel;
  readonly message: Buffer;
}

export class TunnelServer implements Cluster {
  readonly id = ClusterId.TUNNELLING;
  readonly server = true;
  readonly attributes: ReadonlyMap<number, Attribute> = new Map([
    [0x0000, { type: ZclType.U16, read: () => IDLE_S }],
  ]);
  /** A test may have all requests refused. */
  refuseWith: TunnelStatus = TunnelStatus.SUCCESS;
  opened = 0;
  errors = 0;
  /** The same command came again while it was being answered; a meter executes it once. */
  repeats = 0;
  private readonly tunnels = new Map<number, Tunnel>();
  /** One after the other, the first is being worked on: answers come in the order of commands. */
  private readonly commands: Command[] = [];
  private timer: Event | undefined;
  /** Tries the answer that is on its way once more, or gives it up. */
  private again: (() => void) | undefined;
  private nextId = 1;
  private endpoint: Endpoint | undefined;

  constructor(
    private readonly world: World,
    private readonly node: () => Node,
    private readonly table: ExchangeTable,
    private readonly truth: MeterTruth,
  ) {}

  attach(endpoint: Endpoint): void {
    this.endpoint = endpoint;
  }

  get open(): number {
    return this.tunnels.size;
  }

  /** Power cut: a client that goes on using its tunnel hears that there is none. */
  reset(): void {
    this.world.cancel(this.timer);
    this.again = undefined;
    this.commands.length = 0;
    this.tunnels.clear();
  }

  /** The network is gone, and with it the news of what was on its way. */
  networkLost(): void {
    this.again?.();
  }

  /** Sends an unasked-for message through the tunnel used last; false: there is none. */
  alert(message: Buffer): boolean {
    let latest: [number, Tunnel] | undefined;
    for (const one of this.tunnels) {
      if (latest === undefined || one[1].usedAtUs > latest[1].usedAtUs) latest = one;
    }
    if (latest === undefined) return false;
    this.transfer(latest[1].peer, latest[0], message, () => {});
    return true;
  }

  command(from: Peer, frame: ZclFrame): CommandResult {
    const read = new OctetReader(frame.payload);
    switch (frame.command) {
      case TunnelClientCommand.REQUEST_TUNNEL:
        this.request(from, read, frame.sequence);
        return "answered";
      case TunnelClientCommand.CLOSE_TUNNEL:
        return this.tunnels.delete(read.u16()) ? ZclStatus.SUCCESS : ZclStatus.FAILURE;
      case TunnelClientCommand.TRANSFER_DATA:
        this.received(from, read.u16(), read.rest());
        return ZclStatus.SUCCESS;
      case TunnelClientCommand.TRANSFER_DATA_ERROR:
        this.errors++;
        return ZclStatus.SUCCESS;
      case TunnelClientCommand.GET_SUPPORTED_PROTOCOLS:
        this.send(
          from,
          TunnelServerCommand.SUPPORTED_PROTOCOLS_RESPONSE,
          new OctetWriter(5).u8(1).u8(1).u16(NO_MANUFACTURER).u8(GB_HRGP).done(),
          frame.sequence,
        );
        return "answered";
      default:
        return ZclStatus.UNSUPPORTED_CLUSTER_COMMAND;
    }
  }

  private request(from: Peer, read: OctetReader, sequence: number): void {
    const protocol = read.u8();
    read.u16();
    const flowControl = read.u8() !== 0;
    const transferMax = read.u16();
    const status = this.judge(protocol, flowControl);
    let id = 0xffff;
    if (status === TunnelStatus.SUCCESS) {
      id = this.nextId;
      this.nextId = (this.nextId % 0xfffe) + 1;
      this.tunnels.set(id, { peer: from, transferMax, usedAtUs: this.world.now });
      this.opened++;
    }
    const payload = new OctetWriter(5).u16(id).u8(status).u16(TRANSFER_MAX).done();
    this.send(from, TunnelServerCommand.REQUEST_TUNNEL_RESPONSE, payload, sequence);
  }

  private judge(protocol: number, flowControl: boolean): TunnelStatus {
    if (this.refuseWith !== TunnelStatus.SUCCESS) return this.refuseWith;
    if (protocol !== GB_HRGP) return TunnelStatus.PROTOCOL_NOT_SUPPORTED;
    if (flowControl) return TunnelStatus.FLOW_CONTROL_NOT_SUPPORTED;
    this.closeIdle();
    return this.tunnels.size < TUNNELS_MAX ? TunnelStatus.SUCCESS : TunnelStatus.NO_MORE_TUNNEL_IDS;
  }

  private closeIdle(): void {
    for (const [id, tunnel] of this.tunnels) {
      if (this.world.now - tunnel.usedAtUs >= IDLE_S * 1e6) this.tunnels.delete(id);
    }
  }

  private received(from: Peer, id: number, data: Buffer): void {
    const tunnel = this.tunnels.get(id);
    const error =
      tunnel === undefined
        ? TransferError.NO_SUCH_TUNNEL
        : tunnel.peer.short === from.short
          ? undefined
          : TransferError.WRONG_DEVICE;
    if (tunnel === undefined || error !== undefined) {
      const payload = new OctetWriter(3)
        .u16(id)
        .u8(error ?? 0)
        .done();
      this.send(from, TunnelServerCommand.TRANSFER_DATA_ERROR, payload, undefined);
      return;
    }
    tunnel.usedAtUs = this.world.now;
    const message = Buffer.from(data);
    if (this.commands.some((one) => one.message.equals(message))) {
      this.repeats++;
      return;
    }
    if (this.commands.length >= COMMANDS_MAX) return;
    this.commands.push({ id, tunnel, message });
    if (this.commands.length === 1) this.think();
  }

  private think(): void {
    const command = this.commands[0];
    if (command === undefined) return;
    this.timer = this.world.schedule(THINKING_US, () => this.answer(command));
  }

  private answer({ id, tunnel, message: command }: Command): void {
    const found = this.table.find(command);
    const response = found ?? this.table.refuse(command);
    const exchange = {
      eui64: this.node().eui64,
      atUs: this.world.now,
      command,
      response,
      known: found !== undefined,
      delivered: false,
    };
    this.truth.exchanged(exchange);
    if (response.length > tunnel.transferMax || this.tunnels.get(id) !== tunnel) this.next();
    else this.deliver(id, tunnel, exchange, ANSWER_TRIES);
  }

  private deliver(id: number, tunnel: Tunnel, exchange: Exchange, tries: number): void {
    const again = () => {
      this.again = undefined;
      this.timer = this.world.schedule(ANSWER_RETRY_US, () => {
        if (tries <= 1) this.next();
        else this.deliver(id, tunnel, exchange, tries - 1);
      });
    };
    this.again = again;
    this.transfer(tunnel.peer, id, exchange.response, (ok) => {
      // Power or the network was lost meanwhile.
      if (this.again !== again) return;
      exchange.delivered = ok;
      if (!ok) {
        again();
        return;
      }
      this.again = undefined;
      this.next();
    });
  }

  private next(): void {
    this.commands.shift();
    this.think();
  }

  private transfer(peer: Peer, id: number, data: Buffer, done: (ok: boolean) => void): void {
    if (this.endpoint === undefined) return;
    this.node().zcl.send(
      this.endpoint,
      peer,
      {
        cluster: this.id,
        fromServer: true,
        clusterSpecific: true,
        command: TunnelServerCommand.TRANSFER_DATA,
        payload: new OctetWriter(2 + data.length).u16(id).bytes(data).done(),
      },
      done,
    );
  }

  private send(peer: Peer, command: number, payload: Buffer, sequence: number | undefined): void {
    if (this.endpoint === undefined) return;
    const request = {
      cluster: this.id,
      fromServer: true,
      clusterSpecific: true,
      command,
      payload,
    };
    if (sequence === undefined) this.node().zcl.send(this.endpoint, peer, request, () => {});
    else this.node().zcl.respond(this.endpoint, peer, request, sequence);
  }
}
