// CoAP datagrams, and the message inside OSCORE.

import { InnerCheck, InnerMessage } from "../../firmware/session/inner-message";
import { SessionMemory } from "../../firmware/session/session-memory";
import {
  CoapCheck,
  checkCoap,
  coapMessageId,
  coapTokenLength,
  coapType,
} from "../../firmware/wire/coap";
import { checkOptions, OptionReader, optionUint } from "../../firmware/wire/coap-options";
import { OscoreOption } from "../../firmware/wire/oscore-option";
import { hex } from "../hex";
import { examineTwice, field, within } from "./surroundings";

export const name = "coap";
export const seeds = [
  "44015d1f00003974396c6f63616c686f737483747631",
  "44025d1f00003974396c6f63616c686f7374620914ff612f1092f1776f1c1668b3825e",
  "64445d1f0000397490ffdbaad1e9a7e7b2a813d3c31524378303cdafae119106",
  "44022f8eef9bbf7a396c6f63616c686f73746b19140837cbf3210017a2d3ff72cd7273fd331ac45cffbe55c3",
  "03b7646576696365730d033030313538643030303030303030303188636f6d6d616e6473",
  "02b772656164696e677311703d10ff80",
  "01b1616051d10e08dd03f301020304050607",
].map(hex);

const options = new OptionReader();
const oscore = new OscoreOption();
const inner = new InnerMessage(new Uint8Array(SessionMemory.LENGTH));
const eui64 = new Uint8Array(8);

export function fuzz(input: Uint8Array): void {
  examineTwice(input, datagram);
  examineTwice(input, innerMessage);
}

function datagram(bytes: Uint8Array, start: number, length: number): number[] {
  const code = checkCoap(bytes, start, length);
  if (code !== CoapCheck.OK) return [code];
  const end = start + length;
  const found = [coapType(bytes, start), coapMessageId(bytes, start)];
  const tokenLength = coapTokenLength(bytes, start);
  options.open(within(start + 4 + tokenLength, start, end), end);
  while (options.next(bytes)) {
    field(options.start, options.length, start, end);
    found.push(options.number, options.length);
    if (options.length <= 4) found.push(optionUint(bytes, options.start, options.length));
    if (!oscore.read(bytes, options.start, options.length)) continue;
    const last = options.start + options.length;
    if (oscore.hasKid) field(oscore.kidStart, oscore.kidLength, options.start, last);
    if (oscore.hasContext) field(oscore.contextStart, oscore.contextLength, options.start, last);
    found.push(oscore.sequence, oscore.kidLength, oscore.contextLength);
  }
  found.push(within(options.payload, start, end) - start);
  return found;
}

function innerMessage(bytes: Uint8Array, start: number, length: number): number[] {
  const end = start + length;
  const code = inner.read(bytes, start, end);
  const found = [code, checkOptions(bytes, start, end) ? 1 : 0];
  if (code === InnerCheck.MALFORMED) return found;
  field(inner.payload, inner.payloadLength, start, end);
  if (inner.echoLength > 0) field(inner.echo, inner.echoLength, start, end);
  found.push(inner.code, inner.segments, inner.payloadLength, inner.observe, inner.size1);
  found.push(inner.block1, inner.block2, inner.contentFormat, inner.accept, inner.echoLength);
  for (let i = 0; i < 5; i++) {
    found.push(inner.isSegment(bytes, i, "devices") ? 1 : 0);
    found.push(inner.eui64(bytes, i, eui64, 0) ? eui64[0]! : -1);
  }
  return found;
}
