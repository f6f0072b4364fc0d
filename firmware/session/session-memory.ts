// The one buffer of a partition with a session: the session's part, then the partition's own.
// Many small arrays would cost more for themselves than for their bytes.

export const enum SessionMemory {
  /** The message on its way to `wan`, of a channel's length: ports send from a buffer's start. */
  OUTGOING = 0,
  /** Layout `OscoreMemory`. */
  CONTEXT = 320,
  /** What a request must bring back after a restart. */
  ECHO = 443,
  /** What the peer wants to see in our next request. */
  PEER_ECHO = 451,
  PEER_ECHO_MAX = 40,
  /** Requests of the peer that are not answered, and its observations; layout `ServerSlot`. */
  SLOTS = 491,
  /** Where the path segments of the request under way are; layout of `InnerMessage`. */
  PATH = 563,
  /** Short messages, and random bytes; nothing here outlives the call that wrote it. */
  SMALL = 579,
  SMALL_LENGTH = 45,
  /** The partition's own bytes begin here. */
  LENGTH = 624,
}

/** One of `ServerLimit.SLOTS`. */
export const enum ServerSlot {
  STATE = 0,
  /** Of the last notification. u24 */
  OBSERVE = 1,
  EXCHANGE = 4,
  /** Of the request. u48 */
  SEQUENCE = 6,
  /** u48 */
  OPENED_AT = 12,
  LENGTH = 18,
}
