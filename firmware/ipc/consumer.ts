// The consumer's word on who is in his home's network: said by `console`, obeyed by `access` before
// that of the management party.

/** `CONSUMER_ASK` console -> access. */
export const enum ConsumerAsk {
  /** A `ConsumerAction`. */
  ACTION = 1,
  REFERENCE = 2,
  VALUE = 4,
  EUI64 = 8,
  LENGTH = 16,
}

export const enum ConsumerAction {
  /** The first device in the log at the index VALUE or behind it. */
  LIST = 0,
  /** VALUE 1: the management party may admit and remove devices, as at first; 0: it may not. */
  DELEGATE = 1,
  /** VALUE 0: the joining window closes and stays closed; 1: it opens, and may again. */
  WINDOW = 2,
  /** VALUE 1: this device goes out and stays out, whoever admits it; 0: it may join again. */
  DENY = 3,
  COUNT = 4,
}

/** `CONSUMER_ANSWER` access -> console: after it lies in flash. */
export const enum ConsumerAnswer {
  /** A `ConsumerResult`. */
  RESULT = 1,
  REFERENCE = 2,
  /** Of a device that was asked for by `LIST`: its index. */
  INDEX = 4,
  /** A `DeviceKind`. */
  KIND = 5,
  /** A `Standing`. */
  STANDING = 6,
  /** The `JoinPath`s by which it is in, a bit each. */
  PATHS = 7,
  EUI64 = 8,
  LENGTH = 16,
}

export const enum ConsumerResult {
  OK = 0,
  /** The log does not have it, or nothing from that index on. */
  UNKNOWN_DEVICE = 1,
  /** Busy, or the store failed; try again later. */
  BUSY = 2,
  /** No such action, or no such value of it. */
  BAD_ACTION = 3,
}

export const enum Standing {
  /** It may join. */
  REGISTERED = 1,
  JOINED = 2,
  /** The consumer keeps it out. */
  DENIED = 3,
}
