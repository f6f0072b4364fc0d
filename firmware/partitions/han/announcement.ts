// A node's own word on what it is: Device_annce, the first thing that it says under the network
// key. Its association request said the same, but anybody can have sent that in its name.
// @source Zigbee 05-3474-22 section 2.4.3.1.11

import {
  Aps,
  ApsDelivery,
  ApsFragment,
  ApsType,
  apsCluster,
  apsDelivery,
  apsFragment,
  apsHeaderEnd,
  apsIsAddressed,
  apsIsSecured,
  apsProfile,
  apsType,
  checkAps,
  Profile,
} from "../../wire/aps";
import { Parsed } from "../../wire/parsed";
import {
  announcedCapability,
  announcedShort,
  checkZdoRequest,
  DeviceAnnounce,
  ZdoCluster,
} from "../../wire/zdo";
import { NodeLimit, type Nodes } from "./nodes";

/** Where the announcement stands in an APS frame; -1: the frame is none. */
function announcementAt(bytes: Uint8Array, start: number, length: number): number {
  // Nearly all frames are none: the cheapest question first.
  if (length < Aps.DATA_HEADER || apsProfile(bytes, start) !== Profile.ZDO) return -1;
  if (checkAps(bytes, start, length) !== Parsed.OK || apsType(bytes, start) !== ApsType.DATA) {
    return -1;
  }
  if (!apsIsAddressed(bytes, start) || apsIsSecured(bytes, start)) return -1;
  if (apsFragment(bytes, start) !== ApsFragment.NONE) return -1;
  if (apsDelivery(bytes, start) === ApsDelivery.GROUP) return -1;
  if (apsCluster(bytes, start) !== ZdoCluster.DEVICE_ANNOUNCE) return -1;
  const at = apsHeaderEnd(bytes, start);
  const code = checkZdoRequest(ZdoCluster.DEVICE_ANNOUNCE, bytes, at, start + length - at);
  return code === Parsed.OK ? at : -1;
}

/**
 * The 802.15.4 capability byte that a node announces of itself; -1: the frame says nothing of it.
 */
export function announcedBy(
  nodes: Nodes,
  node: number,
  bytes: Uint8Array,
  start: number,
  length: number,
): number {
  const at = announcementAt(bytes, start, length);
  if (at < 0 || !nodes.hasEui64(node, bytes, at + DeviceAnnounce.EUI64)) return -1;
  return announcedCapability(bytes, at);
}

/** The Networked node that announces `short` as its address; `NodeLimit.NONE`. */
export function announcedUnder(
  nodes: Nodes,
  short: number,
  bytes: Uint8Array,
  start: number,
  length: number,
): number {
  const at = announcementAt(bytes, start, length);
  if (at < 0 || announcedShort(bytes, at) !== short) return NodeLimit.NONE;
  const node = nodes.findEui64(bytes, at + DeviceAnnounce.EUI64);
  return node !== NodeLimit.NONE && nodes.isNetworked(node) ? node : NodeLimit.NONE;
}
