// A device that uses energy and listens to the hub: thermostat, load switch with a boost button,
// charger. It keeps its clock by the hub's, and asks every few minutes whether the hub is there.
// @source Smart Energy profile 07-5356-21 clauses 6.3.5 (thermostat), 6.3.6 (load control device)

import type { Air } from "../air/air";
import type { Event, World } from "../world";
import { BasicServer, ClientCluster, PowerSource } from "./basic-server";
import { ClusterId, DeviceId, SMART_ENERGY_PROFILE } from "./clusters";
import { Device, type DeviceOptions } from "./device";
import { HubServices } from "./hub-services";
import { END_DEVICE_CAPABILITY } from "./zigbee/mac-frame";

export type ApplianceKind = "thermostat" | "load-switch" | "charger";

export interface ApplianceOptions extends DeviceOptions {
  readonly kind: ApplianceKind;
}

const ENDPOINT = 1;
const ASK_US = 300_000_000;
const MINUTE_US = 60_000_000;
/** A boost is pressed in quarters of an hour, up to an hour. */
const BOOST_MINUTES_MAX = 60;

const DEVICE_IDS: Readonly<Record<ApplianceKind, DeviceId>> = {
  thermostat: DeviceId.PROGRAMMABLE_THERMOSTAT,
  "load-switch": DeviceId.LOAD_CONTROL_DEVICE,
  charger: DeviceId.LOAD_CONTROL_DEVICE,
};

export class Appliance extends Device {
  answered = 0;
  /** A load switch lets current through while it is closed. */
  isClosed = false;
  private readonly services: HubServices;
  private timer: Event | undefined;
  private boost: Event | undefined;

  constructor(world: World, air: Air, options: ApplianceOptions) {
    const clients = [ClusterId.TIME, ClusterId.PRICE, ClusterId.LOAD_CONTROL];
    const endpoint = {
      descriptor: {
        endpoint: ENDPOINT,
        profile: SMART_ENERGY_PROFILE,
        device: DEVICE_IDS[options.kind],
        version: 0,
        inputs: [ClusterId.BASIC],
        outputs: clients,
      },
      clusters: [
        new BasicServer(options.kind, PowerSource.MAINS),
        ...clients.map((id) => new ClientCluster(id)),
      ],
    };
    super(world, air, options, END_DEVICE_CAPABILITY, [endpoint]);
    this.services = new HubServices(world, this.node, endpoint, this.clock);
  }

  override get served(): number {
    return this.answered;
  }

  /** The boost button: closed for so long, whatever the calendar says; 0 ends it. */
  pressBoost(minutes: number): void {
    this.world.cancel(this.boost);
    this.isClosed = minutes > 0;
    const during = Math.min(minutes, BOOST_MINUTES_MAX) * MINUTE_US;
    if (!this.isClosed) return;
    this.boost = this.world.schedule(during, () => {
      this.isClosed = false;
    });
  }

  protected override started(): void {
    this.timer = this.world.schedule(this.random.below(MINUTE_US), () => this.ask());
  }

  protected override stopped(): void {
    this.world.cancel(this.timer);
    this.services.forget();
    // Without supply it opens, and stays open when that comes back.
    if (!this.isOn) this.pressBoost(0);
  }

  private ask(): void {
    this.timer = this.world.schedule(ASK_US, () => this.ask());
    this.services.readTime((change) => {
      if (change !== undefined) this.answered++;
    });
  }
}
