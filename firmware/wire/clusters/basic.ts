// The Basic cluster: what a device is.
// @source ZCL 07-5123-06 section 3.2

import { Cluster } from "../zcl";
import { ZclType } from "../zcl-type";
import { Access, type ClusterTable } from "./table";

export const enum Basic {
  ZCL_VERSION = 0x0000,
  APPLICATION_VERSION = 0x0001,
  STACK_VERSION = 0x0002,
  HARDWARE_VERSION = 0x0003,
  MANUFACTURER_NAME = 0x0004,
  MODEL_IDENTIFIER = 0x0005,
  DATE_CODE = 0x0006,
  POWER_SOURCE = 0x0007,
  PHYSICAL_ENVIRONMENT = 0x0011,
  SOFTWARE_BUILD = 0x4000,
}

export const enum BasicCommand {
  RESET_TO_FACTORY_DEFAULTS = 0x00,
}

export const enum PowerSource {
  UNKNOWN = 0x00,
  MAINS_SINGLE_PHASE = 0x01,
  BATTERY = 0x03,
}

const READ = Access.READ;
const WRITABLE = Access.READ | Access.WRITE;

export const BASIC: ClusterTable = {
  id: Cluster.BASIC,
  name: "Basic",
  source: "ZCL 07-5123-06 section 3.2",
  attributes: [
    [Basic.ZCL_VERSION, "ZCLVersion", ZclType.UINT8, READ],
    [Basic.APPLICATION_VERSION, "ApplicationVersion", ZclType.UINT8, READ],
    [Basic.STACK_VERSION, "StackVersion", ZclType.UINT8, READ],
    [Basic.HARDWARE_VERSION, "HardwareVersion", ZclType.UINT8, READ],
    [Basic.MANUFACTURER_NAME, "ManufacturerName", ZclType.CHARACTER_STRING, READ],
    [Basic.MODEL_IDENTIFIER, "ModelIdentifier", ZclType.CHARACTER_STRING, READ],
    [Basic.DATE_CODE, "DateCode", ZclType.CHARACTER_STRING, READ],
    [Basic.POWER_SOURCE, "PowerSource", ZclType.ENUM8, READ],
    [0x0008, "GenericDeviceClass", ZclType.ENUM8, READ],
    [0x0009, "GenericDeviceType", ZclType.ENUM8, READ],
    [0x000a, "ProductCode", ZclType.OCTET_STRING, READ],
    [0x000b, "ProductUrl", ZclType.CHARACTER_STRING, READ],
    [0x0010, "LocationDescription", ZclType.CHARACTER_STRING, WRITABLE],
    [Basic.PHYSICAL_ENVIRONMENT, "PhysicalEnvironment", ZclType.ENUM8, WRITABLE],
    [0x0012, "DeviceEnabled", ZclType.BOOLEAN, WRITABLE],
    [0x0013, "AlarmMask", ZclType.BITMAP8, WRITABLE],
    [0x0014, "DisableLocalConfig", ZclType.BITMAP8, WRITABLE],
    [Basic.SOFTWARE_BUILD, "SWBuildID", ZclType.CHARACTER_STRING, READ],
  ],
  clientAttributes: [],
  received: [[BasicCommand.RESET_TO_FACTORY_DEFAULTS, "ResetToFactoryDefaults", ""]],
  generated: [],
};
