// The seam between the lower half of `han` (radio, MAC, NWK, joining) and its upper half (APS,
// ZDO, ZCL, tunnels): whole APS frames of Networked nodes, and nothing of any other.

import type { Sent } from "../../../hal/sent";
import type { NodeRule } from "../../ipc/join";
import type { Nodes } from "./nodes";

export const enum NetworkLimit {
  /**
   * The longest APS frame that fits: 127 bytes of PSDU less MAC header 9 and FCS 2, NWK header 8,
   * auxiliary header 14 and integrity code 4.
   * @source IEEE 802.15.4 section 6.3; Zigbee 3.0 specification 4.3.1.1
   */
  APS_MAX = 90,
  /** A frame of which nobody wants to know the fate. */
  NO_TOKEN = 0,
}

/** What the upper half implements. The bytes are valid until return. */
export interface NetworkUser {
  /** A Networked node's APS frame, opened by the network key and not a replay. */
  apsFrame(now: number, node: number, bytes: Uint8Array, start: number, length: number): void;
  /**
   * The fate of a frame that `send` took with a token. Delivered: the node's radio acknowledged
   * it. Not: no acknowledgement, the channel stayed busy, or it did not come for it in time.
   */
  sent(now: number, token: number, delivered: boolean): void;
  /** At start, for each node that was Networked before: nothing is known of it but its record. */
  nodeRestored(now: number, node: number): void;
  /** The node's record lies in flash: it is Networked now. */
  nodeJoined(now: number, node: number): void;
  /** The number of the next APS frame, of data or of a command: nodes tell repetitions by it. */
  nextCounter(): number;
  /** It left or was removed; its index may be given to another. */
  nodeLeft(now: number, node: number): void;
}

/** Told of what a node may not, for the audit log. */
export interface RefusalLog {
  /** @param command its number, or 0 */
  refused(now: number, node: number, rule: NodeRule, command: number, cluster: number): void;
}

/** What the upper half may ask of the lower. */
export interface Network {
  readonly nodes: Nodes;
  readonly link: RefusalLog;
  /** The hub's EUI-64 in radio order; zeros until the co-processor has told it. */
  readonly eui64: Uint8Array;
  /** The network runs: formed, keyed, and the co-processor answers. */
  isUp(): boolean;
  /**
   * Sends one whole APS frame, at most `NetworkLimit.APS_MAX` bytes, secured with the network key;
   * to a sleeping node when it next asks, within 7.68 s. The bytes are taken before it returns.
   * `FULL`: nothing was taken, try again later. `RESTARTED`: it is not Networked (any more).
   * `token` comes back in `NetworkUser.sent` unless it is `NetworkLimit.NO_TOKEN`; never during
   * this call.
   */
  send(now: number, node: number, aps: Uint8Array, length: number, token: number): Sent;
}
