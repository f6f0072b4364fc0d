// What one instance of `wan` stands between: its link to the head-end, and the owners of sessions.

import type { DatagramLink } from "../../../hal/datagram";
import type { Party } from "../../ipc/party";
import type { Port } from "../../kernel/partition";

export interface WanOwner {
  readonly party: Party;
  readonly port: Port;
}

export interface WanLink {
  readonly link: DatagramLink;
  /** From whom the link's datagrams come. */
  readonly linkParty: Party;
  readonly owners: readonly WanOwner[];
  readonly audit: Port;
}

export const enum WanLimit {
  /** A longer request is refused with 4.13: its content would not fit a channel message. */
  DATAGRAM_MAX = 340,
  /** A session has one exchange under way; a second lets it give up one and begin another. */
  REQUESTS_EACH = 2,
  /** Two observations, and one other request of the head-end at a time. */
  SERVED_EACH = 3,
  /** Ours; the peer's have up to 8 bytes. */
  TOKEN_LENGTH = 4,
}

/** What an instance counts. */
export interface WanCounts {
  /** Not from the configured peer. */
  foreign: number;
  malformed: number;
  refused: number;
  duplicates: number;
  retransmissions: number;
  /** A channel or the link had no room; the message is repeated later. */
  full: number;
}

export function createCounts(): WanCounts {
  return { foreign: 0, malformed: 0, refused: 0, duplicates: 0, retransmissions: 0, full: 0 };
}
