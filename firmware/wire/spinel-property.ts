// Spinel's properties, status codes and radio capabilities, as far as a radio co-processor has
// them. The comment gives the value's type: C u8, c i8, S u16, L u32, i packed, b boolean, E EUI-64
// (most significant byte first), U text with a zero behind it, A(x) any number of x.
// @source OpenThread src/lib/spinel/spinel.h

export const enum SpinelProperty {
  /**
   * i: a `SpinelStatus`; after a transmission also b: the acknowledgement had frame pending set.
   */
  LAST_STATUS = 0x00,
  /** ii: major, minor. */
  PROTOCOL_VERSION = 0x01,
  /** U */
  NCP_VERSION = 0x02,
  /** i: 3 is Thread and raw links. */
  INTERFACE_TYPE = 0x03,
  /** A(i): `SpinelCapability`. */
  CAPS = 0x05,
  /** E: the chip's own address. */
  HWADDR = 0x08,
  /** b */
  PHY_ENABLED = 0x20,
  /** C */
  PHY_CHAN = 0x21,
  /** A(C) */
  PHY_CHAN_SUPPORTED = 0x22,
  /** c: dBm. */
  PHY_TX_POWER = 0x25,
  /** c: dBm, now. */
  PHY_RSSI = 0x26,
  /** C: a `SpinelScanState`. */
  MAC_SCAN_STATE = 0x30,
  /** A(C): channels. */
  MAC_SCAN_MASK = 0x31,
  /** S: milliseconds a channel. */
  MAC_SCAN_PERIOD = 0x32,
  /** E */
  MAC_15_4_LADDR = 0x34,
  /** S */
  MAC_15_4_SADDR = 0x35,
  /** S */
  MAC_15_4_PANID = 0x36,
  /** b: received frames come as `STREAM_RAW`. */
  MAC_RAW_STREAM_ENABLED = 0x37,
  /** C: a `SpinelPromiscuous`. */
  MAC_PROMISCUOUS_MODE = 0x38,
  /** Cc: channel, greatest RSSI. */
  MAC_ENERGY_SCAN_RESULT = 0x39,
  /** b */
  MAC_RX_ON_WHEN_IDLE_MODE = 0x3b,
  /** dD: `spinel-stream.ts`. */
  STREAM_RAW = 0x71,
  /** i: what the host may assume of the co-processor. */
  RCP_API_VERSION = 0xb0,
  RCP_MIN_HOST_API_VERSION = 0xb1,
  /** i: `SpinelRadioCaps`. */
  RADIO_CAPS = 0x120b,
  /** b: acknowledgements of data requests say frame pending by the tables, not always. */
  MAC_SRC_MATCH_ENABLED = 0x1303,
  /** A(S): set, or insert and remove one. */
  MAC_SRC_MATCH_SHORT_ADDRESSES = 0x1304,
  /** A(E): set, or insert and remove one. */
  MAC_SRC_MATCH_EXTENDED_ADDRESSES = 0x1305,
}

export const enum SpinelStatus {
  OK = 0,
  FAILURE = 1,
  UNIMPLEMENTED = 2,
  INVALID_ARGUMENT = 3,
  INVALID_STATE = 4,
  INVALID_COMMAND = 5,
  INVALID_INTERFACE = 6,
  INTERNAL_ERROR = 7,
  SECURITY_ERROR = 8,
  PARSE_ERROR = 9,
  IN_PROGRESS = 10,
  NO_MEMORY = 11,
  BUSY = 12,
  PROPERTY_NOT_FOUND = 13,
  DROPPED = 14,
  EMPTY = 15,
  COMMAND_TOO_BIG = 16,
  /** Sent as often as allowed, never acknowledged. */
  NO_ACK = 17,
  /** The channel was never clear. */
  CCA_FAILURE = 18,
  ALREADY = 19,
  ITEM_NOT_FOUND = 20,
  INVALID_COMMAND_FOR_PROPERTY = 21,
  UNKNOWN_NEIGHBOR = 22,
  NOT_CAPABLE = 23,
  RESPONSE_TIMEOUT = 24,
  /** 112 to 127: the co-processor has just restarted, and why. */
  RESET_POWER_ON = 112,
  RESET_EXTERNAL = 113,
  RESET_SOFTWARE = 114,
  RESET_FAULT = 115,
  RESET_CRASH = 116,
  RESET_ASSERT = 117,
  RESET_OTHER = 118,
  RESET_UNKNOWN = 119,
  RESET_WATCHDOG = 120,
  RESET_END = 128,
}

export function isReset(status: number): boolean {
  return status >= SpinelStatus.RESET_POWER_ON && status < SpinelStatus.RESET_END;
}

export const enum SpinelScanState {
  IDLE = 0,
  BEACON = 1,
  ENERGY = 2,
  DISCOVER = 3,
}

export const enum SpinelPromiscuous {
  /** Address filter on: what normal work needs. */
  OFF = 0,
  /** Every frame of the channel whose check sequence is right. */
  NETWORK = 1,
  FULL = 2,
}

export const enum SpinelCapability {
  CONFIG_RADIO = 32 + 2,
  MAC_RAW = 512 + 1,
}

export const enum SpinelVersion {
  MAJOR = 4,
  MINOR = 3,
}
