import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { wordHash } from "../../../tools/builder/word-hash";

const WORDS = 64;
/** Bytes that are nobody's choice. */
const BYTES = Buffer.concat(
  Array.from({ length: WORDS / 8 }, (_, i) => createHash("sha256").update(`${i}`).digest()),
);

function changed(...at: [word: number, mask: number][]): Buffer {
  const bytes = Buffer.from(BYTES);
  for (const [word, mask] of at) bytes.writeInt32LE(bytes.readInt32LE(4 * word) ^ mask, 4 * word);
  return bytes;
}

test("every single bit that flips shows", () => {
  for (let word = 0; word < WORDS; word++) {
    for (let bit = 0; bit < 32; bit++) {
      expect(wordHash(changed([word, 1 << bit]))).not.toBe(wordHash(BYTES));
    }
  }
});

test("the same bit in two words shows, the highest too", () => {
  for (let second = 1; second < WORDS; second++) {
    for (const mask of [1, 1 << 15, 1 << 31, -1]) {
      expect(wordHash(changed([0, mask], [second, mask]))).not.toBe(wordHash(BYTES));
    }
  }
});

test("a page that was erased, or moved by a word, shows", () => {
  const erased = Buffer.from(BYTES).fill(0xff, 64, 128);
  const moved = Buffer.concat([BYTES.subarray(4), BYTES.subarray(0, 4)]);
  expect(new Set([BYTES, erased, moved].map(wordHash)).size).toBe(3);
});
