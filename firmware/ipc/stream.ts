// Messages for and from devices, longer than a channel message: opened with a header that the
// firewall admits, then segments under credit. Up to 4,096 bytes, opaque to the hub.
//
// Down: esi -> firewall -> han. Up (a device's answer or alert): han -> firewall -> esi.
// The opener numbers the stream; each hop has its own numbers. The receiver's first
// `STREAM_CREDIT` admits it; a refusal is a `STREAM_END`.

export const enum Stream {
  MESSAGE_MAX = 4096,
  /** Data in one segment. */
  SEGMENT_MAX = 256,
  /** Numbers from here on are the firewall's; every other opener numbers its streams below. */
  FIREWALL_NUMBERS = 0x8000,
}

export const enum StreamOpen {
  /** A `Provider`: whom it comes from, or goes to. The firewall sets it for downward streams. */
  PROVIDER = 1,
  /** u16 */
  STREAM = 2,
  /** Bytes in all. u16 */
  TOTAL = 4,
  /** 1: an answer to the message MESSAGE_ID; 0: a command (down), unasked for (up). */
  IS_ANSWER = 6,
  EUI64 = 8,
  /** Given by the `esi` that sent the command; a device's answer carries it back. u32 */
  MESSAGE_ID = 16,
  /** Unix seconds by which it must have been fetched, 0: 24 hours from now. u32 */
  EXPIRES = 20,
  LENGTH = 24,
}

export const enum StreamSegment {
  STREAM = 2,
  /** Of the first byte of DATA within the message. u16 */
  OFFSET = 4,
  /** The rest of the channel message. */
  DATA = 8,
}

/** From the receiver: bytes up to OFFSET have been taken, those before LIMIT may be sent. */
export const enum StreamCredit {
  STREAM = 2,
  TAKEN = 4,
  LIMIT = 6,
  LENGTH = 8,
}

/**
 * From either end: the stream is over. Down, the receiver sends it twice: `KEPT`, later the fate.
 */
export const enum StreamEnd {
  /** A `StreamResult`. */
  RESULT = 1,
  /** Of a fate, which comes after `KEPT` and outlives restarts: the `Provider` of the message. */
  STREAM = 2,
  MESSAGE_ID = 4,
  EUI64 = 8,
  LENGTH = 16,
}

export const enum StreamResult {
  /** Whole and stored in flash; the stream number is free again. */
  KEPT = 0,
  /** Down: the device has it (sent with the MESSAGE_ID, after KEPT). */
  DELIVERED = 1,
  /** Down: the device did not fetch it in time; it was dropped (after KEPT). */
  EXPIRED = 2,
  /** Down: the device was there but did not take it (after KEPT). */
  UNDELIVERABLE = 3,
  /** Down: the device had it, and no answer came in time; none is awaited any more. */
  UNANSWERED = 4,
  /** No grant. Do not try again. */
  NO_GRANT = 8,
  UNKNOWN_DEVICE = 9,
  /** Five messages wait for this device already; try again later. */
  QUEUE_FULL = 10,
  TOO_LONG = 11,
  /** Too many streams at once, or the other end restarted; try again later. */
  BUSY = 12,
}
