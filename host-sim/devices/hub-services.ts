// What a device finds at the hub by ZDO: on which endpoint it serves time, tunnels, mirrors; and
// the Time client.
// @source Zigbee specification 05-3474-22 clause 2.4.3.1.7; ZCL 07-5123-06 clause 3.12

import type { World } from "../world";
import {
  ClusterId,
  SMART_ENERGY_PROFILE,
  TIME_INVALID,
  TimeAttribute,
  TimeStatus,
} from "./clusters";
import { type MeterClock, ZCL_EPOCH_S } from "./meter-clock";
import type { Node } from "./zigbee/node";
import type { Endpoint, Peer } from "./zigbee/zcl";
import { decodeReadResponse, encodeRead } from "./zigbee/zcl-attributes";
import { ZclCommand } from "./zigbee/zcl-frame";
import { encodeMatch, ZdoCluster, ZdoStatus } from "./zigbee/zdo-frame";

/** The coordinator, always. */
export const HUB = 0x0000;

export class HubServices {
  private readonly found = new Map<string, number>();

  constructor(
    private readonly world: World,
    private readonly node: Node,
    private readonly endpoint: Endpoint,
    private readonly clock: MeterClock,
  ) {}

  forget(): void {
    this.found.clear();
  }

  /** The hub's endpoint that serves `cluster`, or is a client of it; undefined: it has none. */
  find(cluster: ClusterId, asServer: boolean, done: (peer: Peer | undefined) => void): void {
    const key = `${cluster} ${asServer}`;
    const known = this.found.get(key);
    if (known !== undefined) {
      done({ short: HUB, endpoint: known });
      return;
    }
    const request = encodeMatch({
      address: HUB,
      profile: SMART_ENERGY_PROFILE,
      inputs: asServer ? [cluster] : [],
      outputs: asServer ? [] : [cluster],
    });
    this.node.zdo.request(HUB, ZdoCluster.MATCH_DESCRIPTOR, request, (read) => {
      if (read === undefined || read.u8() !== ZdoStatus.SUCCESS) {
        done(undefined);
        return;
      }
      read.u16();
      const endpoint = read.u8() > 0 ? read.u8() : undefined;
      if (endpoint !== undefined) this.found.set(key, endpoint);
      done(endpoint === undefined ? undefined : { short: HUB, endpoint });
    });
  }

  /** Reads the hub's clock and sets ours; gives by how much it changed, undefined: no time came. */
  readTime(done: (changeS: number | undefined) => void): void {
    this.find(ClusterId.TIME, true, (peer) => {
      if (peer === undefined) {
        done(undefined);
        return;
      }
      this.node.zcl.request(
        this.endpoint,
        peer,
        {
          cluster: ClusterId.TIME,
          fromServer: false,
          clusterSpecific: false,
          command: ZclCommand.READ_ATTRIBUTES,
          payload: encodeRead([TimeAttribute.TIME, TimeAttribute.TIME_STATUS]),
          answer: ZclCommand.READ_ATTRIBUTES_RESPONSE,
        },
        (response) => {
          if (response?.command !== ZclCommand.READ_ATTRIBUTES_RESPONSE) done(undefined);
          else done(this.takeTime(response.payload));
        },
      );
    });
  }

  private takeTime(payload: Buffer): number | undefined {
    const values = decodeReadResponse(payload);
    const time = values.get(TimeAttribute.TIME);
    const status = values.get(TimeAttribute.TIME_STATUS) ?? 0;
    if (typeof time !== "number" || time === TIME_INVALID || typeof status !== "number") {
      return undefined;
    }
    // A clock that nobody set says nothing.
    if ((status & (TimeStatus.MASTER | TimeStatus.SYNCHRONIZED)) === 0) return undefined;
    return this.clock.set(this.world.now, time + ZCL_EPOCH_S);
  }
}
