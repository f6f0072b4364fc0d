// What a provider may do with a device: kept by `trust`, asked by `firewall`, set by `manage`.

/** Rights, a bit each. */
export const enum Right {
  /** Its readings go to the provider, and the mirror answers for it. */
  READ = 1,
  /** Messages of the provider reach the device, and its answers come back. */
  MESSAGE = 2,
}

/** `GRANT_CHECK` firewall -> trust. */
export const enum GrantCheck {
  /** A `Provider`. */
  PROVIDER = 1,
  REFERENCE = 2,
  /** The `Right`s that are needed, all of them. */
  RIGHTS = 4,
  EUI64 = 8,
  LENGTH = 16,
}

/** `GRANT_ANSWER` trust -> firewall. */
export const enum GrantAnswer {
  /** 1 allowed, 0 not. */
  ALLOWED = 1,
  REFERENCE = 2,
  LENGTH = 4,
}

/** `GRANT_SET` manage -> trust: these rights and no others; none removes the grant. */
export const enum GrantSet {
  PROVIDER = 1,
  REFERENCE = 2,
  RIGHTS = 4,
  EUI64 = 8,
  /** Unix seconds, 0: until it is taken back. u32 */
  EXPIRES = 16,
  LENGTH = 20,
}

/** `GRANT_RESULT` trust -> manage: after it lies in flash. */
export const enum GrantResultMessage {
  /** A `GrantResult`. */
  RESULT = 1,
  REFERENCE = 2,
  LENGTH = 4,
}

export const enum GrantResult {
  OK = 0,
  /** No room for another grant: take one back first. */
  FULL = 1,
  BAD_PROVIDER = 2,
  /** The store is busy or failed; try again later. */
  BUSY = 3,
}
