// The report of a run: what `--report` writes. Everything in it was observed from outside the hub.

import { SYSTEM } from "../firmware/system";
import type { AttackCount } from "./attacker/attack";
import { Display } from "./devices/display";
import { GasMeter } from "./devices/gas-meter";
import { RefusalReason } from "./devices/zigbee/joiner";
import type { House } from "./house/house";
import type { DeviceReadings, ReadingCounts } from "./house/reading-ledger";
import type { CpuFigures } from "./hub/cpu-time";
import type { MemoryFigure } from "./hub/hub-kernel";
import { type NodeReport, nodeReport } from "./report-nodes";

export interface HouseReport {
  readonly seed: number;
  readonly simulatedSeconds: number;
  readonly wallSeconds: number;
  /** SHA-256 over everything that happened, hexadecimal. */
  readonly trace: string;
  readonly han: {
    /** Null before the network is formed. */
    readonly channel: number | null;
    readonly panId: number | null;
    readonly nodes: readonly NodeReport[];
    readonly refused: readonly { readonly eui64: string; readonly reason: string }[];
  };
  readonly gasMirror: {
    readonly syncs: number;
    /** Since the last synchronisation; null: there was none. */
    readonly ageSeconds: number | null;
    readonly readsAnswered: number;
    readonly meterWakesCausedByReads: number;
  };
  readonly readings: ReadingCounts & { readonly devices: readonly DeviceReadings[] };
  readonly exchanges: { readonly sent: number; readonly exact: number };
  readonly firewall: { readonly passed: number; readonly refused: number };
  /** Empty where nobody attacks. */
  readonly attacks: readonly AttackCount[];
  readonly partitions: readonly {
    readonly name: string;
    readonly received: number;
    readonly sent: number;
    readonly refused: number;
    readonly restarts: number;
    /** Bytes of its heap, and the most that was in use; only of a hub on a board. */
    readonly heapBytes?: number;
    readonly heapPeak?: number;
  }[];
  /** Bytes of the stack that all machines use in turn; only of a hub on a board. */
  readonly machineStack?: MemoryFigure;
  /** Only of a hub whose calls take time. */
  readonly cpu?: CpuFigures;
  readonly checks: readonly { readonly name: string; readonly finding: string | null }[];
}

export function reportOf(house: House, wallSeconds: number): HouseReport {
  const { world, han, headEnd, hub } = house;
  const stack = hub.machineStack();
  const cpu = hub.cpuFigures();
  return {
    seed: world.seed,
    simulatedSeconds: world.now / 1e6,
    wallSeconds,
    trace: world.trace.digest(),
    han: {
      channel: han.channel ?? null,
      panId: han.panId ?? null,
      nodes: house.devices.map((one) => nodeReport(house, one)),
      refused: refusedOf(house),
    },
    gasMirror: gasMirrorOf(house),
    readings: { ...house.ledger.counts(), devices: house.ledger.devices() },
    exchanges: {
      sent: headEnd?.exchanges?.sent ?? 0,
      exact: headEnd?.exchanges?.exact ?? 0,
    },
    firewall: { passed: house.firewall.passed, refused: house.firewall.refused },
    attacks: house.attacker?.counts() ?? [],
    partitions: SYSTEM.partitions.map(({ name }) => {
      const heap = hub.heapOf(name);
      const memory = heap && { heapBytes: heap.bytes, heapPeak: heap.peak };
      return { name, ...hub.figures(name), ...memory };
    }),
    ...(stack && { machineStack: stack }),
    ...(cpu && { cpu }),
    checks: house.checks(),
  };
}

/** What the head-end was told; without one here, what the devices saw. */
function refusedOf({ headEnd, devices }: House): { eui64: string; reason: string }[] {
  const refused = (headEnd?.refused ?? []).map(({ eui64, reason }) => ({ eui64, reason }));
  for (const { config, device } of devices) {
    const told = refused.some(({ eui64 }) => eui64 === config.eui64);
    if (told || device.lastRefusal !== RefusalReason.DENIED || device.node.isJoined) continue;
    refused.push({ eui64: config.eui64, reason: "denied" });
  }
  return refused;
}

function gasMirrorOf({ world, devices, han, truth }: House): HouseReport["gasMirror"] {
  let [syncs, readsAnswered, meterWakesCausedByReads] = [0, 0, 0];
  let newest = Number.NEGATIVE_INFINITY;
  for (const { device } of devices) {
    if (device instanceof Display) readsAnswered += device.answered;
    if (!(device instanceof GasMeter)) continue;
    syncs += device.syncs;
    // It has its own reasons to wake; whatever else the air shows, somebody else caused.
    meterWakesCausedByReads += Math.max(0, han.burstsOf(device.radio) - device.wakeCount);
    newest = Math.max(newest, truth.latestOf(device.eui64, true)?.time ?? newest);
  }
  const age = world.utcMs / 1000 - newest;
  const ageSeconds = Number.isFinite(age) ? Math.max(0, Math.round(age)) : null;
  return { syncs, ageSeconds, readsAnswered, meterWakesCausedByReads };
}
