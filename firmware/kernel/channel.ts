// One declared channel: a queue, a rate, and the operations that it carries.

import { Message } from "../ipc/operation";
import type { Input } from "./input";
import { type Backlog, MessageQueue } from "./message-queue";
import type { ChannelRow } from "./table";
import { TokenBucket } from "./token-bucket";

/** Operations are numbers below this. */
export const OPERATIONS = 64;

export class Channel implements Input {
  readonly queue: MessageQueue;
  readonly rate: TokenBucket;
  private readonly allowed = new Uint8Array(OPERATIONS);

  constructor(
    row: ChannelRow,
    readonly source: number,
    readonly target: number,
    backlog: Backlog,
  ) {
    this.queue = new MessageQueue(row.depth, row.maxBytes ?? Message.MAX_LENGTH, backlog);
    this.rate = new TokenBucket(row.perSecond, row.burst);
    for (const operation of row.carries) this.allowed[operation] = 1;
  }

  carries(operation: number): boolean {
    return this.allowed[operation] === 1;
  }

  begin(): void {}
}
