// CBOR that a head-end sends, the small maps in it, and a provisioned session record.

import { CborCheck, checkCbor } from "../../firmware/wire/cbor-check";
import {
  checkFields,
  fieldStart,
  fieldValue,
  findField,
  isBytesField,
  isUnsignedField,
} from "../../firmware/wire/cbor-fields";
import { SessionRecordReader } from "../../firmware/wire/session-record";
import { hex } from "../hex";
import { CborReader } from "../wire/cbor-reader";
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
const record = new SessionRecordReader();

export function fuzz(input: Uint8Array): void {
  examineTwice(input, cbor);
  examineTwice(input, session);
}

function cbor(bytes: Uint8Array, start: number, length: number): number[] {
  const code = checkCbor(bytes, start, length);
  const end = start + length;
  const isMap = checkFields(bytes, start, length);
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
    const at = findField(bytes, start, key);
    if (at < 0) continue;
    const value = fieldValue(bytes, at);
    found.push(key, value, isUnsignedField(bytes, at) ? 1 : 0);
    if (isBytesField(bytes, at)) field(fieldStart(bytes, at), value, start, end);
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
