// An electricity meter: reports its register every ten seconds to whoever configured it, keeps its
// half-hours, answers messages through tunnels.
// @source Smart Energy profile 07-5356-21 clauses 6.3.2 (metering device), annexes D.3, D.6

import type { Air } from "../air/air";
import type { Event, World } from "../world";
import { BasicServer, ClientCluster, PowerSource } from "./basic-server";
import {
  ClusterId,
  DeviceId,
  MeteringDeviceType,
  SMART_ENERGY_PROFILE,
  UnitOfMeasure,
} from "./clusters";
import { Device, type DeviceOptions } from "./device";
import type { ExchangeTable } from "./exchange-table";
import { HalfHourRecorder } from "./half-hour-recorder";
import { HubServices } from "./hub-services";
import type { LoadProfile } from "./load-profile";
import type { MeterTruth } from "./meter-truth";
import { MeteringServer, type Register } from "./metering-server";
import { ReportSender } from "./report-sender";
import { TunnelServer } from "./tunnel-server";
import { MacCapability } from "./zigbee/mac-frame";
import type { Endpoint, Peer } from "./zigbee/zcl";
import { encodeReport } from "./zigbee/zcl-attributes";
import { ZclStatus } from "./zigbee/zcl-frame";

export interface ElectricityMeterOptions extends DeviceOptions {
  readonly profile: LoadProfile;
  readonly exchanges: ExchangeTable;
  readonly truth: MeterTruth;
}

const ENDPOINT = 1;
/** The shortest report interval this meter keeps up, seconds. */
const INTERVAL_MIN_S = 4;
const DAY_US = 86_400e6;
/** The hub has no time yet, or did not answer: ask again. */
const TIME_RETRY_US = 30_000_000;

export class ElectricityMeter extends Device {
  readonly metering: MeteringServer;
  readonly tunnels: TunnelServer;
  readonly reports: ReportSender;
  readonly endpoint: Endpoint;
  private readonly services: HubServices;
  private readonly halfHours: HalfHourRecorder;
  private readonly initialWh: number;
  /** What was configured: attribute, and the greatest interval in seconds. */
  private readonly configured = new Map<number, number>();
  private reportTo: Peer | undefined;
  private reportTimer: Event | undefined;
  private timeTimer: Event | undefined;
  private lastReadingS = 0;

  constructor(
    world: World,
    air: Air,
    private readonly own: ElectricityMeterOptions,
  ) {
    const metering = new MeteringServer({
      unit: UnitOfMeasure.KILOWATT_HOURS,
      type: MeteringDeviceType.ELECTRIC,
      configured: (from, id, _minimum, maximum) => this.configure(from, id, maximum),
      respond: (to, command, payload, sequence) =>
        this.node.zcl.respond(
          this.endpoint,
          to,
          {
            cluster: ClusterId.METERING,
            fromServer: true,
            clusterSpecific: true,
            command,
            payload,
          },
          sequence,
        ),
    });
    const tunnels = new TunnelServer(world, () => this.node, own.exchanges, own.truth);
    const endpoint = {
      descriptor: {
        endpoint: ENDPOINT,
        profile: SMART_ENERGY_PROFILE,
        device: DeviceId.METERING_DEVICE,
        version: 0,
        inputs: [ClusterId.BASIC, ClusterId.METERING, ClusterId.TUNNELLING],
        outputs: [ClusterId.TIME],
      },
      clusters: [
        new BasicServer("electricity", PowerSource.MAINS),
        metering,
        tunnels,
        new ClientCluster(ClusterId.TIME),
      ],
    };
    super(world, air, own, MacCapability.MAINS | MacCapability.RX_ON_WHEN_IDLE | 0x80, [endpoint]);
    this.metering = metering;
    this.tunnels = tunnels;
    this.endpoint = endpoint;
    tunnels.attach(endpoint);
    this.reports = new ReportSender(world, this.node, endpoint);
    this.services = new HubServices(world, this.node, endpoint, this.clock);
    this.initialWh = 1_000_000 + this.random.below(20_000_000);
    this.takeSnapshot();
    this.halfHours = new HalfHourRecorder(
      world,
      own.eui64,
      this.clock,
      () => this.register(),
      metering,
      own.truth,
    );
  }

  override get served(): number {
    return this.reports.acknowledged;
  }

  /** Watt-hours on the register now. */
  register(): number {
    return this.initialWh + this.own.profile.electricity(this.world.now);
  }

  protected override started(): void {
    this.readTime();
    this.restartReports();
  }

  protected override stopped(): void {
    this.world.cancel(this.timeTimer);
    this.reports.giveUp();
    this.services.forget();
    this.tunnels.networkLost();
    if (this.isOn) return;
    // Without a network it goes on measuring; without power it does not.
    this.world.cancel(this.reportTimer);
    this.tunnels.reset();
  }

  private readTime(): void {
    this.world.cancel(this.timeTimer);
    this.services.readTime((changeS) => {
      if (changeS !== undefined && changeS !== 0) this.halfHours.clockChanged();
      const nextUs = changeS === undefined ? TIME_RETRY_US : DAY_US;
      this.timeTimer = this.world.schedule(nextUs, () => this.readTime());
    });
  }

  private configure(from: Peer, attribute: number, maximumS: number): ZclStatus {
    // 0xffff ends the reports of an attribute; 0 has it reported on change, as often as we can.
    if (maximumS === 0xffff) this.configured.delete(attribute);
    else this.configured.set(attribute, Math.max(maximumS, INTERVAL_MIN_S));
    this.reportTo = from;
    this.restartReports();
    return ZclStatus.SUCCESS;
  }

  private restartReports(): void {
    this.world.cancel(this.reportTimer);
    if (this.configured.size === 0 || !this.node.isJoined) return;
    this.reportTimer = this.world.schedule(this.intervalUs(), () => this.report());
  }

  private intervalUs(): number {
    return Math.min(...this.configured.values()) * 1e6;
  }

  /** Measures and reports. A meter whose clock nobody set has no time to give with a reading. */
  private report(): void {
    this.reportTimer = this.world.schedule(this.intervalUs(), () => this.report());
    const time = this.clock.seconds(this.world.now);
    if (!this.clock.isSet || time <= this.lastReadingS || this.reportTo === undefined) return;
    this.lastReadingS = time;
    const { value } = this.takeSnapshot();
    const reading = this.own.truth.measured(this.eui64, time, value);
    const payload = encodeReport(this.metering, this.configured.keys());
    if (this.node.isJoined) this.reports.report(reading, payload, this.reportTo, () => {});
    else this.reports.miss(reading);
  }

  private takeSnapshot(): Register {
    const now = this.world.now;
    const time = this.clock.seconds(now);
    const snapshot = { time, value: this.register(), demand: this.own.profile.demand(now) };
    this.metering.snapshot = snapshot;
    return snapshot;
  }
}
