// What a send answers, on a channel between partitions and on a device alike.

export const enum Sent {
  /** Taken; it arrives unless the receiver dies first. */
  OK = 0,
  /** No room, or over the declared rate. Nothing was taken: count it and try again later. */
  FULL = 1,
  /** The receiver has died and is not back. Nothing was taken: start the conversation anew. */
  RESTARTED = 2,
  /** The table does not allow it. Nothing was taken; it is a defect of the sender, and audited. */
  REFUSED = 3,
}
