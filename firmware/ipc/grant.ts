// What a provider may do with a device: kept by `trust`, asked by `firewall`, set by `manage`.

/** How a provider stands to a device. Each one allows what the one before it allows, and more. */
export const enum Relationship {
  /** Nothing: where everything begins and ends. */
  UNAUTHORIZED = 0,
  /** It is given the device's readings and the mirror's value. */
  SUBSCRIBED = 1,
  /** It also exchanges messages with the device. */
  ENROLLED = 2,
  /** It also has critical control of the device, which no partition offers yet. */
  CONTROLLED = 3,
  COUNT = 4,
}

/** Rights, a bit each. */
export const enum Right {
  /** Its readings go to the provider, and the mirror answers for it. */
  READ = 1,
  /** Messages of the provider reach the device, and its answers come back. */
  MESSAGE = 2,
  /** Its commands that bear on the supply are carried out. */
  CONTROL = 4,
}

/** The `Right`s of a relationship. */
export function rightsOf(relationship: Relationship): number {
  return (1 << relationship) - 1;
}

/** Whether a relationship may follow another: one step up at a time, down to any at once. */
export function isMove(from: Relationship, to: number): boolean {
  return to < Relationship.COUNT && to <= from + 1;
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

/** `GRANT_SET` manage -> trust: the relationship from now on; the same again renews its end. */
export const enum GrantSet {
  PROVIDER = 1,
  REFERENCE = 2,
  /** A `Relationship`. */
  RELATIONSHIP = 4,
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
  /** No move leads there from where the two stand: take the steps between. */
  BAD_MOVE = 4,
}
