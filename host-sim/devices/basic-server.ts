// The Basic cluster: who made this device and what it runs on.
// @source ZCL 07-5123-06 clause 3.2

import { BasicAttribute, ClusterId } from "./clusters";
import type { Attribute, Cluster, CommandResult, Peer } from "./zigbee/zcl";
import { type ZclFrame, ZclStatus, ZclType, type ZclValue } from "./zigbee/zcl-frame";

export const enum PowerSource {
  MAINS = 0x01,
  BATTERY = 0x03,
}

export class BasicServer implements Cluster {
  readonly id = ClusterId.BASIC;
  readonly server = true;
  readonly attributes: ReadonlyMap<number, Attribute>;

  constructor(model: string, power: PowerSource) {
    const fixed = (type: ZclType, value: ZclValue): Attribute => ({ type, read: () => value });
    this.attributes = new Map([
      [BasicAttribute.ZCL_VERSION, fixed(ZclType.U8, 8)],
      [BasicAttribute.MANUFACTURER_NAME, fixed(ZclType.CHARACTER_STRING, Buffer.from("Simulated"))],
      [BasicAttribute.MODEL_IDENTIFIER, fixed(ZclType.CHARACTER_STRING, Buffer.from(model))],
      [BasicAttribute.POWER_SOURCE, fixed(ZclType.ENUM8, power)],
    ]);
  }
}

type CommandHandler = (from: Peer, frame: ZclFrame) => CommandResult;

/** The client side of a cluster: it has no attributes, and takes commands where it says so. */
export class ClientCluster implements Cluster {
  readonly server = false;
  readonly attributes: ReadonlyMap<number, Attribute> = new Map();

  constructor(
    readonly id: ClusterId,
    private readonly handler: CommandHandler = () => ZclStatus.UNSUPPORTED_CLUSTER_COMMAND,
  ) {}

  command(from: Peer, frame: ZclFrame): CommandResult {
    return this.handler(from, frame);
  }
}
