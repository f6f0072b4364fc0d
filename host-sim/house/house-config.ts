// What a house is made of: the form of the `--house` file, after it was checked, and the house that
// `npm start` shows. docs/house.md describes the file.

import type { Interferer, Place } from "../air/air";
import type { FaultConfig } from "../faults/table";

export const DEVICE_KIND_NAMES = [
  "electricity-meter",
  "sub-meter",
  "gas-meter",
  "in-home-display",
  "consumer-access-device",
  "thermostat",
  "load-switch",
  "charger",
  "repeater",
  "handheld-terminal",
] as const;

export type DeviceKindName = (typeof DEVICE_KIND_NAMES)[number];

export interface DeviceConfig {
  readonly kind: DeviceKindName;
  /** 16 hexadecimal digits, most significant first. */
  readonly eui64: string;
  /** With its CRC, hexadecimal. */
  readonly installCode: string;
  readonly place: Place;
  /** False: nobody tells the hub about it, so that it must be refused. */
  readonly registered: boolean;
  /** A display reads this electricity meter every ten seconds: its EUI-64. */
  readonly reads?: string;
}

/** Walls: two stations hear each other so many dB worse than their distance says. */
export interface WallConfig {
  /** "hub", or a device's EUI-64. */
  readonly a: string;
  readonly b: string;
  readonly db: number;
}

export interface WanConfig {
  readonly loss: number;
  readonly duplication: number;
  readonly reordering: number;
  readonly latencyMs: number;
  readonly jitterMs: number;
}

/** In MHz, as it is called. */
export type BandName = "2450" | "868";

export interface HouseConfig {
  /** True time at the start, Unix milliseconds. */
  readonly startUtcMs: number;
  readonly hub: {
    readonly eui64: string;
    readonly place: Place;
    readonly clockDriftPpm: number;
  };
  readonly devices: readonly DeviceConfig[];
  readonly air: {
    readonly band: BandName;
    readonly loss: number;
    readonly interferers: readonly Interferer[];
    readonly walls: readonly WallConfig[];
  };
  readonly wan: WanConfig;
  /** 0: it never resets by itself. */
  readonly radio: { readonly resetEverySeconds: number };
  /** Somebody who attacks the network so often; 0: nobody does. */
  readonly attacker: { readonly everySeconds: number; readonly place: Place };
  readonly faults: readonly FaultConfig[];
}

export const DEFAULT_HOUSE: HouseConfig = {
  // 2026-01-01T00:00:00Z
  startUtcMs: 1_767_225_600_000,
  hub: { eui64: "70b3d52b60000000", place: { x: 0, y: 0 }, clockDriftPpm: 20 },
  devices: [
    {
      kind: "electricity-meter",
      eui64: "70b3d52b60000001",
      installCode: "05b6d23e51a7d40a09355475a4a899fe2312",
      place: { x: 0.5, y: 0.2 },
      registered: true,
    },
    {
      kind: "gas-meter",
      eui64: "70b3d52b60000002",
      installCode: "564eb012a7268b0c8a3048b56e2053e56e80",
      place: { x: 7, y: 3 },
      registered: true,
    },
    {
      kind: "in-home-display",
      eui64: "70b3d52b60000003",
      installCode: "fde7caeb187b342f675253120706a11d0b48",
      place: { x: 5, y: 6 },
      registered: true,
    },
  ],
  air: {
    band: "2450",
    loss: 0,
    // A Wi-Fi network on its channel 6 covers 802.15.4 channels 16 to 19.
    interferers: [16, 17, 18, 19].map((channel) => ({ channel, dbm: -62, duty: 0.3 })),
    walls: [],
  },
  wan: { loss: 0, duplication: 0, reordering: 0, latencyMs: 40, jitterMs: 15 },
  radio: { resetEverySeconds: 0 },
  attacker: { everySeconds: 0, place: { x: -3, y: 2 } },
  faults: [],
};
