// The Identify cluster: shows which device is which.
// @source ZCL 07-5123-06 section 3.5

import { Cluster } from "../zcl";
import { ZclType } from "../zcl-type";
import { Access, type ClusterTable } from "./table";

const WRITABLE = Access.READ | Access.WRITE;

export const IDENTIFY: ClusterTable = {
  id: Cluster.IDENTIFY,
  name: "Identify",
  source: "ZCL 07-5123-06 section 3.5",
  attributes: [[0x0000, "IdentifyTime", ZclType.UINT16, WRITABLE]],
  clientAttributes: [],
  received: [
    [0x00, "Identify", "identifyTime:u16"],
    [0x01, "IdentifyQuery", ""],
    [0x40, "TriggerEffect", "effectId:enum8 effectVariant:enum8"],
  ],
  generated: [[0x00, "IdentifyQueryResponse", "timeout:u16"]],
};
