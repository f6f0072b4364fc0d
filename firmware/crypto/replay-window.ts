// Which Partial IVs of a peer were seen: the newest, and a bit for each of the 32 up to it.
// @source RFC 8613 sections 3.2.2 and 7.4

import { check } from "../kernel/partition";

export const enum ReplayWindowLimit {
  SIZE = 32,
}

export class ReplayWindow {
  /** The greatest sequence number that was accepted; -1: none. */
  private newest = -1;
  /** Bit n: `newest - n` was accepted. */
  private seen = 0;

  /** Whether a message with this number may be accepted at all; asked before it is opened. */
  isNew(sequence: number): boolean {
    if (sequence > this.newest) return true;
    const behind = this.newest - sequence;
    return behind < ReplayWindowLimit.SIZE && ((this.seen >>> behind) & 1) === 0;
  }

  /** Marks a number, after the message with it proved authentic. */
  accept(sequence: number): void {
    check(this.isNew(sequence), "only a new number is accepted");
    const ahead = sequence - this.newest;
    if (ahead > 0) {
      this.seen = ahead < ReplayWindowLimit.SIZE ? (this.seen << ahead) | 1 : 1;
      this.newest = sequence;
    } else this.seen |= 1 << -ahead;
  }

  /**
   * Begins anew with a number that was just proved fresh: it and all before it count as seen.
   * @source RFC 8613 appendix B.1.2
   */
  startAt(sequence: number): void {
    this.newest = sequence;
    this.seen = -1;
  }
}
