// The puppets as partitions of the device: what a machine of the engine is handed, in the shape
// that a puppet wants.

import type { Partition } from "../../firmware/kernel/partition";
import type { FlashRegion } from "../../hal/flash";
import type { Serial } from "../../hal/serial";
import { Puppet, type PuppetEnvironment } from "../conformance/puppet";

const NAMES = ["audit", "alice", "bob", "carol", "wall", "dave", "erin"];

interface Given {
  readonly startedAt: number;
  readonly clock: { utcMs(): number };
  readonly ports: PuppetEnvironment["ports"];
  readonly devices: Readonly<Record<string, Serial>>;
  readonly regions: Readonly<Record<string, FlashRegion | undefined>>;
}

export function createAudit(given: Given): Partition {
  return make(0, given);
}

export function createAlice(given: Given): Partition {
  return make(1, given);
}

export function createBob(given: Given): Partition {
  return make(2, given);
}

export function createCarol(given: Given): Partition {
  return make(3, given);
}

export function createWall(given: Given): Partition {
  return make(4, given);
}

export function createDave(given: Given): Partition {
  return make(5, given);
}

function make(id: number, given: Given): Partition {
  return new Puppet({
    startedAt: given.startedAt,
    ports: given.ports,
    line: given.devices[`${NAMES[id]}-line`]!,
    // The bench has no line for a switch: its civil time is a bit for each puppet that is off.
    power: { mainsPresent: () => ((given.clock.utcMs() >> id) & 1) === 0 },
    region: given.regions["notes"],
    names: NAMES,
  });
}
