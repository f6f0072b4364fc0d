// A house whose weather is drawn from its seed: losses, resets, power cuts, broken partitions,
// noise. Everything happens in the first part, so that the house has time to come to rest.

import type { FaultConfig } from "../../host-sim/faults/table";
import type { HouseConfig } from "../../host-sim/house/house-config";
import { readHouse } from "../../host-sim/house/read-house";
import { Random } from "../../host-sim/random";

const TARGETS = ["hub", "70b3d52b60000001", "70b3d52b60000002", "70b3d52b60000003"];
const PARTITIONS = [
  "audit",
  "trust",
  "access",
  "han",
  "wan-management",
  "wan-application",
  "firewall",
  "manage",
  "esi-supplier",
  "esi-operator",
  "gas",
  "demand",
];
const KINDS = ["throw", "memory", "cpu"] as const;

/** @param seconds in which faults begin */
export function stormyHouse(seed: number, seconds: number): HouseConfig {
  const random = new Random(`storm ${seed}`);
  const at = (): number => random.below(seconds) + random.float();
  const few = (limit: number, make: () => FaultConfig): FaultConfig[] =>
    Array.from({ length: random.below(limit + 1) }, make);
  const faults: FaultConfig[] = [
    ...few(3, () => ({
      kind: "power-cut",
      target: TARGETS[random.below(TARGETS.length)]!,
      at: at(),
      forSeconds: 1 + random.below(900),
    })),
    ...few(3, () => ({
      kind: "partition-fault",
      partition: PARTITIONS[random.below(PARTITIONS.length)]!,
      fault: KINDS[random.below(KINDS.length)]!,
      at: at(),
    })),
    ...few(1, () => ({ kind: "wan-outage", at: at(), forSeconds: random.below(7200) })),
    ...few(1, () => ({ kind: "radio-silence", at: at(), forSeconds: random.below(600) })),
    ...few(1, () => ({
      kind: "air-loss",
      at: at(),
      forSeconds: random.below(1800),
      loss: 0.5 + random.float() / 2,
    })),
    // A chip that fails one operation in fifty; three failures of one read running are decay.
    ...few(1, () => ({ kind: "flash-failure", at: at(), forSeconds: 30, chance: 0.02 })),
    ...few(4, () => ({ kind: "radio-noise", at: at() })),
  ];
  const some = (value: number): number => (random.chance(0.5) ? value : 0);
  return readHouse({
    air: { loss: some(0.1) },
    wan: { loss: some(0.1), duplication: some(0.05), reordering: some(0.05) },
    radio: { resetEverySeconds: some(3600) },
    faults,
  });
}
