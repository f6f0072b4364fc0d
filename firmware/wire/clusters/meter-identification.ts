// The Meter Identification cluster: whose meter this is, and which.
// @source ZCL 07-5123-06 chapter 10

import { Cluster } from "../zcl";
import { ZclType } from "../zcl-type";
import { Access, type ClusterTable } from "./table";

const READ = Access.READ;
const WRITABLE = Access.READ | Access.WRITE;

export const METER_IDENTIFICATION: ClusterTable = {
  id: Cluster.METER_IDENTIFICATION,
  name: "Meter Identification",
  source: "ZCL 07-5123-06 chapter 10",
  attributes: [
    [0x0000, "CompanyName", ZclType.CHARACTER_STRING, READ],
    [0x0001, "MeterTypeId", ZclType.UINT16, READ],
    [0x0004, "DataQualityId", ZclType.UINT16, READ],
    [0x0005, "CustomerName", ZclType.CHARACTER_STRING, WRITABLE],
    [0x0006, "Model", ZclType.OCTET_STRING, READ],
    [0x0007, "PartNumber", ZclType.OCTET_STRING, READ],
    [0x0008, "ProductRevision", ZclType.OCTET_STRING, READ],
    [0x000a, "SoftwareRevision", ZclType.OCTET_STRING, READ],
    [0x000b, "UtilityName", ZclType.CHARACTER_STRING, READ],
    [0x000c, "Pod", ZclType.CHARACTER_STRING, READ],
    [0x000d, "AvailablePower", ZclType.INT24, READ],
    [0x000e, "PowerThreshold", ZclType.INT24, READ],
  ],
  clientAttributes: [],
  received: [],
  generated: [],
};
