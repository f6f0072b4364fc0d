// The small looks: a length or a form seen to be good must let its accessors stay in the frame.

import { auxiliaryLength, checkAuxiliary } from "../../firmware/wire/auxiliary";
import { checkGetSupported, checkTunnel, tunnelOf } from "../../firmware/wire/clusters/tunnelling";
import { checkBlock } from "../../firmware/wire/coap-block";
import { Parsed } from "../../firmware/wire/parsed";
import { checkPacked, packedLength, readPacked } from "../../firmware/wire/spinel";
import { isUtf8 } from "../../firmware/wire/utf8";
import { checkDiscover, checkRead } from "../../firmware/wire/zcl-attribute";
import { checkLists, hasCluster } from "../../firmware/wire/zdo";
import { hex } from "../hex";
import { examineTwice, within } from "./surroundings";

export const name = "lengths";
export const seeds = [
  "80808001",
  "0102000301",
  "2801000000010203040506070800000000",
  "e282acf09f9880c3a9",
  "0001000200",
].map(hex);

export function fuzz(input: Uint8Array): void {
  examineTwice(input, examine);
}

function examine(bytes: Uint8Array, start: number, length: number): number[] {
  const end = start + length;
  return [
    ...packed(bytes, start, end),
    ...lists(bytes, start, end),
    ...auxiliary(bytes, start, end),
    ...commands(bytes, start, end),
    text(bytes, start, end),
    block(bytes, start, end),
  ];
}

function packed(bytes: Uint8Array, start: number, end: number): number[] {
  if (checkPacked(bytes, start, end) !== Parsed.OK) return [];
  return [within(start + packedLength(bytes, start), start + 1, end), readPacked(bytes, start)];
}

function lists(bytes: Uint8Array, start: number, end: number): number[] {
  if (checkLists(bytes, start, end) !== Parsed.OK) return [];
  const second = within(start + 1 + 2 * bytes[start]!, start + 1, end - 1);
  within(second + 1 + 2 * bytes[second]!, second + 1, end);
  return [start, second].map((at) => (hasCluster(bytes, at, 0x0702) ? 1 : 0));
}

function auxiliary(bytes: Uint8Array, start: number, end: number): number[] {
  if (checkAuxiliary(bytes, start, end) !== Parsed.OK) return [];
  return [within(start + auxiliaryLength(bytes, start), start, end)];
}

function commands(bytes: Uint8Array, start: number, end: number): number[] {
  const found = [];
  if (checkTunnel(bytes, start, end) === Parsed.OK) found.push(tunnelOf(bytes, start));
  if (checkGetSupported(bytes, start, end) === Parsed.OK) found.push(bytes[start]!);
  if (checkDiscover(bytes, start, end) === Parsed.OK) found.push(within(start + 3, start, end));
  if (checkRead(bytes, start, end) === Parsed.OK) {
    for (let at = start; at < end; at += 2) within(at + 2, start, end);
  }
  return found;
}

/** What we take for UTF-8 is what the host's strict decoder takes. */
function text(bytes: Uint8Array, start: number, end: number): number {
  const ours = isUtf8(bytes, start, end);
  if (ours !== isText(bytes.subarray(start, end))) throw new Error("not what a decoder says");
  return ours ? 1 : 0;
}

function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function block(bytes: Uint8Array, start: number, end: number): number {
  const length = Math.min(end - start, 4);
  let value = 0;
  for (let i = 0; i < length; i++) value = value * 0x100 + bytes[start + i]!;
  const isGood = checkBlock(value, length);
  // RFC 7959 section 2.2: at most three bytes, size exponent 7 is reserved.
  if (isGood !== (length <= 3 && value % 8 !== 7)) throw new Error("a block value taken wrongly");
  return isGood ? 1 : 0;
}
