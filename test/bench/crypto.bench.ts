// What the host's crypto provider can do.

import { nodeCrypto } from "../../hal/node/crypto";
import { type Figure, microsecondsOf } from "./figure";

export const name = "crypto";

const CALLS = 20_000;

export function run(): Figure[] {
  const crypto = nodeCrypto();
  const key = new Uint8Array(16).fill(7);
  const nonce = new Uint8Array(13);
  const bytes = new Uint8Array(200);
  const block = microsecondsOf(CALLS, () => crypto.aesEncrypt(key, bytes, 0, bytes, 0));
  const seal = microsecondsOf(CALLS, () =>
    crypto.ccmSeal(key, nonce, bytes, 0, 30, bytes, 30, 80, 4),
  );
  const open = microsecondsOf(CALLS, () => {
    crypto.ccmSeal(key, nonce, bytes, 0, 30, bytes, 30, 80, 4);
    crypto.ccmOpen(key, nonce, bytes, 0, 30, bytes, 30, 80, 4);
  });
  return [
    { figure: "AES-128 block", value: 1e6 / block, unit: "/s" },
    { figure: "CCM seal, 80 bytes under 30", value: 1e6 / seal, unit: "/s" },
    { figure: "CCM open, 80 bytes under 30", value: 1e6 / (open - seal), unit: "/s" },
  ];
}
