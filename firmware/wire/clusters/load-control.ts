// The Demand Response and Load Control cluster: events that shed or shift load.
// @source Smart Energy 07-5356-22 annex D.2

import { Cluster } from "../zcl";
import { ZclType } from "../zcl-type";
import { Access, type ClusterTable } from "./table";

const WRITABLE = Access.READ | Access.WRITE;

export const LOAD_CONTROL: ClusterTable = {
  id: Cluster.LOAD_CONTROL,
  name: "Demand Response and Load Control",
  source: "Smart Energy 07-5356-22 annex D.2",
  attributes: [],
  clientAttributes: [
    [0x0000, "UtilityEnrollmentGroup", ZclType.UINT8, WRITABLE],
    [0x0001, "StartRandomizationMinutes", ZclType.UINT8, WRITABLE],
    [0x0002, "DurationRandomizationMinutes", ZclType.UINT8, WRITABLE],
    [0x0003, "DeviceClassValue", ZclType.UINT16, WRITABLE],
  ],
  received: [
    [
      0x00,
      "ReportEventStatus",
      "issuerEventId:u32 eventStatus:enum8 eventStatusTime:utc criticalityLevelApplied:enum8 " +
        "coolingTemperatureSetPointApplied:i16 heatingTemperatureSetPointApplied:i16 " +
        "averageLoadAdjustmentPercentageApplied:i8 dutyCycleApplied:u8 eventControl:map8 " +
        "signatureType:enum8 signature:raw42?",
    ],
    [0x01, "GetScheduledEvents", "startTime:utc numberOfEvents:u8 issuerEventId:u32?"],
  ],
  generated: [
    [
      0x00,
      "LoadControlEvent",
      "issuerEventId:u32 deviceClass:map16 utilityEnrollmentGroup:u8 startTime:utc " +
        "durationInMinutes:u16 criticalityLevel:enum8 coolingTemperatureOffset:u8 " +
        "heatingTemperatureOffset:u8 coolingTemperatureSetPoint:i16 " +
        "heatingTemperatureSetPoint:i16 averageLoadAdjustmentPercentage:i8 dutyCycle:u8 " +
        "eventControl:map8",
    ],
    [
      0x01,
      "CancelLoadControlEvent",
      "issuerEventId:u32 deviceClass:map16 utilityEnrollmentGroup:u8 cancelControl:map8 " +
        "effectiveTime:utc",
    ],
    [0x02, "CancelAllLoadControlEvents", "cancelControl:map8"],
  ],
};
