// The installer's coverage check: what the hub told of its links, held against the devices that
// should be there, each with pass or fail and what to do. docs/wan.md has the layout of the pages.

import { Link, LinkFlag, PageSize } from "../../firmware/ipc/page";

/** A device as the hub hears it. */
interface HeardLink {
  readonly eui64: string;
  readonly sleeps: boolean;
  /** dBm at the hub; undefined: no frame of its own radio arrived there. */
  readonly rssi: number | undefined;
  /** 1 best to 7; undefined: it does not say. */
  readonly costThere: number | undefined;
  readonly relays: number;
  readonly short: number;
  readonly hop: number;
  readonly parent: number;
  /** Undefined: not since the hub's start. */
  readonly ageSeconds: number | undefined;
}

export interface CheckedDevice {
  readonly eui64: string;
  readonly kind: string;
  readonly passed: boolean;
  readonly rssi: number | null;
  readonly costThere: number | null;
  readonly relays: number;
  /** The EUI-64 of the neighbour through which it is reached; null: none. */
  readonly via: string | null;
  readonly ageSeconds: number | null;
  /** What to do; empty: nothing. */
  readonly advice: string;
}

const enum Limit {
  /** A receiver's sensitivity is about -97 dBm; people and doors take ten. */
  RSSI_MIN = -86,
  COST_MAX = 5,
  /** A mains device is heard every few minutes, a sleeper each half-hour. */
  MAINS_S = 900,
  SLEEPER_S = 3_900,
  NEVER = 0xffff,
}

export function decodeCoverage(pages: Buffer): HeardLink[] {
  const links: HeardLink[] = [];
  for (let page = 0; page < pages.length; page += PageSize.PAGE) {
    for (let i = 0; i < Link.A_PAGE; i++) {
      const at = page + PageSize.HEAD + i * Link.LENGTH;
      const link = pages.subarray(at, at + Link.LENGTH);
      if (link.some((byte) => byte !== 0)) links.push(decodeLink(link));
    }
  }
  return links;
}

function decodeLink(link: Buffer): HeardLink {
  const flags = link[Link.FLAGS]!;
  const age = link.readUInt16LE(Link.AGE);
  const cost = link[Link.COST_THERE]!;
  return {
    eui64: Buffer.from(link.subarray(Link.EUI64, Link.EUI64 + 8)).reverse().toString("hex"),
    sleeps: (flags & LinkFlag.SLEEPS) !== 0,
    rssi: (flags & LinkFlag.IS_MEASURED) === 0 ? undefined : link.readInt8(Link.RSSI),
    costThere: cost === 0 ? undefined : cost,
    relays: link[Link.RELAYS]!,
    short: link.readUInt16LE(Link.SHORT),
    hop: link.readUInt16LE(Link.HOP),
    parent: link.readUInt16LE(Link.PARENT),
    ageSeconds: age === Limit.NEVER ? undefined : age,
  };
}

/** @param devices that should be served */
export function checkCoverage(
  devices: readonly { readonly eui64: string; readonly kind: string }[],
  links: readonly HeardLink[],
): CheckedDevice[] {
  return devices.map(({ eui64, kind }) => {
    const link = links.find((one) => one.eui64 === eui64);
    const hop = link && links.find(({ short }) => short === link.hop);
    const advice = adviceOn(link, hop, links);
    return {
      eui64,
      kind,
      passed: advice === "",
      rssi: link?.rssi ?? null,
      costThere: link?.costThere ?? null,
      relays: link?.relays ?? 0,
      via: link !== undefined && link.relays > 0 ? (hop?.eui64 ?? null) : null,
      ageSeconds: link?.ageSeconds ?? null,
      advice,
    };
  });
}

/** How its frames come and go, for a person. The hub may have to look for the way first. */
export function wayOf({ relays, via }: CheckedDevice): string {
  if (relays === 0) return "direct";
  if (via === null) return "over a repeater, not looked for";
  return `${relays} hop${relays > 1 ? "s" : ""} via ${via}`;
}

function isRecent({ ageSeconds, sleeps }: HeardLink): boolean {
  return ageSeconds !== undefined && ageSeconds <= (sleeps ? Limit.SLEEPER_S : Limit.MAINS_S);
}

function adviceOn(
  link: HeardLink | undefined,
  hop: HeardLink | undefined,
  links: readonly HeardLink[],
): string {
  if (link === undefined) {
    return "not in the network: check its power and install code, move it, or add a repeater";
  }
  const { costThere, short } = link;
  // A repeater has little to say itself: its link costs, and what it carries for others.
  const carries = links.some((one) => isRecent(one) && (one.hop === short || one.parent === short));
  if (!isRecent(link) && costThere === undefined && !carries) {
    return "not heard any more: check its power, move it, or add a repeater";
  }
  if (hop?.rssi !== undefined && hop.rssi < Limit.RSSI_MIN) {
    const what = hop === link ? "it" : `the repeater ${hop.eui64}`;
    return `too weak: move ${what} or the hub, or add a repeater between them`;
  }
  if (costThere !== undefined && costThere > Limit.COST_MAX) {
    return "it hardly hears the hub: move it or the hub, or add a repeater between them";
  }
  return "";
}
