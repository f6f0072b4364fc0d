// A house whose weather is drawn from its seed: a random subset of all kinds of fault, each some
// times, all of them over when the calm begins.

import type { Targets } from "../faults/fault";
import { ANY_FAULT_ROWS, type AnyFaultRow, type FaultConfig } from "../faults/table";
import { DEFAULT_HOUSE, type HouseConfig } from "../house/house-config";
import { Random } from "../random";

/** A kind of fault is in a storm or not, as a coin falls. */
const IN_A_STORM = 0.5;
/** Part of the datagrams that come twice, or late, in every other storm. */
const DISORDER = 0.05;

/** @param seconds how long the storm lasts: faults begin in it and end with it */
export function stormyHouse(
  seed: number,
  seconds: number,
  base: HouseConfig = DEFAULT_HOUSE,
): HouseConfig {
  const random = new Random(`storm ${seed}`);
  const disorder = random.chance(IN_A_STORM) ? DISORDER : 0;
  const targets = { devices: base.devices.map(({ eui64 }) => eui64) };
  const faults = ANY_FAULT_ROWS.flatMap((row) =>
    random.chance(IN_A_STORM) ? drawn(row, random, seconds, targets) : [],
  );
  faults.sort((a, b) => a.at - b.at);
  return {
    ...base,
    wan: { ...base.wan, duplication: disorder, reordering: disorder },
    faults: [...base.faults, ...faults],
  };
}

function drawn(row: AnyFaultRow, random: Random, seconds: number, targets: Targets): FaultConfig[] {
  return Array.from({ length: 1 + random.below(row.most) }, () => {
    const at = random.below(seconds) + random.float();
    const own = row.draw(random, targets);
    const fault = { kind: row.kind, at, ...own };
    if (!("forSeconds" in fault)) return fault as FaultConfig;
    const forSeconds = Math.min(fault.forSeconds as number, seconds - at);
    return { ...fault, forSeconds } as FaultConfig;
  });
}
