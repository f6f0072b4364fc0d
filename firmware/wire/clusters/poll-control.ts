// The Poll Control cluster: how often a sleeping device asks, and when it asks fast.
// @source ZCL 07-5123-06 section 3.16

import { Cluster } from "../zcl";
import { ZclType } from "../zcl-type";
import { Access, type ClusterTable } from "./table";

/** Server to client. */
export const enum PollControlGenerated {
  CHECK_IN = 0x00,
}

/** Client to server. */
export const enum PollControlReceived {
  CHECK_IN_RESPONSE = 0x00,
}

const READ = Access.READ;
const WRITABLE = Access.READ | Access.WRITE;

export const POLL_CONTROL: ClusterTable = {
  id: Cluster.POLL_CONTROL,
  name: "Poll Control",
  source: "ZCL 07-5123-06 section 3.16",
  attributes: [
    [0x0000, "CheckInInterval", ZclType.UINT32, WRITABLE],
    [0x0001, "LongPollInterval", ZclType.UINT32, READ],
    [0x0002, "ShortPollInterval", ZclType.UINT16, READ],
    [0x0003, "FastPollTimeout", ZclType.UINT16, WRITABLE],
    [0x0004, "CheckInIntervalMin", ZclType.UINT32, READ],
    [0x0005, "LongPollIntervalMin", ZclType.UINT32, READ],
    [0x0006, "FastPollTimeoutMax", ZclType.UINT16, READ],
  ],
  clientAttributes: [],
  received: [
    [
      PollControlReceived.CHECK_IN_RESPONSE,
      "CheckInResponse",
      "startFastPolling:bool fastPollTimeout:u16",
    ],
    [0x01, "FastPollStop", ""],
    [0x02, "SetLongPollInterval", "newLongPollInterval:u32"],
    [0x03, "SetShortPollInterval", "newShortPollInterval:u16"],
  ],
  generated: [[PollControlGenerated.CHECK_IN, "CheckIn", ""]],
};
