// The Messaging cluster: texts for the consumer.
// @source Smart Energy 07-5356-22 annex D.5

import { Cluster } from "../zcl";
import type { ClusterTable } from "./table";

export const MESSAGING: ClusterTable = {
  id: Cluster.MESSAGING,
  name: "Messaging",
  source: "Smart Energy 07-5356-22 annex D.5",
  attributes: [],
  clientAttributes: [],
  received: [
    [0x00, "GetLastMessage", ""],
    [
      0x01,
      "MessageConfirmation",
      "messageId:u32 confirmationTime:utc messageConfirmationControl:map8? " +
        "messageResponse:octets?",
    ],
    [0x02, "GetMessageCancellation", "earliestImplementationTime:utc"],
  ],
  generated: [
    [
      0x00,
      "DisplayMessage",
      "messageId:u32 messageControl:map8 startTime:utc durationInMinutes:u16 message:text " +
        "extendedMessageControl:map8?",
    ],
    [0x01, "CancelMessage", "messageId:u32 messageControl:map8"],
    [
      0x02,
      "DisplayProtectedMessage",
      "messageId:u32 messageControl:map8 startTime:utc durationInMinutes:u16 message:text " +
        "extendedMessageControl:map8?",
    ],
    [0x03, "CancelAllMessages", "implementationDateTime:utc"],
  ],
};
