// Civil time. Monotonic time is an argument of every call and no device.

export const enum TimeQuality {
  UNKNOWN = 0,
  /** Kept by this board since it was last set. */
  HOLDOVER = 1,
  /** Set by the management session within its period. */
  SYNCHRONISED = 2,
}

/** Readable by every partition. */
export interface UtcClock {
  /** Milliseconds since 1970-01-01T00:00:00Z, 0 while unknown. */
  utcMs(): number;
  quality(): TimeQuality;
}

/** The one setter; its owner is `manage`. */
export interface WallClock {
  set(utcMs: number, quality: TimeQuality): void;
}
