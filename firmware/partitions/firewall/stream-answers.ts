// What the ends of a stream are owed: credit, and its end. Without room now, it is paid later.

import { Sent } from "../../../hal/sent";
import { Operation } from "../../ipc/operation";
import { Party } from "../../ipc/party";
import { StreamCredit, StreamEnd, StreamOpen, StreamResult } from "../../ipc/stream";
import { copyBytes } from "../../wire/little-endian";
import type { Gate } from "./gate";
import { Owed, StreamEntry, type StreamTable } from "./stream-table";

export class StreamAnswers {
  constructor(
    private readonly gate: Gate,
    private readonly table: StreamTable,
  ) {}

  /** True: nothing is owed any more. */
  pay(index: number): boolean {
    this.payOne(index, Owed.CREDIT);
    this.payOne(index, Owed.OPENER_END);
    this.payOne(index, Owed.RECEIVER_END);
    const at = index * StreamEntry.LENGTH;
    return this.table.bytes[at + StreamEntry.OWED] === Owed.NOTHING;
  }

  /** For a stream that never was in the table. Without room, its opener's time-out ends it. */
  turnAway(opener: Party, open: Uint8Array, result: StreamResult): void {
    const { message } = this.gate;
    message.fill(0);
    message[0] = Operation.STREAM_END;
    message[StreamEnd.RESULT] = result;
    copyBytes(open, StreamOpen.STREAM, message, StreamEnd.STREAM, 2);
    copyBytes(open, StreamOpen.MESSAGE_ID, message, StreamEnd.MESSAGE_ID, 4);
    copyBytes(open, StreamOpen.EUI64, message, StreamEnd.EUI64, 8);
    this.gate.forward(Party.FIREWALL, opener, message, StreamEnd.LENGTH);
  }

  private payOne(index: number, owed: Owed): void {
    const at = index * StreamEntry.LENGTH + StreamEntry.OWED;
    if ((this.table.bytes[at]! & owed) === 0) return;
    const sent = owed === Owed.CREDIT ? this.credit(index) : this.end(index, owed);
    // To one that has died nothing is owed.
    if (sent !== Sent.FULL) this.table.bytes[at]! &= ~owed;
  }

  private credit(index: number): Sent {
    const { gate, table } = this;
    const { message } = gate;
    const at = index * StreamEntry.LENGTH;
    message.fill(0);
    message[0] = Operation.STREAM_CREDIT;
    copyBytes(table.bytes, at + StreamEntry.THEIRS, message, StreamCredit.STREAM, 2);
    copyBytes(table.bytes, at + StreamEntry.TAKEN, message, StreamCredit.TAKEN, 2);
    copyBytes(table.bytes, at + StreamEntry.LIMIT, message, StreamCredit.LIMIT, 2);
    const receiver = table.receiver(index);
    return this.gate.forward(receiver, table.opener(index), message, StreamCredit.LENGTH);
  }

  private end(index: number, owed: Owed): Sent {
    const { gate, table } = this;
    const { message } = gate;
    const at = index * StreamEntry.LENGTH;
    const isOpener = owed === Owed.OPENER_END;
    const number = isOpener ? StreamEntry.THEIRS : StreamEntry.OURS;
    message.fill(0);
    message[0] = Operation.STREAM_END;
    message[StreamEnd.RESULT] = isOpener
      ? table.bytes[at + StreamEntry.RESULT]!
      : StreamResult.BUSY;
    copyBytes(table.bytes, at + number, message, StreamEnd.STREAM, 2);
    copyBytes(table.bytes, at + StreamEntry.MESSAGE_ID, message, StreamEnd.MESSAGE_ID, 4);
    copyBytes(table.bytes, at + StreamEntry.EUI64, message, StreamEnd.EUI64, 8);
    const to = isOpener ? table.opener(index) : table.receiver(index);
    return this.gate.forward(Party.FIREWALL, to, message, StreamEnd.LENGTH);
  }
}
