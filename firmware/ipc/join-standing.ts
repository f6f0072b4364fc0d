// How a node stands with the network, as `JOIN_STORED` tells `access`.

export const enum JoinStanding {
  IN = 0,
  GONE = 1,
  /** It was let in, and may have the key: only whether it is registered still is the question. */
  KEYED = 2,
}
