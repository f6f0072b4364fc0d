// What one device has delivered and its owner has not taken yet.

import type { Input } from "./input";
import type { Instance } from "./instance";
import { MessageQueue } from "./message-queue";
import type { DeviceRow } from "./table";

export class DeviceInput implements Input {
  readonly source: number;
  readonly queue: MessageQueue;
  /** Inputs that found no room, were too long, or came while the owner was down. */
  dropped = 0;

  constructor(
    row: DeviceRow,
    readonly owner: Instance,
  ) {
    this.source = row.party;
    this.queue = new MessageQueue(row.depth, row.maxBytes, owner.backlog);
  }

  begin(): void {}
}
