// Two physical layers as data: what a radio can tune to, how long things take on its air, how loud
// it is, and what the law allows. A house has one of them; nothing but these figures differs.
// @source IEEE 802.15.4-2015 clauses 6.2.5, 8.4.2, 12, 20 (SUN FSK); IEEE 802.15.4-2006 tables 22,
// 23, 85, 86; Zigbee 05-3474-22 annex D.10.2 (channel pages), D.11 (listen before talk), D.12 (duty
// cycle)

export interface Phy {
  readonly name: string;
  readonly firstChannel: number;
  readonly lastChannel: number;
  readonly octetUs: number;
  /** Preamble, start-of-frame delimiter, length: what is sent before the frame. */
  readonly headerOctets: number;
  /** From receiving to sending: what an acknowledgement waits for. */
  readonly turnaroundUs: number;
  /** How long the channel must be free. */
  readonly ccaUs: number;
  readonly backoffUs: number;
  /** The first backoff is one of so many, none included; their number doubles up to the last. */
  readonly firstBackoffs: number;
  readonly lastBackoffs: number;
  readonly maxBackoffs: number;
  /** From a frame's end to when its acknowledgement must have come. */
  readonly ackWaitUs: number;
  /** dBm. */
  readonly transmitDbm: number;
  readonly sensitivityDbm: number;
  readonly busyDbm: number;
  readonly noiseDbm: number;
  /** In free space at 1 m, dB. */
  readonly lossAtMetre: number;
  /** Time on air in any hour beyond which the radio sends nothing; Infinity: no limit. */
  readonly onAirPerHourUs: number;
}

/** O-QPSK, 250 kb/s, unslotted CSMA-CA: channel page 0. */
export const BAND_2450: Phy = {
  name: "2450",
  firstChannel: 11,
  lastChannel: 26,
  octetUs: 32,
  headerOctets: 6,
  turnaroundUs: 192,
  ccaUs: 128,
  backoffUs: 320,
  firstBackoffs: 8,
  lastBackoffs: 32,
  maxBackoffs: 4,
  ackWaitUs: 864,
  transmitDbm: 4,
  sensitivityDbm: -100,
  busyDbm: -75,
  noiseDbm: -98,
  lossAtMetre: 40.2,
  onAirPerHourUs: Number.POSITIVE_INFINITY,
};

/**
 * FSK, 100 kb/s, listen before talk, 863 to 876 MHz: channel pages 28, 29 and 30, whose channels
 * are numbered through. A backoff is one of eleven waits of half a millisecond, at each attempt.
 */
export const BAND_868: Phy = {
  name: "868",
  firstChannel: 0,
  lastChannel: 62,
  octetUs: 80,
  // A preamble of 8, a delimiter of 2, a header of 2.
  headerOctets: 12,
  turnaroundUs: 450,
  ccaUs: 5000,
  backoffUs: 500,
  firstBackoffs: 11,
  lastBackoffs: 11,
  maxBackoffs: 3,
  // The window of 1 ms, and the acknowledgement itself.
  ackWaitUs: 2400,
  transmitDbm: 14,
  sensitivityDbm: -105,
  busyDbm: -87,
  noiseDbm: -108,
  lossAtMetre: 31.2,
  onAirPerHourUs: 90_000_000,
};

/** A band by its name; an unknown name is a defect of the caller. */
export function bandNamed(name: string): Phy {
  const found = [BAND_2450, BAND_868].find((one) => one.name === name);
  if (found === undefined) throw new Error(`no band ${name}`);
  return found;
}

const FCS_OCTETS = 2;

/** Greatest frame without its FCS. */
export const FRAME_MAX = 125;

/** How much stronger a frame must be than everything else at once to be read, dB. */
export const CAPTURE_DB = 4;

/** An acknowledgement without its FCS. */
export const ACK_OCTETS = 3;

/** Tries after the first of a frame that is not acknowledged. */
export const MAX_RETRIES = 3;

/** What stands for a channel while a radio listens to none. */
export const NO_CHANNEL = -1;

/** Microseconds on air of a frame of `octets` without FCS. */
export function airtimeUs(phy: Phy, octets: number): number {
  return (phy.headerOctets + octets + FCS_OCTETS) * phy.octetUs;
}
