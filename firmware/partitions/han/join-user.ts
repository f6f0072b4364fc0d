// What joining asks of those who carry its words and keep its records.

import type { MacAssociation } from "../../wire/mac-command";

/** What joining needs of those around it. */
export interface JoinUser {
  answerAssociation(
    now: number,
    eui64: Uint8Array,
    start: number,
    short: number,
    status: MacAssociation,
    ticket: number,
  ): boolean;
  sendKey(
    now: number,
    short: number,
    sleeps: boolean,
    aps: Uint8Array,
    start: number,
    length: number,
    ticket: number,
  ): boolean;
  /** The same for a node that joins at a router, to which it goes. */
  sendRoutedKey(
    now: number,
    router: number,
    bytes: Uint8Array,
    eui64At: number,
    aps: number,
    length: number,
    ticket: number,
  ): boolean;
  /** The router is not to keep the node with this EUI-64. */
  refuseRouted(now: number, router: number, bytes: Uint8Array, eui64At: number): void;
  /** A record was taken for a node at this router; `NodeLimit.NONE`: at the hub. */
  nodePlaced(node: number, router: number): void;
  /** Store its record: it may have the key soon, or proved itself, or may not come in any more. */
  storeNode(now: number, node: number): void;
  /** `access` does not know this node any more. */
  dismissNode(now: number, node: number): void;
}
