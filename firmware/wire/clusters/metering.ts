// The Metering cluster's numbers: attributes, commands and the values of its enumerations. The
// meter is the server; a mirror is one too, and its meter reports to it.
// @source Smart Energy 07-5356-22 annex D.3

import { Cluster } from "../zcl";
import { ZclType } from "../zcl-type";
import { Access, type AttributeRow, type ClusterTable } from "./table";

export const enum Metering {
  CURRENT_SUMMATION_DELIVERED = 0x0000,
  CURRENT_SUMMATION_RECEIVED = 0x0001,
  CURRENT_MAX_DEMAND_DELIVERED = 0x0002,
  CURRENT_MAX_DEMAND_RECEIVED = 0x0003,
  POWER_FACTOR = 0x0006,
  READING_SNAPSHOT_TIME = 0x0007,
  CURRENT_MAX_DEMAND_DELIVERED_TIME = 0x0008,
  DEFAULT_UPDATE_PERIOD = 0x000a,
  FAST_POLL_UPDATE_PERIOD = 0x000b,
  CURRENT_BLOCK = 0x000e,
  PROFILE_INTERVAL_PERIOD = 0x000f,
  PRESET_READING_TIME = 0x0011,
  SUPPLY_STATUS = 0x0014,
  TIER_1_SUMMATION_DELIVERED = 0x0100,
  TIER_2_SUMMATION_DELIVERED = 0x0102,
  TIER_3_SUMMATION_DELIVERED = 0x0104,
  TIER_4_SUMMATION_DELIVERED = 0x0106,
  STATUS = 0x0200,
  REMAINING_BATTERY_LIFE = 0x0201,
  HOURS_IN_OPERATION = 0x0202,
  EXTENDED_STATUS = 0x0204,
  REMAINING_BATTERY_DAYS = 0x0205,
  METER_ID = 0x0206,
  AMBIENT_CONSUMPTION_INDICATOR = 0x0207,
  UNIT_OF_MEASURE = 0x0300,
  MULTIPLIER = 0x0301,
  DIVISOR = 0x0302,
  SUMMATION_FORMATTING = 0x0303,
  DEMAND_FORMATTING = 0x0304,
  HISTORICAL_CONSUMPTION_FORMATTING = 0x0305,
  METERING_DEVICE_TYPE = 0x0306,
  SITE_ID = 0x0307,
  METER_SERIAL_NUMBER = 0x0308,
  MODULE_SERIAL_NUMBER = 0x030e,
  INSTANTANEOUS_DEMAND = 0x0400,
  CURRENT_DAY_CONSUMPTION_DELIVERED = 0x0401,
  PREVIOUS_DAY_CONSUMPTION_DELIVERED = 0x0403,
}

/** Bits of FUNCTIONAL_NOTIFICATION_FLAGS. */
export const enum NotificationFlag {
  NEW_FIRMWARE = 0x00000001,
  KEY_UPDATE_REQUEST = 0x00000002,
  TIME_SYNC = 0x00000004,
  STAY_AWAKE_HAN = 0x00000010,
  STAY_AWAKE_WAN = 0x00000020,
  PUSH_HISTORICAL_METERING = 0x000001c0,
  TUNNEL_MESSAGE_PENDING = 0x00200000,
  GET_SNAPSHOT = 0x00400000,
  GET_SAMPLED_DATA = 0x00800000,
}

/** Server to client. */
export const enum MeteringGenerated {
  GET_PROFILE_RESPONSE = 0x00,
  REQUEST_MIRROR = 0x01,
  REMOVE_MIRROR = 0x02,
  REQUEST_FAST_POLL_RESPONSE = 0x03,
  SCHEDULE_SNAPSHOT_RESPONSE = 0x04,
  TAKE_SNAPSHOT_RESPONSE = 0x05,
  PUBLISH_SNAPSHOT = 0x06,
  GET_SAMPLED_DATA_RESPONSE = 0x07,
  CONFIGURE_MIRROR = 0x08,
  CONFIGURE_NOTIFICATION_SCHEME = 0x09,
  CONFIGURE_NOTIFICATION_FLAGS = 0x0a,
  GET_NOTIFIED_MESSAGE = 0x0b,
  SUPPLY_STATUS_RESPONSE = 0x0c,
  START_SAMPLING_RESPONSE = 0x0d,
}

/** Client to server. */
export const enum MeteringReceived {
  GET_PROFILE = 0x00,
  REQUEST_MIRROR_RESPONSE = 0x01,
  MIRROR_REMOVED = 0x02,
  REQUEST_FAST_POLL = 0x03,
  SCHEDULE_SNAPSHOT = 0x04,
  TAKE_SNAPSHOT = 0x05,
  GET_SNAPSHOT = 0x06,
  START_SAMPLING = 0x07,
  GET_SAMPLED_DATA = 0x08,
  MIRROR_REPORT_ATTRIBUTE_RESPONSE = 0x09,
  RESET_LOAD_LIMIT_COUNTER = 0x0a,
  CHANGE_SUPPLY = 0x0b,
  LOCAL_CHANGE_SUPPLY = 0x0c,
  SET_SUPPLY_STATUS = 0x0d,
  SET_UNCONTROLLED_FLOW_THRESHOLD = 0x0e,
}

export const enum UnitOfMeasure {
  KILOWATT_HOURS = 0x00,
  CUBIC_METRES = 0x01,
}

export const enum MeteringDeviceType {
  ELECTRIC = 0x00,
  GAS = 0x01,
  MIRRORED_ELECTRIC = 0x7f,
  MIRRORED_GAS = 0x80,
}

/** PROFILE_INTERVAL_PERIOD. */
export const enum IntervalPeriod {
  DAILY = 0,
  MINUTES_60 = 1,
  MINUTES_30 = 2,
  MINUTES_15 = 3,
  MINUTES_10 = 4,
  MINUTES_7_5 = 5,
  MINUTES_5 = 6,
  MINUTES_2_5 = 7,
}

const REPORTED = Access.READ | Access.REPORT;

export const METERING: ClusterTable = {
  id: Cluster.METERING,
  name: "Metering",
  attributes: [
    row(
      Metering.CURRENT_SUMMATION_DELIVERED,
      "CurrentSummationDelivered",
      ZclType.UINT48,
      REPORTED,
    ),
    row(Metering.CURRENT_SUMMATION_RECEIVED, "CurrentSummationReceived", ZclType.UINT48, REPORTED),
    row(Metering.CURRENT_MAX_DEMAND_DELIVERED, "CurrentMaxDemandDelivered", ZclType.UINT48),
    row(Metering.CURRENT_MAX_DEMAND_RECEIVED, "CurrentMaxDemandReceived", ZclType.UINT48),
    row(Metering.POWER_FACTOR, "PowerFactor", ZclType.INT8),
    row(Metering.READING_SNAPSHOT_TIME, "ReadingSnapshotTime", ZclType.UTC_TIME, REPORTED),
    row(
      Metering.CURRENT_MAX_DEMAND_DELIVERED_TIME,
      "CurrentMaxDemandDeliveredTime",
      ZclType.UTC_TIME,
    ),
    row(Metering.DEFAULT_UPDATE_PERIOD, "DefaultUpdatePeriod", ZclType.UINT8),
    row(Metering.FAST_POLL_UPDATE_PERIOD, "FastPollUpdatePeriod", ZclType.UINT8),
    row(Metering.CURRENT_BLOCK, "CurrentBlock", ZclType.ENUM8),
    row(Metering.PROFILE_INTERVAL_PERIOD, "ProfileIntervalPeriod", ZclType.ENUM8),
    row(Metering.PRESET_READING_TIME, "PresetReadingTime", ZclType.UINT16),
    row(Metering.SUPPLY_STATUS, "SupplyStatus", ZclType.ENUM8),
    row(Metering.TIER_1_SUMMATION_DELIVERED, "CurrentTier1SummationDelivered", ZclType.UINT48),
    row(Metering.TIER_2_SUMMATION_DELIVERED, "CurrentTier2SummationDelivered", ZclType.UINT48),
    row(Metering.TIER_3_SUMMATION_DELIVERED, "CurrentTier3SummationDelivered", ZclType.UINT48),
    row(Metering.TIER_4_SUMMATION_DELIVERED, "CurrentTier4SummationDelivered", ZclType.UINT48),
    row(Metering.STATUS, "Status", ZclType.BITMAP8, REPORTED),
    row(Metering.REMAINING_BATTERY_LIFE, "RemainingBatteryLife", ZclType.UINT8),
    row(Metering.HOURS_IN_OPERATION, "HoursInOperation", ZclType.UINT24),
    row(Metering.EXTENDED_STATUS, "ExtendedStatus", ZclType.BITMAP64),
    row(Metering.REMAINING_BATTERY_DAYS, "RemainingBatteryLifeInDays", ZclType.UINT16),
    row(Metering.METER_ID, "CurrentMeterID", ZclType.OCTET_STRING),
    row(Metering.AMBIENT_CONSUMPTION_INDICATOR, "AmbientConsumptionIndicator", ZclType.ENUM8),
    row(Metering.UNIT_OF_MEASURE, "UnitofMeasure", ZclType.ENUM8),
    row(Metering.MULTIPLIER, "Multiplier", ZclType.UINT24),
    row(Metering.DIVISOR, "Divisor", ZclType.UINT24),
    row(Metering.SUMMATION_FORMATTING, "SummationFormatting", ZclType.BITMAP8),
    row(Metering.DEMAND_FORMATTING, "DemandFormatting", ZclType.BITMAP8),
    row(
      Metering.HISTORICAL_CONSUMPTION_FORMATTING,
      "HistoricalConsumptionFormatting",
      ZclType.BITMAP8,
    ),
    row(Metering.METERING_DEVICE_TYPE, "MeteringDeviceType", ZclType.BITMAP8),
    row(Metering.SITE_ID, "SiteID", ZclType.OCTET_STRING),
    row(Metering.METER_SERIAL_NUMBER, "MeterSerialNumber", ZclType.OCTET_STRING),
    row(Metering.MODULE_SERIAL_NUMBER, "ModuleSerialNumber", ZclType.OCTET_STRING),
    row(Metering.INSTANTANEOUS_DEMAND, "InstantaneousDemand", ZclType.INT24, REPORTED),
    row(
      Metering.CURRENT_DAY_CONSUMPTION_DELIVERED,
      "CurrentDayConsumptionDelivered",
      ZclType.UINT24,
    ),
    row(
      Metering.PREVIOUS_DAY_CONSUMPTION_DELIVERED,
      "PreviousDayConsumptionDelivered",
      ZclType.UINT24,
    ),
  ],
  received: [
    { id: MeteringReceived.GET_PROFILE, name: "GetProfile" },
    { id: MeteringReceived.REQUEST_MIRROR_RESPONSE, name: "RequestMirrorResponse" },
    { id: MeteringReceived.MIRROR_REMOVED, name: "MirrorRemoved" },
    { id: MeteringReceived.REQUEST_FAST_POLL, name: "RequestFastPollMode" },
    { id: MeteringReceived.SCHEDULE_SNAPSHOT, name: "ScheduleSnapshot" },
    { id: MeteringReceived.TAKE_SNAPSHOT, name: "TakeSnapshot" },
    { id: MeteringReceived.GET_SNAPSHOT, name: "GetSnapshot" },
    { id: MeteringReceived.START_SAMPLING, name: "StartSampling" },
    { id: MeteringReceived.GET_SAMPLED_DATA, name: "GetSampledData" },
    {
      id: MeteringReceived.MIRROR_REPORT_ATTRIBUTE_RESPONSE,
      name: "MirrorReportAttributeResponse",
    },
    { id: MeteringReceived.RESET_LOAD_LIMIT_COUNTER, name: "ResetLoadLimitCounter" },
    { id: MeteringReceived.CHANGE_SUPPLY, name: "ChangeSupply" },
    { id: MeteringReceived.LOCAL_CHANGE_SUPPLY, name: "LocalChangeSupply" },
    { id: MeteringReceived.SET_SUPPLY_STATUS, name: "SetSupplyStatus" },
    {
      id: MeteringReceived.SET_UNCONTROLLED_FLOW_THRESHOLD,
      name: "SetUncontrolledFlowThreshold",
    },
  ],
  generated: [
    { id: MeteringGenerated.GET_PROFILE_RESPONSE, name: "GetProfileResponse" },
    { id: MeteringGenerated.REQUEST_MIRROR, name: "RequestMirror" },
    { id: MeteringGenerated.REMOVE_MIRROR, name: "RemoveMirror" },
    { id: MeteringGenerated.REQUEST_FAST_POLL_RESPONSE, name: "RequestFastPollModeResponse" },
    { id: MeteringGenerated.SCHEDULE_SNAPSHOT_RESPONSE, name: "ScheduleSnapshotResponse" },
    { id: MeteringGenerated.TAKE_SNAPSHOT_RESPONSE, name: "TakeSnapshotResponse" },
    { id: MeteringGenerated.PUBLISH_SNAPSHOT, name: "PublishSnapshot" },
    { id: MeteringGenerated.GET_SAMPLED_DATA_RESPONSE, name: "GetSampledDataResponse" },
    { id: MeteringGenerated.CONFIGURE_MIRROR, name: "ConfigureMirror" },
    { id: MeteringGenerated.CONFIGURE_NOTIFICATION_SCHEME, name: "ConfigureNotificationScheme" },
    { id: MeteringGenerated.CONFIGURE_NOTIFICATION_FLAGS, name: "ConfigureNotificationFlags" },
    { id: MeteringGenerated.GET_NOTIFIED_MESSAGE, name: "GetNotifiedMessage" },
    { id: MeteringGenerated.SUPPLY_STATUS_RESPONSE, name: "SupplyStatusResponse" },
    { id: MeteringGenerated.START_SAMPLING_RESPONSE, name: "StartSamplingResponse" },
  ],
};

function row(
  id: Metering,
  name: string,
  type: ZclType,
  access: number = Access.READ,
): AttributeRow {
  return { id, name, type, access };
}
