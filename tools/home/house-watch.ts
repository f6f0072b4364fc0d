// Takes from a running house what a person looks at: its status for the live view, and events as
// lines for a log.

import { AuditCode, AuditEvent } from "../../firmware/ipc/audit";
import { Party } from "../../firmware/ipc/party";
import { SYSTEM } from "../../firmware/system";
import { GasMeter } from "../../host-sim/devices/gas-meter";
import type { House } from "../../host-sim/house/house";
import type { HouseDevice } from "../../host-sim/house/make-device";
import { reportOf } from "../../host-sim/report";
import { stateOf } from "../../host-sim/report-nodes";
import type { HouseStatus, NodeStatus, PassedMessage } from "../view/house-status";
import { operationName, partyName } from "../view/names";

const MESSAGES_KEPT = 32;

/** Readings that the hub told their meters to be stored. */
export function keptBy({ truth }: House): number {
  return truth.acknowledged;
}

export class HouseWatch {
  private readonly messages: PassedMessage[] = [];
  private lastRefused: PassedMessage | undefined;

  constructor(private readonly house: House) {
    house.hub.observe({
      message: (time, from, to, bytes) => this.message(time, from, to, bytes),
      refused: (time, from, to, operation) => this.keep(time, from, to, operation, true),
    });
  }

  status(): HouseStatus {
    const { house } = this;
    const report = reportOf(house, 0);
    const { channel, panId } = report.han;
    return {
      simulatedSeconds: report.simulatedSeconds,
      utcMs: house.world.utcMs,
      channel: channel ?? undefined,
      panId: panId ?? undefined,
      nodes: house.devices.map((device) => this.node(device)),
      mirror: {
        value: this.mirrored(),
        ageSeconds: report.gasMirror.ageSeconds ?? undefined,
        syncs: report.gasMirror.syncs,
        readsAnswered: report.gasMirror.readsAnswered,
      },
      readings: report.readings,
      kept: house.headEnd === undefined ? keptBy(house) : undefined,
      exchanges: report.exchanges,
      firewall: report.firewall,
      partitions: SYSTEM.partitions.map(({ name }) => ({
        name,
        ...house.hub.figures(name),
        ...house.hub.stateOf(name),
      })),
      messages: this.messages,
      lastRefused: this.lastRefused,
    };
  }

  private node({ config, device }: HouseDevice): NodeStatus {
    return {
      eui64: config.eui64,
      kind: config.kind,
      state: stateOf({ config, device }),
      joinedAt: device.joinedAtUs === undefined ? undefined : device.joinedAtUs / 1e6,
      latest: this.latest(device.eui64, config.kind),
    };
  }

  private latest(eui64: bigint, kind: string): string {
    const reading = this.house.truth.latestOf(eui64);
    if (reading === undefined) return "";
    return kind === "gas-meter"
      ? `${(reading.value / 1000).toFixed(3)} m3`
      : `${(reading.value / 1000).toFixed(3)} kWh`;
  }

  /** What the mirror holds: the newest reading of a gas meter that was acknowledged. */
  private mirrored(): number | undefined {
    const gas = this.house.devices.find(({ device }) => device instanceof GasMeter);
    return gas && this.house.truth.latestOf(gas.device.eui64, true)?.value;
  }

  /** What crosses the firewall, and what it or the kernel refused. */
  private message(time: number, from: number, to: number, bytes: Uint8Array): void {
    if (from === Party.FIREWALL && to === Party.AUDIT) {
      if (bytes[AuditEvent.CODE] !== AuditCode.FIREWALL_REFUSED) return;
      this.keep(time, bytes[AuditEvent.DETAIL]!, from, bytes[AuditEvent.DETAIL + 1]!, true);
    } else if (from === Party.FIREWALL && to !== Party.TRUST) {
      this.keep(time, from, to, bytes[0]!, false);
    }
  }

  private keep(time: number, from: number, to: number, operation: number, refused: boolean): void {
    if (this.messages.length >= MESSAGES_KEPT) this.messages.shift();
    const message = {
      at: time / 1e6,
      from: partyName(from),
      to: partyName(to),
      operation: operationName(operation),
      refused,
    };
    this.messages.push(message);
    if (refused) this.lastRefused = message;
  }
}
