// The C crypto provider on every target that is here: published vectors, and what the host's
// provider gives for the same random bytes.

import { beforeAll, describe, expect, it } from "vitest";
import { nodeCrypto } from "../../hal/node/crypto";
import { Random } from "../../host-sim/random";
import { hex, toHex } from "../hex";
import ccm from "../vectors/ccm.json";
import hashes from "../vectors/sha256-hmac.json";
import wycheproof from "../vectors/wycheproof-aes-ccm.json";
import { ask, buildRunner, field, whyNot } from "./vector-runner/runner";
import { TARGETS } from "./vector-runner/targets";

const RANDOM_RUNS = 200;

interface Sealing {
  readonly key: string;
  readonly nonce: string;
  readonly aad: string;
  readonly text: string;
  readonly tag: number;
  readonly sealed: string;
}

describe.each(TARGETS)("the C crypto provider on $name", (target) => {
  const reason = whyNot(target, "crypto");
  if (reason !== undefined) console.warn(`skipped: crypto on ${target.name}, ${reason}`);
  const test = it.skipIf(reason !== undefined);
  let path = "";
  const run = (requests: string[]) =>
    ask(target, path, requests).map(({ fields }) => fields.join(" "));

  beforeAll(async () => {
    if (reason === undefined) path = await buildRunner(target, "crypto");
  }, 180_000);

  test("encrypts the blocks of FIPS 197 appendix B and C.1 onto themselves", () => {
    const blocks = run([
      "aes 2b7e151628aed2a6abf7158809cf4f3c 3243f6a8885a308d313198a2e0370734",
      "aes 000102030405060708090a0b0c0d0e0f 00112233445566778899aabbccddeeff",
    ]);
    expect(blocks).toEqual([
      "3925841d02dc09fbdc118597196a0b32",
      "69c4e0d86a7b0430d8cdb78070b4c55a",
    ]);
  });

  test("hashes and authenticates the messages of FIPS 180-4 and RFC 4231 onto themselves", () => {
    const requests = [
      ...hashes.sha256.map(({ message }) => `sha256 ${field(message)}`),
      ...hashes.hmac.map(({ key, message }) => `hmac ${key} ${message}`),
    ];
    const expected = [...hashes.sha256.map((t) => t.digest), ...hashes.hmac.map((t) => t.mac)];
    expect(run(requests)).toEqual(expected);
  });

  test("seals and opens the packets of RFC 3610, of Zigbee's annex C and of Wycheproof", () => {
    expect(run(SEALINGS.map(seal))).toEqual(SEALINGS.map((one) => `sealed ${field(one.sealed)}`));
    expect(run(SEALINGS.map(open))).toEqual(SEALINGS.map((one) => `opened ${field(one.text)}`));
  });

  test("refuses every flipped bit of a packet, and leaves zeros in its place", () => {
    const requests = SEALINGS.slice(0, 2).flatMap((one) => forgeries(one).map(open));
    const zeros = SEALINGS.slice(0, 2).flatMap((one) =>
      forgeries(one).map(() => `forged ${field("00".repeat(one.text.length / 2))}`),
    );
    expect(requests.length).toBeGreaterThan(500);
    expect(run(requests)).toEqual(zeros);
  });

  test("refuses tag lengths that the interface does not have, and touches nothing", () => {
    const one = SEALINGS[0]!;
    const requests = [0, 2, 6, 12, 15].map((tag) => seal({ ...one, tag }));
    expect(run(requests)).toEqual(requests.map(() => `refused ${one.text}`));
  });

  test("gives what the host's provider gives for random bytes", () => {
    const random = new Random(`crypto on ${target.name}`);
    const calls = Array.from({ length: RANDOM_RUNS }, () => randomCall(random));
    expect(run(calls.map(({ request }) => request))).toEqual(calls.map(({ expected }) => expected));
  });
});

const SEALINGS: readonly Sealing[] = [
  ...ccm.tests.map((one) => ({
    key: one.key,
    nonce: one.nonce,
    aad: one.packet.slice(0, one.header * 2),
    text: one.packet.slice(one.header * 2).toLowerCase(),
    tag: one.tag,
    sealed: one.out.toLowerCase(),
  })),
  ...wycheproof.tests.map((one) => ({
    key: one.key,
    nonce: one.iv,
    aad: one.aad,
    text: one.msg,
    tag: one.tagSize / 8,
    sealed: one.ct + one.tag,
  })),
];

function seal({ key, nonce, aad, text, tag }: Sealing): string {
  return ["seal", field(key), field(nonce), field(aad), field(text), tag].join(" ");
}

function open({ key, nonce, aad, sealed, tag }: Sealing): string {
  return ["open", field(key), field(nonce), field(aad), field(sealed), tag].join(" ");
}

/** The packet with each bit flipped that its tag guards: nonce, header, text and tag. */
function forgeries(one: Sealing): Sealing[] {
  return (["nonce", "aad", "sealed"] as const).flatMap((part) =>
    Array.from({ length: one[part].length * 4 }, (_, bit) => {
      const bytes = hex(one[part]);
      bytes[bit >> 3] = bytes[bit >> 3]! ^ (1 << (bit & 7));
      return { ...one, [part]: toHex(bytes) };
    }),
  );
}

function randomCall(random: Random): { request: string; expected: string } {
  const crypto = nodeCrypto();
  const [key, bytes] = [randomBytes(random, 16), randomBytes(random, random.below(300))];
  const text = field(toHex(bytes));
  const out = new Uint8Array(32);
  switch (random.below(4)) {
    case 0: {
      const block = randomBytes(random, 16);
      crypto.aesEncrypt(key, block, 0, out, 0);
      return { request: `aes ${toHex(key)} ${toHex(block)}`, expected: toHex(out, 0, 16) };
    }
    case 1:
      crypto.sha256(bytes, 0, bytes.length, out);
      return { request: `sha256 ${text}`, expected: toHex(out) };
    case 2: {
      const long = randomBytes(random, 1 + random.below(150));
      crypto.hmacSha256(long, long.length, bytes, 0, bytes.length, out);
      return { request: `hmac ${toHex(long)} ${text}`, expected: toHex(out) };
    }
    default: {
      const [nonce, aad] = [randomBytes(random, 13), randomBytes(random, random.below(300))];
      const tag = 4 << random.below(3);
      const sealed = new Uint8Array(bytes.length + tag);
      sealed.set(bytes);
      crypto.ccmSeal(key, nonce, aad, 0, aad.length, sealed, 0, bytes.length, tag);
      const [k, n, a] = [toHex(key), toHex(nonce), toHex(aad)];
      const request = seal({ key: k, nonce: n, aad: a, text: toHex(bytes), tag, sealed: "" });
      return { request, expected: `sealed ${toHex(sealed)}` };
    }
  }
}

function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}
