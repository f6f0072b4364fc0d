// What a simulated meter answers to the messages that come through its tunnel: a table of known
// commands, and for all others a refusal that depends on the command alone.

import { createHash } from "node:crypto";

export class ExchangeTable {
  private readonly responses = new Map<string, Buffer>();

  add(command: Buffer, response: Buffer): void {
    this.responses.set(command.toString("hex"), response);
  }

  get size(): number {
    return this.responses.size;
  }

  find(command: Buffer): Buffer | undefined {
    return this.responses.get(command.toString("hex"));
  }

  /**
   * The answer to a command nobody told the meter about: an octet that begins no message of the
   * field (0xff), and the first 16 of the command's SHA-256, so that it can be told which.
   */
  refuse(command: Buffer): Buffer {
    const digest = createHash("sha256").update(command).digest();
    return Buffer.concat([Buffer.from([0xff]), digest.subarray(0, 16)]);
  }
}
