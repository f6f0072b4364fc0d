// Words for the numbers of messages, for people.

import { Operation } from "../../firmware/ipc/operation";
import { Party } from "../../firmware/ipc/party";
import { SYSTEM } from "../../firmware/system";

const OPERATIONS: Readonly<Record<number, string>> = {
  [Operation.READING]: "reading",
  [Operation.READING_STORED]: "reading stored",
  [Operation.PROFILE_ASK]: "ask profile",
  [Operation.PROFILE_DONE]: "profile done",
  [Operation.MIRROR_READ]: "read mirror",
  [Operation.MIRROR_VALUE]: "mirror value",
  [Operation.STREAM_OPEN]: "open stream",
  [Operation.STREAM_SEGMENT]: "segment",
  [Operation.STREAM_CREDIT]: "credit",
  [Operation.STREAM_END]: "end of stream",
  [Operation.NETWORK_ASK]: "ask network",
  [Operation.NETWORK_SET]: "set network",
  [Operation.JOIN_ASK]: "ask to join",
  [Operation.JOIN_ANSWER]: "join answer",
  [Operation.JOIN_STORED]: "join stored",
  [Operation.PERMIT_JOIN]: "permit join",
  [Operation.NODE_SAID]: "node to trust centre",
  [Operation.NODE_TELL]: "trust centre to node",
  [Operation.KEY_MOVED]: "network key moved",
  [Operation.DEVICE_ADD]: "add device",
  [Operation.DEVICE_REMOVE]: "remove device",
  [Operation.NETWORK_RULE]: "network rule",
  [Operation.DEVICE_RESULT]: "device result",
  [Operation.DEVICE_EVENT]: "device event",
  [Operation.GRANT_CHECK]: "check grant",
  [Operation.GRANT_ANSWER]: "grant answer",
  [Operation.GRANT_SET]: "set grant",
  [Operation.GRANT_RESULT]: "grant result",
  [Operation.WAN_BIND]: "bind session",
  [Operation.EXCHANGE_REQUEST]: "request",
  [Operation.EXCHANGE_RESPONSE]: "response",
  [Operation.EXCHANGE_FAILED]: "exchange failed",
  [Operation.SERVE_REQUEST]: "serve request",
  [Operation.SERVE_RESPONSE]: "serve response",
  [Operation.SERVE_CANCEL]: "serve cancel",
  [Operation.AUDIT_EVENT]: "audit event",
  [Operation.PAGE_ASK]: "ask page",
  [Operation.PAGE]: "page",
};

export function operationName(operation: number): string {
  return OPERATIONS[operation] ?? `operation ${operation}`;
}

export function partyName(party: number): string {
  if (party === Party.KERNEL) return "kernel";
  const partition = SYSTEM.partitions.find(({ id }) => id === party);
  const device = SYSTEM.devices.find((row) => row.party === party);
  return partition?.name ?? device?.name ?? `party ${party}`;
}
