// `READING_STORED` from `gas` or `demand` back to `han`, with the number that `han` gave.

import { Operation } from "../ipc/operation";
import { Reading, ReadingStored, type Stored } from "../ipc/reading";
import type { Port } from "../kernel/partition";
import { copyBytes, writeU32 } from "../wire/little-endian";
import type { PendingReadings } from "./pending-readings";

export class StoredAnswer {
  /** @param message room for what is sent; its content is of no use between calls */
  constructor(
    private readonly han: Port,
    private readonly message: Uint8Array,
  ) {}

  /** When `han` has no room for it, it is not repeated: the meter sends the reading again. */
  send(pending: PendingReadings, index: number, code: Stored): void {
    const { message } = this;
    const at = pending.at(index);
    message[0] = Operation.READING_STORED;
    message[ReadingStored.CODE] = code;
    message[ReadingStored.COMMODITY] = pending.bytes[at + Reading.COMMODITY]!;
    writeU32(message, ReadingStored.REFERENCE, pending.origin(index));
    copyBytes(pending.bytes, at + Reading.EUI64, message, ReadingStored.EUI64, 8);
    this.han.send(message, ReadingStored.LENGTH);
  }
}
