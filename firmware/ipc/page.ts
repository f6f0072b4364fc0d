// What the management session reads of the hub page by page, each the size of a CoAP block: the
// backup of the network, whose pages are sealed where their keys are held, and how well devices
// are heard. manage -> firewall -> access or han, and back; manage -> trust and back.

export const enum Book {
  /** Sealed by `access`: network keys, device log, link keys, what the consumer reserved. */
  CREDENTIALS = 0,
  /** Sealed by `han`: identity, frame counter, nodes and what was learned of them. */
  NETWORK = 1,
  /** Sealed by `trust`: how each provider stands to each device. */
  GRANTS = 2,
  /** In clear, by `han`: a `Link` for each node. */
  COVERAGE = 3,
  COUNT = 4,
}

export const enum PageSize {
  /** A CBOR byte string of 126 bytes. @source RFC 8949 section 3.1 */
  PAGE = 128,
  HEAD = 2,
  /** Pages: 2 records and 32 devices; 2 and twice 32 nodes; 5 grants, or 6 links, on each. */
  CREDENTIALS = 34,
  NETWORK = 66,
  GRANTS = 16,
  BACKUP = 116,
  COVERAGE = 6,
}

/** `PAGE_ASK` manage -> firewall -> access or han, and manage -> trust. */
export const enum PageAsk {
  /** A `Book`. */
  BOOK = 1,
  REFERENCE = 2,
  /** Of the page within its book, from 0. u16 */
  NUMBER = 4,
  /** Of a backup: what all its pages have in common. */
  SERIES = 8,
  LENGTH = 16,
}

/** `PAGE`, the answer. */
export const enum Page {
  BOOK = 1,
  REFERENCE = 2,
  /** A `PageResult`. */
  RESULT = 4,
  DATA = 8,
  LENGTH = 136,
}

export const enum PageResult {
  OK = 0,
  /** Its store is not read yet; ask again. */
  NOT_NOW = 1,
  /** No recovery key was agreed with this hub: there is nothing to seal a backup with. */
  NO_KEY = 2,
}

/** A link of `Book.COVERAGE`; zeros behind the last. */
export const enum Link {
  /** Radio order. */
  EUI64 = 0,
  /** A `DeviceKind`. */
  KIND = 8,
  /** `LinkFlag` bits. */
  FLAGS = 9,
  /** Its frames as they arrive here, signed dBm, smoothed. */
  RSSI = 10,
  /** Of a router around: the link cost of our frames as it hears them, 1 best to 7; 0: unknown. */
  COST_THERE = 11,
  /** Routers between it and us. */
  RELAYS = 12,
  /** Seconds since an APS frame of its own came, 0xffff: none since the start. u16 */
  AGE = 13,
  /** Short addresses: its own, and that of the neighbour that takes frames for it. u16 each */
  SHORT = 15,
  HOP = 17,
  /** The short address of the router next to it; 0xffff: none, or not known. u16 */
  PARENT = 19,
  LENGTH = 21,
  A_PAGE = 6,
}

export const enum LinkFlag {
  SLEEPS = 1,
  /** A frame of its own radio was measured here. */
  IS_MEASURED = 2,
}
