// Some inputs of the fuzz target in every run of the tests.

import { expect, it } from "vitest";
import { fuzz, seeds } from "../../fuzz/han.fuzz";

it("random and mutated frames cause no fault and reach nobody", () => {
  let state = 12345;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 16;
  };
  for (let i = 0; i < 500; i++) {
    const seed = seeds[next() % seeds.length]!;
    const bytes = i % 3 === 0 ? new Uint8Array(next() % 126) : seed.slice();
    if (i % 3 === 0) for (let j = 0; j < bytes.length; j++) bytes[j] = next();
    else for (let j = next() % 4; j >= 0; j--) bytes[next() % bytes.length] = next();
    fuzz(bytes);
  }
  expect(seeds.length).toBeGreaterThan(0);
});
