// Network access: `han` relays and polices, `access` decides and wraps the network key.

/** The medium over which a node asks: each has a network access server of its own. */
export const enum JoinPath {
  ZIGBEE = 0,
  POWERLINE = 1,
  /** The serial link to the meter underneath. */
  METER_LINK = 2,
  COUNT = 3,
}

/** `NETWORK_ASK` han -> access: once after each start, with the hub's own EUI-64. */
export const enum NetworkAsk {
  EUI64 = 8,
  LENGTH = 16,
}

/** `NETWORK_SET` access -> han: a network key that `access` made, with its sequence number. */
export const enum NetworkSet {
  KEY_SEQUENCE = 1,
  /** A `KeyUse`. */
  USE = 2,
  KEY = 8,
  LENGTH = 24,
}

export const enum KeyUse {
  /** Frames are sent and taken under it. */
  ACTIVE = 0,
  /** To be spread: frames are taken under it, and sent under it when all nodes have it. */
  NEXT = 1,
  /** The one before: frames are taken under it, and sent to those that have no other yet. */
  OLD = 2,
}

/**
 * `KEY_MOVED` han -> access: how far a new network key has come. `access` answers with
 * `NETWORK_SET` when it has stored that; `han` says it again until then.
 */
export const enum KeyMoved {
  /** A `KeyMove`. */
  MOVE = 1,
  KEY_SEQUENCE = 2,
  LENGTH = 4,
}

export const enum KeyMove {
  /** The nodes have the next key, KEY_SEQUENCE, or had time enough: it may become active. */
  SPREAD = 0,
  /** The old key, KEY_SEQUENCE, is needed no more. */
  DROPPED = 1,
}

/**
 * `NODE_SAID` han -> access: an APS command of a Networked node for the trust centre, as it came:
 * under its link key, which `han` does not have. Always LENGTH bytes.
 */
export const enum NodeSaid {
  APS_LENGTH = 1,
  EUI64 = 8,
  APS_FRAME = 16,
  /** Verify-Key, secured, has 45. */
  APS_MAX = 48,
  LENGTH = 64,
}

/**
 * `NODE_TELL` access -> han: an APS frame for a Networked node, sealed for it, to be sent as it is
 * under the network key.
 */
export const enum NodeTell {
  /** 1: it bears the network key that is to be spread, and its arrival counts. */
  IS_NETWORK_KEY = 1,
  APS_LENGTH = 3,
  EUI64 = 8,
  APS_FRAME = 16,
  /** The longest that `han` keeps room for. */
  APS_MAX = 66,
}

/** `JOIN_ASK` han -> access: this node asks to become Networked. */
export const enum JoinAsk {
  /** A `JoinKind`. */
  KIND = 1,
  /** The 802.15.4 capability byte. */
  CAPABILITY = 2,
  /** A `JoinPath`. */
  PATH = 3,
  EUI64 = 8,
  /** The network address it would have. u16 */
  SHORT = 16,
  LENGTH = 18,
}

export const enum JoinKind {
  ASSOCIATION = 0,
  /** A NWK rejoin request that was not secured with the network key. */
  UNSECURED_REJOIN = 1,
  /** A Networked node has not the network key that is spread: `NODE_TELL` answers. */
  KEY_UPDATE = 2,
}

/**
 * `JOIN_ANSWER` access -> han. Accepted: APS_FRAME is a whole APS frame (Transport-Key, secured
 * with that node's key-transport key), to be sent as it is in an unsecured NWK frame; on another
 * path than Zigbee, whose keys `access` does not make yet, it is empty.
 */
export const enum JoinAnswer {
  /** A `JoinDecision`. */
  DECISION = 1,
  /** A `DeviceKind`, of `device.ts`. */
  KIND = 2,
  APS_LENGTH = 3,
  /** The `JoinPath` by which it was asked. */
  PATH = 4,
  EUI64 = 8,
  APS_FRAME = 16,
  /** The longest that `han` keeps room for. */
  APS_MAX = 66,
}

export const enum JoinDecision {
  ACCEPTED = 0,
  /** No install code is registered for it: no key is ever sent. */
  NOT_REGISTERED = 1,
  /** It asked under the well-known key, or unsecured: refused whoever it is. */
  INSECURE_REJOIN = 2,
  /** The window in which nodes may join is closed. */
  CLOSED = 3,
  /** Too many attempts; not now. */
  RATE = 4,
  /** The consumer keeps it out. */
  DENIED = 5,
}

/**
 * `JOIN_STORED` han -> access: the node proved that it has the key, and its record lies in flash;
 * or it left, and the record is gone. Sent again for each stored node when either end starts anew,
 * then also for one that may have the key and has not proven it: `access` answers for a node that
 * it does not know with an unasked-for `JOIN_ANSWER`, `NOT_REGISTERED`, and `han` removes it.
 */
export const enum JoinStored {
  /** A `JoinStanding`, of `join-standing.ts`. */
  STANDING = 1,
  /** The `JoinPath` by which it is in, or was. */
  PATH = 2,
  EUI64 = 8,
  SHORT = 16,
  LENGTH = 18,
}

/**
 * `NODE_REFUSED` han -> access, for the audit log: a Networked node asked for more than a device of
 * its kind may have. For each node at most once a minute.
 */
export const enum NodeRefused {
  /** A `NodeRule`. */
  RULE = 1,
  /** The number of the command, or 0. */
  COMMAND = 2,
  /** u16 */
  CLUSTER = 4,
  EUI64 = 8,
  LENGTH = 16,
}

/** What a device of its kind may not. */
export const enum NodeRule {
  /** Send this command. */
  COMMAND = 1,
  /** Read such an attribute. */
  ATTRIBUTE = 2,
  /** Begin a long payload. */
  TRANSFER = 3,
  /** Learn another device's address. */
  ADDRESS = 4,
  /** Have a frame handed on to another device, or from one. */
  RELAY = 5,
}

/** `PERMIT_JOIN` access -> han: open the window for SECONDS, 0 closes it. u16 */
export const enum PermitJoin {
  SECONDS = 2,
  LENGTH = 4,
}
