// Questions to the gas mirror: from a display by way of `han`, from a provider by way of
// `firewall`. The gas meter is never asked.

/** `MIRROR_READ` han | firewall -> gas, esi -> firewall. */
export const enum MirrorRead {
  /** The asker's own number. u16 */
  REFERENCE = 2,
  EUI64 = 8,
  LENGTH = 16,
}

/** `MIRROR_VALUE`, the answer. Value and meter time always go together. */
export const enum MirrorValue {
  /** A `MirrorStatus`. */
  STATUS = 1,
  REFERENCE = 2,
  EUI64 = 8,
  /** Unix seconds by the meter's clock at which the register had VALUE. u32 */
  METER_TIME = 16,
  /** Cubic decimetres. u48 */
  VALUE = 20,
  /** Unix seconds by the hub's clock at which the meter last synchronised; 0 unknown. u32 */
  SYNCED_AT = 26,
  LENGTH = 30,
}

export const enum MirrorStatus {
  OK = 0,
  /** This meter has not synchronised since it was added: there is no value yet. */
  NO_VALUE = 1,
  UNKNOWN_METER = 2,
  /** From `firewall` alone: this provider holds no grant. */
  NO_GRANT = 3,
  /** Too many questions under way; ask again later. */
  BUSY = 4,
}
