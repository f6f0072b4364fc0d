// Requests and responses of the device profile; the first byte of an input chooses the cluster.

import { Parsed } from "../../firmware/wire/parsed";
import {
  announcedCapability,
  announcedShort,
  checkZdoRequest,
  matchAsksInput,
  matchAsksOutput,
  matchProfile,
  ZdoCluster,
  zdoShort,
} from "../../firmware/wire/zdo";
import {
  checkZdoNetwork,
  ParentAnnounce,
  ParentAnnounceResponse,
  ZdoNetworkCluster,
} from "../../firmware/wire/zdo-network";
import {
  addressResponseShort,
  checkZdoResponse,
  endpointCount,
  endpointOf,
  zdoResponseShort,
  zdoStatus,
} from "../../firmware/wire/zdo-response";
import { zdoNetworkSamples, zdoSamples } from "../wire/sample-zdo-zcl";
import { apsOf } from "./aps.fuzz";
import { examineTwice, within } from "./surroundings";

export const name = "zdo";
/** The low byte of the cluster, then the payload. */
export const seeds = [...zdoSamples(), ...zdoNetworkSamples()].map(({ bytes }) => {
  const aps = apsOf(bytes);
  return Uint8Array.from([aps[2]!, ...aps.slice(8)]);
});

export function fuzz(input: Uint8Array): void {
  const cluster = input[0] ?? 0;
  examineTwice(input.subarray(1), (bytes, start, length) => [
    ...examineRequest(cluster, bytes, start, length),
    ...examineResponse(cluster, bytes, start, length),
    ...examineNetwork(cluster, bytes, start, length),
    ...examineNetwork(cluster | 0x8000, bytes, start, length),
  ]);
}

function examineRequest(cluster: number, bytes: Uint8Array, at: number, length: number): number[] {
  const code = checkZdoRequest(cluster, bytes, at, length);
  if (code !== Parsed.OK) return [code];
  switch (cluster) {
    case ZdoCluster.DEVICE_ANNOUNCE:
      return [announcedShort(bytes, at), announcedCapability(bytes, at)];
    case ZdoCluster.MATCH_DESCRIPTOR:
      return [
        matchProfile(bytes, at),
        Number(matchAsksInput(bytes, at, 0x0702)),
        Number(matchAsksOutput(bytes, at, 0x0702)),
      ];
    case ZdoCluster.NODE_DESCRIPTOR:
    case ZdoCluster.ACTIVE_ENDPOINTS:
    case ZdoCluster.SIMPLE_DESCRIPTOR:
      return [zdoShort(bytes, at)];
    default:
      return [];
  }
}

/** The children that a router names lie within the message. */
function examineNetwork(cluster: number, bytes: Uint8Array, at: number, length: number): number[] {
  const code = checkZdoNetwork(cluster, bytes, at, length);
  if (code !== Parsed.OK) return [code];
  const isAnswer = cluster === ZdoNetworkCluster.PARENT_ANNOUNCE_RESPONSE;
  const count = at + (isAnswer ? ParentAnnounceResponse.COUNT : ParentAnnounce.COUNT);
  return [within(count + 1 + 8 * bytes[count]!, at, at + length)];
}

function examineResponse(cluster: number, bytes: Uint8Array, at: number, length: number): number[] {
  const code = checkZdoResponse(cluster | 0x8000, bytes, at, length);
  if (code !== Parsed.OK) return [code];
  const status = zdoStatus(bytes, at);
  if (status !== 0) return [status];
  switch (cluster) {
    case ZdoCluster.NWK_ADDRESS:
    case ZdoCluster.IEEE_ADDRESS:
      return [addressResponseShort(bytes, at)];
    case ZdoCluster.ACTIVE_ENDPOINTS:
    case ZdoCluster.MATCH_DESCRIPTOR: {
      const endpoints = Array.from({ length: endpointCount(bytes, at) }, (_, i) =>
        endpointOf(bytes, at, i),
      );
      return [zdoResponseShort(bytes, at), ...endpoints];
    }
    default:
      return [];
  }
}
