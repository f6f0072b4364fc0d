// What the radio driver tells its owner, and what it counts.

export const enum Transmission {
  /** Acknowledged, or sent where no acknowledgement was asked for. */
  OK = 0,
  NO_ACK = 1,
  CHANNEL_BUSY = 2,
  /** Lost with a reset, or the co-processor refused it: nobody knows whether it was sent. */
  FAILED = 3,
}

/** What the driver tells its owner. Never during a call of the owner. */
export interface RadioOwner {
  /** Set up as asked, at start, after a reset and after `configure`. */
  radioReady(now: number): void;
  /** A frame without its check bytes, valid until return. */
  frameReceived(now: number, bytes: Uint8Array, start: number, length: number): void;
  frameSent(now: number, tag: number, result: Transmission): void;
  /** The greatest energy on the channel, dBm; the scan is over. */
  energyMeasured(now: number, channel: number, rssi: number): void;
}

export class RadioCounts {
  received = 0;
  sent = 0;
  noAck = 0;
  channelBusy = 0;
  failed = 0;
  /** Frames from the co-processor that make no sense. */
  malformed = 0;
  /** Answers to questions that were given up, or never put. */
  stale = 0;
  timeouts = 0;
  /** Resets that it announced by itself, and those that we asked for. */
  resetsSeen = 0;
  resetsMade = 0;
  queueFull = 0;
}
