// Link status: what routers around tell each other of how they hear each other.
// @source Zigbee 05-3474-22 sections 3.4.8, 3.6.3.4

import { Auxiliary } from "../../wire/auxiliary";
import { Nwk } from "../../wire/nwk";
import {
  LinkStatus,
  linkStatusAddress,
  linkStatusCount,
  putLinkStatus,
  putLinkStatusEntry,
} from "../../wire/nwk-command";
import { rssiBehind } from "../../wire/spinel-stream";
import { NodeLimit, type Nodes } from "./nodes";
import { RouteLimit, type Routes } from "./routes";

export const enum LinkLimit {
  /** Entries in one frame; a longer list goes in parts. */
  ENTRIES = 20,
}

/**
 * Writes a part of the list of the routers around, by address upwards from `from` on; returns the
 * new offset.
 */
export function putLinks(
  nodes: Nodes,
  routes: Routes,
  from: number,
  bytes: Uint8Array,
  at: number,
): number {
  let end = putLinkStatus(bytes, at, 0);
  let count = 0;
  let node = nextLink(nodes, routes, from);
  while (node !== NodeLimit.NONE && count < LinkLimit.ENTRIES) {
    const short = nodes.short(node);
    end = putLinkStatusEntry(bytes, end, short, routes.incoming(node), routes.outgoing(node));
    count++;
    node = nextLink(nodes, routes, short + 1);
  }
  const first = from === 0 ? LinkStatus.FIRST : 0;
  const last = node === NodeLimit.NONE ? LinkStatus.LAST : 0;
  bytes[at + LinkStatus.OPTIONS] = count | first | last;
  return end;
}

export function isLastPart(bytes: Uint8Array, at: number): boolean {
  return (bytes[at + LinkStatus.OPTIONS]! & LinkStatus.LAST) !== 0;
}

/** Of a part that is not the last: where the next one goes on. */
export function lastAddress(bytes: Uint8Array, at: number): number {
  return linkStatusAddress(bytes, at, linkStatusCount(bytes, at) - 1);
}

/** A router around tells how it hears the others, perhaps us. */
export function hearLinks(
  routes: Routes,
  router: number,
  bytes: Uint8Array,
  at: number,
  length: number,
): void {
  const rssi = rssiBehind(bytes, at + length + Auxiliary.MIC_LENGTH);
  let outgoing: number = RouteLimit.COST_NONE;
  let isMentioned = false;
  for (let i = 0; i < linkStatusCount(bytes, at); i++) {
    if (linkStatusAddress(bytes, at, i) !== Nwk.COORDINATOR) continue;
    const entry = at + LinkStatus.ENTRIES + LinkStatus.ENTRY_LENGTH * i;
    // What it says is the cost of our frames as it hears them.
    outgoing = bytes[entry + 2]! & RouteLimit.COST_MAX;
    isMentioned = true;
  }
  // Addresses are in order and ours is the least: a later part of a long list says nothing of us.
  const isFirst = (bytes[at + LinkStatus.OPTIONS]! & LinkStatus.FIRST) !== 0;
  if (!isMentioned && !isFirst) outgoing = routes.outgoing(router);
  routes.linkHeard(router, rssi, outgoing);
}

/** The neighbour with the least address from `from` on; `NodeLimit.NONE`. */
function nextLink(nodes: Nodes, routes: Routes, from: number): number {
  let best: number = NodeLimit.NONE;
  for (let node = 0; node < NodeLimit.MAX; node++) {
    if (!routes.isNeighbour(node) || nodes.short(node) < from) continue;
    if (best === NodeLimit.NONE || nodes.short(node) < nodes.short(best)) best = node;
  }
  return best;
}
