// CCM* of the simulated devices against node:crypto's own mode.

import { createCipheriv } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Ccm } from "../../../../host-sim/devices/zigbee/ccm";

const octets = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map((bytes) => Buffer.from(bytes));

function sealedByNode(key: Buffer, nonce: Buffer, header: Buffer, plain: Buffer): Buffer {
  const cipher = createCipheriv("aes-128-ccm", key, nonce, { authTagLength: 4 });
  cipher.setAAD(header, { plaintextLength: plain.length });
  const sealed = cipher.update(plain);
  cipher.final();
  return Buffer.concat([sealed, cipher.getAuthTag()]);
}

test("one key seals message after message as node:crypto does, and opens them (annex A)", () => {
  const message = fc.tuple(octets(13, 13), octets(1, 60), octets(0, 110));
  fc.assert(
    fc.property(octets(16, 16), fc.array(message, { maxLength: 8 }), (key, messages) => {
      const ccm = new Ccm(key);
      for (const [nonce, header, plain] of messages) {
        const sealed = ccm.seal(nonce, header, plain);
        expect(sealed).toEqual(sealedByNode(key, nonce, header, plain));
        expect(ccm.open(nonce, header, sealed)).toEqual(plain);
      }
    }),
  );
});

test("what was changed anywhere does not open", () => {
  fc.assert(
    fc.property(octets(16, 16), octets(13, 13), octets(1, 40), fc.nat(), (key, nonce, plain, n) => {
      const ccm = new Ccm(key);
      const header = Buffer.from([1, 2, 3]);
      const sealed = ccm.seal(nonce, header, plain);
      sealed[n % sealed.length]! ^= 1 << (n % 8);
      expect(ccm.open(nonce, header, sealed)).toBeUndefined();
      expect(ccm.open(nonce, header, sealed.subarray(0, 3))).toBeUndefined();
    }),
  );
});
