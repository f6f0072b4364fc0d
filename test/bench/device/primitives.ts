// The calls of primitives that are measured, as requests to a runner: of the provider in C, and of
// noble on the engine.

import { nodeCrypto } from "../../../hal/node/crypto";
import { hex, toHex } from "../../hex";
import rfc6979 from "../../vectors/rfc6979-p256.json";

export interface Measured {
  readonly figure: string;
  readonly request: string;
}

const DIGEST = "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf";

export const P256: readonly Measured[] = [
  { figure: "P-256 sign", request: `sign ${rfc6979.key} ${DIGEST} 0` },
  {
    figure: "P-256 verify",
    request: `verify ${rfc6979.public} ${DIGEST} ${rfc6979.tests[0]!.signature} 0`,
  },
  { figure: "P-256 agree", request: `agree ${rfc6979.key} ${rfc6979.public} 0` },
  { figure: "P-256 public key", request: `public ${rfc6979.key} 0` },
];

export const SYMMETRIC: readonly Measured[] = [
  { figure: "AES-128 block, key schedule with it", request: `aes ${of(16)} ${of(16)}` },
  {
    figure: "CCM seal, 100 bytes under 20",
    request: `seal ${of(16)} ${of(13)} ${of(20)} ${of(100)} 4`,
  },
  {
    figure: "CCM open, 100 bytes under 20",
    request: `open ${of(16)} ${of(13)} ${of(20)} ${sealed()} 4`,
  },
  { figure: "SHA-256, 1,024 bytes", request: `sha256 ${of(1024)}` },
  { figure: "HMAC-SHA-256, 64 bytes", request: `hmac ${of(32)} ${of(64)}` },
];

function sealed(): string {
  const [key, nonce, aad] = [hex(of(16)), hex(of(13)), hex(of(20))];
  const bytes = hex(of(104));
  nodeCrypto().ccmSeal(key, nonce, aad, 0, aad.length, bytes, 0, 100, 4);
  return toHex(bytes);
}

/** So many bytes, in hexadecimal. */
export function of(length: number): string {
  return "5a".repeat(length);
}
