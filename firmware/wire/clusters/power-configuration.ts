// The Power Configuration cluster: mains and batteries, and when they are worth an alarm.
// @source ZCL 07-5123-06 section 3.3

import { Cluster } from "../zcl";
import { ZclType } from "../zcl-type";
import { Access, type ClusterTable } from "./table";

const READ = Access.READ;
const WRITABLE = Access.READ | Access.WRITE;
const REPORTED = Access.READ | Access.REPORT;

export const POWER_CONFIGURATION: ClusterTable = {
  id: Cluster.POWER_CONFIGURATION,
  name: "Power Configuration",
  source: "ZCL 07-5123-06 section 3.3",
  attributes: [
    [0x0000, "MainsVoltage", ZclType.UINT16, READ],
    [0x0001, "MainsFrequency", ZclType.UINT8, READ],
    [0x0010, "MainsAlarmMask", ZclType.BITMAP8, WRITABLE],
    [0x0011, "MainsVoltageMinThreshold", ZclType.UINT16, WRITABLE],
    [0x0012, "MainsVoltageMaxThreshold", ZclType.UINT16, WRITABLE],
    [0x0013, "MainsVoltageDwellTrip", ZclType.UINT16, WRITABLE],
    [0x0020, "BatteryVoltage", ZclType.UINT8, READ],
    [0x0021, "BatteryPercentageRemaining", ZclType.UINT8, REPORTED],
    [0x0030, "BatteryManufacturer", ZclType.CHARACTER_STRING, WRITABLE],
    [0x0031, "BatterySize", ZclType.ENUM8, WRITABLE],
    [0x0032, "BatteryAhrRating", ZclType.UINT16, WRITABLE],
    [0x0033, "BatteryQuantity", ZclType.UINT8, WRITABLE],
    [0x0034, "BatteryRatedVoltage", ZclType.UINT8, WRITABLE],
    [0x0035, "BatteryAlarmMask", ZclType.BITMAP8, WRITABLE],
    [0x0036, "BatteryVoltageMinThreshold", ZclType.UINT8, WRITABLE],
    [0x0037, "BatteryVoltageThreshold{1-3}", ZclType.UINT8, WRITABLE],
    [0x003a, "BatteryPercentageMinThreshold", ZclType.UINT8, WRITABLE],
    [0x003b, "BatteryPercentageThreshold{1-3}", ZclType.UINT8, WRITABLE],
    [0x003e, "BatteryAlarmState", ZclType.BITMAP32, REPORTED],
    [0x0040, "Battery{2-3/32}Voltage", ZclType.UINT8, READ],
    [0x0041, "Battery{2-3/32}PercentageRemaining", ZclType.UINT8, READ],
    [0x0050, "Battery{2-3/32}Manufacturer", ZclType.CHARACTER_STRING, WRITABLE],
    [0x0051, "Battery{2-3/32}Size", ZclType.ENUM8, WRITABLE],
    [0x0052, "Battery{2-3/32}AhrRating", ZclType.UINT16, WRITABLE],
    [0x0053, "Battery{2-3/32}Quantity", ZclType.UINT8, WRITABLE],
    [0x0054, "Battery{2-3/32}RatedVoltage", ZclType.UINT8, WRITABLE],
    [0x0055, "Battery{2-3/32}AlarmMask", ZclType.BITMAP8, WRITABLE],
    [0x0056, "Battery{2-3/32}VoltageMinThreshold", ZclType.UINT8, WRITABLE],
    [0x0057, "Battery{2-3/32}VoltageThreshold{1-3}", ZclType.UINT8, WRITABLE],
    [0x005a, "Battery{2-3/32}PercentageMinThreshold", ZclType.UINT8, WRITABLE],
    [0x005b, "Battery{2-3/32}PercentageThreshold{1-3}", ZclType.UINT8, WRITABLE],
    [0x005e, "Battery{2-3/32}AlarmState", ZclType.BITMAP32, READ],
  ],
  clientAttributes: [],
  received: [],
  generated: [],
};
