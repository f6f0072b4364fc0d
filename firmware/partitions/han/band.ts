// The bands that a co-processor may serve, as data. Which one it serves it says itself, by the
// channels that it can be tuned to; nothing else of `han` differs between them.
// @source IEEE 802.15.4-2015 clauses 10.1.2, 12, 20; Zigbee 05-3474-22 annexes D.10.2.1.3.2
// (channel pages 28, 29, 30: numbered through) and D.12 (duty cycle)

export interface Band {
  readonly firstChannel: number;
  readonly channels: number;
  /** Channels to be had where others are not much quieter; none: all are alike. */
  readonly preferred: readonly number[];
  readonly octetUs: number;
  /** Of a frame on air: preamble, delimiter, length, check bytes. */
  readonly overheadOctets: number;
  /** On air in an hour, ms: from here on nothing but what a node listens for. 0: no limit. */
  readonly criticalMs: number;
  /** And from here on nothing at all. */
  readonly regulatedMs: number;
}

export const BANDS: readonly Band[] = [
  {
    firstChannel: 11,
    channels: 16,
    // Between the usual Wi-Fi channels.
    preferred: [11, 14, 15, 19, 20, 24, 25],
    octetUs: 32,
    overheadOctets: 8,
    criticalMs: 0,
    regulatedMs: 0,
  },
  {
    firstChannel: 0,
    channels: 63,
    preferred: [],
    octetUs: 80,
    overheadOctets: 14,
    criticalMs: 75_000,
    // What pages 30 and 31 allow; 28 and 29 would allow 100 s.
    regulatedMs: 90_000,
  },
];

/**
 * The band of a co-processor that can be tuned to `bytes[at .. end)`, a channel each (Spinel
 * `PHY_CHAN_SUPPORTED`): the first that has all of them, since a radio may leave some out.
 * Undefined: none has, or there are no channels.
 */
export function bandOf(bytes: Uint8Array, at: number, end: number): Band | undefined {
  if (at === end) return undefined;
  for (let i = 0; i < BANDS.length; i++) {
    const band = BANDS[i]!;
    if (hasAll(band, bytes, at, end)) return band;
  }
  return undefined;
}

export function hasChannel(band: Band, channel: number): boolean {
  return channel >= band.firstChannel && channel < band.firstChannel + band.channels;
}

/** `hasChannel` of each, without a call each: a start of the hub waits for it. */
function hasAll(band: Band, bytes: Uint8Array, at: number, end: number): boolean {
  const { firstChannel, channels } = band;
  const past = firstChannel + channels;
  for (let i = at; i < end; i++) {
    const channel = bytes[i]!;
    if (channel < firstChannel || channel >= past) return false;
  }
  return true;
}
