// The hub's Identify server: for how long it shows which device it is.
// @source ZCL 07-5123-06 section 3.5

import { IdentifyGenerated, IdentifyReceived } from "../../wire/clusters/identify";
import { readU16, writeU16 } from "../../wire/little-endian";
import { ZclStatus } from "../../wire/zcl";
import type { ZclMessage, ZclWriter } from "./zcl-message";

const enum Payload {
  /** Seconds, u16, of the command and of the response. */
  LENGTH = 2,
}

export class IdentifyServer {
  private until = 0;

  constructor(private readonly writer: ZclWriter) {}

  /** Seconds that it still identifies itself, rounded up. */
  secondsLeft(now: number): number {
    return now < this.until ? Math.ceil((this.until - now) / 1000) : 0;
  }

  /** @param seconds 0: no longer */
  identify(now: number, seconds: number): void {
    this.until = now + seconds * 1000;
  }

  command(now: number, message: ZclMessage): void {
    const { bytes, start, end } = message;
    switch (message.command as IdentifyReceived) {
      case IdentifyReceived.IDENTIFY:
        if (end - start < Payload.LENGTH) {
          this.writer.status(now, message, ZclStatus.MALFORMED_COMMAND);
          return;
        }
        this.identify(now, readU16(bytes, start));
        this.writer.status(now, message, ZclStatus.SUCCESS);
        break;
      case IdentifyReceived.IDENTIFY_QUERY:
        this.query(now, message);
        break;
      default:
        this.writer.status(now, message, ZclStatus.UNSUPPORTED_CLUSTER_COMMAND);
    }
  }

  /** Only who identifies itself has a response to it. */
  private query(now: number, message: ZclMessage): void {
    const seconds = this.secondsLeft(now);
    if (seconds === 0) {
      this.writer.status(now, message, ZclStatus.SUCCESS);
      return;
    }
    const at = this.writer.answer(message, true, IdentifyGenerated.IDENTIFY_QUERY_RESPONSE);
    writeU16(this.writer.bytes, at, seconds);
    this.writer.send(now, at + Payload.LENGTH);
  }
}
