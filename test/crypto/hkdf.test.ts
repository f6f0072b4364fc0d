// RFC 5869 appendix A, with the salts that fit: ours have at most 32 bytes. And node:crypto.

import { hkdfSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Hkdf, HkdfLimit } from "../../firmware/crypto/hkdf";
import { nodeCrypto } from "../../hal/node/crypto";
import { hex, toHex } from "../hex";

function derive(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): string {
  const hkdf = new Hkdf(nodeCrypto(), new Uint8Array(HkdfLimit.SCRATCH_LENGTH));
  const output = new Uint8Array(length);
  hkdf.extract(salt, 0, salt.length, secret, 0, secret.length);
  hkdf.expand(info, 0, info.length, output, 0, length);
  hkdf.clear();
  return toHex(output);
}

describe("HKDF-SHA-256 (RFC 5869)", () => {
  test("A.1: basic test case", () => {
    expect(
      derive(
        new Uint8Array(22).fill(0x0b),
        hex("000102030405060708090a0b0c"),
        hex("f0f1f2f3f4f5f6f7f8f9"),
        42,
      ),
    ).toBe("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  });

  test("A.3: zero-length salt and info", () => {
    expect(derive(new Uint8Array(22).fill(0x0b), new Uint8Array(0), new Uint8Array(0), 42)).toBe(
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    );
  });

  test("any lengths give what node:crypto gives", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        fc.uint8Array({ maxLength: 32 }),
        fc.uint8Array({ maxLength: 64 }),
        fc.integer({ min: 1, max: 200 }),
        (secret, salt, info, length) => {
          const expected = Buffer.from(hkdfSync("sha256", secret, salt, info, length));
          expect(derive(secret, salt, info, length)).toBe(expected.toString("hex"));
        },
      ),
    );
  });
});
