// The Tunnelling server of a meter (Smart Energy annex D.6): tunnels given and refused, messages
// answered from the table.

import { describe, expect, test } from "vitest";
import {
  GB_HRGP,
  NO_MANUFACTURER,
  TransferError,
  TunnelClientCommand,
  TunnelServerCommand,
  TunnelStatus,
} from "../../../host-sim/devices/clusters";
import { ExchangeTable } from "../../../host-sim/devices/exchange-table";
import { MeterTruth } from "../../../host-sim/devices/meter-truth";
import { TunnelServer } from "../../../host-sim/devices/tunnel-server";
import type { Node } from "../../../host-sim/devices/zigbee/node";
import { OctetWriter } from "../../../host-sim/devices/zigbee/octets";
import type { Endpoint, Peer, ZclRequest } from "../../../host-sim/devices/zigbee/zcl";
import { ZclStatus } from "../../../host-sim/devices/zigbee/zcl-frame";
import { World } from "../../../host-sim/world";

const HUB = { short: 0, endpoint: 1 };

function server() {
  const world = new World(1);
  const sent: { to: number; command: number; payload: Buffer }[] = [];
  const note = (_endpoint: Endpoint, to: Peer, request: ZclRequest): void => {
    sent.push({ to: to.short, command: request.command, payload: request.payload });
  };
  const zcl = {
    send: (endpoint: Endpoint, to: Peer, request: ZclRequest, done: (ok: boolean) => void) => {
      note(endpoint, to, request);
      done(true);
    },
    respond: note,
  };
  const table = new ExchangeTable();
  const truth = new MeterTruth();
  const tunnels = new TunnelServer(
    world,
    () => ({ zcl, eui64: 9n }) as unknown as Node,
    table,
    truth,
  );
  tunnels.attach({} as Endpoint);
  const give = (command: number, payload: Buffer, from = HUB) =>
    tunnels.command(from, {
      clusterSpecific: true,
      manufacturer: undefined,
      fromServer: false,
      noDefaultResponse: false,
      sequence: 1,
      command,
      payload,
    });
  const request = (protocol = GB_HRGP, flowControl = 0): { id: number; status: number } => {
    const payload = new OctetWriter(6)
      .u8(protocol)
      .u16(NO_MANUFACTURER)
      .u8(flowControl)
      .u16(4352)
      .done();
    expect(give(TunnelClientCommand.REQUEST_TUNNEL, payload)).toBe("answered");
    const answer = sent.pop()!;
    expect(answer.command).toBe(TunnelServerCommand.REQUEST_TUNNEL_RESPONSE);
    return { id: answer.payload.readUInt16LE(0), status: answer.payload[2]! };
  };
  const transfer = (id: number, data: Buffer, from = HUB) =>
    give(
      TunnelClientCommand.TRANSFER_DATA,
      new OctetWriter(2 + data.length).u16(id).bytes(data).done(),
      from,
    );
  return { world, tunnels, table, truth, sent, give, request, transfer };
}

describe("a tunnel", () => {
  test("is given four times, then there are no more until one is closed", () => {
    const { request, give, tunnels } = server();
    const ids = [1, 2, 3, 4].map(() => request());
    expect(ids.map((one) => one.status)).toEqual([0, 0, 0, 0]);
    expect(new Set(ids.map((one) => one.id)).size).toBe(4);
    expect(request().status).toBe(TunnelStatus.NO_MORE_TUNNEL_IDS);
    const close = new OctetWriter(2).u16(ids[0]!.id).done();
    expect(give(TunnelClientCommand.CLOSE_TUNNEL, close)).toBe(ZclStatus.SUCCESS);
    expect(give(TunnelClientCommand.CLOSE_TUNNEL, close)).toBe(ZclStatus.FAILURE);
    expect(request().status).toBe(TunnelStatus.SUCCESS);
    expect(tunnels.open).toBe(4);
  });

  test("is refused for another protocol, for flow control, and when a test says so", () => {
    const { request, tunnels } = server();
    expect(request(0).status).toBe(TunnelStatus.PROTOCOL_NOT_SUPPORTED);
    expect(request(GB_HRGP, 1).status).toBe(TunnelStatus.FLOW_CONTROL_NOT_SUPPORTED);
    tunnels.refuseWith = TunnelStatus.BUSY;
    expect(request().status).toBe(TunnelStatus.BUSY);
  });

  test("answers a known command from the table and any other with a refusal of its own", () => {
    const { world, request, transfer, table, truth, sent } = server();
    const { id } = request();
    table.add(Buffer.from("ask"), Buffer.from("answer"));
    expect(transfer(id, Buffer.from("ask"))).toBe(ZclStatus.SUCCESS);
    transfer(id, Buffer.from("other"));
    world.runUntil(1e6);
    expect(sent.map((one) => one.command)).toEqual([1, 1]);
    expect(sent[0]!.payload.subarray(2)).toEqual(Buffer.from("answer"));
    expect(sent[1]!.payload.subarray(2)).toEqual(table.refuse(Buffer.from("other")));
    expect(truth.exchanges.map((one) => [one.known, one.delivered])).toEqual([
      [true, true],
      [false, true],
    ]);
  });

  test("is nobody else's, and one that is not there is said not to be", () => {
    const { request, transfer, sent } = server();
    const { id } = request();
    transfer(id, Buffer.from("ask"), { short: 0x4444, endpoint: 1 });
    transfer(id + 1, Buffer.from("ask"));
    const errors = sent.map((one) => [one.command, one.payload[2]]);
    expect(errors).toEqual([
      [TunnelServerCommand.TRANSFER_DATA_ERROR, TransferError.WRONG_DEVICE],
      [TunnelServerCommand.TRANSFER_DATA_ERROR, TransferError.NO_SUCH_TUNNEL],
    ]);
  });
});
