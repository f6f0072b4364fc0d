// The Identify cluster: shows which device is which.
// @source ZCL 07-5123-06 section 3.5

import { Cluster } from "../zcl";
import { ZclType } from "../zcl-type";
import { Access, type ClusterTable } from "./table";

export const enum Identify {
  IDENTIFY_TIME = 0x0000,
}

/** Client to server. */
export const enum IdentifyReceived {
  IDENTIFY = 0x00,
  IDENTIFY_QUERY = 0x01,
}

/** Server to client. */
export const enum IdentifyGenerated {
  IDENTIFY_QUERY_RESPONSE = 0x00,
}

const WRITABLE = Access.READ | Access.WRITE;

export const IDENTIFY: ClusterTable = {
  id: Cluster.IDENTIFY,
  name: "Identify",
  source: "ZCL 07-5123-06 section 3.5",
  attributes: [[Identify.IDENTIFY_TIME, "IdentifyTime", ZclType.UINT16, WRITABLE]],
  clientAttributes: [],
  received: [
    [IdentifyReceived.IDENTIFY, "Identify", "identifyTime:u16"],
    [IdentifyReceived.IDENTIFY_QUERY, "IdentifyQuery", ""],
    [0x40, "TriggerEffect", "effectId:enum8 effectVariant:enum8"],
  ],
  generated: [[IdentifyGenerated.IDENTIFY_QUERY_RESPONSE, "IdentifyQueryResponse", "timeout:u16"]],
};
