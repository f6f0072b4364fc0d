// CBOR that a head-end sends, the small maps in it, and a provisioned session record.

import { CborCheck, checkCbor } from "../../firmware/wire/cbor-check";
import { CborFields } from "../../firmware/wire/cbor-fields";
import { CborReader } from "../../firmware/wire/cbor-reader";
import { SessionRecordReader } from "../../firmware/wire/session-record";
import { hex } from "../hex";
import { examineTwice, field, within } from "./surroundings";

export const name = "cbor";
export const seeds = [
  "a1001b000001a3185c5000",
  "a2000201d2083fed3407a939723a5c639b26916d505c3b5",
  "a2000301 1a713fb300",
  "8363616263c48222182a9f",
  "a5000102030405060708f6f5",
  "01010102ff03010203100102030405060708090a0b0c0d0e0f10",
].map((text) => hex(text.replace(/\s/g, "").length % 2 === 0 ? text : `${text}0`));

const reader = new CborReader();
const fields = new CborFields();
const record = new SessionRecordReader();

export function fuzz(input: Uint8Array): void {
  examineTwice(input, cbor);
  examineTwice(input, session);
}

function cbor(bytes: Uint8Array, start: number, length: number): number[] {
  const code = checkCbor(bytes, start, length);
  const end = start + length;
  const isMap = fields.read(bytes, start, length);
  if (code !== CborCheck.OK) {
    if (isMap) throw new Error("a map in bad CBOR");
    return [code];
  }
  reader.open(start);
  reader.skip(bytes);
  if (reader.at !== end) throw new Error("an item that does not end where it was seen to end");
  const found = [isMap ? 1 : 0];
  reader.open(start);
  while (reader.at < end) {
    found.push(reader.read(bytes), reader.argument);
    within(reader.at, start, end);
  }
  for (let key = 0; isMap && key < 4; key++) {
    found.push(fields.value(key), fields.isUnsigned(key) ? 1 : 0);
    if (fields.isBytes(key)) field(fields.start(key), fields.value(key), start, end);
  }
  return found;
}

function session(bytes: Uint8Array, start: number, length: number): number[] {
  if (!record.read(bytes, start, length)) return [0];
  const end = start + length;
  field(record.senderId, record.senderIdLength, start, end);
  field(record.recipientId, record.recipientIdLength, start, end);
  if (record.idContextLength > 0) field(record.idContext, record.idContextLength, start, end);
  field(record.salt, record.saltLength, start, end);
  field(record.secret, record.secretLength, start, end);
  return [record.senderIdLength, record.recipientIdLength, record.secretLength];
}
