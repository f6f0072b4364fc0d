// The hub's Poll Control client: a sleeping device checks in, and hears whether something waits for
// it, so that it had better ask fast for a while.
// @source ZCL 07-5123-06 section 3.16

import { PollControlGenerated, PollControlReceived } from "../../wire/clusters/poll-control";
import { writeU16 } from "../../wire/little-endian";
import { ZclStatus } from "../../wire/zcl";
import type { Waiting } from "./mirror-notification";
import type { ZclMessage, ZclWriter } from "./zcl-message";

const enum CheckInResponse {
  START_FAST_POLLING = 0,
  /** Quarters of a second, u16; 0: as long as the device likes. */
  TIMEOUT = 1,
  LENGTH = 3,
  /** A question with its answer, or a fragmented message of 4,096 bytes: ten seconds. */
  QUARTERS = 40,
}

export class PollControl {
  constructor(
    private readonly writer: ZclWriter,
    private readonly waiting: Waiting,
  ) {}

  /** A command of a device's Poll Control server. */
  command(now: number, message: ZclMessage): void {
    if (message.command !== PollControlGenerated.CHECK_IN) {
      this.writer.status(now, message, ZclStatus.UNSUPPORTED_CLUSTER_COMMAND);
      return;
    }
    const { node } = message;
    const waits = this.waiting.hasQuestion(node) || this.waiting.hasMail(node);
    const at = this.writer.answer(message, true, PollControlReceived.CHECK_IN_RESPONSE);
    this.writer.bytes[at + CheckInResponse.START_FAST_POLLING] = waits ? 1 : 0;
    writeU16(this.writer.bytes, at + CheckInResponse.TIMEOUT, CheckInResponse.QUARTERS);
    this.writer.send(now, at + CheckInResponse.LENGTH);
  }
}
