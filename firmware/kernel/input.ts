// Something that a partition receives from: a channel, a device, a flash region, the kernel.

import type { MessageQueue } from "./message-queue";

export interface Input {
  /** The `Party` that `receive` is told. */
  readonly source: number;
  readonly queue: MessageQueue;
  /** The oldest message is about to be handed over. */
  begin(): void;
}
