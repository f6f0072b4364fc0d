// Faults of the hub's own board: a partition that ends, flash that fails.

import { FaultKind } from "../../firmware/kernel/fault";
import { type PartitionName, SYSTEM } from "../../firmware/system";
import { faultRow, readDuration } from "./fault";

const FAULT_KINDS = {
  throw: FaultKind.THROW,
  memory: FaultKind.MEMORY,
  cpu: FaultKind.CPU,
} as const;
type FaultName = keyof typeof FAULT_KINDS;
const FAULT_NAMES = Object.keys(FAULT_KINDS) as FaultName[];
const PARTITIONS: readonly PartitionName[] = SYSTEM.partitions.map(({ name }) => name);
/** These hold their planned memory and are not written yet. */
const ABSENT: readonly PartitionName[] = ["vault", "policy", "console"];
const PRESENT = PARTITIONS.filter((name) => !ABSENT.includes(name));

interface PartitionFault {
  readonly partition: string;
  readonly fault: FaultName;
}

export const partitionFault = faultRow<"partition-fault", PartitionFault>({
  kind: "partition-fault",
  read: (fields) => ({
    partition: fields.oneOf("partition", PARTITIONS),
    fault: fields.oneOf("fault", FAULT_NAMES),
  }),
  begin({ hub, expected }, { partition, fault }) {
    if (hub.kernel === undefined) return;
    expected.push(partition);
    hub.kernel.inject(partition, FAULT_KINDS[fault]);
  },
  most: 4,
  draw: (random) => ({
    partition: PRESENT[random.below(PRESENT.length)]!,
    fault: FAULT_NAMES[random.below(FAULT_NAMES.length)]!,
  }),
});

export const flashFailure = faultRow({
  kind: "flash-failure",
  read: (fields) => ({
    forSeconds: readDuration(fields),
    chance: fields.number("chance", 0, 1),
  }),
  begin({ flashFailure: failure, later }, { forSeconds, chance }) {
    failure.begin(chance);
    later(forSeconds, () => failure.end(chance));
  },
  most: 1,
  // A chip that fails one operation in fifty; three failures of one read running are decay.
  draw: () => ({ forSeconds: 30, chance: 0.02 }),
});
