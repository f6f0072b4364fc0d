// Faults of the supply: of the hub, of a device, of all at once; and in the middle of a write.

import type { Random } from "../random";
import { faultRow, type Powered, readDuration, type Scene, type Targets } from "./fault";

const HUB = "hub";
/** The whole house, the hub too. */
const ALL = "all";
const SPREAD_MAX_S = 3_600;

interface PowerCut {
  readonly forSeconds: number;
  readonly target: string;
  /** What returns is up and running at a time of its own within this. */
  readonly spreadSeconds?: number;
}

export const powerCut = faultRow<"power-cut", PowerCut>({
  kind: "power-cut",
  read: (fields, { devices }) => ({
    forSeconds: readDuration(fields),
    target: fields.oneOf("target", [HUB, ALL, ...devices]),
    ...(fields.has("spreadSeconds") && {
      spreadSeconds: fields.number("spreadSeconds", 0, SPREAD_MAX_S),
    }),
  }),
  begin({ later, ...scene }, { target, forSeconds, spreadSeconds = 0 }) {
    const concerned = poweredBy(scene, target);
    for (const one of concerned) one.powerOff();
    for (const one of concerned) {
      const afterS = spreadSeconds === 0 ? 0 : scene.random.float() * spreadSeconds;
      later(forSeconds + afterS, () => one.powerOn());
    }
  },
  most: 4,
  draw: (random, targets) => ({
    forSeconds: 1 + random.below(900),
    target: anyOf(random, targets),
  }),
});

/** The hub's supply fails in the middle of its next write to flash, or of the erase before it. */
export const powerCutInWrite = faultRow({
  kind: "power-cut-in-write",
  read: (fields) => ({ forSeconds: readDuration(fields) }),
  begin({ hub, world, random, later }, { forSeconds }) {
    hub.flash.onStarted = (startsAt, endsAt) => {
      hub.flash.onStarted = () => {};
      world.at(startsAt + random.below(endsAt - startsAt), () => {
        hub.powerOff();
        later(forSeconds, () => hub.powerOn());
      });
    };
  },
  most: 3,
  draw: (random) => ({ forSeconds: 1 + random.below(60) }),
});

function poweredBy(scene: Omit<Scene, "later">, target: string): Powered[] {
  if (target === ALL) return [scene.hub, ...scene.devices.values()];
  return [target === HUB ? scene.hub : scene.devices.get(target)!];
}

function anyOf(random: Random, { devices }: Targets): string {
  const targets = [HUB, ALL, ...devices];
  return targets[random.below(targets.length)]!;
}
