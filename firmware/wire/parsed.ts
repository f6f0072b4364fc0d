// What a look at received bytes answers. After `OK` the accessors of that format cannot fail.

export const enum Parsed {
  OK = 0,
  /** It ends before its fields do. Drop it and count it. */
  TRUNCATED = 1,
  /** Longer than the format, or than we have room for. Drop it and count it. */
  TOO_LONG = 2,
  /** A field has a value that the standard forbids. Drop it and count it. */
  INVALID = 3,
  /** Well formed, of a kind or version that we do not take. Drop it; it is nobody's fault. */
  UNSUPPORTED = 4,
  /** A check sequence is wrong: damaged on its way. */
  DAMAGED = 5,
}
