// An in-home display, or a consumer access device: finds the hub's gas mirror and reads it every
// minute. A test may have it try what it must not.
// @source Smart Energy profile 07-5356-21 clauses 6.3.3 (in-home display), annex D.3

import type { Air } from "../air/air";
import type { Event, World } from "../world";
import { BasicServer, ClientCluster, PowerSource } from "./basic-server";
import { ClusterId, DeviceId, MeteringAttribute, SMART_ENERGY_PROFILE } from "./clusters";
import { Device, type DeviceOptions } from "./device";
import { HUB, HubServices } from "./hub-services";
import { ZCL_EPOCH_S } from "./meter-clock";
import { MeterReader } from "./meter-reader";
import { MacCapability } from "./zigbee/mac-frame";
import { OctetWriter } from "./zigbee/octets";
import type { Endpoint, Peer } from "./zigbee/zcl";
import { decodeReadResponse, encodeRead } from "./zigbee/zcl-attributes";
import { putValue, ZclCommand, ZclStatus, type ZclType } from "./zigbee/zcl-frame";
import { decodeSimple, type SimpleDescriptor, ZdoCluster, ZdoStatus } from "./zigbee/zdo-frame";

const ENDPOINT = 1;
const READ_US = 60_000_000;
const DAY_US = 86_400e6;

/** The invalid value of a 48-bit register: the mirror has none yet. @source ZCL table 2-10 */
const UNKNOWN_REGISTER = 0xffffffffffff;

/** What the display shows. */
export interface Shown {
  readonly litres: number;
  /** Unix seconds by the gas meter's clock. */
  readonly meterTime: number;
  readonly readAtUs: number;
}

export interface DisplayOptions extends DeviceOptions {
  /** An electricity meter that it reads every ten seconds, besides. */
  readonly reads?: bigint;
}

export class Display extends Device {
  readonly reader: MeterReader | undefined;
  asked = 0;
  answered = 0;
  /** Answers without a value: the gas meter has not synchronised yet. */
  withoutValue = 0;
  shown: Shown | undefined;
  readonly endpoint: Endpoint;
  private readonly services: HubServices;
  private mirror: Peer | undefined;
  private timer: Event | undefined;
  private timeTimer: Event | undefined;

  constructor(world: World, air: Air, options: DisplayOptions) {
    const endpoint = {
      descriptor: {
        endpoint: ENDPOINT,
        profile: SMART_ENERGY_PROFILE,
        device: DeviceId.IN_HOME_DISPLAY,
        version: 0,
        inputs: [ClusterId.BASIC],
        outputs: [ClusterId.TIME, ClusterId.METERING],
      },
      clusters: [
        new BasicServer("display", PowerSource.MAINS),
        new ClientCluster(ClusterId.TIME),
        new ClientCluster(ClusterId.METERING),
      ],
    };
    super(
      world,
      air,
      options,
      MacCapability.MAINS | MacCapability.RX_ON_WHEN_IDLE | MacCapability.ALLOCATE_ADDRESS,
      [endpoint],
    );
    this.endpoint = endpoint;
    this.services = new HubServices(world, this.node, endpoint, this.clock);
    if (options.reads !== undefined) {
      this.reader = new MeterReader(world, this.node, endpoint, options.reads);
    }
  }

  override get served(): number {
    return this.answered + this.withoutValue;
  }

  /** Tries to write an attribute of the hub; `done` gets the status, undefined: no answer. */
  attemptWrite(
    to: Peer,
    cluster: number,
    attribute: number,
    type: ZclType,
    value: number,
    done: (status: number | undefined) => void,
  ): void {
    const out = new OctetWriter(16).u16(attribute).u8(type);
    putValue(out, type, value);
    this.attempt(to, cluster, false, ZclCommand.WRITE_ATTRIBUTES, out.done(), done);
  }

  /** Tries to send any command; `done` gets the first status of the answer. */
  attempt(
    to: Peer,
    cluster: number,
    clusterSpecific: boolean,
    command: number,
    payload: Buffer,
    done: (status: number | undefined) => void,
  ): void {
    const answer =
      command + (clusterSpecific ? 0 : command === ZclCommand.WRITE_ATTRIBUTES ? 2 : 1);
    this.node.zcl.request(
      this.endpoint,
      to,
      { cluster, fromServer: false, clusterSpecific, command, payload, answer },
      (response) => {
        const isDefault = response?.command === ZclCommand.DEFAULT_RESPONSE;
        done(isDefault ? response.payload[1] : response?.payload[0]);
      },
    );
  }

  /** The endpoint of the hub's gas mirror, when it was found. */
  get mirrorEndpoint(): Peer | undefined {
    return this.mirror;
  }

  protected override started(): void {
    this.readTime();
    this.timer = this.world.schedule(this.random.below(READ_US), () => this.turn());
    this.reader?.start(READ_US / 2);
  }

  protected override stopped(): void {
    this.world.cancel(this.timer);
    this.world.cancel(this.timeTimer);
    this.reader?.stop();
    this.services.forget();
    this.mirror = undefined;
  }

  private readTime(): void {
    this.world.cancel(this.timeTimer);
    this.services.readTime((change) => {
      const nextUs = change === undefined ? READ_US : DAY_US;
      this.timeTimer = this.world.schedule(nextUs, () => this.readTime());
    });
  }

  private turn(): void {
    this.timer = this.world.schedule(READ_US, () => this.turn());
    if (this.mirror === undefined) this.findMirror();
    else this.readMirror(this.mirror);
  }

  private findMirror(): void {
    const address = new OctetWriter(2).u16(HUB).done();
    this.node.zdo.request(HUB, ZdoCluster.ACTIVE_ENDPOINTS, address, (read) => {
      if (read === undefined || read.u8() !== ZdoStatus.SUCCESS) return;
      read.u16();
      const endpoints = [...read.slice(read.u8())];
      this.describe(endpoints);
    });
  }

  /** Asks for one description after another until one is a mirror: a meter at the hub's address. */
  private describe(endpoints: readonly number[]): void {
    const [endpoint, ...rest] = endpoints;
    if (endpoint === undefined) return;
    const payload = new OctetWriter(3).u16(HUB).u8(endpoint).done();
    this.node.zdo.request(HUB, ZdoCluster.SIMPLE_DESCRIPTOR, payload, (read) => {
      if (read === undefined || read.u8() !== ZdoStatus.SUCCESS) {
        this.describe(rest);
        return;
      }
      read.u16();
      read.u8();
      if (isMirror(decodeSimple(read))) {
        this.mirror = { short: HUB, endpoint };
        this.readMirror(this.mirror);
      } else {
        this.describe(rest);
      }
    });
  }

  private readMirror(peer: Peer): void {
    this.asked++;
    this.node.zcl.request(
      this.endpoint,
      peer,
      {
        cluster: ClusterId.METERING,
        fromServer: false,
        clusterSpecific: false,
        command: ZclCommand.READ_ATTRIBUTES,
        payload: encodeRead([
          MeteringAttribute.CURRENT_SUMMATION_DELIVERED,
          MeteringAttribute.READING_SNAPSHOT_TIME,
        ]),
        answer: ZclCommand.READ_ATTRIBUTES_RESPONSE,
      },
      (response) => {
        if (response === undefined) return;
        if (response.command === ZclCommand.READ_ATTRIBUTES_RESPONSE) this.take(response.payload);
        // The mirror is gone: look for it anew.
        else if (response.payload[1] === ZclStatus.UNSUPPORTED_CLUSTER) this.mirror = undefined;
      },
    );
  }

  private take(payload: Buffer): void {
    const values = decodeReadResponse(payload);
    const litres = values.get(MeteringAttribute.CURRENT_SUMMATION_DELIVERED);
    const time = values.get(MeteringAttribute.READING_SNAPSHOT_TIME);
    if (typeof litres !== "number" || typeof time !== "number" || litres === UNKNOWN_REGISTER) {
      this.withoutValue++;
      return;
    }
    this.answered++;
    this.shown = { litres, meterTime: time + ZCL_EPOCH_S, readAtUs: this.world.now };
  }
}

function isMirror(descriptor: SimpleDescriptor): boolean {
  return (
    descriptor.profile === SMART_ENERGY_PROFILE && descriptor.inputs.includes(ClusterId.METERING)
  );
}
