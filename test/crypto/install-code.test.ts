// Zigbee's hash, keyed hash, derived keys and install codes.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  aes128MmoHash,
  computeInstallCodeCRC,
  makeKeyedHashByType,
} from "zigbee-on-host/dist/zigbee/zigbee.js";
import { aesMmo } from "../../firmware/crypto/aes-mmo";
import { DerivedKey, deriveKey } from "../../firmware/crypto/derived-key";
import { HmacMmo } from "../../firmware/crypto/hmac-mmo";
import { checkInstallCode, installCodeLinkKey } from "../../firmware/crypto/install-code";
import { Parsed } from "../../firmware/wire/parsed";
import { nodeCrypto } from "../../hal/node/crypto";
import { hex, toHex } from "../hex";
import vectors from "../vectors/zigbee-keys.json";

const crypto = nodeCrypto();
const out = new Uint8Array(16);

describe("Matyas-Meyer-Oseas hash, Zigbee annex B.6", () => {
  it.each(vectors.mmo)("gives the hash of $name", ({ message, hash }) => {
    const bytes = hex(message);
    aesMmo(crypto, bytes, 0, bytes.length, out);
    expect(toHex(out)).toBe(hash.toLowerCase());
  });

  it("agrees with zigbee-on-host for all lengths about block boundaries", () => {
    for (let length = 0; length <= 70; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 0xff);
      aesMmo(crypto, bytes, 0, length, out);
      expect(toHex(out)).toBe(aes128MmoHash(Buffer.from(bytes)).toString("hex"));
    }
  });
});

describe("keyed hash, Zigbee annex B.1.4", () => {
  it.each(vectors.keyedHash)("gives the hash of $name", ({ key, message, hash }) => {
    const bytes = hex(message);
    const mac = new HmacMmo(crypto, hex(key), out);
    for (const byte of bytes) mac.push(byte);
    mac.finish();
    expect(toHex(out)).toBe(hash.toLowerCase());
  });

  it("derives the key-transport and key-load keys as zigbee-on-host does", () => {
    const key = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(key, (linkKey) => {
        deriveKey(crypto, linkKey, DerivedKey.KEY_TRANSPORT, out);
        expect(toHex(out)).toBe(makeKeyedHashByType(2, Buffer.from(linkKey)).toString("hex"));
        deriveKey(crypto, linkKey, DerivedKey.KEY_LOAD, out);
        expect(toHex(out)).toBe(makeKeyedHashByType(3, Buffer.from(linkKey)).toString("hex"));
      }),
      { numRuns: 50 },
    );
  });
});

describe("install codes", () => {
  it.each(vectors.installCodes)("gives the link key of $code", ({ code, linkKey }) => {
    const bytes = hex(`00${code}`);
    expect(checkInstallCode(bytes, 1, bytes.length - 1)).toBe(Parsed.OK);
    installCodeLinkKey(crypto, bytes, 1, bytes.length - 1, out);
    expect(toHex(out)).toBe(linkKey.toLowerCase());
  });

  it("takes codes of 6, 8, 12 and 16 bytes with the right CRC, and no other length", () => {
    for (let length = 0; length <= 24; length++) {
      const plain = Uint8Array.from({ length }, (_, i) => i * 11);
      const crc = computeInstallCodeCRC(plain);
      const code = Uint8Array.from([...plain, crc & 0xff, crc >> 8]);
      const expected = [6, 8, 12, 16].includes(length) ? Parsed.OK : Parsed.INVALID;
      expect(checkInstallCode(code, 0, code.length)).toBe(expected);
    }
  });

  it("finds every single mistyped digit", () => {
    const code = hex("83FED3407A939723A5C639B26916D505C3B5");
    for (let bit = 0; bit < code.length * 8; bit++) {
      const typed = code.slice();
      typed[bit >> 3] = typed[bit >> 3]! ^ (1 << (bit & 7));
      expect(checkInstallCode(typed, 0, typed.length)).toBe(Parsed.DAMAGED);
    }
  });
});
