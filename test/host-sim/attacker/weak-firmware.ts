// The firmware with one defence taken out, for tests alone: what guards against an attack is
// replaced in a partition that was made as ever. The firmware itself has no such switch.

import { JoinAsk } from "../../../firmware/ipc/join";
import type { Constructors } from "../../../firmware/kernel/board";
import type { Partition } from "../../../firmware/kernel/partition";
import type { Access } from "../../../firmware/partitions/access/access";
import { DeviceLimit, DeviceState } from "../../../firmware/partitions/access/device-log";
import { createAccess } from "../../../firmware/partitions/access/partition";
import type { LowerHalf } from "../../../firmware/partitions/han/lower-half";
import { createHan } from "../../../firmware/partitions/han/partition";
import {
  NwkType,
  nwkExtendedSourceAt,
  nwkHeaderEnd,
  nwkSource,
  nwkType,
} from "../../../firmware/wire/nwk";
import { RejoinRequest } from "../../../firmware/wire/nwk-command";
import { WELL_KNOWN_KEY } from "../../../host-sim/attacker/forged-keys";

/** What is private in a part may be replaced here. */
// biome-ignore lint/suspicious/noExplicitAny: it reaches into what is private
type Open = any;

export interface Weakness {
  readonly han?: (lower: LowerHalf) => void;
  readonly access?: (access: Access) => void;
}

export function weakened(weakness: Weakness): Constructors {
  return {
    han: (environment) => {
      const han = createHan(environment) as Partition & { lower: LowerHalf };
      weakness.han?.(han.lower);
      return han;
    },
    access: (environment) => {
      const access = createAccess(environment) as Partition & { access: Access };
      weakness.access?.(access.access);
      return access;
    },
  };
}

/** Frame counters are not looked at. */
export function takesReplays(lower: LowerHalf): void {
  lower.nwk.keys.isFresh = () => true;
}

/** Each request for a beacon is answered at once. */
export function answersEachBeaconRequest(lower: LowerHalf): void {
  const mac: Open = lower.mac;
  mac.beaconAsked = mac.sendBeacon;
}

/** As many refusals wait for their nodes as there are places. */
export function keepsAllRefusals(lower: LowerHalf): void {
  lower.joining.slots.count = () => 0;
}

/** Network commands count in clear too. */
export function believesCommandsInClear(lower: LowerHalf): void {
  lower.unsecuredReceived = (now, bytes, start, length) => {
    const node = lower.nodes.findShort(nwkSource(bytes, start));
    if (node < 0 || nwkType(bytes, start) !== NwkType.COMMAND) return;
    const at = nwkHeaderEnd(bytes, start);
    lower.commandReceived(now, node, node, bytes, start, at, start + length - at);
  };
}

/** Whoever secured a frame, it is its sender's by address. */
export function believesAddresses(lower: LowerHalf): void {
  const nwk: Open = lower.nwk;
  nwk.nodes = Object.assign(Object.create(lower.nodes), { hasEui64: () => true });
}

/** An unknown device may join under the key that everybody knows, at any time. */
export function letsStrangersIn(access: Access): void {
  const { log } = access;
  const inside: Open = access;
  const asked = access.joinAsked.bind(access);
  access.joinAsked = (now, message) => {
    let device = log.find(message, JoinAsk.EUI64);
    if (device === DeviceLimit.NONE) {
      device = log.take(message, JoinAsk.EUI64);
      if (device === DeviceLimit.NONE) return;
      log.register(device, 1, WELL_KNOWN_KEY);
      log.setState(device, DeviceState.REGISTERED);
    }
    inside.rules.windowUntil = Infinity;
    asked(now, message);
  };
}

/** A rejoin in clear is as good as an association. */
export function believesRejoins(lower: LowerHalf): void {
  lower.unsecuredReceived = (now, bytes, start) => {
    const eui64At = nwkExtendedSourceAt(bytes, start);
    if (nwkType(bytes, start) !== NwkType.COMMAND || eui64At < 0) return;
    const capability = bytes[nwkHeaderEnd(bytes, start) + RejoinRequest.CAPABILITY]!;
    lower.joining.associationAsked(now, bytes, eui64At, capability);
  };
}
