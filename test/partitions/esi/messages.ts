// Channel messages that a firewall would say to an esi.

import { Operation } from "../../../firmware/ipc/operation";
import { Commodity, Reading } from "../../../firmware/ipc/reading";
import { StreamCredit, StreamEnd, StreamOpen, StreamSegment } from "../../../firmware/ipc/stream";
import { writeI32, writeU16, writeU32, writeU48 } from "../../../firmware/wire/little-endian";

/** As text `00158d0000000001` and the like. */
export function eui64(last: number): Uint8Array {
  return Uint8Array.of(last, 0, 0, 0, 0, 0x8d, 0x15, 0x00);
}

export function eui64Text(last: number): string {
  return `00158d00000000${last.toString(16).padStart(2, "0")}`;
}

export interface ReadingFields {
  readonly reference: number;
  readonly time: number;
  readonly value: number;
  readonly demand?: number;
  readonly meter?: number;
  readonly commodity?: Commodity;
  readonly flags?: number;
}

export function reading(fields: ReadingFields): Uint8Array {
  const message = new Uint8Array(Reading.LENGTH);
  message[0] = Operation.READING;
  message[Reading.FLAGS] = fields.flags ?? 0;
  message[Reading.COMMODITY] = fields.commodity ?? Commodity.ELECTRICITY;
  writeU32(message, Reading.REFERENCE, fields.reference);
  message.set(eui64(fields.meter ?? 1), Reading.EUI64);
  writeU32(message, Reading.METER_TIME, fields.time);
  writeU48(message, Reading.VALUE, fields.value);
  writeI32(message, Reading.DEMAND, fields.demand ?? Reading.NO_DEMAND);
  return message;
}

export function streamOpen(stream: number, total: number, id: number, isAnswer: 0 | 1): Uint8Array {
  const message = new Uint8Array(StreamOpen.LENGTH);
  message[0] = Operation.STREAM_OPEN;
  writeU16(message, StreamOpen.STREAM, stream);
  writeU16(message, StreamOpen.TOTAL, total);
  message[StreamOpen.IS_ANSWER] = isAnswer;
  message.set(eui64(1), StreamOpen.EUI64);
  writeU32(message, StreamOpen.MESSAGE_ID, id);
  return message;
}

export function streamSegment(stream: number, offset: number, data: Uint8Array): Uint8Array {
  const message = new Uint8Array(StreamSegment.DATA + data.length);
  message[0] = Operation.STREAM_SEGMENT;
  writeU16(message, StreamSegment.STREAM, stream);
  writeU16(message, StreamSegment.OFFSET, offset);
  message.set(data, StreamSegment.DATA);
  return message;
}

export function streamCredit(stream: number, taken: number, limit: number): Uint8Array {
  const message = new Uint8Array(StreamCredit.LENGTH);
  message[0] = Operation.STREAM_CREDIT;
  writeU16(message, StreamCredit.STREAM, stream);
  writeU16(message, StreamCredit.TAKEN, taken);
  writeU16(message, StreamCredit.LIMIT, limit);
  return message;
}

export function streamEnd(stream: number, result: number, id = 0): Uint8Array {
  const message = new Uint8Array(StreamEnd.LENGTH);
  message[0] = Operation.STREAM_END;
  message[StreamEnd.RESULT] = result;
  writeU16(message, StreamEnd.STREAM, stream);
  writeU32(message, StreamEnd.MESSAGE_ID, id);
  message.set(eui64(1), StreamEnd.EUI64);
  return message;
}

export function bytesOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 255);
}
