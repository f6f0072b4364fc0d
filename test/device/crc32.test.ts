// The CRC-32 that boards take a word at a time, against the same polynomial a bit at a time.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "./compiler";

const POLYNOMIAL = 0xedb88320;
const TABLE = 256;

/** What `bits` bits of zeros, shifted through, leave of `value`. */
function shifted(value: number, bits: number): number {
  let rest = value;
  for (let i = 0; i < bits; i++) rest = (rest >>> 1) ^ (rest & 1 ? POLYNOMIAL : 0);
  return rest >>> 0;
}

test("looks up the remainder of each byte with none to three bytes of zeros behind it", () => {
  const text = readFileSync(join(ROOT, "hal/machine/crc32-tables.h"), "utf8");
  const numbers = [...text.matchAll(/\b0x[0-9a-f]{8},/g)].map(([one]) => Number.parseInt(one, 16));
  const wanted = Array.from({ length: 4 * TABLE }, (_, i) =>
    shifted(i % TABLE, 8 * (1 + Math.floor(i / TABLE))),
  );
  expect(numbers).toEqual(wanted);
});
