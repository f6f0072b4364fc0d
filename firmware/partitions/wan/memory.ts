// The one buffer of an instance: what goes out now, then tables of records.

export const enum WanMemory {
  /**
   * A datagram or a channel message on its way out: links and ports send from a buffer's start.
   * 358 bytes, which mean nothing after the call that laid them there.
   */
  OUT = 0,
  /** Message ids of acknowledged separate responses whose acknowledgement may have been lost. */
  RECENT = 358,
  /** The kids of two owners, each with its length before it. */
  ROUTES = 366,
  /** `REQUESTS_EACH` requests of each owner, then `SERVED_EACH` served ones of each. */
  TABLES = 382,
}

/** One CoAP message that may have to be sent again. */
export const enum Transmission {
  /** Of the message. u16 */
  SIZE = 0,
  MESSAGE_ID = 2,
  /** Of the try under way, milliseconds. u16 */
  TIMEOUT = 4,
  TRIES = 6,
  /** u48, 0: it is not waiting for an acknowledgement. */
  DUE = 8,
  LENGTH = 14,
}

/** What the hub asks. */
export const enum RequestRecord {
  // A `Transmission`, then:
  /** A `RequestState`. */
  STATE = 14,
  OWNER = 15,
  EXCHANGE = 16,
  /** Why it failed. */
  REASON = 18,
  TOKEN = 20,
  /** A block of 128 bytes with all options that our sessions ever give it takes 275. */
  MESSAGE = 24,
  MESSAGE_MAX = 288,
  LENGTH = 312,
}

/** What the head-end asks. */
export const enum ServedRecord {
  // A `Transmission`, of the reply, then:
  /** A `ServedState`. */
  STATE = 14,
  OWNER = 15,
  EXCHANGE = 16,
  /** Message id of the request. */
  REQUEST_ID = 18,
  IS_CONFIRMABLE = 20,
  IS_ACKNOWLEDGED = 21,
  /** The reply is a message of its own; retransmission waits for an acknowledgement. */
  IS_SEPARATE = 22,
  TOKEN_LENGTH = 23,
  TOKEN = 24,
  /** u48 */
  REQUESTED_AT = 32,
  /** When the empty ACK, then when the patience with the owner, runs out. u48, 0: never. */
  WAIT_UNTIL = 38,
  /** u48 */
  USED_AT = 44,
  /** A reply with a block of 128 bytes takes 180. */
  MESSAGE = 50,
  MESSAGE_MAX = 200,
  LENGTH = 250,
}
