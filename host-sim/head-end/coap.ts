// CoAP as the head-end speaks it: an independent codec (coap-packet) with names for what we use.
// @source RFC 7252, RFC 7959 (Block1, Size1), RFC 7641 (Observe), RFC 9175 (Echo)

import { generate, type ParsedPacket, parse } from "coap-packet";

export type OptionName = string;

export interface CoapOption {
  readonly name: OptionName;
  readonly value: Buffer;
}

/** A request or response without its message layer: what OSCORE protects. */
export interface CoapBody {
  /** "0.02", "2.05", ... */
  readonly code: string;
  readonly options: readonly CoapOption[];
  readonly payload: Buffer;
}

/** A whole datagram. */
export interface CoapDatagram extends CoapBody {
  readonly type: "CON" | "NON" | "ACK" | "RST";
  readonly messageId: number;
  readonly token: Buffer;
}

export interface Block {
  readonly number: number;
  readonly more: boolean;
  /** Bytes in a full block. */
  readonly size: number;
}

const ECHO = "252";
const BLOCK_LENGTH_MAX = 3;
const BLOCK_SIZE_RESERVED = 7;

export const OPTION = {
  echo: ECHO,
  block1: "Block1",
  block2: "Block2",
  size1: "Size1",
  observe: "Observe",
  oscore: "OSCORE",
  contentFormat: "Content-Format",
  path: "Uri-Path",
  query: "Uri-Query",
} as const;

/**
 * Undefined: not CoAP. coap-packet lets tokens and options run past the end, and a payload be
 * empty behind its marker; what does not come back as it was is no message (RFC 7252 section 3).
 */
export function decodeDatagram(bytes: Uint8Array): CoapDatagram | undefined {
  try {
    const datagram = datagramOf(parse(Buffer.from(bytes)));
    return encodeDatagram(datagram).equals(bytes) ? datagram : undefined;
  } catch {
    return undefined;
  }
}

export function encodeDatagram(datagram: CoapDatagram): Buffer {
  return generate({
    code: datagram.code,
    confirmable: datagram.type === "CON",
    ack: datagram.type === "ACK",
    reset: datagram.type === "RST",
    messageId: datagram.messageId,
    token: datagram.token,
    options: datagram.options.map(({ name, value }) => ({
      name: optionKey(name) as "ETag",
      value,
    })),
    payload: datagram.payload,
  });
}

/** Code, options and payload as OSCORE's plaintext has them (RFC 8613 section 5.3). */
export function encodeBody(body: CoapBody): Buffer {
  const whole = encodeDatagram({ ...body, type: "NON", messageId: 0, token: Buffer.alloc(0) });
  return Buffer.concat([whole.subarray(1, 2), whole.subarray(4)]);
}

/** Undefined: the plaintext is no CoAP message. */
export function decodeBody(plaintext: Buffer): CoapBody | undefined {
  if (plaintext.length === 0) return undefined;
  const header = Buffer.from([0x50, plaintext[0]!, 0, 0]);
  return decodeDatagram(Buffer.concat([header, plaintext.subarray(1)]));
}

export function optionOf(body: CoapBody, name: OptionName): Buffer | undefined {
  return body.options.find((option) => option.name === name)?.value;
}

export function pathOf(body: CoapBody): string {
  const segments = body.options.filter(({ name }) => name === OPTION.path);
  return segments.map(({ value }) => value.toString()).join("/");
}

export function pathOptions(path: string): CoapOption[] {
  return path.split("/").map((segment) => ({ name: OPTION.path, value: Buffer.from(segment) }));
}

/** A number in as few bytes as it takes (RFC 7252 section 3.2). */
export function numberOption(name: OptionName, value: number): CoapOption {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return { name, value: Buffer.from(bytes) };
}

export function numberOf(value: Buffer): number {
  return value.reduce((number, byte) => number * 256 + byte, 0);
}

export function blockOption(name: OptionName, block: Block): CoapOption {
  const exponent = Math.log2(block.size) - 4;
  return numberOption(name, block.number * 16 + (block.more ? 8 : 0) + exponent);
}

/** Undefined: there is no such option, or it is none that may be (RFC 7959 section 2.2). */
export function blockOf(body: CoapBody, name: OptionName): Block | undefined {
  const value = optionOf(body, name);
  if (value === undefined || value.length > BLOCK_LENGTH_MAX) return undefined;
  const number = numberOf(value);
  const exponent = number & 7;
  if (exponent === BLOCK_SIZE_RESERVED) return undefined;
  return { number: number >> 4, more: (number & 8) !== 0, size: 16 << exponent };
}

function datagramOf(packet: ParsedPacket): CoapDatagram {
  const { code, messageId, token, options, payload } = packet;
  return {
    type: packet.reset ? "RST" : packet.ack ? "ACK" : packet.confirmable ? "CON" : "NON",
    code,
    messageId,
    token,
    options: options.map(({ name, value }) => ({ name: String(name), value })),
    payload,
  };
}

function optionKey(name: string): string | number {
  return /^\d+$/.test(name) ? Number(name) : name;
}
