// What a kind of fault is: its fields in a house's file, what happens, how a storm draws it. The
// kinds stand in table.ts.

import type { Air } from "../air/air";
import type { MeterClock } from "../devices/meter-clock";
import type { Fields } from "../house/fields";
import type { Hub } from "../hub/hub";
import type { Random } from "../random";
import type { Wan } from "../wan";
import type { World } from "../world";
import type { Strongest } from "./strongest";

/** Anything that can lose its supply. */
export interface Powered {
  powerOn(): void;
  powerOff(): void;
}

/** A device as faults see it. */
export interface FaultyDevice extends Powered {
  readonly clock: MeterClock;
}

/** Everything that a fault can reach. */
export interface Scene {
  readonly world: World;
  readonly air: Air;
  readonly wan: Wan;
  readonly hub: Hub;
  /** Of the faults alone: what they draw changes nothing else. */
  readonly random: Random;
  /** Devices by EUI-64. */
  readonly devices: ReadonlyMap<string, FaultyDevice>;
  /** Where the network is, as the air shows it; undefined: not yet. */
  readonly network: () => { readonly channel: number; readonly panId: number } | undefined;
  /** Partition faults that were asked for and have not happened yet, by name. */
  readonly expected: string[];
  /** What several faults may want at once: the strongest wish counts. */
  readonly airLoss: Strongest;
  readonly wanLoss: Strongest;
  readonly outage: Strongest;
  readonly flashFailure: Strongest;
  later(seconds: number, run: () => void): void;
}

/** Whom faults may befall. */
export interface Targets {
  /** EUI-64s, 16 hexadecimal digits. */
  readonly devices: readonly string[];
}

export interface FaultRow<K extends string, Own extends object> {
  readonly kind: K;
  /** The fields besides `kind` and `at`. */
  read(fields: Fields, targets: Targets): Own;
  begin(scene: Scene, fault: Own): void;
  /** A storm has from none to so many of it. */
  readonly most: number;
  draw(random: Random, targets: Targets): Own;
}

/** When a fault happens, in seconds since the start, and how often again. */
export interface Recurrence {
  readonly at: number;
  /** Left out: once. */
  readonly everySeconds?: number;
}

/** The fault that a row describes. */
export type FaultOf<R> =
  R extends FaultRow<infer K, infer Own> ? { readonly kind: K } & Recurrence & Own : never;

const SECONDS_MAX = 100 * 365 * 86_400;

/** How long a fault lasts. */
export function readDuration(fields: Fields): number {
  return fields.number("forSeconds", 0, SECONDS_MAX);
}

export function faultRow<const K extends string, Own extends object>(
  row: FaultRow<K, Own>,
): FaultRow<K, Own> {
  return row;
}
