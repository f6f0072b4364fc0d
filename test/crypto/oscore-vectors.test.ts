// RFC 8613 appendix C, byte for byte.

import { describe, expect, test } from "vitest";
import { HkdfLimit } from "../../firmware/crypto/hkdf";
import { OscoreCipher } from "../../firmware/crypto/oscore";
import { OscoreContext, OscoreKey, OscoreMemory } from "../../firmware/crypto/oscore-context";
import { CoapOption } from "../../firmware/wire/coap";
import { OptionReader, OptionWriter } from "../../firmware/wire/coap-options";
import { Oscore, OscoreOption, putResponseOption } from "../../firmware/wire/oscore-option";
import { putSessionRecord, SessionRecordReader } from "../../firmware/wire/session-record";
import { nodeCrypto } from "../../hal/node/crypto";
import vectors from "../vectors/rfc8613-oscore-appendix-c.json";

const hex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const provider = nodeCrypto();

interface Keys {
  readonly master_secret: string;
  readonly master_salt: string;
  readonly sender_id: string;
  readonly recipient_id: string;
  readonly id_context?: string;
}

function contextOf(keys: Keys): OscoreContext {
  const bytes = new Uint8Array(100);
  const length = putSessionRecord(
    bytes,
    3,
    hex(keys.sender_id),
    hex(keys.recipient_id),
    keys.id_context ? hex(keys.id_context) : null,
    hex(keys.master_salt),
    hex(keys.master_secret),
  );
  const record = new SessionRecordReader();
  expect(record.read(bytes, 3, length)).toBe(true);
  const context = new OscoreContext(provider);
  context.derive(record, bytes, new Uint8Array(HkdfLimit.SCRATCH_LENGTH));
  return context;
}

/** Takes a CoAP message apart: header and token, class U options, the OSCORE plaintext. */
function split(message: Uint8Array) {
  const options = new OptionReader();
  const outer: { number: number; value: Uint8Array }[] = [];
  const inner = new OptionWriter();
  const plaintext = new Uint8Array(100);
  plaintext[0] = message[1]!;
  inner.open(1);
  const start = 4 + (message[0]! & 15);
  options.open(start, message.length);
  while (options.next(message)) {
    const value = message.slice(options.start, options.start + options.length);
    const isOuter = [CoapOption.URI_HOST, CoapOption.URI_PORT, CoapOption.OSCORE].includes(
      options.number,
    );
    if (isOuter) outer.push({ number: options.number, value });
    else inner.put(plaintext, options.number, value, 0, value.length);
  }
  const payload = message.slice(options.payload);
  if (payload.length > 0) {
    inner.marker(plaintext);
    plaintext.set(payload, inner.at);
  }
  return {
    header: message.slice(0, start),
    outer,
    plaintext,
    plaintextLength: inner.at + payload.length,
    payload,
  };
}

function join(
  header: Uint8Array,
  code: number,
  outer: readonly { number: number; value: Uint8Array }[],
  option: Uint8Array,
  ciphertext: Uint8Array,
): string {
  const bytes = new Uint8Array(200);
  const writer = new OptionWriter();
  bytes.set(header);
  bytes[1] = code;
  writer.open(header.length);
  for (const one of outer) writer.put(bytes, one.number, one.value, 0, one.value.length);
  writer.put(bytes, CoapOption.OSCORE, option, 0, option.length);
  writer.marker(bytes);
  bytes.set(ciphertext, writer.at);
  return toHex(bytes.slice(0, writer.at + ciphertext.length));
}

function protectRequest(keys: Keys, request: string, sequence: number): string {
  const context = contextOf(keys);
  const parts = split(hex(request));
  const option = new Uint8Array(Oscore.OPTION_MAX);
  const end = context.putOption(option, 0, sequence);
  new OscoreCipher(context).sealRequest(sequence, parts.plaintext, 0, parts.plaintextLength);
  return join(
    parts.header,
    2,
    parts.outer,
    option.slice(0, end),
    parts.plaintext.slice(0, parts.plaintextLength + 8),
  );
}

function protectResponse(keys: Keys, response: string, asked: number, sequence: number): string {
  const context = contextOf(keys);
  const parts = split(hex(response));
  const option = new Uint8Array(Oscore.OPTION_MAX);
  const end = putResponseOption(option, 0, sequence);
  new OscoreCipher(context).sealResponse(
    asked,
    sequence,
    parts.plaintext,
    0,
    parts.plaintextLength,
  );
  return join(
    parts.header,
    0x44,
    parts.outer,
    option.slice(0, end),
    parts.plaintext.slice(0, parts.plaintextLength + 8),
  );
}

/** The plaintext that opens, as inner code and payload. */
function openRequest(keys: Keys, message: string): { code: number; rest: string } | null {
  const parts = split(hex(message));
  const option = new OscoreOption();
  const value = parts.outer.find((one) => one.number === CoapOption.OSCORE)!.value;
  expect(option.read(value, 0, value.length)).toBe(true);
  const cipher = new OscoreCipher(contextOf(keys));
  const length = parts.payload.length - 8;
  const ok = cipher.openRequest(option.sequence, parts.payload, 0, length);
  if (!ok) return null;
  return { code: parts.payload[0]!, rest: toHex(parts.payload.slice(1, length)) };
}

function openResponse(keys: Keys, message: string, asked: number): string | null {
  const parts = split(hex(message));
  const option = new OscoreOption();
  const value = parts.outer.find((one) => one.number === CoapOption.OSCORE)!.value;
  expect(option.read(value, 0, value.length)).toBe(true);
  const length = parts.payload.length - 8;
  const cipher = new OscoreCipher(contextOf(keys));
  const ok = cipher.openResponse(asked, option.sequence, parts.payload, 0, length);
  return ok ? toHex(parts.payload.slice(0, length)) : null;
}

const { T1, T2, T3, T4, T5, T6, T7 } = vectors.tests;

describe("RFC 8613 appendix C.1 to C.3: key derivation", () => {
  test.each([
    ["C.1.1 client with salt", T1],
    ["C.2.2 server without salt", T4],
    ["C.3.2 server with ID context", T6],
  ])("%s", (_name, keys) => {
    const context = contextOf(keys);
    expect(toHex(context.senderKey)).toBe(keys.sender_key);
    expect(toHex(context.recipientKey)).toBe(keys.recipient_key);
    const iv = context.memory.slice(OscoreMemory.COMMON_IV).slice(0, OscoreKey.NONCE_LENGTH);
    expect(toHex(iv)).toBe(keys.common_iv);
  });

  test("C.1.2: the server's keys are the client's the other way round", () => {
    const context = contextOf(T2);
    expect(toHex(context.senderKey)).toBe(T1.recipient_key);
    expect(toHex(context.recipientKey)).toBe(T1.sender_key);
  });
});

describe("RFC 8613 appendix C.4 to C.8: messages", () => {
  test("C.4: a request with salt, Partial IV 20", () => {
    expect(protectRequest(T1, T1.coap_req, 20)).toBe(T1.oscore_req);
  });

  test("C.5: a request without salt, kid 0x00", () => {
    expect(protectRequest(T3, T3.coap_req, 20)).toBe(T3.oscore_req);
  });

  test("C.6: a request with ID context", () => {
    expect(protectRequest(T5, T5.coap_req, 20)).toBe(T5.oscore_req);
  });

  test("C.7: a response without Partial IV", () => {
    expect(protectResponse(T2, T2.coap_response, 20, Oscore.NO_SEQUENCE)).toBe(T2.oscore_resp);
  });

  test("C.8: a response with Partial IV 0", () => {
    expect(protectResponse(T7, T7.coap_response, 20, 0)).toBe(T7.oscore_res);
  });

  test("the other ends open what these protected", () => {
    expect(openRequest(T2, T1.oscore_req)).toEqual({ code: 1, rest: "b3747631" });
    expect(openRequest(T6, T5.oscore_req)).toEqual({ code: 1, rest: "b3747631" });
    expect(openResponse(T1, T2.oscore_resp, 20)).toBe("45ff48656c6c6f20576f726c6421");
    expect(openResponse(T1, T7.oscore_res, 20)).toBe("45ff48656c6c6f20576f726c6421");
  });

  test("a response to another request does not open (section 5.4: request_piv is bound)", () => {
    expect(openResponse(T1, T7.oscore_res, 21)).toBeNull();
    expect(openResponse(T1, T2.oscore_resp, 21)).toBeNull();
  });

  test("a request does not open under another context", () => {
    expect(openRequest(T6, T1.oscore_req)).toBeNull();
  });
});
