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

export const BASIC: ClusterTable = {
  id: Cluster.BASIC,
  name: "Basic",
  attributes: [
    { id: Basic.ZCL_VERSION, name: "ZCLVersion", type: ZclType.UINT8, access: Access.READ },
    {
      id: Basic.APPLICATION_VERSION,
      name: "ApplicationVersion",
      type: ZclType.UINT8,
      access: Access.READ,
    },
    { id: Basic.STACK_VERSION, name: "StackVersion", type: ZclType.UINT8, access: Access.READ },
    { id: Basic.HARDWARE_VERSION, name: "HWVersion", type: ZclType.UINT8, access: Access.READ },
    {
      id: Basic.MANUFACTURER_NAME,
      name: "ManufacturerName",
      type: ZclType.CHARACTER_STRING,
      access: Access.READ,
    },
    {
      id: Basic.MODEL_IDENTIFIER,
      name: "ModelIdentifier",
      type: ZclType.CHARACTER_STRING,
      access: Access.READ,
    },
    {
      id: Basic.DATE_CODE,
      name: "DateCode",
      type: ZclType.CHARACTER_STRING,
      access: Access.READ,
    },
    { id: Basic.POWER_SOURCE, name: "PowerSource", type: ZclType.ENUM8, access: Access.READ },
    {
      id: Basic.PHYSICAL_ENVIRONMENT,
      name: "PhysicalEnvironment",
      type: ZclType.ENUM8,
      access: Access.READ | Access.WRITE,
    },
    {
      id: Basic.SOFTWARE_BUILD,
      name: "SWBuildID",
      type: ZclType.CHARACTER_STRING,
      access: Access.READ,
    },
  ],
  received: [{ id: BasicCommand.RESET_TO_FACTORY_DEFAULTS, name: "ResetToFactoryDefaults" }],
  generated: [],
};
