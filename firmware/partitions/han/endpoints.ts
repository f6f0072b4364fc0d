// The hub's endpoints as the device profile describes them.

import { Cluster } from "../../wire/zcl";

export const enum Endpoint {
  ZDO = 0,
  HUB = 1,
  /** One mirror for each gas meter, 10 to 13. */
  MIRROR_FIRST = 10,
  MIRROR_LAST = 13,
}

/** Server and client clusters of the Energy Service Interface. */
export const HUB_SERVERS: readonly number[] = [
  Cluster.BASIC,
  Cluster.IDENTIFY,
  Cluster.TIME,
  Cluster.KEEP_ALIVE,
  Cluster.TUNNELLING,
];
export const HUB_CLIENTS: readonly number[] = [
  Cluster.POLL_CONTROL,
  Cluster.METERING,
  Cluster.TUNNELLING,
];
export const MIRROR_SERVERS: readonly number[] = [Cluster.BASIC, Cluster.METERING];
export const MIRROR_CLIENTS: readonly number[] = [];

export function isMirror(endpoint: number): boolean {
  return endpoint >= Endpoint.MIRROR_FIRST && endpoint <= Endpoint.MIRROR_LAST;
}
