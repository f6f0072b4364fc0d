// The Keep-Alive cluster: how often a device looks whether its trust centre is still there.
// @source Smart Energy 17-05019-001 annex A

import { Cluster } from "../zcl";
import { ZclType } from "../zcl-type";
import { Access, type ClusterTable } from "./table";

export const enum KeepAlive {
  BASE = 0x0000,
  JITTER = 0x0001,
}

const READ = Access.READ;

export const KEEP_ALIVE: ClusterTable = {
  id: Cluster.KEEP_ALIVE,
  name: "Keep-Alive",
  source: "Smart Energy 17-05019-001 annex A",
  attributes: [
    [KeepAlive.BASE, "KeepAliveBase", ZclType.UINT8, READ],
    [KeepAlive.JITTER, "KeepAliveJitter", ZclType.UINT16, READ],
  ],
  clientAttributes: [],
  received: [],
  generated: [],
};
