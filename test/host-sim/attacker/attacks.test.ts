// Each kind of attack fails on the hub, and succeeds when the one defence against it is taken out:
// so its criterion is one that can be met.

import { describe, expect, test } from "vitest";
import type { AttackKind } from "../../../host-sim/attacker/attack";
import { Attacker } from "../../../host-sim/attacker/attacker";
import { WELL_KNOWN_KEY } from "../../../host-sim/attacker/forged-keys";
import type { StolenKey } from "../../../host-sim/attacker/scene";
import { openAps } from "../../../host-sim/devices/zigbee/aps-frame";
import { JoinState } from "../../../host-sim/devices/zigbee/joiner";
import { keyTransportKey } from "../../../host-sim/devices/zigbee/security";
import { type HubHouse, hubHouse } from "../devices/hub-house";
import {
  answersEachBeaconRequest,
  believesAddresses,
  believesCommandsInClear,
  believesRejoins,
  keepsAllRefusals,
  letsStrangersIn,
  takesReplays,
  type Weakness,
  weakened,
} from "./weak-firmware";

const HUB_EUI64 = 0x00124b0504030201n;
const SECONDS = 600;

/** A house and its attacker, who tries one kind every eight seconds or so. */
function attacked(
  kind: AttackKind,
  weakness: Weakness = {},
  prepare: (house: HubHouse) => void = () => {},
): { house: HubHouse; tried: number; succeeded: number } {
  const house = hubHouse(1, 0, undefined, weakened(weakness));
  const { world, air, hub, meter, gas, display } = house;
  prepare(house);
  const stolen = (): StolenKey | undefined => meter.node.memory.networkKey;
  const attacker = new Attacker({
    world,
    air,
    hub,
    hubEui64: HUB_EUI64,
    place: { x: -1, y: 1 },
    victims: [meter, gas, display],
    everySeconds: 8,
    kinds: [kind],
    stolen,
  });
  world.runUntil(SECONDS * 1e6);
  const [count] = attacker.counts();
  return { house, tried: count!.tried, succeeded: count!.succeeded };
}

/** It takes a network key under the key that everybody knows. */
function trustsEverybody({ meter, gas, display }: HubHouse): void {
  for (const { node } of [meter, gas, display]) {
    const own = node.keys.openJoinKey.bind(node.keys);
    node.keys.openJoinKey = (frame, from) =>
      openAps(frame, keyTransportKey(WELL_KNOWN_KEY), from) ?? own(frame, from);
  }
}

const ROWS: readonly {
  readonly kind: AttackKind;
  readonly without: string;
  readonly weakness?: Weakness;
  readonly prepare?: (house: HubHouse) => void;
}[] = [
  { kind: "replay", without: "a look at frame counters", weakness: { han: takesReplays } },
  {
    kind: "beacon-flood",
    without: "a limit of beacons",
    weakness: { han: answersEachBeaconRequest },
  },
  {
    kind: "association-flood",
    without: "a limit of refusals that wait",
    weakness: { han: keepsAllRefusals },
  },
  {
    kind: "forged-command",
    without: "security of network commands",
    weakness: { han: believesCommandsInClear },
  },
  {
    kind: "forged-key",
    without: "a key of the device's own to wrap it",
    prepare: trustsEverybody,
  },
  {
    kind: "insider",
    without: "a look at who secured a frame",
    weakness: { han: believesAddresses },
  },
  {
    kind: "well-known-join",
    without: "an install code that must be registered",
    weakness: { access: letsStrangersIn },
  },
  {
    kind: "unsecured-rejoin",
    without: "the refusal of rejoins in clear and of unknown devices",
    weakness: { han: believesRejoins, access: letsStrangersIn },
  },
];

describe.each(ROWS)("the attack $kind", ({ kind, without, weakness, prepare }) => {
  test("comes to nothing, and the house goes on", () => {
    const { house, tried, succeeded } = attacked(kind);
    expect(tried).toBeGreaterThan(kind === "insider" ? 30 : 40);
    expect(succeeded).toBe(0);
    for (const { node } of [house.meter, house.gas, house.display]) {
      expect(node.state).toBe(JoinState.JOINED);
      expect(node.joiner.rejoins).toBe(0);
    }
    // A reading every ten seconds; the first minute is for joining.
    expect(house.outside.readings.length).toBeGreaterThan((SECONDS - 60) / 10 - 4);
  });

  test(`succeeds without ${without}`, () => {
    expect(attacked(kind, weakness, prepare).succeeded).toBeGreaterThan(0);
  });
});
