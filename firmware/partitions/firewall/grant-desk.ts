// Questions to `trust`. Nothing is remembered: a grant that is taken back counts at once.

import { Sent } from "../../../hal/sent";
import { GrantCheck } from "../../ipc/grant";
import { Operation } from "../../ipc/operation";
import { Party } from "../../ipc/party";
import { copyBytes, writeU16 } from "../../wire/little-endian";
import type { Gate } from "./gate";

export const enum GrantReference {
  /** No question: there was no room for it. */
  NONE = 0,
}

export class GrantDesk {
  private reference = 0;

  constructor(private readonly gate: Gate) {}

  /**
   * Asks whether a provider has a right on the device whose EUI-64 lies at `start`.
   * Answers the reference that `GRANT_ANSWER` will carry; `NONE`: no room, ask again later.
   */
  ask(provider: number, right: number, eui64: Uint8Array, start: number): number {
    const { message } = this.gate;
    this.reference = (this.reference % 0xffff) + 1;
    message[0] = Operation.GRANT_CHECK;
    message[GrantCheck.PROVIDER] = provider;
    writeU16(message, GrantCheck.REFERENCE, this.reference);
    message[GrantCheck.RIGHTS] = right;
    copyBytes(eui64, start, message, GrantCheck.EUI64, 8);
    const sent = this.gate.forward(Party.FIREWALL, Party.TRUST, message, GrantCheck.LENGTH);
    return sent === Sent.OK ? this.reference : GrantReference.NONE;
  }
}
