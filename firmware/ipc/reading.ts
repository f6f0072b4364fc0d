// One reading of one meter, on its way from `han` through `gas` or `demand` and `firewall` to the
// providers' `esi`; and the recovery of missed half-hours from a meter's own profile.

/**
 * `READING` han -> gas | demand -> firewall -> esi. A meter's register with the meter's own time
 * (`flags` 0), or its consumption in one interval (`INTERVAL`), recovered from its profile.
 */
export const enum Reading {
  FLAGS = 1,
  COMMODITY = 2,
  /** The sender's own number for it; `READING_STORED` brings it back. u32 */
  REFERENCE = 4,
  /** The meter, EUI-64 in radio order (least significant byte first). */
  EUI64 = 8,
  /** Unix seconds by the meter's clock: of the register, or of the interval's end. u32 */
  METER_TIME = 16,
  /** Watt-hours, or cubic decimetres of gas. u48 */
  VALUE = 20,
  /** Watts (import positive), `NO_DEMAND` when the meter gave none. i32 */
  DEMAND = 26,
  /** Seconds of the interval, 0 for a register. u16 */
  INTERVAL_SECONDS = 30,
  LENGTH = 32,

  NO_DEMAND = -0x80000000,
}

export const enum ReadingFlags {
  INTERVAL = 1,
}

export const enum Commodity {
  ELECTRICITY = 0,
  GAS = 1,
}

/** `READING_STORED`, the way back: the reading lies in every granted provider's flash. */
export const enum ReadingStored {
  /** A `Stored`. */
  CODE = 1,
  COMMODITY = 2,
  REFERENCE = 4,
  EUI64 = 8,
  LENGTH = 16,
}

export const enum Stored {
  /** Kept until the head-end has it. The meter may be told so. */
  OK = 0,
  /** Nobody holds a grant to read this meter: nothing was kept. Do not send it again. */
  NO_GRANT = 1,
  /** No room now. The meter must not be told that it was taken; try again later. */
  FULL = 2,
}

/** `PROFILE_ASK` gas | demand -> han: fetch half-hours from the meter when it can be reached. */
export const enum ProfileAsk {
  COMMODITY = 1,
  /** How many half-hours, 1 to 24, ending at END_TIME and before. */
  COUNT = 2,
  EUI64 = 8,
  /** Unix seconds, end of the newest interval asked for; a multiple of 1,800. u32 */
  END_TIME = 16,
  LENGTH = 20,
}

/** `PROFILE_DONE` han -> gas | demand, after the last interval came as a `READING`. */
export const enum ProfileDone {
  /** A `ProfileResult`. */
  CODE = 1,
  COUNT = 2,
  EUI64 = 8,
  END_TIME = 16,
  LENGTH = 20,
}

export const enum ProfileResult {
  OK = 0,
  /** The meter did not answer; ask again later. */
  UNREACHABLE = 1,
  /** The meter has no such intervals: do not ask again. */
  NOT_AVAILABLE = 2,
}
