// Sees everything that passes, for traces, checkers and the live view. It changes nothing.

import type { FaultKind } from "./fault";

export interface Observer {
  /**
   * Called before the receiver is. `from` and `to` are `Party` numbers; device input and flash
   * completions are messages too. `bytes` is valid until return.
   */
  delivered(now: number, from: number, to: number, bytes: Uint8Array, length: number): void;
  /** A send that the table does not allow. `operation` is -1 for a message without a first byte. */
  refused(now: number, from: number, to: number, operation: number): void;
  /** The instance is gone; `what` is the exception's message. */
  faulted(now: number, party: number, kind: FaultKind, what: string): void;
  /** A new instance runs. */
  restarted(now: number, party: number): void;
  /** No new instance before `until`. */
  held(now: number, party: number, until: number): void;
}
