// Times and limits of the 2.4 GHz O-QPSK physical layer and of unslotted CSMA-CA.
// @source IEEE 802.15.4-2015 clauses 6.2.5, 8.4.2, 12; IEEE 802.15.4-2006 tables 22, 23, 85, 86

export const enum Phy {
  FIRST_CHANNEL = 11,
  LAST_CHANNEL = 26,
  SYMBOL_US = 16,
  /** Two symbols an octet: 250 kb/s. */
  OCTET_US = 32,
  /** Preamble (4), start-of-frame delimiter, length: what is sent before the frame. */
  HEADER_OCTETS = 6,
  FCS_OCTETS = 2,
  /** Greatest frame without its FCS. */
  FRAME_MAX = 125,
  /** aTurnaroundTime, 12 symbols. */
  TURNAROUND_US = 192,
  /** Eight symbols of listening. */
  CCA_US = 128,
  /** aUnitBackoffPeriod, 20 symbols. */
  BACKOFF_US = 320,
  MIN_BE = 3,
  MAX_BE = 5,
  MAX_BACKOFFS = 4,
  /** macAckWaitDuration: 20 + 12 + 10 + 12 symbols. */
  ACK_WAIT_US = 864,
}

/** Radio figures of every station here, dBm. */
export const enum Power {
  TRANSMIT = 4,
  SENSITIVITY = -100,
  CCA_THRESHOLD = -75,
  NOISE_FLOOR = -98,
}

/** How much stronger a frame must be than everything else at once to be read, dB. */
export const CAPTURE_DB = 4;

/** An acknowledgement without its FCS. */
export const ACK_OCTETS = 3;

/** Tries after the first of a frame that is not acknowledged. */
export const MAX_RETRIES = 3;

/** Microseconds on air of a frame of `octets` without FCS. */
export function airtimeUs(octets: number): number {
  return (Phy.HEADER_OCTETS + octets + Phy.FCS_OCTETS) * Phy.OCTET_US;
}
