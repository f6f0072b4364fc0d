// One buffer for what `access` puts together and gives away at once: a message, a wrapped key, a
// record for the journal. Each typed array costs seven slots of an XS machine.

export const enum Scratch {
  /** A device's EUI-64, while a message about it is put together at the begin. */
  EUI64 = 96,
  SIZE = 136,
}
