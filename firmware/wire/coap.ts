// The Constrained Application Protocol: codes, options, the four-byte header and the token.
// @source RFC 7252 sections 3 and 12; RFC 7959 section 6; RFC 8613 section 13.1; RFC 9175 section 6

import { checkOptions } from "./coap-options";

/** The header; the token and the options follow it. @source RFC 7252 section 3 */
export const enum Coap {
  /** Version in bits 7..6, type in 5..4, token length in 3..0. */
  FIRST = 0,
  CODE = 1,
  /** Big-endian. u16 */
  MESSAGE_ID = 2,
  /** The token begins here. */
  HEADER_LENGTH = 4,
  TOKEN_MAX = 8,
  PAYLOAD_MARKER = 0xff,
  PORT = 5683,
}

export const enum CoapType {
  CON = 0,
  NON = 1,
  ACK = 2,
  RST = 3,
}

/** Class times 32 plus detail. @source RFC 7252 section 12.1; RFC 7959 section 2.9 */
export const enum CoapCode {
  EMPTY = 0x00,
  GET = 0x01,
  POST = 0x02,
  PUT = 0x03,
  DELETE = 0x04,
  /** @source RFC 8132 section 2 */
  FETCH = 0x05,
  CREATED = 0x41,
  DELETED = 0x42,
  CHANGED = 0x44,
  CONTENT = 0x45,
  CONTINUE = 0x5f,
  BAD_REQUEST = 0x80,
  UNAUTHORIZED = 0x81,
  BAD_OPTION = 0x82,
  FORBIDDEN = 0x83,
  NOT_FOUND = 0x84,
  METHOD_NOT_ALLOWED = 0x85,
  NOT_ACCEPTABLE = 0x86,
  /** RFC 8132 section 2.3.1 */
  CONFLICT = 0x89,
  REQUEST_ENTITY_INCOMPLETE = 0x88,
  REQUEST_ENTITY_TOO_LARGE = 0x8d,
  UNSUPPORTED_CONTENT_FORMAT = 0x8f,
  INTERNAL_SERVER_ERROR = 0xa0,
  SERVICE_UNAVAILABLE = 0xa3,
}

/** @source RFC 7252 section 12.2, RFC 7641 section 8, RFC 7959 section 6, RFC 8613 section 13.1 */
export const enum CoapOption {
  IF_MATCH = 1,
  URI_HOST = 3,
  ETAG = 4,
  OBSERVE = 6,
  URI_PORT = 7,
  OSCORE = 9,
  URI_PATH = 11,
  CONTENT_FORMAT = 12,
  MAX_AGE = 14,
  URI_QUERY = 15,
  ACCEPT = 17,
  BLOCK2 = 23,
  BLOCK1 = 27,
  SIZE2 = 28,
  SIZE1 = 60,
  /** @source RFC 9175 section 6 */
  ECHO = 252,
}

/** @source RFC 7252 section 12.3, RFC 8949 section 9.5, RFC 8428 section 12.3.1 */
export const enum ContentFormat {
  OCTET_STREAM = 42,
  CBOR = 60,
  /** @source RFC 8742 section 5.2 */
  CBOR_SEQUENCE = 63,
  SENML_CBOR = 112,
  /** Not on the wire: no Content-Format option. */
  NONE = -1,
}

export const enum CoapCheck {
  OK = 0,
  /** Shorter than a header: drop it. */
  TOO_SHORT = 1,
  /** Another version: drop it without a word. @source RFC 7252 section 3 */
  BAD_VERSION = 2,
  /** A message format error: a CON of it is answered with a RST. */
  MALFORMED = 3,
}

/** One look at a whole datagram; after `OK` the readers below and `OptionReader` cannot fail. */
export function checkCoap(bytes: Uint8Array, start: number, length: number): CoapCheck {
  if (length < Coap.HEADER_LENGTH) return CoapCheck.TOO_SHORT;
  const first = bytes[start]!;
  if (first >> 6 !== 1) return CoapCheck.BAD_VERSION;
  const tokenLength = first & 15;
  const code = bytes[start + Coap.CODE]!;
  if (code === CoapCode.EMPTY) {
    return length === Coap.HEADER_LENGTH && tokenLength === 0 ? CoapCheck.OK : CoapCheck.MALFORMED;
  }
  if (tokenLength > Coap.TOKEN_MAX || Coap.HEADER_LENGTH + tokenLength > length)
    return CoapCheck.MALFORMED;
  // Classes 1, 6 and 7 are reserved here (7 is signalling, of reliable transports).
  const codeClass = code >> 5;
  if (codeClass === 1 || codeClass > 5) return CoapCheck.MALFORMED;
  const end = start + length;
  return checkOptions(bytes, start + Coap.HEADER_LENGTH + tokenLength, end)
    ? CoapCheck.OK
    : CoapCheck.MALFORMED;
}

export function coapType(bytes: Uint8Array, start: number): CoapType {
  return (bytes[start]! >> 4) & 3;
}

export function coapMessageId(bytes: Uint8Array, start: number): number {
  return (bytes[start + Coap.MESSAGE_ID]! << 8) | bytes[start + Coap.MESSAGE_ID + 1]!;
}

export function coapTokenLength(bytes: Uint8Array, start: number): number {
  return bytes[start]! & 15;
}

/** Writes header and token; answers where the options begin. */
export function putCoapHeader(
  bytes: Uint8Array,
  start: number,
  type: CoapType,
  code: number,
  messageId: number,
  token: Uint8Array,
  tokenStart: number,
  tokenLength: number,
): number {
  bytes[start] = 0x40 | (type << 4) | tokenLength;
  bytes[start + Coap.CODE] = code;
  bytes[start + Coap.MESSAGE_ID] = messageId >> 8;
  bytes[start + Coap.MESSAGE_ID + 1] = messageId;
  for (let i = 0; i < tokenLength; i++)
    bytes[start + Coap.HEADER_LENGTH + i] = token[tokenStart + i]!;
  return start + Coap.HEADER_LENGTH + tokenLength;
}
