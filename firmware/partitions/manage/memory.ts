// The partition's own bytes, in the one buffer behind the session's `SessionMemory.LENGTH`.

export const enum ManageMemory {
  /** Sixteen alerts of layout `Alert`. */
  ALERTS = 624,
  /** What is asked of others: four of layout `Waiting`. */
  WAITING = 960,
  /** The device that a request's path names, until it is dispatched. */
  REQUEST_EUI64 = 1000,
  /** Of the backup that is being read; zeros: none. */
  SERIES = 1008,
  END = 1016,
  LENGTH = 392,
}
