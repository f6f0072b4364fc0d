// Well-formed messages of those around the firewall. A device is named by one byte.

import {
  DeviceAdd,
  DeviceEventMessage,
  DeviceRemove,
  DeviceResultMessage,
} from "../../../firmware/ipc/device";
import { MirrorRead, MirrorValue } from "../../../firmware/ipc/mirror";
import { Operation } from "../../../firmware/ipc/operation";
import { Commodity, Reading, ReadingFlags, ReadingStored } from "../../../firmware/ipc/reading";
import { StreamCredit, StreamEnd, StreamOpen, StreamSegment } from "../../../firmware/ipc/stream";
import { writeU16, writeU32, writeU48 } from "../../../firmware/wire/little-endian";

function start(operation: Operation, length: number): Uint8Array {
  const message = new Uint8Array(length);
  message[0] = operation;
  return message;
}

function name(message: Uint8Array, at: number, device: number): void {
  message.fill(device, at, at + 8);
}

export function reading(commodity: Commodity, device: number, reference: number): Uint8Array {
  const message = start(Operation.READING, Reading.LENGTH);
  message[Reading.COMMODITY] = commodity;
  writeU32(message, Reading.REFERENCE, reference);
  name(message, Reading.EUI64, device);
  writeU32(message, Reading.METER_TIME, 1_700_000_000);
  writeU48(message, Reading.VALUE, 123_456);
  return message;
}

export function interval(device: number, reference: number): Uint8Array {
  const message = reading(Commodity.ELECTRICITY, device, reference);
  message[Reading.FLAGS] = ReadingFlags.INTERVAL;
  writeU16(message, Reading.INTERVAL_SECONDS, 1800);
  return message;
}

export function stored(reading: Uint8Array, code: number): Uint8Array {
  const message = start(Operation.READING_STORED, ReadingStored.LENGTH);
  message[ReadingStored.CODE] = code;
  message[ReadingStored.COMMODITY] = reading[Reading.COMMODITY]!;
  message.set(reading.subarray(Reading.REFERENCE, Reading.REFERENCE + 12), ReadingStored.REFERENCE);
  return message;
}

export function mirrorRead(device: number, reference: number): Uint8Array {
  const message = start(Operation.MIRROR_READ, MirrorRead.LENGTH);
  writeU16(message, MirrorRead.REFERENCE, reference);
  name(message, MirrorRead.EUI64, device);
  return message;
}

export function mirrorValue(read: Uint8Array, status: number): Uint8Array {
  const message = start(Operation.MIRROR_VALUE, MirrorValue.LENGTH);
  message[MirrorValue.STATUS] = status;
  message.set(read.subarray(2, 16), 2);
  writeU48(message, MirrorValue.VALUE, 4711);
  return message;
}

export interface Opening {
  readonly provider?: number;
  readonly stream: number;
  readonly total?: number;
  readonly device?: number;
  readonly isAnswer?: number;
  readonly id?: number;
}

export function streamOpen({
  provider = 0,
  stream,
  total = 600,
  device = 7,
  isAnswer = 0,
  id = 99,
}: Opening) {
  const message = start(Operation.STREAM_OPEN, StreamOpen.LENGTH);
  message[StreamOpen.PROVIDER] = provider;
  writeU16(message, StreamOpen.STREAM, stream);
  writeU16(message, StreamOpen.TOTAL, total);
  message[StreamOpen.IS_ANSWER] = isAnswer;
  name(message, StreamOpen.EUI64, device);
  writeU32(message, StreamOpen.MESSAGE_ID, id);
  writeU32(message, StreamOpen.EXPIRES, 1_800_000_000);
  return message;
}

export function segment(stream: number, offset: number, length: number): Uint8Array {
  const message = start(Operation.STREAM_SEGMENT, StreamSegment.DATA + length);
  writeU16(message, StreamSegment.STREAM, stream);
  writeU16(message, StreamSegment.OFFSET, offset);
  for (let i = 0; i < length; i++) message[StreamSegment.DATA + i] = (offset + i) & 0xff;
  return message;
}

export function credit(stream: number, taken: number, limit: number): Uint8Array {
  const message = start(Operation.STREAM_CREDIT, StreamCredit.LENGTH);
  writeU16(message, StreamCredit.STREAM, stream);
  writeU16(message, StreamCredit.TAKEN, taken);
  writeU16(message, StreamCredit.LIMIT, limit);
  return message;
}

export function streamEnd(stream: number, result: number, device = 7, id = 99): Uint8Array {
  const message = start(Operation.STREAM_END, StreamEnd.LENGTH);
  message[StreamEnd.RESULT] = result;
  writeU16(message, StreamEnd.STREAM, stream);
  writeU32(message, StreamEnd.MESSAGE_ID, id);
  name(message, StreamEnd.EUI64, device);
  return message;
}

export function deviceAdd(device: number, reference: number, codeLength = 18): Uint8Array {
  const message = start(Operation.DEVICE_ADD, DeviceAdd.LENGTH);
  writeU16(message, DeviceAdd.REFERENCE, reference);
  message[DeviceAdd.CODE_LENGTH] = codeLength;
  name(message, DeviceAdd.EUI64, device);
  message.fill(0xc0, DeviceAdd.CODE);
  return message;
}

export function deviceRemove(device: number, reference: number): Uint8Array {
  const message = start(Operation.DEVICE_REMOVE, DeviceRemove.LENGTH);
  writeU16(message, DeviceRemove.REFERENCE, reference);
  name(message, DeviceRemove.EUI64, device);
  return message;
}

export function deviceResult(device: number, reference: number, result: number): Uint8Array {
  const message = start(Operation.DEVICE_RESULT, DeviceResultMessage.LENGTH);
  message[DeviceResultMessage.RESULT] = result;
  writeU16(message, DeviceResultMessage.REFERENCE, reference);
  name(message, DeviceResultMessage.EUI64, device);
  return message;
}

export function deviceEvent(device: number, event: number): Uint8Array {
  const message = start(Operation.DEVICE_EVENT, DeviceEventMessage.LENGTH);
  message[DeviceEventMessage.EVENT] = event;
  name(message, DeviceEventMessage.EUI64, device);
  return message;
}
