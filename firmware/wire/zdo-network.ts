// What the device profile says of the network itself: whose children end devices are, and on which
// channel everybody is.
// @source Zigbee 05-3474-22 sections 2.4.3.1.12, 2.4.4.2.22, 2.4.3.3.9

import { copyBytes, writeU32 } from "./little-endian";
import { Parsed } from "./parsed";

export const enum ZdoNetworkCluster {
  PARENT_ANNOUNCE = 0x001f,
  PARENT_ANNOUNCE_RESPONSE = 0x801f,
  MANAGEMENT_NETWORK_UPDATE = 0x0038,
}

/** Parent_annce: the end devices whose parent the sender takes itself to be. */
export const enum ParentAnnounce {
  COUNT = 1,
  CHILDREN = 2,
}

/** Parent_annce_rsp: those of them that are the responder's. */
export const enum ParentAnnounceResponse {
  STATUS = 1,
  COUNT = 2,
  CHILDREN = 3,
}

/** Mgmt_NWK_Update_req with which the network manager moves the network to another channel. */
export const enum NetworkUpdateRequest {
  /** A bit for each channel. u32 */
  CHANNELS = 1,
  DURATION = 5,
  UPDATE_ID = 6,
  LENGTH = 7,
  /** The value of DURATION that asks for a change. */
  CHANGE_CHANNEL = 0xfe,
}

/** Looks at a message of one of these clusters, from its sequence number on. */
export function checkZdoNetwork(
  cluster: number,
  bytes: Uint8Array,
  at: number,
  length: number,
): Parsed {
  switch (cluster) {
    case ZdoNetworkCluster.PARENT_ANNOUNCE:
      return children(bytes, at, length, ParentAnnounce.COUNT);
    case ZdoNetworkCluster.PARENT_ANNOUNCE_RESPONSE:
      return children(bytes, at, length, ParentAnnounceResponse.COUNT);
    default:
      return Parsed.UNSUPPORTED;
  }
}

/** Writes the head of a Parent_annce; the children's EUI-64s follow. */
export function putParentAnnounce(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  count: number,
): number {
  bytes[at] = sequence;
  bytes[at + ParentAnnounce.COUNT] = count;
  return at + ParentAnnounce.CHILDREN;
}

/** Writes the head of the answer to one; the children's EUI-64s follow. */
export function putParentAnnounceResponse(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  count: number,
): number {
  bytes[at] = sequence;
  bytes[at + ParentAnnounceResponse.STATUS] = 0;
  bytes[at + ParentAnnounceResponse.COUNT] = count;
  return at + ParentAnnounceResponse.CHILDREN;
}

/** Writes one child's EUI-64. */
export function putChild(
  bytes: Uint8Array,
  at: number,
  eui64: Uint8Array,
  eui64Start: number,
): number {
  copyBytes(eui64, eui64Start, bytes, at, 8);
  return at + 8;
}

/** Moves everybody to one channel of 2.4 GHz, 11 to 26. */
export function putChannelChange(
  bytes: Uint8Array,
  at: number,
  sequence: number,
  channel: number,
  updateId: number,
): number {
  bytes[at] = sequence;
  writeU32(bytes, at + NetworkUpdateRequest.CHANNELS, 2 ** channel);
  bytes[at + NetworkUpdateRequest.DURATION] = NetworkUpdateRequest.CHANGE_CHANNEL;
  bytes[at + NetworkUpdateRequest.UPDATE_ID] = updateId;
  return at + NetworkUpdateRequest.LENGTH;
}

function children(bytes: Uint8Array, at: number, length: number, countAt: number): Parsed {
  if (length <= countAt) return Parsed.TRUNCATED;
  return length < countAt + 1 + 8 * bytes[at + countAt]! ? Parsed.TRUNCATED : Parsed.OK;
}
