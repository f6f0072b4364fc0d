// The host's crypto provider against published vectors and against Node's own implementation.

import { createCipheriv } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeCrypto } from "../../hal/node/crypto";
import { hex, toHex } from "../hex";
import ccm from "../vectors/ccm.json";
import hashes from "../vectors/sha256-hmac.json";
import wycheproof from "../vectors/wycheproof-aes-ccm.json";

const crypto = nodeCrypto();

describe("AES-128", () => {
  it("encrypts the block of FIPS 197 appendix B and C.1, in place and with overlap", () => {
    const block = new Uint8Array(20);
    block.set(hex("3243f6a8885a308d313198a2e0370734"), 2);
    crypto.aesEncrypt(hex("2b7e151628aed2a6abf7158809cf4f3c"), block, 2, block, 3);
    expect(toHex(block, 3, 19)).toBe("3925841d02dc09fbdc118597196a0b32");
    const out = new Uint8Array(16);
    const key = hex("000102030405060708090a0b0c0d0e0f");
    crypto.aesEncrypt(key, hex("00112233445566778899aabbccddeeff"), 0, out, 0);
    expect(toHex(out)).toBe("69c4e0d86a7b0430d8cdb78070b4c55a");
  });

  it("notices that the bytes of a key have changed since it was used", () => {
    const key = hex("2b7e151628aed2a6abf7158809cf4f3c");
    const out = new Uint8Array(16);
    crypto.aesEncrypt(key, new Uint8Array(16), 0, out, 0);
    const before = toHex(out);
    key.set(hex("000102030405060708090a0b0c0d0e0f"));
    crypto.aesEncrypt(key, hex("00112233445566778899aabbccddeeff"), 0, out, 0);
    expect(toHex(out)).toBe("69c4e0d86a7b0430d8cdb78070b4c55a");
    key.set(hex("2b7e151628aed2a6abf7158809cf4f3c"));
    crypto.aesEncrypt(key, new Uint8Array(16), 0, out, 0);
    expect(toHex(out)).toBe(before);
  });

  it("keeps apart keys that share a slot of the schedule store", () => {
    fc.assert(
      fc.property(fc.array(bytesOf(16), { minLength: 300, maxLength: 400 }), (keys) => {
        const out = new Uint8Array(16);
        const first = keys.map((key) => {
          crypto.aesEncrypt(key, new Uint8Array(16), 0, out, 0);
          return toHex(out);
        });
        keys.forEach((key, i) => {
          const cipher = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
          expect(first[i]).toBe(cipher.update(new Uint8Array(16)).toString("hex"));
        });
      }),
      { numRuns: 5 },
    );
  });

  it("refuses a key of another length", () => {
    const block = new Uint8Array(16);
    expect(() => crypto.aesEncrypt(new Uint8Array(24), block, 0, block, 0)).toThrow(RangeError);
  });
});

describe("AES-128-CCM", () => {
  it.each(ccm.tests)("seals and opens $name", (test) => {
    const packet = hex(test.packet);
    const length = packet.length - test.header;
    const buffer = new Uint8Array(packet.length + test.tag);
    buffer.set(packet);
    const [key, nonce] = [hex(test.key), hex(test.nonce)];
    crypto.ccmSeal(key, nonce, buffer, 0, test.header, buffer, test.header, length, test.tag);
    expect(toHex(buffer, test.header)).toBe(test.out.toLowerCase());
    const opened = crypto.ccmOpen(
      key,
      nonce,
      buffer,
      0,
      test.header,
      buffer,
      test.header,
      length,
      test.tag,
    );
    expect(opened).toBe(true);
    expect(toHex(buffer, 0, packet.length)).toBe(toHex(packet));
  });

  it.each(wycheproof.tests)("agrees with Wycheproof test $tcId", (test) => {
    const message = hex(test.msg);
    const aad = hex(test.aad);
    const buffer = new Uint8Array(message.length + 16);
    buffer.set(message);
    crypto.ccmSeal(hex(test.key), hex(test.iv), aad, 0, aad.length, buffer, 0, message.length, 16);
    expect(toHex(buffer)).toBe(test.ct + test.tag);
  });

  it("seals as Node does, for all tag lengths, and opens what Node sealed", () => {
    const tags = fc.constantFrom(4, 8, 16);
    const arbitrary = fc.tuple(bytesOf(16), bytesOf(13), anyBytes(140), anyBytes(140), tags);
    fc.assert(
      fc.property(arbitrary, ([key, nonce, aad, message, tag]) => {
        const theirs = sealByNode(key, nonce, aad, message, tag);
        const ours = new Uint8Array(message.length + tag);
        ours.set(message);
        crypto.ccmSeal(key, nonce, aad, 0, aad.length, ours, 0, message.length, tag);
        expect(toHex(ours)).toBe(toHex(theirs));
        expect(crypto.ccmOpen(key, nonce, aad, 0, aad.length, theirs, 0, message.length, tag)).toBe(
          true,
        );
        expect(toHex(theirs, 0, message.length)).toBe(toHex(message));
      }),
      { numRuns: 300 },
    );
  });

  it("answers false to any flipped bit, and leaves zeros instead of a plaintext", () => {
    const arbitrary = fc.tuple(bytesOf(16), bytesOf(13), anyBytes(40), anyBytes(40), fc.nat());
    fc.assert(
      fc.property(arbitrary, ([key, nonce, aad, message, where]) => {
        const sealed = sealByNode(key, nonce, aad, message, 4);
        const bit = where % ((sealed.length + aad.length) * 8);
        const forged = bit < sealed.length * 8 ? sealed : aad;
        const at = bit < sealed.length * 8 ? bit : bit - sealed.length * 8;
        forged[at >> 3] = forged[at >> 3]! ^ (1 << (at & 7));
        const opened = crypto.ccmOpen(key, nonce, aad, 0, aad.length, sealed, 0, message.length, 4);
        expect(opened).toBe(false);
        expect(sealed.subarray(0, message.length).every((byte) => byte === 0)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("refuses nonces and tags that the interface does not have", () => {
    const bytes = new Uint8Array(32);
    const key = new Uint8Array(16);
    expect(() => crypto.ccmSeal(key, new Uint8Array(12), bytes, 0, 0, bytes, 0, 1, 8)).toThrow(
      RangeError,
    );
    expect(() => crypto.ccmSeal(key, new Uint8Array(13), bytes, 0, 0, bytes, 0, 1, 6)).toThrow(
      RangeError,
    );
  });
});

describe("SHA-256 and HMAC", () => {
  it.each(hashes.sha256)("hashes $name of FIPS 180-4", ({ message, digest }) => {
    const out = new Uint8Array(32);
    const bytes = hex(`ffff${message}ff`);
    crypto.sha256(bytes, 2, bytes.length - 3, out);
    expect(toHex(out)).toBe(digest);
  });

  it.each(hashes.hmac)("authenticates $name of RFC 4231", ({ key, message, mac }) => {
    const out = new Uint8Array(32);
    const bytes = hex(message);
    const padded = new Uint8Array(key.length / 2 + 5);
    padded.set(hex(key));
    crypto.hmacSha256(padded, key.length / 2, bytes, 0, bytes.length, out);
    expect(toHex(out)).toBe(mac);
  });
});

function bytesOf(length: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: length, maxLength: length });
}

function anyBytes(maxLength: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ maxLength });
}

function sealByNode(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  message: Uint8Array,
  tag: number,
): Uint8Array {
  const cipher = createCipheriv("aes-128-ccm", key, nonce, { authTagLength: tag });
  cipher.setAAD(aad, { plaintextLength: message.length });
  const text = cipher.update(message);
  cipher.final();
  return Uint8Array.from([...text, ...cipher.getAuthTag()]);
}
