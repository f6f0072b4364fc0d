import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReplayWindow } from "../../firmware/crypto/replay-window";

describe("the replay window (RFC 8613 section 7.4)", () => {
  test("accepts each number once, and none that is 32 or more behind the newest", () => {
    const numbers = fc.oneof(fc.nat(100), fc.integer({ min: 2 ** 32 - 50, max: 2 ** 32 + 50 }));
    fc.assert(
      fc.property(fc.array(numbers, { maxLength: 200 }), (sequences) => {
        const window = new ReplayWindow();
        const seen = new Set<number>();
        let newest = -1;
        for (const sequence of sequences) {
          const expected = !seen.has(sequence) && sequence > newest - 32;
          expect(window.isNew(sequence)).toBe(expected);
          if (!expected) continue;
          window.accept(sequence);
          seen.add(sequence);
          newest = Math.max(newest, sequence);
        }
      }),
    );
  });

  test("begun anew at a number takes nothing before it (appendix B.1.2)", () => {
    const window = new ReplayWindow();
    window.startAt(100);
    expect([100, 99, 70, 0].some((sequence) => window.isNew(sequence))).toBe(false);
    expect(window.isNew(101)).toBe(true);
    window.accept(105);
    expect([101, 104].every((sequence) => window.isNew(sequence))).toBe(true);
    expect(window.isNew(100)).toBe(false);
  });
});
