// The hub's device log: who may join, and what became of it. manage -> firewall -> access and back.

export const enum DeviceKind {
  UNKNOWN = 0,
  ELECTRICITY_METER = 1,
  GAS_METER = 2,
  /** In-home display: a smart metering device. */
  DISPLAY = 3,
  /** Consumer access device: reads a defined set, writes and commands nothing. */
  CONSUMER_ACCESS_DEVICE = 4,
}

/**
 * `DEVICE_ADD` manage -> firewall -> access: register the install code, open the joining window.
 */
export const enum DeviceAdd {
  /** A `DeviceKind`. */
  KIND = 1,
  REFERENCE = 2,
  /** Bytes of the install code with its CRC: 8, 10, 14 or 18. */
  CODE_LENGTH = 4,
  EUI64 = 8,
  CODE = 16,
  LENGTH = 34,
}

/** `DEVICE_REMOVE` manage -> firewall -> access. */
export const enum DeviceRemove {
  REFERENCE = 2,
  EUI64 = 8,
  LENGTH = 16,
}

/**
 * `NETWORK_RULE` manage -> firewall -> access: the window in which nodes may join, or a new network
 * key.
 */
export const enum NetworkRule {
  /** A `NetworkAction`. */
  ACTION = 1,
  REFERENCE = 2,
  /** How long the window stays open, 1 to 254; 0 shuts it. u16 */
  SECONDS = 4,
  /** Zeros: it concerns no device. */
  EUI64 = 8,
  LENGTH = 16,
}

export const enum NetworkAction {
  WINDOW = 0,
  CHANGE_KEY = 1,
  COUNT = 2,
}

/** The longest that the window is opened for at once. @source Zigbee 05-3474-22 table 3-12 */
export const enum JoinWindow {
  SECONDS_MAX = 254,
}

/** `DEVICE_RESULT`, the answer to all three. */
export const enum DeviceResultMessage {
  /** A `DeviceResult`. */
  RESULT = 1,
  REFERENCE = 2,
  EUI64 = 8,
  LENGTH = 16,
}

export const enum DeviceResult {
  OK = 0,
  /** The install code's length or CRC is wrong, or the rule is none: correct it, send it again. */
  BAD_CODE = 1,
  /** The device log is full: remove a device first. */
  LOG_FULL = 2,
  UNKNOWN_DEVICE = 3,
  /** Busy, or the store failed; try again later. */
  BUSY = 4,
  /** The consumer has taken the admission of devices back. */
  NOT_DELEGATED = 5,
  /** The consumer keeps this device out. */
  DENIED = 6,
}

/** `DEVICE_EVENT` access -> firewall -> manage. */
export const enum DeviceEventMessage {
  /** A `DeviceEvent`. */
  EVENT = 1,
  /** A `DeviceKind`. */
  KIND = 2,
  /** For `REFUSED`: a `JoinDecision`. */
  REASON = 3,
  EUI64 = 8,
  LENGTH = 16,
}

export const enum DeviceEvent {
  JOINED = 0,
  REFUSED = 1,
  LEFT = 2,
}
