// Numbers of the clusters that meters and displays use.
// @source ZCL 07-5123-06 chapters 3 (Basic, Time) and 10 (Smart Energy); Smart Energy profile
//   07-5356-21 annex D.3 (Metering) and D.6 (Tunnelling), device identifiers table 5-1

export const SMART_ENERGY_PROFILE = 0x0109;

export const enum ClusterId {
  BASIC = 0x0000,
  TIME = 0x000a,
  PRICE = 0x0700,
  LOAD_CONTROL = 0x0701,
  METERING = 0x0702,
  TUNNELLING = 0x0704,
}

/** @source Smart Energy profile 07-5356-21 table 5.13; ZCL 07-5123 for 0x0008 */
export const enum DeviceId {
  RANGE_EXTENDER = 0x0008,
  METERING_DEVICE = 0x0501,
  IN_HOME_DISPLAY = 0x0502,
  PROGRAMMABLE_THERMOSTAT = 0x0503,
  LOAD_CONTROL_DEVICE = 0x0504,
}

export const enum BasicAttribute {
  ZCL_VERSION = 0x0000,
  MANUFACTURER_NAME = 0x0004,
  MODEL_IDENTIFIER = 0x0005,
  POWER_SOURCE = 0x0007,
}

export const enum TimeAttribute {
  TIME = 0x0000,
  TIME_STATUS = 0x0001,
}

/** Bits of TimeStatus. */
export const enum TimeStatus {
  MASTER = 0x01,
  SYNCHRONIZED = 0x02,
}

export const TIME_INVALID = 0xffffffff;

export const enum MeteringAttribute {
  CURRENT_SUMMATION_DELIVERED = 0x0000,
  READING_SNAPSHOT_TIME = 0x0007,
  PROFILE_INTERVAL_PERIOD = 0x000f,
  STATUS = 0x0200,
  UNIT_OF_MEASURE = 0x0300,
  MULTIPLIER = 0x0301,
  DIVISOR = 0x0302,
  SUMMATION_FORMATTING = 0x0303,
  DEMAND_FORMATTING = 0x0304,
  METERING_DEVICE_TYPE = 0x0306,
  INSTANTANEOUS_DEMAND = 0x0400,
}

export const enum UnitOfMeasure {
  KILOWATT_HOURS = 0x00,
  CUBIC_METRES = 0x01,
}

export const enum MeteringDeviceType {
  ELECTRIC = 0,
  GAS = 1,
}

/** From the server (the meter) to the client. */
export const enum MeteringServerCommand {
  GET_PROFILE_RESPONSE = 0x00,
  REQUEST_MIRROR = 0x01,
  REMOVE_MIRROR = 0x02,
}

/** From the client to the server. */
export const enum MeteringClientCommand {
  GET_PROFILE = 0x00,
  REQUEST_MIRROR_RESPONSE = 0x01,
  MIRROR_REMOVED = 0x02,
}

/** The mirror's answer when there is no room for one. */
export const MIRROR_FULL = 0xffff;

export const enum IntervalPeriod {
  THIRTY_MINUTES = 2,
}

export const enum ProfileStatus {
  SUCCESS = 0x00,
  UNDEFINED_CHANNEL = 0x01,
  CHANNEL_NOT_SUPPORTED = 0x02,
  INVALID_END_TIME = 0x03,
  TOO_MANY_PERIODS = 0x04,
  NO_INTERVALS = 0x05,
}

export const enum TunnelClientCommand {
  REQUEST_TUNNEL = 0x00,
  CLOSE_TUNNEL = 0x01,
  TRANSFER_DATA = 0x02,
  TRANSFER_DATA_ERROR = 0x03,
  GET_SUPPORTED_PROTOCOLS = 0x06,
}

export const enum TunnelServerCommand {
  REQUEST_TUNNEL_RESPONSE = 0x00,
  TRANSFER_DATA = 0x01,
  TRANSFER_DATA_ERROR = 0x02,
  SUPPORTED_PROTOCOLS_RESPONSE = 0x05,
  CLOSURE_NOTIFICATION = 0x06,
}

export const enum TunnelStatus {
  SUCCESS = 0x00,
  BUSY = 0x01,
  NO_MORE_TUNNEL_IDS = 0x02,
  PROTOCOL_NOT_SUPPORTED = 0x03,
  FLOW_CONTROL_NOT_SUPPORTED = 0x04,
}

export const enum TransferError {
  NO_SUCH_TUNNEL = 0x00,
  WRONG_DEVICE = 0x01,
  DATA_OVERFLOW = 0x02,
}

export const GB_HRGP = 6;
/** No manufacturer's own protocol. */
export const NO_MANUFACTURER = 0xffff;
/** A message of 4,096 octets and what the tunnel protocol puts before it, with room to spare. */
export const TRANSFER_MAX = 4_352;
