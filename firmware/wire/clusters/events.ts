// The Events cluster: event logs.
// @source Smart Energy 07-5356-22 annex D.11

import { Cluster } from "../zcl";
import type { ClusterTable } from "./table";

export const EVENTS: ClusterTable = {
  id: Cluster.EVENTS,
  name: "Events",
  source: "Smart Energy 07-5356-22 annex D.11",
  attributes: [],
  clientAttributes: [],
  received: [
    [
      0x00,
      "GetEventLog",
      "eventControlLogId:map8 eventId:u16 startTime:utc endTime:utc numberOfEvents:u8 " +
        "eventOffset:u16",
    ],
    [0x01, "ClearEventLogRequest", "logId:enum8"],
  ],
  generated: [
    [
      0x00,
      "PublishEvent",
      "logId:enum8 eventId:u16 eventTime:utc eventControl:map8 eventData:octets",
    ],
    [
      0x01,
      "PublishEventLog",
      "totalNumberOfEvents:u16 commandIndex:u8 totalCommands:u8 logPayloadControl:map8 " +
        "logPayload:(logId:enum8 eventId:u16 eventTime:utc " +
        "eventData:octets)*logPayloadControl&0xf0",
    ],
    [0x02, "ClearEventLogResponse", "clearedEventsLogs:map8"],
  ],
};
