// A gas meter on a battery: asleep but for a few seconds each half-hour, when it pushes its
// register to the hub's mirror and fetches what waits for it.
// @source Smart Energy profile 07-5356-21 annex D.3.4 (mirroring); GBCS 10.2 (GSME and hub)

import type { Air } from "../air/air";
import type { Event, World } from "../world";
import { BasicServer, ClientCluster, PowerSource } from "./basic-server";
import {
  ClusterId,
  DeviceId,
  MeteringAttribute,
  MeteringClientCommand,
  MeteringDeviceType,
  MeteringServerCommand,
  MIRROR_FULL,
  SMART_ENERGY_PROFILE,
  UnitOfMeasure,
} from "./clusters";
import { Device, type DeviceOptions } from "./device";
import type { ExchangeTable } from "./exchange-table";
import { HalfHourRecorder } from "./half-hour-recorder";
import { HubServices } from "./hub-services";
import type { LoadProfile } from "./load-profile";
import type { MeterTruth } from "./meter-truth";
import { MeteringServer } from "./metering-server";
import { ReportSender } from "./report-sender";
import { TunnelClient } from "./tunnel-client";
import { MacCapability } from "./zigbee/mac-frame";
import { OctetReader } from "./zigbee/octets";
import type { Endpoint, Peer } from "./zigbee/zcl";
import { encodeReport } from "./zigbee/zcl-attributes";

export interface GasMeterOptions extends DeviceOptions {
  readonly profile: LoadProfile;
  readonly exchanges: ExchangeTable;
  readonly truth: MeterTruth;
}

/** Why the meter's radio went on. Nothing that others do is among the causes: that is the point. */
export interface Wakes {
  /** Its own clock's half-hour. */
  schedule: number;
  /** It had just joined or found its network again. */
  joined: number;
  /** The synchronisation before did not succeed. */
  retry: number;
}

/** Battery current, milliamperes at 3 V, of a common 802.15.4 chip. */
const RX_MA = 11;
const TX_MA = 14;
const SLEEP_MA = 0.003;
const VOLTS = 3;

const ENDPOINT = 1;
const PERIOD_US = 1800e6;
/** Each wake comes up to this much early or late, so that many meters do not wake as one. */
const JITTER_US = 4e6;
const POLL_US = 250_000;
/** Awake this long after the last thing happened: the hub may have questions. */
const LINGER_US = 2_500_000;
/** Never awake for longer, whatever is under way. */
const AWAKE_MAX_US = 300e6;
/** The mirror was not there, or took nothing: try again before the next half-hour. */
const RETRY_US = 60e6;
const RETRIES_MAX = 3;
const DAY_US = 86_400e6;

const STATIC_ATTRIBUTES = [
  MeteringAttribute.UNIT_OF_MEASURE,
  MeteringAttribute.MULTIPLIER,
  MeteringAttribute.DIVISOR,
  MeteringAttribute.SUMMATION_FORMATTING,
  MeteringAttribute.METERING_DEVICE_TYPE,
];
const REPORTED_ATTRIBUTES = [
  MeteringAttribute.CURRENT_SUMMATION_DELIVERED,
  MeteringAttribute.READING_SNAPSHOT_TIME,
];

export class GasMeter extends Device {
  readonly metering: MeteringServer;
  readonly tunnel: TunnelClient;
  readonly reports: ReportSender;
  readonly endpoint: Endpoint;
  readonly wakes: Wakes = { schedule: 0, joined: 0, retry: 0 };
  /** Synchronisations that the mirror acknowledged. */
  syncs = 0;
  isAwake = false;
  private readonly services: HubServices;
  private readonly halfHours: HalfHourRecorder;
  private readonly initialLitres: number;
  private mirror: Peer | undefined;
  private mirrorIsDescribed = false;
  private timeReadAtUs = Number.NEGATIVE_INFINITY;
  private wakeTimer: Event | undefined;
  private checkTimer: Event | undefined;
  private wokeAtUs = 0;
  private busyUntilUs = 0;
  private working = false;
  private syncedThisWake = false;
  private retries = 0;
  private nextScheduleUs: number | undefined;

  constructor(
    world: World,
    air: Air,
    private readonly own: GasMeterOptions,
  ) {
    const metering = new MeteringServer({
      unit: UnitOfMeasure.CUBIC_METRES,
      type: MeteringDeviceType.GAS,
      respond: (to, command, payload, sequence) => {
        this.stayAwake();
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
        );
      },
    });
    const tunnel = new TunnelClient(world, () => this.node, own.exchanges, own.truth);
    const endpoint = {
      descriptor: {
        endpoint: ENDPOINT,
        profile: SMART_ENERGY_PROFILE,
        device: DeviceId.METERING_DEVICE,
        version: 0,
        inputs: [ClusterId.BASIC, ClusterId.METERING],
        outputs: [ClusterId.TIME, ClusterId.TUNNELLING],
      },
      clusters: [
        new BasicServer("gas", PowerSource.BATTERY),
        metering,
        tunnel,
        new ClientCluster(ClusterId.TIME),
      ],
    };
    super(world, air, own, MacCapability.ALLOCATE_ADDRESS, [endpoint]);
    this.metering = metering;
    this.tunnel = tunnel;
    this.endpoint = endpoint;
    tunnel.attach(endpoint);
    this.reports = new ReportSender(world, this.node, endpoint);
    this.services = new HubServices(world, this.node, endpoint, this.clock);
    this.initialLitres = 100_000 + this.random.below(5_000_000);
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

  /** Litres on the register now. */
  register(): number {
    return this.initialLitres + this.own.profile.gas(this.world.now);
  }

  override get served(): number {
    return this.syncs;
  }

  override get wakeCount(): number {
    return this.wakes.schedule + this.wakes.joined + this.wakes.retry;
  }

  /** Joules taken from the battery so far by the radio and by sleeping. */
  energyJoules(): number {
    const { rxUs, txUs } = this.radio.energy();
    const sleepUs = Math.max(0, this.world.now - rxUs - txUs);
    return ((rxUs * RX_MA + txUs * TX_MA + sleepUs * SLEEP_MA) * VOLTS) / 1e9;
  }

  protected override started(rejoined: boolean): void {
    if (!rejoined) {
      this.mirror = undefined;
      this.mirrorIsDescribed = false;
      this.tunnel.forget();
    }
    this.wake("joined");
  }

  protected override stopped(): void {
    this.world.cancel(this.wakeTimer);
    this.world.cancel(this.checkTimer);
    this.isAwake = false;
    this.working = false;
    this.reports.giveUp();
    this.tunnel.abandon();
    this.services.forget();
  }

  private wake(cause: keyof Wakes): void {
    this.wakes[cause]++;
    this.isAwake = true;
    this.wokeAtUs = this.world.now;
    this.syncedThisWake = false;
    // Half-hours are counted from the first wake, so that a retry or a rejoin shifts none.
    if (cause === "schedule" || this.nextScheduleUs === undefined) this.planNext();
    this.stayAwake();
    this.node.startPolling(POLL_US);
    this.world.cancel(this.checkTimer);
    this.checkTimer = this.world.schedule(POLL_US, () => this.checkAwake());
    this.working = true;
    this.updateTime(() => this.findMirror());
  }

  private planNext(): void {
    const base = this.nextScheduleUs ?? this.world.now;
    let next = base + PERIOD_US;
    while (next <= this.world.now + PERIOD_US / 2) next += PERIOD_US;
    this.nextScheduleUs = next;
  }

  private stayAwake(): void {
    this.busyUntilUs = this.world.now + LINGER_US;
  }

  private checkAwake(): void {
    const tooLong = this.world.now - this.wokeAtUs >= AWAKE_MAX_US;
    if (this.working || this.node.busy || this.reports.busy) this.stayAwake();
    if (this.world.now < this.busyUntilUs && !tooLong) {
      this.checkTimer = this.world.schedule(POLL_US, () => this.checkAwake());
      return;
    }
    this.sleep();
  }

  private sleep(): void {
    this.isAwake = false;
    this.working = false;
    this.node.stopPolling();
    this.reports.giveUp();
    this.tunnel.abandon();
    const next = this.nextScheduleUs ?? this.world.now + PERIOD_US;
    const jitter = Math.round((this.random.float() * 2 - 1) * JITTER_US);
    const scheduled = Math.max(this.world.now + POLL_US, next + jitter);
    const retries = !this.syncedThisWake && this.retries < RETRIES_MAX;
    const retryAt = this.world.now + RETRY_US * 2 ** this.retries;
    if (retries && retryAt < scheduled) {
      this.retries++;
      this.wakeTimer = this.world.at(retryAt, () => this.wake("retry"));
    } else {
      this.retries = 0;
      this.wakeTimer = this.world.at(scheduled, () => this.wake("schedule"));
    }
  }

  private updateTime(then: () => void): void {
    if (this.clock.isSet && this.world.now - this.timeReadAtUs < DAY_US) {
      then();
      return;
    }
    this.services.readTime((changeS) => {
      if (changeS !== undefined) this.timeReadAtUs = this.world.now;
      if (changeS !== undefined && changeS !== 0) this.halfHours.clockChanged();
      then();
    });
  }

  private findMirror(): void {
    if (this.mirror !== undefined) {
      this.report(this.mirror);
      return;
    }
    this.services.find(ClusterId.METERING, false, (peer) => {
      if (peer === undefined) this.working = false;
      else this.requestMirror(peer);
    });
  }

  private requestMirror(peer: Peer): void {
    this.node.zcl.request(
      this.endpoint,
      peer,
      {
        cluster: ClusterId.METERING,
        fromServer: true,
        clusterSpecific: true,
        command: MeteringServerCommand.REQUEST_MIRROR,
        payload: Buffer.alloc(0),
        answer: MeteringClientCommand.REQUEST_MIRROR_RESPONSE,
      },
      (response) => {
        const endpoint =
          response?.clusterSpecific === true && response.payload.length >= 2
            ? new OctetReader(response.payload).u16()
            : MIRROR_FULL;
        if (endpoint === 0 || endpoint > 0xf0) {
          this.working = false;
          return;
        }
        this.mirror = { short: peer.short, endpoint };
        this.report(this.mirror);
      },
    );
  }

  private report(mirror: Peer): void {
    // Without a time of its own a reading would have to be dated by somebody else's clock.
    if (!this.clock.isSet) {
      this.working = false;
      return;
    }
    this.takeSnapshot();
    const { time, value } = this.metering.snapshot;
    const reading = this.own.truth.measured(this.eui64, time, value);
    const attributes = this.mirrorIsDescribed
      ? REPORTED_ATTRIBUTES
      : [...REPORTED_ATTRIBUTES, ...STATIC_ATTRIBUTES];
    const payload = encodeReport(this.metering, attributes);
    this.reports.report(reading, payload, mirror, () => {
      if (reading.acknowledged) {
        this.syncs++;
        this.syncedThisWake = true;
        this.retries = 0;
        this.mirrorIsDescribed = true;
      } else {
        // Perhaps the hub was replaced: ask for a mirror again next time.
        this.mirror = undefined;
        this.mirrorIsDescribed = false;
      }
      if (this.isAwake) this.fetchMessages();
    });
  }

  private fetchMessages(): void {
    this.tunnel.synchronise(this.services, () => {
      this.working = false;
    });
  }

  private takeSnapshot(): void {
    const time = this.clock.seconds(this.world.now);
    this.metering.snapshot = { time, value: this.register(), demand: undefined };
  }
}
