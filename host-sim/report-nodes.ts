// What a report says of each node: where it stands in the network, and how often it came and went.

import { Display } from "./devices/display";
import { RefusalReason } from "./devices/zigbee/joiner";
import { COORDINATOR } from "./devices/zigbee/nwk-frame";
import type { House } from "./house/house";
import type { HouseDevice } from "./house/make-device";

export interface NodeReport {
  readonly eui64: string;
  readonly kind: string;
  /** "networked", "joining", "refused" or "off". */
  readonly state: string;
  /** Seconds since the start at which it first was, in its own view; null: not yet. */
  readonly joinedAt: number | null;
  /** EUI-64 of its parent, or "hub"; null: it has none, or routes and needs none. */
  readonly parent: string | null;
  /** Who passes its frames on to the hub, the next to it first. */
  readonly route: readonly string[];
  /** Quality of what it hears from the next on that way, 0 to 255; null: nothing yet. */
  readonly linkQuality: number | null;
  /** With the install code, and with the network key that it had. */
  readonly joins: number;
  readonly rejoins: number;
  /** How often it lost its network without losing its supply. */
  readonly lost: number;
  /** Frames that it passed on for others; only of a repeater. */
  readonly relayed?: number;
  /** Reads of an electricity meter every ten seconds; only of a display that does. */
  readonly meterReads?: { readonly asked: number; readonly answered: number };
}

/** The way of one device's frames, in its own and the repeaters' view; longer is a circle. */
const HOPS_MAX = 15;

export function nodeReport(house: House, one: HouseDevice): NodeReport {
  const { config, device } = one;
  const { node } = device;
  const role = node.role;
  const reader = device instanceof Display ? device.reader : undefined;
  return {
    eui64: config.eui64,
    kind: config.kind,
    state: stateOf(one),
    joinedAt: device.joinedAtUs === undefined ? null : device.joinedAtUs / 1e6,
    parent: node.isJoined && role === undefined ? nameOf(house, parentOf(one)) : null,
    route: node.isJoined ? routeOf(house, one) : [],
    linkQuality: node.linkQuality === undefined ? null : Math.round(node.linkQuality),
    joins: device.joins,
    rejoins: device.rejoins,
    lost: device.losses,
    ...(role && { relayed: role.router.counts.relayed }),
    ...(reader && { meterReads: { asked: reader.asked, answered: reader.answered } }),
  };
}

/** In the device's own view. */
export function stateOf({ device }: HouseDevice): string {
  if (!device.isOn) return "off";
  if (device.node.isJoined) return "networked";
  return device.lastRefusal === RefusalReason.DENIED ? "refused" : "joining";
}

function routeOf(house: House, one: HouseDevice): string[] {
  const route: string[] = [];
  let next = parentOf(one);
  while (next !== undefined && next !== COORDINATOR && route.length < HOPS_MAX) {
    const hop = withShort(house, next);
    route.push(hop?.config.eui64 ?? "unknown");
    next = hop && parentOf(hop);
  }
  return route;
}

/** A repeater has no parent that it needs: where it sends what is for the hub. */
function parentOf({ device: { node } }: HouseDevice): number | undefined {
  return node.role === undefined
    ? node.memory.network?.parent
    : node.role.router.hopTo(COORDINATOR);
}

function nameOf(house: House, short: number | undefined): string | null {
  if (short === undefined) return null;
  return short === COORDINATOR ? "hub" : (withShort(house, short)?.config.eui64 ?? null);
}

function withShort({ devices }: House, short: number): HouseDevice | undefined {
  return devices.find(({ device }) => device.node.isJoined && device.node.short === short);
}
