// The sleeping meter's side of its tunnel: it asks for a tunnel, fetches its messages one by one
// and puts its answers.
// @source Smart Energy profile 07-5356-21 annex D.6; GBCS 10.2.2 (GET, GET-RESPONSE, PUT)

import type { Event, World } from "../world";
import {
  ClusterId,
  GB_HRGP,
  NO_MANUFACTURER,
  TRANSFER_MAX,
  TunnelClientCommand,
  TunnelServerCommand,
  TunnelStatus,
} from "./clusters";
import type { ExchangeTable } from "./exchange-table";
import type { HubServices } from "./hub-services";
import type { MeterTruth } from "./meter-truth";
import type { Node } from "./zigbee/node";
import { OctetReader, OctetWriter } from "./zigbee/octets";
import type { Cluster, CommandResult, Endpoint, Peer } from "./zigbee/zcl";
import { type ZclFrame, ZclStatus } from "./zigbee/zcl-frame";

/** First octet of what goes through a sleeping meter's tunnel. */
export const enum Transfer {
  GET = 0x01,
  /** The number of messages left behind this one, then the message. */
  GET_RESPONSE = 0x02,
  PUT = 0x03,
}

/** A long message comes in some eighty blocks that are polled for one by one. */
const RESPONSE_WAIT_US = 60_000_000;
const THINKING_US = 400_000;
/** More than a hub may keep for one sleeping meter (5), in case some arrive meanwhile. */
const MESSAGES_MAX = 12;

export class TunnelClient implements Cluster {
  readonly id = ClusterId.TUNNELLING;
  readonly server = false;
  readonly attributes = new Map();
  fetched = 0;
  private tunnel: { id: number; peer: Peer; transferMax: number } | undefined;
  private endpoint: Endpoint | undefined;
  private waiting: ((message: Buffer | undefined) => void) | undefined;
  private timer: Event | undefined;
  private readonly outbox: Buffer[] = [];

  constructor(
    private readonly world: World,
    private readonly node: () => Node,
    private readonly table: ExchangeTable,
    private readonly truth: MeterTruth,
  ) {}

  attach(endpoint: Endpoint): void {
    this.endpoint = endpoint;
  }

  get open(): boolean {
    return this.tunnel !== undefined;
  }

  forget(): void {
    this.tunnel = undefined;
    this.abandon();
  }

  /** The meter sleeps or lost its network: whatever was under way ends here. */
  abandon(): void {
    this.world.cancel(this.timer);
    this.timer = undefined;
    this.waiting = undefined;
  }

  /** An unasked-for message, put at the next wake. */
  alert(message: Buffer): void {
    this.outbox.push(message);
  }

  /** Fetches and answers all that waits; `done` when there is no more, or no tunnel. */
  synchronise(services: HubServices, done: () => void): void {
    if (this.tunnel !== undefined) {
      this.fetch(MESSAGES_MAX, done);
      return;
    }
    services.find(ClusterId.TUNNELLING, true, (peer) => {
      if (peer === undefined) done();
      else this.request(peer, done);
    });
  }

  command(from: Peer, frame: ZclFrame): CommandResult {
    const read = new OctetReader(frame.payload);
    const id = read.u16();
    if (
      this.tunnel === undefined ||
      this.tunnel.id !== id ||
      this.tunnel.peer.short !== from.short
    ) {
      return ZclStatus.FAILURE;
    }
    switch (frame.command) {
      case TunnelServerCommand.TRANSFER_DATA:
        this.received(read.rest());
        return ZclStatus.SUCCESS;
      case TunnelServerCommand.TRANSFER_DATA_ERROR:
      case TunnelServerCommand.CLOSURE_NOTIFICATION: {
        // The hub knows this tunnel no more: the next wake asks for another.
        const waiting = this.waiting;
        this.forget();
        waiting?.(undefined);
        return ZclStatus.SUCCESS;
      }
      default:
        return ZclStatus.UNSUPPORTED_CLUSTER_COMMAND;
    }
  }

  private request(peer: Peer, done: () => void): void {
    const payload = new OctetWriter(6)
      .u8(GB_HRGP)
      .u16(NO_MANUFACTURER)
      .u8(0)
      .u16(TRANSFER_MAX)
      .done();
    if (this.endpoint === undefined) return;
    this.node().zcl.request(
      this.endpoint,
      peer,
      {
        cluster: this.id,
        fromServer: false,
        clusterSpecific: true,
        command: TunnelClientCommand.REQUEST_TUNNEL,
        payload,
        answer: TunnelServerCommand.REQUEST_TUNNEL_RESPONSE,
      },
      (response) => {
        if (response === undefined || !response.clusterSpecific) {
          done();
          return;
        }
        const read = new OctetReader(response.payload);
        const id = read.u16();
        if (read.u8() === TunnelStatus.SUCCESS) {
          this.tunnel = { id, peer, transferMax: read.u16() };
          this.fetch(MESSAGES_MAX, done);
        } else {
          done();
        }
      },
    );
  }

  private fetch(left: number, done: () => void): void {
    this.putAll(() => {
      if (left === 0) {
        done();
        return;
      }
      this.await((message) => {
        if (message === undefined || message.length < 2 || this.tunnel === undefined) {
          done();
          return;
        }
        const more = message[1]!;
        const command = message.subarray(2);
        if (command.length === 0) done();
        else
          this.answer(Buffer.from(command), () => (more > 0 ? this.fetch(left - 1, done) : done()));
      });
      this.transfer(Buffer.from([Transfer.GET]), (ok) => {
        if (!ok) this.settle(undefined);
      });
    });
  }

  private answer(command: Buffer, done: () => void): void {
    this.fetched++;
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
    this.timer = this.world.schedule(THINKING_US, () => {
      this.put(response, (ok) => {
        exchange.delivered = ok;
        done();
      });
    });
  }

  private putAll(done: () => void): void {
    const message = this.outbox.shift();
    if (message === undefined) {
      done();
      return;
    }
    this.put(message, (ok) => {
      // It stays for the next wake.
      if (!ok) this.outbox.unshift(message);
      if (ok) this.putAll(done);
      else done();
    });
  }

  private put(message: Buffer, done: (ok: boolean) => void): void {
    this.transfer(Buffer.concat([Buffer.from([Transfer.PUT]), message]), done);
  }

  private transfer(data: Buffer, done: (ok: boolean) => void): void {
    const tunnel = this.tunnel;
    if (tunnel === undefined || this.endpoint === undefined || data.length > tunnel.transferMax) {
      this.world.schedule(0, () => done(false));
      return;
    }
    this.node().zcl.send(
      this.endpoint,
      tunnel.peer,
      {
        cluster: this.id,
        fromServer: false,
        clusterSpecific: true,
        command: TunnelClientCommand.TRANSFER_DATA,
        payload: new OctetWriter(2 + data.length).u16(tunnel.id).bytes(data).done(),
      },
      done,
    );
  }

  private await(done: (message: Buffer | undefined) => void): void {
    this.waiting = done;
    this.timer = this.world.schedule(RESPONSE_WAIT_US, () => this.settle(undefined));
  }

  private received(data: Buffer): void {
    if (data[0] === Transfer.GET_RESPONSE) this.settle(Buffer.from(data));
  }

  private settle(message: Buffer | undefined): void {
    const waiting = this.waiting;
    if (waiting === undefined) return;
    this.abandon();
    waiting(message);
  }
}
