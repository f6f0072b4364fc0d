// Proof of freshness after a restart, when the replay window is lost: the first request must bring
// back a value that we made after the restart. @source RFC 8613 appendix B.1.2, RFC 9175 section 2

import type { Entropy } from "../../hal/entropy";
import { ReplayWindow } from "../crypto/replay-window";
import { SessionMemory } from "./session-memory";

export const enum EchoLimit {
  VALUE_LENGTH = 8,
  /** A head-end answers in seconds; an attacker who kept the request back is late. */
  VALID_MS = 60_000,
  /** Each challenge takes one of our sequence numbers; a flood of replays must not drain them. */
  PAUSE_MS = 200,
}

export class Freshness {
  private readonly window = new ReplayWindow();
  private isProved = false;
  private madeAt = Number.NEGATIVE_INFINITY;
  private nextAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly entropy: Entropy,
    private readonly memory: Uint8Array,
  ) {}

  /**
   * This session has never served a request, in this life or an earlier one: nothing that comes can
   * be older than its replay window, and nobody need prove anything.
   */
  beginUnused(): void {
    this.isProved = true;
  }

  /** Before a request is opened. False: a replay. */
  isNew(sequence: number): boolean {
    return !this.isProved || this.window.isNew(sequence);
  }

  /**
   * After a request proved authentic. False: it must be challenged; nothing of it may be obeyed.
   * @param echoLength 0: it brings no Echo
   */
  accept(
    now: number,
    sequence: number,
    bytes: Uint8Array,
    echo: number,
    echoLength: number,
  ): boolean {
    if (this.isProved) {
      this.window.accept(sequence);
      return true;
    }
    const isLate = now - this.madeAt > EchoLimit.VALID_MS;
    if (isLate || echoLength !== EchoLimit.VALUE_LENGTH) return false;
    let difference = 0;
    for (let i = 0; i < echoLength; i++) {
      difference |= this.memory[SessionMemory.ECHO + i]! ^ bytes[echo + i]!;
    }
    if (difference !== 0) return false;
    this.isProved = true;
    this.window.startAt(sequence);
    return true;
  }

  /** Makes the value at `ECHO` good for a challenge now. False: too soon after the one before. */
  challenge(now: number): boolean {
    if (now < this.nextAt) return false;
    this.nextAt = now + EchoLimit.PAUSE_MS;
    if (now - this.madeAt > EchoLimit.VALID_MS / 2) {
      this.entropy.fill(this.memory, SessionMemory.ECHO, EchoLimit.VALUE_LENGTH);
      this.madeAt = now;
    }
    return true;
  }
}
