// Reads one electricity meter every ten seconds, from meter to display without the hub's own data:
// finds its address by its EUI-64, its Metering server, and asks.
// @source Zigbee specification 05-3474-22 clauses 2.4.3.1.1, 2.4.3.1.7; SE 07-5356-21 annex D.3

import type { Event, World } from "../world";
import { ClusterId, MeteringAttribute, SMART_ENERGY_PROFILE } from "./clusters";
import type { Node } from "./zigbee/node";
import { OctetWriter } from "./zigbee/octets";
import type { Endpoint, Peer } from "./zigbee/zcl";
import { decodeReadResponse, encodeRead } from "./zigbee/zcl-attributes";
import { ZclCommand, type ZclFrame } from "./zigbee/zcl-frame";
import { encodeMatch, ZdoCluster, ZdoStatus } from "./zigbee/zdo-frame";

const READ_US = 10_000_000;
/** All that listen. */
const EVERYBODY = 0xfffd;
/** It may have come back under another address. */
const SILENT_MAX = 6;

export class MeterReader {
  asked = 0;
  answered = 0;
  private peer: Peer | undefined;
  private silent = 0;
  private timer: Event | undefined;

  constructor(
    private readonly world: World,
    private readonly node: Node,
    private readonly endpoint: Endpoint,
    private readonly meter: bigint,
  ) {}

  /** @param afterUs until the first question */
  start(afterUs: number): void {
    this.stop();
    this.timer = this.world.schedule(afterUs, () => this.turn());
  }

  stop(): void {
    this.world.cancel(this.timer);
    this.peer = undefined;
    this.silent = 0;
  }

  private turn(): void {
    this.timer = this.world.schedule(READ_US, () => this.turn());
    this.asked++;
    if (this.peer === undefined) this.findAddress();
    else this.read(this.peer);
  }

  private findAddress(): void {
    const ONE_DEVICE = 0;
    const request = new OctetWriter(10).u64(this.meter).u8(ONE_DEVICE).u8(0).done();
    this.node.zdo.request(EVERYBODY, ZdoCluster.NWK_ADDRESS, request, (read) => {
      if (read === undefined || read.u8() !== ZdoStatus.SUCCESS) return;
      if (read.u64() === this.meter) this.findServer(read.u16());
    });
  }

  private findServer(short: number): void {
    const request = encodeMatch({
      address: short,
      profile: SMART_ENERGY_PROFILE,
      inputs: [ClusterId.METERING],
      outputs: [],
    });
    this.node.zdo.request(short, ZdoCluster.MATCH_DESCRIPTOR, request, (read) => {
      if (read === undefined || read.u8() !== ZdoStatus.SUCCESS) return;
      read.u16();
      if (read.u8() === 0) return;
      this.peer = { short, endpoint: read.u8() };
      this.read(this.peer);
    });
  }

  private read(peer: Peer): void {
    const request = {
      cluster: ClusterId.METERING,
      fromServer: false,
      clusterSpecific: false,
      command: ZclCommand.READ_ATTRIBUTES,
      payload: encodeRead([
        MeteringAttribute.CURRENT_SUMMATION_DELIVERED,
        MeteringAttribute.INSTANTANEOUS_DEMAND,
      ]),
      answer: ZclCommand.READ_ATTRIBUTES_RESPONSE,
    };
    this.node.zcl.request(this.endpoint, peer, request, (response) => this.take(response));
  }

  private take(response: ZclFrame | undefined): void {
    if (response?.command !== ZclCommand.READ_ATTRIBUTES_RESPONSE) {
      if (++this.silent >= SILENT_MAX) this.peer = undefined;
      return;
    }
    this.silent = 0;
    const value = decodeReadResponse(response.payload).get(
      MeteringAttribute.CURRENT_SUMMATION_DELIVERED,
    );
    if (typeof value === "number") this.answered++;
  }
}
