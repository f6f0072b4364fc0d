// One CoAP message that may have to be sent again: its bytes, and when the next try is due.
// @source RFC 7252 sections 4.2 and 4.8

import { Datagram } from "../../../hal/datagram";
import type { Entropy } from "../../../hal/entropy";
import { WanLimit } from "./link";

const enum Transmit {
  ACK_TIMEOUT_MS = 2000,
  /** ACK_RANDOM_FACTOR is 1.5. */
  RANDOM_MS = 1000,
  MAX_RETRANSMIT = 4,
}

export class Transmission {
  /** Destination and message. A response of ours may be a little longer than what we take. */
  readonly bytes = new Uint8Array(Datagram.ADDRESS_LENGTH + WanLimit.DATAGRAM_MAX);
  length = 0;
  messageId = 0;
  /** `Infinity`: it is not waiting for an acknowledgement. */
  dueAt = Number.POSITIVE_INFINITY;
  private timeoutMs = 0;
  private tries = 0;

  /** After the first sending of a CON. */
  await(now: number, entropy: Entropy, scratch: Uint8Array): void {
    entropy.fill(scratch, 0, 1);
    this.timeoutMs = Transmit.ACK_TIMEOUT_MS + ((scratch[0]! * Transmit.RANDOM_MS) >> 8);
    this.tries = 0;
    this.dueAt = now + this.timeoutMs;
  }

  /** At `dueAt`. False: the last try was not acknowledged either. */
  again(now: number): boolean {
    if (this.tries === Transmit.MAX_RETRANSMIT) return false;
    this.tries++;
    this.timeoutMs *= 2;
    this.dueAt = now + this.timeoutMs;
    return true;
  }

  stop(): void {
    this.dueAt = Number.POSITIVE_INFINITY;
  }
}
