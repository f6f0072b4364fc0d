// Broadcasts that a router has seen and passes on: after a moment of chance, and again while some
// neighbour was not heard to pass them on (passive acknowledgement).
// @source Zigbee specification 05-3474-22 clause 3.6.5

import type { Random } from "../../random";
import type { Event, World } from "../../world";
import type { NwkFrame } from "./nwk-frame";

/** nwkNetworkBroadcastDeliveryTime */
export const DELIVERY_US = 9_000_000;
/** nwkcMaxBroadcastJitter */
const JITTER_US = 64_000;
/** nwkPassiveAckTimeout */
const PASSIVE_ACK_US = 500_000;
/** nwkMaxBroadcastRetries */
const RETRIES_MAX = 2;

interface Entry {
  readonly expiresUs: number;
  /** Who has it, as we heard. */
  readonly heardFrom: Set<number>;
  timer: Event | undefined;
}

export class BroadcastTable {
  private readonly entries = new Map<number, Entry>();

  /**
   * @param put sends one copy to all
   * @param neighbours routers that should pass it on
   */
  constructor(
    private readonly world: World,
    private readonly random: Random,
    private readonly put: (frame: NwkFrame) => void,
    private readonly neighbours: () => readonly number[],
  ) {}

  clear(): void {
    for (const { timer } of this.entries.values()) this.world.cancel(timer);
    this.entries.clear();
  }

  /** Whether it is new; `from` has it in any case. */
  isNew(frame: NwkFrame, from: number): boolean {
    const key = frame.source * 256 + frame.sequence;
    const known = this.entries.get(key);
    if (known !== undefined && known.expiresUs > this.world.now) {
      known.heardFrom.add(from);
      return false;
    }
    this.remember(frame, from);
    return true;
  }

  /** Sends a broadcast of our own, or passes on one that is new. */
  spread(frame: NwkFrame, own: boolean): void {
    const key = frame.source * 256 + frame.sequence;
    const entry = this.entries.get(key) ?? this.remember(frame, undefined);
    const delay = own ? 0 : this.random.below(JITTER_US);
    entry.timer = this.world.schedule(delay, () => this.send(entry, frame, 0));
  }

  private send(entry: Entry, frame: NwkFrame, tries: number): void {
    this.put(frame);
    entry.timer = this.world.schedule(PASSIVE_ACK_US, () => {
      const all = this.neighbours().every((one) => entry.heardFrom.has(one));
      if (!all && tries < RETRIES_MAX) this.send(entry, frame, tries + 1);
    });
  }

  private remember(frame: NwkFrame, from: number | undefined): Entry {
    const now = this.world.now;
    for (const [old, { expiresUs }] of this.entries) {
      if (expiresUs > now) break;
      this.entries.delete(old);
    }
    const entry: Entry = { expiresUs: now + DELIVERY_US, heardFrom: new Set(), timer: undefined };
    if (from !== undefined) entry.heardFrom.add(from);
    const key = frame.source * 256 + frame.sequence;
    // At the end of the map, so that the oldest stand first.
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry;
  }
}
