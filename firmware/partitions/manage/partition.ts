// `manage`: the management agent. It owns the management session and the wall clock; it takes
// devices and grants from the head-end and tells it what became of them.

import { FlashDone } from "../../../hal/flash";
import { DeviceEventMessage } from "../../ipc/device";
import { Operation } from "../../ipc/operation";
import { Party } from "../../ipc/party";
import { check, type Partition } from "../../kernel/partition";
import type { ClientTask } from "../../session/client";
import type { InnerMessage } from "../../session/inner-message";
import { Session, type SessionUser } from "../../session/session";
import type { Environment } from "../../system";
import { AlertCode, Alerts } from "./alerts";
import { ManageMemory } from "./memory";
import { Pages } from "./pages";
import { ManagementResources } from "./resources";
import { WallTime } from "./wall-time";

/** Two records of the session, sixteen alerts, room for what a later version adds. */
const KEYS_MAX = 24;

export function createManage(environment: Environment<"manage">): Partition {
  return new Manage(environment);
}

export class Manage implements Partition, SessionUser {
  readonly session: Session;
  readonly alerts: Alerts;
  readonly wallTime: WallTime;
  /** Changes of the mains and of the tamper inputs that were noted. */
  powerChanges = 0;
  tamperChanges = 0;
  mainsPresent: boolean;
  private readonly resources: ManagementResources;
  private readonly pages: Pages;
  private isStarted = false;

  constructor(private readonly environment: Environment<"manage">) {
    const { devices, ports, regions, clock } = environment;
    const wan = ports["wan-management"];
    const region = regions.management;
    const own = ManageMemory.LENGTH;
    this.session = new Session(environment, wan, ports.audit, region, KEYS_MAX, this, own);
    check(this.session.memory.length === ManageMemory.END, "our bytes follow the session's");
    this.alerts = new Alerts(this.session);
    this.resources = new ManagementResources(ports.firewall, ports.trust, this.session);
    this.pages = new Pages(environment, this.session);
    this.wallTime = new WallTime(devices["wall-clock"], clock, this.session);
    this.mainsPresent = devices.power.mainsPresent();
  }

  get task(): ClientTask {
    return this.alerts;
  }

  receive(now: number, from: number, buffer: Uint8Array, length: number): void {
    switch (from as Party) {
      case Party.WAN_MANAGEMENT:
        this.session.receive(now, buffer, length);
        return;
      case Party.FIREWALL:
        this.fromFirewall(now, buffer);
        return;
      case Party.TRUST:
        if (buffer[0] === Operation.PAGE) this.pages.page(now, buffer);
        else this.resources.grantResult(now, buffer);
        return;
      case Party.FLASH:
        check(
          buffer[FlashDone.REGION] === this.environment.regions.management.region,
          "our region",
        );
        this.session.journal.flashDone(now, buffer, length);
        return;
      case Party.POWER:
        this.powerChanges++;
        this.mainsPresent = this.environment.devices.power.mainsPresent();
        return;
      case Party.TAMPER:
        this.tamperChanges++;
        return;
      default:
        check(false, "nobody else has a channel to here");
    }
  }

  tick(now: number): void {
    if (!this.isStarted) {
      this.isStarted = true;
      this.session.journal.open(now);
    }
    this.session.journal.tick(now);
    this.resources.tick(now);
    this.pages.tick(now);
    this.alerts.tick(now);
    this.wallTime.tick(now);
    this.session.tick(now);
  }

  dueAt(): number {
    if (!this.isStarted) return this.environment.startedAt;
    return Math.min(
      this.session.journal.dueAt(),
      this.resources.dueAt(),
      this.pages.dueAt(),
      this.alerts.retryDueAt(),
      this.wallTime.dueAt(),
      this.session.dueAt(),
    );
  }

  peerRestarted(now: number, peer: number): void {
    if (peer === Party.WAN_MANAGEMENT) this.session.wanRestarted(now);
    else if (peer === Party.FIREWALL) {
      this.resources.peerRestarted(now, false);
      this.pages.peerRestarted(now);
    } else if (peer === Party.TRUST) {
      this.resources.peerRestarted(now, true);
      this.pages.peerRestarted(now);
    }
  }

  // What the session hands on.

  request(now: number, slot: number, request: InnerMessage, bytes: Uint8Array): void {
    if (this.pages.request(now, slot, request, bytes)) return;
    this.resources.request(now, slot, request, bytes);
  }

  cancelled(now: number, slot: number): void {
    this.resources.cancelled(now, slot);
    this.pages.cancelled(slot);
  }

  registered(now: number, utcMs: number, tookMs: number): void {
    this.wallTime.registered(now, utcMs, tookMs);
  }

  recordRestored(key: number, bytes: Uint8Array, start: number, length: number): void {
    this.alerts.restored(key, bytes, start, length);
  }

  recordStored(now: number, token: number, ok: boolean): void {
    this.alerts.stored(now, token, ok);
  }

  private fromFirewall(now: number, buffer: Uint8Array): void {
    switch (buffer[0] as Operation) {
      case Operation.DEVICE_RESULT:
        this.resources.deviceResult(now, buffer);
        return;
      case Operation.PAGE:
        this.pages.page(now, buffer);
        return;
      case Operation.DEVICE_EVENT:
        this.deviceEvent(now, buffer);
        return;
      default:
        check(false, "the table lets no other operation through");
    }
  }

  private deviceEvent(now: number, event: Uint8Array): void {
    const detail = event[DeviceEventMessage.EVENT]! * 256 + event[DeviceEventMessage.REASON]!;
    const seconds = Math.floor(this.environment.clock.utcMs() / 1000);
    this.alerts.raise(
      now,
      AlertCode.DEVICE_LOG_CHANGED,
      detail,
      seconds,
      event,
      DeviceEventMessage.EUI64,
    );
  }
}
