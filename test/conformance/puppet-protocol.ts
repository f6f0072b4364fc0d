// What a puppet is told on its serial line, and what it reports there: a byte for each field.

/** Byte 0 of a command. */
export const enum Command {
  /** to, operation, length u16, times */
  SEND = 1,
  THROW = 2,
  /** milliseconds from now, u16 */
  DUE = 3,
  /** Wants a tick at once, for ever. */
  SPIN = 4,
  /** offset u16, length u16, or 0 length: erase; kind (a `FlashOperation`) */
  FLASH = 5,
  /** Throws at the next message of a channel. */
  THROW_AT_MESSAGE = 6,
  /** Throws when it is told of a peer's death. */
  THROW_AT_NEWS = 7,
  /** Sends every message of a channel back to its sender, as far as that is taken. */
  ECHO = 8,
  /** Sends one message to this party each time a peer dies, and reports the answer. */
  SEND_AT_NEWS = 9,
  /** Sends with a length field that is not the bytes' own: to, operation, length u16 */
  SEND_BEYOND = 10,
}

/** Byte 0 of a report. */
export const enum Report {
  STARTED = 1,
  /** from, operation, length u16, sum of all bytes u16 */
  RECEIVED = 2,
  /** to, operation, then how often each `Sent` was the answer: OK, FULL, RESTARTED, REFUSED */
  ANSWERS = 3,
  TICK = 4,
  /** peer */
  NEWS = 5,
  /** operation, status, first byte of data */
  FLASH_DONE = 6,
  /** operation, the `Sent` */
  FLASH_ANSWER = 7,
  /** from, code, detail u32: an `AUDIT_EVENT` */
  AUDIT = 8,
}

/** A puppet's serial line is this device, counted from its partition's number. */
export const LINE_PARTY = 128;
